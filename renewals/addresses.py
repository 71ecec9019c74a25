"""What is one plain mail address: asked at import and again before every mail, because libraries cut silently.

And where the contacts lead to that pages and letters name.
"""

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
LONGEST_ADDRESS = 254
_LONGEST_LOCAL_PART = 64


def is_address(text: str) -> bool:
    """Is this exactly one plain ASCII mail address, without name, quotes or comments?

    >>> [is_address(text) for text in ("a@x.example", "a@x, b@y", "", "a@x>\\r\\nRCPT TO:<evil")]
    [True, False, False, False]
    """
    local, _, _ = text.partition("@")
    return len(text) <= LONGEST_ADDRESS and len(local) <= _LONGEST_LOCAL_PART and _ADDRESS.fullmatch(text) is not None


_PHONE = re.compile(r"\+?[\d ().-]*\d[\d ().-]*")
_FEWEST_DIGITS = 5
"""A shorter number is no phone number that a stranger can call."""


def ways_to_reach(contact: str) -> list[tuple[str, str | None]]:
    """Each way in a contact of the settings, and where a link to it leads: by mail, by web, by phone; None for words.

    Several ways stand in one line, with a comma and a space between.

    >>> ways_to_reach("help@vendor.example, https://vendor.example/chat")
    [('help@vendor.example', 'mailto:help@vendor.example'), ('https://vendor.example/chat', 'https://vendor.example/chat')]
    >>> ways_to_reach("(855) 937-3067, +33 1 23 45 67 89, at our desk")
    [('(855) 937-3067', 'tel:8559373067'), ('+33 1 23 45 67 89', 'tel:+33123456789'), ('at our desk', None)]
    """
    return [(way, _link_to(way)) for way in contact.split(", ")]


def _link_to(way: str) -> str | None:
    if is_address(way):
        return f"mailto:{way}"
    if way.startswith(("https://", "http://")):
        return way
    number = re.sub(r"[^+\d]", "", way)
    return f"tel:{number}" if _PHONE.fullmatch(way) and len(number) >= _FEWEST_DIGITS else None
