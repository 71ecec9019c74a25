"""Which texts may stand in a header or an SMTP command: checks of our own, because the libraries cut silently."""

import re
import unicodedata

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_LONGEST_LOCAL_PART, _LONGEST_ADDRESS = 64, 254
_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_address(text: str) -> bool:
    """Is this exactly one plain ASCII mail address, without name, quotes or comments?

    >>> [is_address(text) for text in ("a@x.example", "a@x, b@y", "", "a@x>\\r\\nRCPT TO:<evil")]
    [True, False, False, False]
    """
    local, _, _ = text.partition("@")
    return len(text) <= _LONGEST_ADDRESS and len(local) <= _LONGEST_LOCAL_PART and _ADDRESS.fullmatch(text) is not None


def without_controls(text: str) -> str:
    """The text with control characters, line ends and marks that turn the reading direction made spaces.

    >>> without_controls("Ada\\r\\nBcc: x")
    'Ada Bcc: x'
    """
    broken = "".join(
        " " if unicodedata.category(char) in _BREAKING or char in _DIRECTION_MARKS else char for char in text
    )
    return re.sub(r" {2,}", " ", broken).strip()
