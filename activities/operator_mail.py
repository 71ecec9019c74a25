"""Mail to the operators: of grave alarms at once, and each morning of what the day brings.

What is to be told is written down first, once for each address; then it is sent, and after a crash sent again as the
same bytes. Grave alarms are gathered for some minutes, so that thirty-seven of them are one letter.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.morning import morning_facts
from activities.posting import Clock
from mail.message import compose
from mail.sender import Accepted, Delivery, Mailer, Rejected, TryAgain
from mail.to_operators import Desk, alert_letter, digest_letter, rendered
from models.columns import fixed
from models.engine import Sessions
from models.history import last_event
from models.journal import record
from models.operator_letters import JournalReaderRow, OperatorLetterRow, recipients, write_letters
from models.records import EventRow
from models.settled import SettledInTime
from renewals.alarms import GRAVE
from renewals.calendar import at_local, local_date

GATHER = timedelta(minutes=2)
"""How long further grave alarms are waited for after the first, to tell of them together."""
BETWEEN = timedelta(minutes=15)
"""How long at least after a letter on grave alarms the next one is sent."""
HELD_UP_AT_MOST = timedelta(minutes=5)
"""How long an alarm waits for others that may have been raised before it, in a transaction that is not over yet."""
NAMED = 10
"""How many of the alarms a letter names; the others it counts."""

LEASE = timedelta(minutes=5)
"""How long a letter that is being sent is left to whoever sends it; longer than the mail server may take."""
FIRST_RESEND, LONGEST_RESEND = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP_AFTER: Mapping[str, timedelta] = MappingProxyType({"digest": timedelta(hours=24), "alert": timedelta(days=7)})
"""A letter of the morning that could not be sent for so long says nothing any more; of grave alarms it still does."""

GREETING_SECONDS = 120.0
GREETS_AGAIN_AFTER = timedelta(minutes=10)
"""How long the facts of a morning may take, and when they are asked for again where that was not enough, or failed."""

ALERTS = "alerts"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told, where their console is, and when their morning comes on the clock of its zone.

    The addresses are those of the settings, each with its language; operators who ticked it come on top.
    """

    desk: Desk
    sender: str
    morning: time
    alert_to: Mapping[str, str]
    digest_to: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Frozen bytes, and where they go."""

    id: UUID
    raw: bytes
    recipient: str


class OperatorMail:
    """Writes to operators."""

    def __init__(
        self, sessions: Sessions, mailer: Mailer, telling: Telling, *, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        self._sessions, self._mailer, self._telling, self._clock = sessions, mailer, telling, clock
        self._settled = SettledInTime(HELD_UP_AT_MOST)
        self._greets_from: datetime | None = None

    async def turn(self) -> None:
        """Write down what is to be told, and send what waits. A letter that cannot be made keeps no other waiting.

        Grave alarms go out before the morning is counted, which takes long where there are many subscriptions. Raises
        what went wrong first, once all the rest is done.
        """
        failed: list[Exception] = []
        for part in (self.gather_alarms, self.send, self._greet_in_time, self.send):
            try:
                await part()
            except Exception as error:  # odd facts of the morning must not silence grave alarms
                failed.append(error)
        if failed:
            raise failed[0]

    async def gather_alarms(self) -> None:
        """Tell of grave alarms that were raised since the last time, together."""
        now = self._clock()
        up_to = await self._settled.up_to(self._sessions, now)
        async with self._sessions.begin() as session:
            reader = await _reader(session, ALERTS)
            if reader.position >= up_to:
                return
            raised = await _grave_alarms(session, reader.position, up_to)
            if not raised:
                reader.position = up_to
                return
            reader.since = reader.since or now
            if now < reader.since + GATHER or (reader.last_at and now < reader.last_at + BETWEEN):
                return
            await self._alert(session, raised, now)
            reader.position, reader.since, reader.last_at = up_to, None, now

    async def _alert(self, session: AsyncSession, raised: "_Raised", now: datetime) -> None:
        record(session, None, now, "alert", {"kinds": raised.kinds})
        to = await recipients(session, "alert", self._telling.alert_to)
        facts = {"kinds": raised.kinds, "newest": raised.newest}
        await write_letters(session, "alert", str(raised.last), to, facts, now)

    async def _greet_in_time(self) -> None:
        now = self._clock()
        if self._greets_from and now < self._greets_from:
            return
        self._greets_from = now + GREETS_AGAIN_AFTER
        async with asyncio.timeout(GREETING_SECONDS):
            await self.greet()
        self._greets_from = None

    async def greet(self) -> None:
        """Write the letter of this morning down, once for each address; also for whoever asks for it later that day."""
        now, zone = self._clock(), self._telling.desk.zone
        today = local_date(now, zone)
        if now < at_local(today, self._telling.morning, zone):
            return
        async with self._sessions() as session:
            to = await recipients(session, "digest", self._telling.digest_to)
            row = OperatorLetterRow
            query = select(col(row.recipient)).where(col(row.kind) == "digest", col(row.occasion) == today.isoformat())
            new = {address: to[address] for address in to.keys() - set((await session.scalars(query)).all())}
            facts = await morning_facts(session, today, now, zone) if new else {}
        if new:
            async with self._sessions.begin() as session:
                await write_letters(session, "digest", today.isoformat(), new, facts, now)

    async def send(self) -> None:
        """Send what waits, one after the other."""
        while claimed := await self._claim():
            envelope = await self._frozen(claimed)
            delivery = await self._mailer.send(envelope.raw, sender=self._telling.sender, recipient=envelope.recipient)
            async with self._sessions.begin() as session:
                row = await session.get_one(OperatorLetterRow, envelope.id, with_for_update=True)
                if row.outcome is None:
                    _write_down(row, delivery, self._clock())

    async def _claim(self) -> UUID | None:
        """The letter that waits longest; nobody else sends it until the lease is over, and others come first."""
        now, row = self._clock(), OperatorLetterRow
        query = (
            select(row)
            .where(col(row.outcome).is_(None), col(row.next_at) <= now)
            .order_by(col(row.next_at))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        async with self._sessions.begin() as session:
            letter = (await session.scalars(query)).one_or_none()
            if letter is None:
                return None
            letter.tries += 1
            letter.next_at = now + LEASE
            return letter.id

    async def _frozen(self, id_: UUID) -> _Envelope:
        """Its bytes, the same at every try."""
        async with self._sessions.begin() as session:
            letter = await session.get_one(OperatorLetterRow, id_, with_for_update=True)
            letter.raw = letter.raw or self._written(letter)
            return _Envelope(letter.id, letter.raw, letter.recipient)

    def _written(self, letter: OperatorLetterRow) -> bytes:
        write = alert_letter if letter.kind == "alert" else digest_letter
        said = rendered(write(letter.facts, letter.language, self._telling.desk), letter.language)
        sender = self._telling.sender
        return compose(
            said,
            sender=sender,
            recipient=letter.recipient,
            message_id=f"<{uuid5(NAMESPACE_URL, str(letter.id))}@{sender.rpartition('@')[2]}>",
            date=letter.made_at,
        )


async def _reader(session: AsyncSession, name: str) -> JournalReaderRow:
    """How far the record was read, held until the transaction ends; whoever comes first begins at its end."""
    first = {"name": name, "position": await last_event(session)}
    await session.execute(insert(JournalReaderRow).values(first).on_conflict_do_nothing())
    return await session.get_one(JournalReaderRow, name, with_for_update=True)


@dataclass(frozen=True, slots=True)
class _Raised:
    """Grave alarms of a stretch of the record: how many of each kind, the number of the last, and the newest ones."""

    kinds: dict[str, int]
    last: int
    newest: list[tuple[str | None, str]]


async def _grave_alarms(session: AsyncSession, after: int, up_to: int) -> _Raised | None:
    """None where there are none. However many there are, few rows are read into memory."""
    row, kind = EventRow, col(EventRow.data)["kind"].astext
    such = (
        col(row.event) == fixed("alarm"),
        col(row.id) > after,
        col(row.id) <= up_to,
        kind.in_(sorted(GRAVE)),
    )
    counted = (
        await session.execute(select(kind, func.count(), func.max(col(row.id))).where(*such).group_by(kind))
    ).all()
    if not counted:
        return None
    newest = select(col(row.subscription), kind).where(*such).order_by(col(row.id).desc()).limit(NAMED)
    return _Raised(
        {kind: int(count) for kind, count, _ in counted},
        max(last for *_, last in counted),
        [(number, kind) for number, kind in (await session.execute(newest)).all()],
    )


def _write_down(row: OperatorLetterRow, delivery: Delivery, now: datetime) -> None:
    """What became of it. The same bytes go out again after a failure, also of one that may have arrived."""
    match delivery:
        case Accepted(reply):
            row.reply, row.sent_at, row.outcome, row.next_at = reply, now, "sent", None
        case Rejected(code, reason):
            row.reply, row.outcome, row.next_at = f"{code} {reason}", "failed", None
            _log.warning("a letter to an operator was refused: %s", code)
        case TryAgain(reason):
            row.reply = reason
            row.next_at = now + min(FIRST_RESEND * (1 << min(row.tries - 1, 10)), LONGEST_RESEND)
            if now >= row.made_at + GIVEN_UP_AFTER[row.kind]:
                row.outcome, row.next_at = "failed", None
