"""The JSON API under `/api/v1`: what other systems of the vendor read, and the commands that they give for people.

`app.py` puts it together: `gate.py` lets callers in, a module per resource has its routes, `schemas.py` what goes over
the wire, `reading.py` and `previewing.py` make it of the facts. No rule of the business stands here.
"""
