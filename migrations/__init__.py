"""How the database came to look as it does, by Alembic: `versions/` in order, run from code by `models.schema`."""
