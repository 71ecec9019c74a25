"""Signing in by a mailed link: asking for one, opening it once, the session that it begins. Rows only, no pages.

Whether an address is known changes nothing that can be seen: the same queries, the same row, the same answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.accounts import AccountSessionRow, SignInLinkRow
from models.parties import ContactRow, CustomerRow, has_address
from models.tokens import digest, new_token
from renewals.addresses import is_address

LINK_LIVES = timedelta(minutes=15)
SESSION_LIVES = timedelta(hours=12)

COUNTED = timedelta(hours=1)
"""How far back requests count."""
MOST_PER_ADDRESS = 5
MOST_PER_CLIENT = 30
"""Requests in that time for one mail address, and from one network address."""

_LOCK = 0x5065726C696E6B
"""Advisory lock key: requests are counted and added one after the other, so that no burst slips through."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to be mailed, to whom and in which locale."""

    token: str
    email: str
    name: str
    locale: str


class TooMany(Exception):
    """Too many links were asked for: nothing was stored, and nothing is mailed."""


async def ask_for_link(
    session: AsyncSession, email: str, client: str, leads_to: str | None, now: datetime
) -> Link | None:
    """Store that a link was asked for; the link to mail, or None where nobody is known by the address.

    Raises `TooMany`, whether or not the address is known.
    """
    address, client_hash = email.strip().lower(), digest(client)
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    await _count(session, digest(address), client_hash, now)
    found = await _known(session, address)
    token = new_token()
    session.add(
        SignInLinkRow(
            token_hash=digest(token),
            address_hash=digest(address),
            client_hash=client_hash,
            email=address if found else None,
            leads_to=leads_to,
            asked_at=now,
            expires_at=now + LINK_LIVES,
        )
    )
    return Link(token, found[0], found[1], found[2]) if found else None


async def _count(session: AsyncSession, address_hash: str, client_hash: str, now: datetime) -> None:
    lately = col(SignInLinkRow.asked_at) > now - COUNTED
    for column, value, most in (
        (col(SignInLinkRow.address_hash), address_hash, MOST_PER_ADDRESS),
        (col(SignInLinkRow.client_hash), client_hash, MOST_PER_CLIENT),
    ):
        asked = await session.scalar(select(func.count()).where(column == value, lately))
        if (asked or 0) >= most:
            raise TooMany


async def _known(session: AsyncSession, address: str) -> tuple[str, str, str] | None:
    """Address, name and locale of the contact, as its customer wrote it; the first customer's if there are several."""
    query = (
        select(col(ContactRow.email), col(ContactRow.name), col(CustomerRow.locale))
        .join(CustomerRow, col(CustomerRow.csn) == col(ContactRow.csn))
        .where(has_address(address))
        .order_by(col(ContactRow.csn))
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1], row[2]) if row and is_address(row[0]) else None


def _opens(token: str, now: datetime) -> tuple[object, ...]:
    row = SignInLinkRow
    return (
        col(row.token_hash) == digest(token),
        col(row.email).is_not(None),
        col(row.used_at).is_(None),
        col(row.expires_at) > now,
    )


async def link_opens_for(session: AsyncSession, token: str, now: datetime) -> str | None:
    """The mail address of whose account the link would open. Asking does not use it up: mail scanners follow links."""
    query = select(col(SignInLinkRow.email)).where(*_opens(token, now))  # type: ignore[arg-type]
    return (await session.execute(query)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has begun: the token for its cookie, and the subscription that was wanted."""

    token: str
    leads_to: str | None


async def open_link(session: AsyncSession, token: str, now: datetime) -> Opened | None:
    """Use the link up and begin a session; None if it is unknown, used or over. Of two at once one gets it."""
    row = SignInLinkRow
    used = (
        update(row)
        .where(*_opens(token, now))  # type: ignore[arg-type]
        .values(used_at=now)
        .returning(col(row.id), col(row.email), col(row.leads_to))
    )
    found = (await session.execute(used)).first()
    if found is None:
        return None
    key = new_token()
    session.add(
        AccountSessionRow(
            token_hash=digest(key),
            link_id=found.id,
            email=found.email,
            started_at=now,
            expires_at=now + SESSION_LIVES,
        )
    )
    return Opened(key, found.leads_to)


async def signed_in(session: AsyncSession, token: str, now: datetime) -> str | None:
    """The mail address of whoever has that session; None if it is unknown or over."""
    row = AccountSessionRow
    query = select(col(row.email)).where(
        col(row.token_hash) == digest(token), col(row.ended_at).is_(None), col(row.expires_at) > now
    )
    return (await session.execute(query)).scalar_one_or_none()


async def sign_out(session: AsyncSession, token: str, now: datetime) -> None:
    """End the session for good."""
    row = AccountSessionRow
    ended = update(row).where(col(row.token_hash) == digest(token), col(row.ended_at).is_(None)).values(ended_at=now)
    await session.execute(ended)
