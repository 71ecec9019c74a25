"""What browsers are told about each answer: what a page may load and send, and that nothing is kept or passed on."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What a page may load and send: its own style and pictures, its own forms. No scripts."""

LIVE_POLICY = f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'"
"""The same, with a script of our own that keeps it up to date, from us alone."""

FRAMING_POLICY = f"{PAGE_POLICY}; frame-src 'self'"
"""The same, with a letter in a frame."""

LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""What a letter may load: nothing from anywhere. Letters carry their styles inline, as mail programs want it."""

Next = Callable[[Request], Awaitable[Response]]


async def with_page_headers(request: Request, call_next: Next) -> Response:
    """Of a room with forms. Browsers name where a form comes from, and no token in a path."""
    response = await call_next(request)
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def with_headers(request: Request, call_next: Next) -> Response:
    """Of every answer, unless its room has said otherwise."""
    response = await call_next(request)
    for name, value in {
        "Content-Security-Policy": PAGE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }.items():
        response.headers.setdefault(name, value)
    return response
