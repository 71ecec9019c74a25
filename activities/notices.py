"""Mails: claim the notice, freeze its bytes, send, record. One mail, one activity.

The row is unique per occasion, and written before the mail server is called; a resend is the same bytes under the same
Message-ID. The facts are read again before each send.
"""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col
from temporalio import activity

from activities.clock import started_at
from activities.dealings import enclosed
from activities.letters import letter_of
from activities.planning import plan_after, plan_of
from activities.waiting import decide_waiting
from documents.pdf import pdf_of
from documents.sheet import file_name
from mail.letter import Contacts
from mail.message import Attachment, compose
from mail.render import render
from mail.sender import Accepted, Delivery, Mailer, Rejected, TryAgain
from mail.wording import letter_locale
from models.engine import Sessions
from models.joined import ONE
from models.journal import raise_alarm, record
from models.records import NoticeRow
from models.store import Stored, load, write
from models.subscriptions import SubscriptionRow
from renewals.caused import is_still_true
from renewals.causes import CALENDAR
from renewals.facts import Announcement, Term
from renewals.letters import Kind
from renewals.notices import ANNOUNCING, DatedNotice, due_notices
from renewals.plan import NoticeRef
from renewals.renewing import announcement
from workflows.contract import TermPlan

FIRST_RESEND = timedelta(minutes=1)
LONGEST_RESEND = timedelta(hours=1)

_ANNOUNCES = "announces"
"""Among the facts of such a notice: the price that its letter names."""

_WITHOUT_BYTES = defer(NoticeRow.raw)  # type: ignore[arg-type]
_LOCKED_SHIFT = select(col(SubscriptionRow.shift)).where(ONE).with_for_update()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Frozen bytes with where they go; `again` when they were on their way before."""

    notice_id: UUID
    raw: bytes
    recipient: str
    again: bool


class Notices:
    """Sends the mails of a plan."""

    def __init__(self, sessions: Sessions, mailer: Mailer, contacts: Contacts, sender: str, signing_key: bytes) -> None:
        """`signing_key` is that of previews."""
        self._sessions, self._mailer, self._contacts, self._sender = sessions, mailer, contacts, sender
        self._signing_key = signing_key

    @activity.defn
    async def send_notice(self, number: str, notice: NoticeRef) -> TermPlan:
        """Send a dated notice, if it is still the one to send once what came before it is decided."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            await decide_waiting(session, number, wall_now, self._signing_key)
            stored = await load(session, number, wall_now, lock=True)
            envelope = (
                await self._claim_dated(session, stored, notice) if stored and stored.facts.may_be_mailed else None
            )
        planned = await self._deliver(number, envelope, wall_now) if envelope else None
        return planned or await plan_of(self._sessions, number, wall_now)

    @activity.defn
    async def send_queued(self, number: str, notice_id: str) -> TermPlan:
        """Send a mail that an attempt or a command caused, if its reason still stands."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            envelope = (
                await self._claim_queued(session, stored, UUID(notice_id))
                if stored and stored.facts.may_be_mailed
                else None
            )
        planned = await self._deliver(number, envelope, wall_now) if envelope else None
        return planned or await plan_of(self._sessions, number, wall_now)

    @activity.defn
    async def miss_notices(self, number: str) -> TermPlan:
        """Record the notices that are overdue and may not be sent any more."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            stored = await load(session, number, wall_now, lock=True)
            if stored and stored.facts.may_be_mailed:
                for notice in due_notices(stored.facts, stored.now).miss:
                    _miss(session, stored, await _claim(session, stored, notice))
        return await plan_of(self._sessions, number, wall_now)

    async def _claim_dated(self, session: AsyncSession, stored: Stored, ref: NoticeRef) -> Envelope | None:
        due = due_notices(stored.facts, stored.now).send
        notice = next((each for each in due if each.key == (ref.kind, ref.occasion)), None)
        if notice is None:
            return None
        row = await _claim(session, stored, notice)
        if row.outcome is not None or (row.next_at or stored.now) > stored.now:
            return None
        if row.raw is None and notice.kind in ANNOUNCING and stored.facts.renews_automatically:
            _name_price(stored, row)
        return await self._freeze(session, stored, row)

    async def _claim_queued(self, session: AsyncSession, stored: Stored, notice_id: UUID) -> Envelope | None:
        row = await session.get(NoticeRow, notice_id, with_for_update=True)
        if row is None or row.outcome is not None or (row.next_at or stored.now) > stored.now:
            return None
        if not is_still_true(stored.facts, Kind(row.kind), row.facts, row.term_starts_on):
            _miss(session, stored, row)
            return None
        return await self._freeze(session, stored, row)

    async def _freeze(self, session: AsyncSession, stored: Stored, row: NoticeRow) -> Envelope:
        """The bytes of the mail: kept, and the same as long as the mail server may have them already."""
        again = row.raw is not None
        if row.raw is None:
            kind = Kind(row.kind)
            rendered = render(await letter_of(session, stored, kind, row.facts), self._contacts)
            paper = await enclosed(session, kind, row.facts, self._contacts.vendor)
            files = [Attachment(file_name(paper), await asyncio.to_thread(pdf_of, paper))] if paper else []
            row.message_id = f"<{uuid5(NAMESPACE_URL, str(row.id))}@{self._sender.rpartition('@')[2]}>"
            row.raw = compose(
                rendered,
                sender=self._sender,
                recipient=row.recipient,
                message_id=row.message_id,
                date=stored.now,
                attachments=files,
            )
            row.content_hash = hashlib.sha256(row.raw).hexdigest()
            row.locale = rendered.locale
        row.tries += 1
        row.next_at = stored.now
        session.add(row)
        return Envelope(row.id, row.raw, row.recipient, again)

    async def _deliver(self, number: str, envelope: Envelope, wall_now: datetime) -> TermPlan | None:
        """Send outside any transaction, then record what the mail server said, and plan."""
        delivery = await self._mailer.send(envelope.raw, sender=self._sender, recipient=envelope.recipient)
        async with self._sessions.begin() as session:
            shift = await session.scalar(_LOCKED_SHIFT, {"number": number})
            row = await session.get(NoticeRow, envelope.notice_id, with_for_update=True, options=[_WITHOUT_BYTES])
            if shift is None or row is None or row.outcome is not None:
                return None
            await _record_delivery(session, row, delivery, wall_now + shift, again=envelope.again)
            if isinstance(delivery, Accepted) and _ANNOUNCES in row.facts:
                await _announce(session, row, wall_now)
            return await plan_after(session, number, wall_now)


def _name_price(stored: Stored, row: NoticeRow) -> None:
    """Let the letter name the price now in force; it is announced once the mail server has taken the letter."""
    named = announcement(stored.facts)
    if named:
        stored.facts = replace(stored.facts, announced=named)
        row.facts = {_ANNOUNCES: {"term": named.term, "unit_price": named.unit_price}}


async def _announce(session: AsyncSession, row: NoticeRow, wall_now: datetime) -> None:
    """The buyer was told the price that the letter names, if it is still for the next term."""
    stored, named = await load(session, row.subscription, wall_now), row.facts[_ANNOUNCES]
    if stored and row.term_starts_on == stored.facts.starts_on and named["term"] == stored.facts.next_term:
        announced = Announcement(Term(named["term"]), named["unit_price"])
        write(session, stored, replace(stored.facts, announced=announced))


async def _claim(session: AsyncSession, stored: Stored, notice: DatedNotice) -> NoticeRow:
    """The one row of a dated notice, written now if it was not claimed yet."""
    unique = {
        "subscription": stored.row.number,
        "term_starts_on": stored.facts.starts_on,
        "kind": notice.kind.value,
        "occasion": notice.occasion,
        "recipient": stored.buyer.email,
    }
    await session.execute(
        insert(NoticeRow)
        .values(id=uuid4(), dated=True, why=CALENDAR, facts={}, planned_for=notice.at, tries=0, **unique)
        .on_conflict_do_nothing()
    )
    query = select(NoticeRow).filter_by(**unique).with_for_update()
    return (await session.execute(query)).scalar_one()


async def _record_delivery(
    session: AsyncSession, row: NoticeRow, delivery: Delivery, now: datetime, *, again: bool
) -> None:
    """Write down what the mail server said. A mail that it certainly has not is written anew at the next try."""
    match delivery:
        case Accepted(reply):
            row.reply, row.sent_at = reply, now
            _conclude(session, row, "sent", now)
        case Rejected(code, reason):
            row.reply = f"{code} {reason}"
            detail = f"{row.kind}: {row.reply}"
            subject, facts = str(row.id), {"kind": row.kind, "reply": row.reply}
            await raise_alarm(session, row.subscription, "mail_rejected", detail, now, subject=subject, facts=facts)
            _conclude(session, row, "failed", now)
        case TryAgain(reason, ambiguous):
            row.reply = reason
            if not ambiguous and not again:
                row.raw = None
            wait = min(FIRST_RESEND * (1 << min(row.tries - 1, 10)), LONGEST_RESEND)
            row.next_at = now + wait
            session.add(row)


def _miss(session: AsyncSession, stored: Stored, row: NoticeRow) -> None:
    """Write off a notice that is not sent any more."""
    if row.outcome is None and row.locale is None:
        row.locale = str(letter_locale(stored.locale)).replace("_", "-")
    _conclude(session, row, "missed", stored.now)


def _conclude(session: AsyncSession, row: NoticeRow, outcome: str, now: datetime) -> None:
    """Write the outcome of a notice, once, and record it."""
    if row.outcome is not None:
        return
    row.outcome, row.next_at = outcome, None
    session.add(row)
    data = {"kind": row.kind, "locale": row.locale, "outcome": outcome, "occasion": row.occasion, "why": row.why}
    record(session, row.subscription, now, "notice", data, notice_id=row.id)
