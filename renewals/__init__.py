"""The pure core: what is right for a renewal, as functions over frozen values.

Standard library and `tzdata` only. No I/O, no clock (`now` is always an argument), no ORM, no Temporal.
Read `plan.py` first: it is the whole business in one function.
"""
