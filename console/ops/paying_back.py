"""A refund beyond `PERENNIAL_SECOND_PERSON_REFUND`: asked for at a page or by a command, given by two people."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from urllib.parse import quote as quoted
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.account.giving import wait_for_answer
from console.ops.deed import Begun, Deed, stale
from console.ops.desk import Desk
from models.audit import audit
from models.inbox import store_command
from models.refundable import PaidOrder, paid_order
from models.second_person import RequestRow, ask_second_person, key_of
from renewals.commands import Name, Refund
from renewals.roles import May

REFUND = "refund"


async def ask_to_refund(
    session: AsyncSession, number: str, command: Refund, order: PaidOrder, *, by: str, reason: str, now: datetime
) -> bool:
    """Ask a second person to send that much of the order back; False when the same is asked for already."""
    its = order.refundable
    amount = command.amount or its.left
    args = {"subscription": number, "order": str(order.id), "amount": amount, "seen": its.gone_back}
    if command.attempt:
        args["attempt"] = str(command.attempt)
    shown = asdict(its) | {"amount": amount, "ordered_at": order.ordered_at.isoformat()}
    return await ask_second_person(session, REFUND, args, by=by, reason=reason, now=now, shown=shown)


async def _as_asked(session: AsyncSession, asked: RequestRow, now: datetime) -> Begun:
    """Store the command. Raises `Wrong` where the order is not paid, or gone back, as it was then."""
    args = dict(asked.args)
    number, attempt = args.pop("subscription"), args.get("attempt")
    order = await paid_order(session, number, UUID(args["order"]), UUID(attempt) if attempt else None)
    if order is None or not asked.shown.items() >= asdict(order.refundable).items():
        raise stale()
    id_ = await store_command(
        session,
        client_key=key_of(asked.id),
        subscription=number,
        name=Name.REFUND,
        args=args | {"reason": asked.asked_because},
        by=asked.asked_by,
        wall_now=now,
    )
    data = {"command": REFUND, "confirmed_by": asked.decided_by}
    audit(session, now, asked.asked_by, "subscription.command", number, reason=asked.asked_because, data=data)
    address = f"/ops/subscriptions/{quoted(number, safe='')}?answer={id_}"
    return Begun(address, partial(_deliver, command_id=id_, now=now), is_long=False)


async def _deliver(desk: Desk, command_id: UUID, now: datetime) -> None:
    await wait_for_answer(desk.sessions, desk.client, command_id, now)


DEED = Deed(May.MONEY, _as_asked)
