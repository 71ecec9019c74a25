"""What an operator knows and has: the password, the second factor, the recovery codes.

A name that nobody has is asked the same of a nobody's secrets, so that the answer takes as long and says the same.
"""

import asyncio
import logging
import secrets
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.operators import OperatorRow, RecoveryCodeRow
from models.sealing import Seal, seal_of
from models.tokens import digest, same
from renewals.characters import is_blank
from settings import Settings

_log = logging.getLogger(__name__)

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
RECOVERY_CODES = 10
STEP_SECONDS = 30
_NEAR_STEPS = (0, -1, 1)
"""A clock may be that many steps off."""

_HASHER = PasswordHasher()
_NOBODYS_PASSWORD = _HASHER.hash(secrets.token_urlsafe(16))
_NOBODYS_SECRET = pyotp.random_base32()
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def good_password(password: str, name: str) -> bool:
    """May this be a password? Long enough; what it is made of is the person's own affair."""
    long_enough = SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
    return long_enough and not is_blank(password) and name.lower() not in (password.lower(), password.lower().strip())


async def hash_of(password: str) -> str:
    """What is stored of a password. It takes a while on purpose, and other requests go on."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def knows_password(operator: OperatorRow | None, password: str) -> bool:
    """Is this the operator's password? As slow for nobody."""
    stored = operator.password_hash if operator else None
    matches = await asyncio.to_thread(_matches, stored or _NOBODYS_PASSWORD, password[:LONGEST_PASSWORD])
    return matches and stored is not None


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def new_secret() -> str:
    """A secret for a second factor, as its app wants it."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """What the app of a second factor reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Perennial")


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that the code is of, if it is one of now."""
    totp, step = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    shown = {step + near: totp.generate_otp(step + near) for near in _NEAR_STEPS}
    fits = [each for each, expected in shown.items() if same(code, expected)]
    return fits[0] if fits else None


async def use_code(
    session: AsyncSession, operator: OperatorRow | None, code: str, now: datetime, settings: Settings
) -> bool:
    """Use up a code of the second factor, or a recovery code. A step counts once, and so does a recovery code."""
    code = code.replace(" ", "").replace("-", "").lower()
    step = step_of(_secret_of(operator, seal_of(settings.sealed_under)) or _NOBODYS_SECRET, code, now)
    name, row = operator.name if operator else "", OperatorRow
    later = or_(col(row.totp_step).is_(None), col(row.totp_step) < (step or 0))
    used = update(row).where(col(row.name) == name, later).values(totp_step=step).returning(col(row.name))
    recovery = (
        update(RecoveryCodeRow)
        .where(col(RecoveryCodeRow.operator) == name, col(RecoveryCodeRow.code_hash) == digest(code))
        .where(col(RecoveryCodeRow.used_at).is_(None))
        .values(used_at=now)
        .returning(col(RecoveryCodeRow.operator))
    )
    statement = used if step is not None else recovery
    return (await session.execute(statement)).first() is not None


def _secret_of(operator: OperatorRow | None, seal: Seal | None) -> str | None:
    if operator is None or operator.totp_secret is None:
        return None
    secret = seal.open(operator.totp_secret, operator.name) if seal else None
    if secret is None:
        _log.warning("a second factor cannot be opened: PERENNIAL_SEAL_KEYS lacks the key that it is closed under")
    return secret


async def give_recovery_codes(session: AsyncSession, name: str, now: datetime) -> list[str]:
    """New codes in place of those there are; told this once."""
    await session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.operator) == name))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCodeRow(operator=name, code_hash=digest(code), made_at=now) for code in codes)
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]
