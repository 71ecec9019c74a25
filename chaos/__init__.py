"""Pulled plugs on real processes, and the proof that every term was paid once and no mail was lost or doubled.

`make chaos`, docs/chaos.md. Nothing here runs in earnest, and nothing in the product knows of it.
"""
