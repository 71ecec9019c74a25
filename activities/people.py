"""Who the people of a subscription are: its buyer becomes another person, or what is kept of a contact is corrected.

Names and addresses stand in the command's row and here; events name contacts by id.
"""

from uuid import uuid4

from sqlalchemy import ColumnElement, and_, case, exists, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from activities.checkout import contact_of
from models.contacts import concerns
from models.journal import record
from models.parties import ContactRow
from models.records import CommandRow, EventRow, NoticeRow
from models.store import Stored
from models.subscriptions import SubscriptionRow
from renewals import commands as c

BUYER_UNKNOWN = (
    'change-buyer: nobody of the organisation has that address; give "name" as well to add a new contact with it.'
)
NAMED_OTHERWISE = (
    'change-buyer: that contact is kept under another name; leave "name" out, or correct it by change-contact.'
)
CONTACT_UNKNOWN = 'change-contact: "contact" must be the mail address of a contact of the organisation.'
ADDRESS_TAKEN = (
    'change-contact: "email" is the address of another contact of the organisation; change-buyer makes that the buyer.'
)


async def is_same_person(session: AsyncSession, stored: Stored, command: c.ChangeBuyer | c.ChangeContact) -> bool:
    """Is it so already? Raises `BadArguments` where nobody, or somebody else, is meant."""
    if isinstance(command, c.ChangeContact):
        contact = await _corrected(session, stored, command)
        wanted = (command.email or contact.email, command.name or contact.name, command.language or contact.locale)
        return wanted == (contact.email, contact.name, contact.locale)
    known = await contact_of(session, stored.customer.csn, command.email)
    if known is None and not command.name:
        raise c.BadArguments(BUYER_UNKNOWN)
    if known and command.name and command.name != known.name:
        raise c.BadArguments(NAMED_OTHERWISE)
    return known is not None and known.id == stored.row.buyer_id


async def change_buyer(session: AsyncSession, stored: Stored, command: c.ChangeBuyer, row: CommandRow) -> None:
    """Mails go to the new buyer from now on, those that wait too. Who was primary admin as buyer is so no longer."""
    contact = await contact_of(session, stored.customer.csn, command.email)
    if contact is None:
        contact = ContactRow(id=uuid4(), csn=stored.customer.csn, name=command.name or "", email=command.email)
        session.add(contact)
        await session.flush()
    before = stored.buyer
    if stored.row.primary_admin_id == before.id:
        stored.row.primary_admin_id = contact.id
        _record(session, stored, row, "admin", contact)
    stored.row.buyer_id, stored.buyer = contact.id, contact
    session.add(stored.row)
    its = col(NoticeRow.subscription) == stored.row.number
    await _redirect(session, its, before.email, contact.email)
    _record(session, stored, row, "buyer", contact)


async def change_contact(session: AsyncSession, stored: Stored, command: c.ChangeContact, row: CommandRow) -> None:
    """What is kept of the contact, whichever subscriptions of the organisation they have to do with."""
    contact = await _corrected(session, stored, command)
    before = contact.email
    contact.email, contact.name = command.email or contact.email, command.name or contact.name
    contact.locale = command.language or contact.locale
    session.add(contact)
    bought = select(col(SubscriptionRow.number)).where(col(SubscriptionRow.buyer_id) == contact.id)
    await _redirect(session, col(NoticeRow.subscription).in_(bought), before, contact.email)
    _record(session, stored, row, "contact", contact)
    await _record_with_others(session, stored, row, contact)


async def _corrected(session: AsyncSession, stored: Stored, command: c.ChangeContact) -> ContactRow:
    contact = await contact_of(session, stored.customer.csn, command.contact)
    if contact is None:
        raise c.BadArguments(CONTACT_UNKNOWN)
    other = await contact_of(session, stored.customer.csn, command.email) if command.email else None
    if other and other.id != contact.id:
        raise c.BadArguments(ADDRESS_TAKEN)
    return contact


async def _redirect(session: AsyncSession, notices: ColumnElement[bool], before: str, now: str) -> None:
    """Let mails that wait go to the new address; one that a mail server may have already stays as it is.

    What the new address is to have, or has, for the same occasion is not written to it twice: the second is missed.
    Addresses that differ by capitals alone are one mailbox; of several mails that wait for it, one goes on.
    """
    row, other = NoticeRow, aliased(NoticeRow)
    waiting = col(row.outcome).is_(None), col(row.raw).is_(None)
    addressed = func.lower(col(row.recipient)) == before.lower()
    key = ("subscription", "term_starts_on", "kind", "occasion")
    same = (getattr(row, name) == getattr(other, name) for name in key)
    one_box = func.lower(col(other.recipient))
    comes_too = and_(
        col(other.outcome).is_(None),
        col(other.raw).is_(None),
        one_box == before.lower(),
        col(other.recipient) != now,
    )
    goes_first = or_(
        and_(one_box == now.lower(), ~comes_too),
        and_(comes_too, col(row.recipient) != now, col(other.id) < col(row.id)),
    )
    has_it = exists().where(*same, col(other.id) != col(row.id), goes_first).correlate(row)
    values = {
        "outcome": case((has_it, "missed")),
        "next_at": case((~has_it, col(row.next_at))),
        "recipient": case((has_it, col(row.recipient)), else_=now),
    }
    await session.execute(  # in one statement: whether one goes on depends on how all of them stood before
        update(row).where(notices, *waiting, addressed).values(values).execution_options(synchronize_session=False)
    )


async def _record_with_others(session: AsyncSession, stored: Stored, row: CommandRow, contact: ContactRow) -> None:
    """Write it down with every other subscription that the contact has to do with, each in its own time."""
    sub, world = SubscriptionRow, row.received_at - stored.row.shift
    values = (
        col(sub.number),
        literal(world) + col(sub.shift),
        literal("contact"),
        literal({"contact": str(contact.id)}, JSONB),
        literal(row.given_by),
        literal(row.reason),
    )
    columns = ("subscription", "at", "event", "data", "caused_by", "reason")
    others = select(*values).where(concerns(contact.id), col(sub.number) != stored.row.number).order_by(col(sub.number))
    await session.execute(insert(EventRow).from_select(columns, others))


def _record(session: AsyncSession, stored: Stored, row: CommandRow, event: str, contact: ContactRow) -> None:
    data = {"contact": str(contact.id)}
    record(session, stored.row.number, row.received_at, event, data, by=row.given_by, reason=row.reason)
