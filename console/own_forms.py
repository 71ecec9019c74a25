"""Is a form ours? The token that only our page of this session knows, and the headers that browsers add by themselves.

The rule of every page with a form: the account's and the operators'.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from models.tokens import same
from renewals.characters import control_character

LONGEST_FORM = 20_000
MOST_FIELDS = 40


class NotOurForm(Exception):
    """A form that was not made for this session, or not sent from our own page."""


async def form_of(
    request: Request, address: str, secret_token: str, *, longest: int = LONGEST_FORM, most: int = MOST_FIELDS
) -> Mapping[str, str]:
    """The fields of a form that was sent by our own page of this session. Raises `NotOurForm`.

    `address` is where people find these pages; what they reach this process by is ours as well.
    """
    if not _sent_from_here(request, address):
        raise NotOurForm
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > longest:
            raise NotOurForm
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=most, errors="strict"))
    except ValueError:
        raise NotOurForm from None
    if any(map(control_character, fields.values())) or not same(fields.get("csrf", ""), secret_token):
        raise NotOurForm
    return fields


def _sent_from_here(request: Request, address: str) -> bool:
    """What browsers say about where a form comes from. One that says nothing still needs the form's token."""
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin"):
        return False
    origin = request.headers.get("origin")
    known = urlsplit(address)
    ours = (f"{known.scheme}://{known.netloc}", f"{request.url.scheme}://{request.url.netloc}")
    return origin is None or origin in ours
