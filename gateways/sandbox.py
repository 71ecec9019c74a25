"""The embedded gateway: its answers are scripted by the payment token (docs: sandbox tokens).

It keeps a book of its own in PostgreSQL and honours keys, as a real provider does. Counts run over the attempts of one
method of one subscription.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from gateways.port import (
    Answer,
    Charge,
    Declined,
    GivenUp,
    Issued,
    NoAnswer,
    NotReceived,
    Paid,
    Pending,
    Refunded,
    RefundRefused,
    Unreachable,
)
from models.engine import Sessions
from models.sandbox import SandboxChargeRow, SandboxMethodRow, SandboxRefundRow
from renewals.money import Money

ALWAYS_PAID = "ok"
_COUNTED = re.compile(r"(?P<what>[a-z_]+)\*(?P<times>\d{1,6})")
_VOUCHER_PAID = re.compile(r"voucher-paid-after:(?P<days>\d{1,3})d")
_VOUCHER_PENDING = re.compile(r"voucher-pending-then-paid:(?P<days>\d{1,3})d")
_VOUCHER_PARTS = re.compile(r"voucher-in-parts:(?P<parts>\d{1,3}@\d{1,3}d(?:\+\d{1,3}@\d{1,3}d)*)")
_REFUND_REFUSED = re.compile(r"refund-refused:(?P<says>[a-z_]{1,40})")
_PENDING = re.compile(r"pending-then-(?P<outcome>paid|declined):(?P<days>\d{1,3})d")


@dataclass(frozen=True, slots=True)
class _Script:
    """What the token says about one attempt."""

    code: str | None = None
    answer_lost: bool = False
    pending: timedelta = timedelta(0)


def _script(token: str, attempt: int) -> _Script:
    """The script's line for the n-th attempt of a method (from 1)."""
    first = attempt == 1
    if token in ("timeout-then-paid", "timeout-then-declined"):
        return _Script(None if token.endswith("paid") else "insufficient_funds", answer_lost=first)
    pending = _PENDING.fullmatch(token)
    if pending:
        code = None if pending["outcome"] == "paid" else "insufficient_funds"
        return _Script(code, pending=timedelta(days=int(pending["days"])))
    counted = _COUNTED.fullmatch(token)
    if counted:
        declined = counted["what"] != "down" and attempt <= int(counted["times"])
        return _Script(counted["what"] if declined else None)
    return _Script(None if _pays_plainly(token) else token)


def _pays_plainly(token: str) -> bool:
    return token == ALWAYS_PAID or _REFUND_REFUSED.fullmatch(token) is not None


def _voucher_paid_at(token: str, now: datetime) -> datetime | None:
    """When the buyer pays a voucher that is issued now; None: never."""
    paid = _VOUCHER_PAID.fullmatch(token) or _VOUCHER_PENDING.fullmatch(token)
    if paid:
        return now + timedelta(days=int(paid["days"]))
    return now if _pays_plainly(token) else None


def _parts(token: str, amount: int, now: datetime) -> dict[str, int]:
    """By instant, what has come in all of a voucher that is issued now, if its buyer pays it in parts."""
    scripted, percent, found = _VOUCHER_PARTS.fullmatch(token), 0, dict[str, int]()
    for part in scripted["parts"].split("+") if scripted else ():
        share, _, days = part.removesuffix("d").partition("@")
        percent += int(share)
        found[(now + timedelta(days=int(days))).isoformat()] = amount * percent // 100
    return found


def _unreachable_calls(token: str) -> int:
    counted = _COUNTED.fullmatch(token)
    return int(counted["times"]) if counted and counted["what"] == "down" else 0


class SandboxGateway:
    """The sandbox, on a database of its own choice."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def charge(self, charge: Charge, now: datetime) -> Answer:
        async with self._sessions.begin() as session:
            known = await session.get(SandboxChargeRow, UUID(charge.key))
            if known:
                return _answer(known, now)
            reached, lost, row = await self._receive(session, charge, now)
        if not reached:
            raise Unreachable("the sandbox is down, as the token says")
        if lost:
            raise NoAnswer("timeout")
        return _answer(row, now)

    async def _receive(
        self, session: AsyncSession, charge: Charge, now: datetime
    ) -> tuple[bool, bool, SandboxChargeRow]:
        """Enter the charge in the book: was it reached, is its answer lost, and the row."""
        method = await self._method(session, charge)
        script, refused = _script(charge.token, method.attempts), _REFUND_REFUSED.fullmatch(charge.token)
        row = SandboxChargeRow(
            key=UUID(charge.key),
            subscription=charge.subscription,
            method_id=UUID(charge.method_id),
            amount=charge.amount.minor,
            currency=charge.amount.currency,
            outcome="declined" if script.code else "paid",
            code=script.code,
            charged_at=now,
            final_at=now + script.pending,
            refund_refusal=refused["says"] if refused else None,
        )
        if charge.voucher_expires_at:
            row.outcome, row.code = "paid", None
            row.voucher_code, row.final_at = _voucher_code(charge.key), _voucher_paid_at(charge.token, now)
            row.parts = _parts(charge.token, row.amount, now)
            if _VOUCHER_PENDING.fullmatch(charge.token):
                row.pends_from = charge.voucher_expires_at
        if method.refused_calls < _unreachable_calls(charge.token):
            method.refused_calls, method.attempts = method.refused_calls + 1, method.attempts - 1
            return False, False, row
        session.add(row)
        return True, script.answer_lost, row

    async def _method(self, session: AsyncSession, charge: Charge) -> SandboxMethodRow:
        """The method's counts with this attempt, locked."""
        key = {"subscription": charge.subscription, "method_id": UUID(charge.method_id)}
        statement = (
            insert(SandboxMethodRow)
            .values(**key, attempts=1, refused_calls=0)
            .on_conflict_do_update(index_elements=list(key), set_={"attempts": col(SandboxMethodRow.attempts) + 1})
            .returning(SandboxMethodRow)
        )
        return (await session.execute(statement)).scalar_one()

    async def look_up(self, key: str, now: datetime) -> Answer | NotReceived:
        async with self._sessions() as session:
            known = await session.get(SandboxChargeRow, UUID(key))
        return _answer(known, now) if known else NotReceived()

    async def give_up(self, key: str, now: datetime) -> Paid | Pending | GivenUp:
        async with self._sessions.begin() as session:
            row = await session.get(SandboxChargeRow, UUID(key), with_for_update=True)
            if row is None:
                return GivenUp()
            found = _answer(row, now)
            if isinstance(found, Paid | Pending):
                return found
            row.given_up_at = row.given_up_at or now
            return GivenUp(_received(row, now))

    async def refund(self, key: str, amount: Money, refund_key: str, now: datetime) -> Refunded | RefundRefused:
        async with self._sessions.begin() as session:
            charged = await session.get(SandboxChargeRow, UUID(key), with_for_update=True)
            if charged is None:
                return RefundRefused("no_such_charge")
            if charged.refund_refusal:
                return RefundRefused(charged.refund_refusal)
            if await session.get(SandboxRefundRow, UUID(refund_key)) is None:
                if await _gone_back(session, charged) + amount.minor > _come(charged, now):
                    return RefundRefused("more_than_was_paid")
                sent = SandboxRefundRow(
                    key=UUID(refund_key),
                    charge_key=charged.key,
                    amount=amount.minor,
                    currency=amount.currency,
                    refunded_at=now,
                )
                session.add(sent)
        return Refunded(f"sandbox-refund-{refund_key}")


async def _gone_back(session: AsyncSession, charged: SandboxChargeRow) -> int:
    query = select(func.coalesce(func.sum(col(SandboxRefundRow.amount)), 0))
    return int((await session.execute(query.where(col(SandboxRefundRow.charge_key) == charged.key))).scalar_one())


def _come(row: SandboxChargeRow, now: datetime) -> int:
    """What has come of a charge in all."""
    if row.parts:
        return _received(row, now)
    return row.amount if isinstance(_answer(row, now), Paid) else 0


def _voucher_code(key: str) -> str:
    """What the buyer types at the store: digits in groups, from the charge's key."""
    digits = f"{UUID(key).int % 10**12:012}"
    return "-".join(digits[start : start + 4] for start in range(0, 12, 4))


def _answer(row: SandboxChargeRow, now: datetime) -> Answer:
    reference = f"sandbox-{row.key}"
    if row.parts:
        return _answer_in_parts(row, reference, now)
    if row.pends_from and row.pends_from <= now and (row.final_at is None or now < row.final_at):
        return Pending(reference)
    if row.final_at is None or now < row.final_at:
        return Issued(row.voucher_code, reference, row.final_at) if row.voucher_code else Pending(reference)
    return Declined(row.code or "", reference) if row.outcome == "declined" else Paid(reference)


def _received(row: SandboxChargeRow, now: datetime) -> int:
    """What has come of a voucher in all."""
    return max((total for at, total in row.parts.items() if datetime.fromisoformat(at) <= now), default=0)


def _answer_in_parts(row: SandboxChargeRow, reference: str, now: datetime) -> Answer:
    received = _received(row, now)
    if received >= row.amount:
        return Paid(reference, received)
    coming = (at for at in map(datetime.fromisoformat, row.parts) if at > now)
    return Issued(row.voucher_code or "", reference, min(coming, default=None), received)
