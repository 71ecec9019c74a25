"""Random tokens: what goes out is never stored, what is stored opens nothing."""

import hmac
import secrets
from hashlib import sha256


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """What is stored of a token or an address.

    >>> digest("")[:8]
    'e3b0c442'
    """
    return sha256(text.encode()).hexdigest()


def form_token(secret: str) -> str:
    """What a form must bring back: it follows from the secret in the cookie, which no other site can read."""
    return digest(f"form:{secret}")


def same(one: str, other: str) -> bool:
    """Are they equal? Takes as long whatever the answer."""
    return hmac.compare_digest(one.encode(), other.encode())
