"""The facts, in PostgreSQL: tables, sessions, and the reading of rows into the core's frozen values.

The guarantees of domain.md 10 stand here as constraints, not only in Python.
"""
