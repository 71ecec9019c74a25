"""What is one plain mail address: asked at import and again before every mail, because libraries cut silently."""

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
