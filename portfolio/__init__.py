"""A portfolio's files: reading them, checking every line, and writing what is new of them.

`reading.py` turns files into values, `references.py` asks whether these fit what is stored, `importing.py` writes.
Nothing here decides what becomes of a subscription; it only says what is true of it on the day of the import.
"""
