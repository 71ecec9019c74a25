"""Secrets that have to be read again (second factors, webhooks): closed under keys that the database does not hold.

What is closed names whose it is, so that it opens for nobody else. Of several keys the first closes, and each opens.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Seal:
    """Closes and opens. The keys are texts of 32 random characters or more."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest, self._any = _fernet(keys[0]), MultiFernet([_fernet(each) for each in keys])

    def close(self, secret: str, of: str) -> str:
        return self._newest.encrypt(f"{of}\n{secret}".encode()).decode()

    def open(self, closed: str, of: str) -> str | None:
        """The secret; None where it is under a key that is not there, or another's."""
        try:
            owner, _, secret = self._any.decrypt(closed.encode()).decode().partition("\n")
        except InvalidToken:
            return None
        return secret if owner == of else None

    def is_newest(self, closed: str) -> bool:
        """Is it closed under the first key?"""
        try:
            self._newest.decrypt(closed.encode())
        except InvalidToken:
            return False
        return True


def seal_of(keys: Sequence[str]) -> Seal | None:
    """What closes and opens under these keys, the newest first; None where there are none."""
    return Seal(keys) if keys else None


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"perennial secrets").derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))
