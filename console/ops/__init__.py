"""The operations console under `/ops`: pages of the vendor's staff.

`app.py` puts it together and refuses to start with a page that nobody guards. A page is a route of a module here: its
`who` is one of `guard.Reads`, `Steers`, `MovesMoney`, `Governs`, which lets in whoever has that right and gives back
the fields of a form that is ours; `desk.page` renders it in that person's language. `rooms.py` has the menu, `words/`
the words. No rule of the business stands here, and no query: those are in `models/`.
"""
