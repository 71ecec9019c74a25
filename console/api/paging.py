"""Lists in pages: where the next one begins is told as an address, and read back from it.

A place is the key of the last item that was told, so that a page costs the same wherever it begins.
"""

import base64
import binascii
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request

from console.api.problems import Problem

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
After = Annotated[str | None, Query(max_length=700, description="As `next` says; opaque.")]


def next_page(request: Request, *place: str) -> str:
    """The address of the page after that place."""
    after = base64.urlsafe_b64encode("\n".join(place).encode()).decode().rstrip("=")
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f"{request.url.path}?{urlencode([*asked, ('after', after)])}"


def place_in(after: str, parts: int = 1) -> list[str]:
    """The place that such an address names. Raises `Problem` for what is none."""
    try:
        place = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        place = ""
    found = place.split("\n")
    if len(found) != parts or not all(part and part.isprintable() for part in found):
        raise bad_cursor()
    return found


def bad_cursor() -> Problem:
    return Problem(422, "bad_cursor", "query.after: it is no place in the list; take it from `next`.")
