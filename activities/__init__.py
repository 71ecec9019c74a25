"""I/O only: load, decide by one core call, record. Outside calls never run inside a database transaction."""
