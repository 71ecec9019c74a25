"""What takes two people: each deed by its name, the right that both need, and what is done once it is confirmed.

A new one is an entry of `DEEDS`, its name in the words as `deed.NAME`, and `ask_second_person` where it is asked for.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.ops import giving_many, paying_back, taking_live
from console.ops.carrying_on import wake_watchdog
from console.ops.deed import SECOND_PERSON, Begun, Deed
from console.ops.desk import Desk
from console.ops.fields import Wrong
from models.pauses import RESUME_CHARGES, Pausable, args_of, paused_now, resume
from models.second_person import RequestRow
from models.versions import NotApplicable, apply_what_if
from renewals.roles import May

APPLY_WHAT_IF = "apply-what-if"


async def _resume_charges(session: AsyncSession, asked: RequestRow, now: datetime) -> Begun:
    """Raises `Wrong` where charges were stopped anew since it was asked: nobody has looked at why."""
    charges = next((row for row in await paused_now(session) if row.what == Pausable.CHARGES), None)
    if charges and not asked.args.items() >= args_of(charges).items():
        raise Wrong("pause", "wrong.other_pause")
    usual = bool(asked.args.get("usual"))
    its: dict[str, Any] = {"by": asked.asked_by, "reason": asked.asked_because, "confirmed_by": asked.decided_by}
    await resume(session, Pausable.CHARGES, **its, now=now, usual=usual)
    return _PLANS_ANEW


async def _apply_what_if(session: AsyncSession, asked: RequestRow, now: datetime) -> Begun:
    """Make the version that was asked for. Raises `Wrong` where that cannot be any more; it stays open then."""
    try:
        await apply_what_if(
            session, UUID(asked.args["what_if"]), by=asked.asked_by, reason=asked.asked_because, now=now
        )
    except NotApplicable as fault:
        raise Wrong("what_if", f"what_if.{fault.code}") from None
    return _PLANS_ANEW


async def _plan_anew(desk: Desk) -> None:
    await wake_watchdog(desk.client)


_PLANS_ANEW = Begun(SECOND_PERSON, _plan_anew, is_long=False)

DEEDS: Mapping[str, Deed] = {
    RESUME_CHARGES: Deed(May.STEER, _resume_charges),
    APPLY_WHAT_IF: Deed(May.GOVERN, _apply_what_if),
    taking_live.TAKE_LIVE: taking_live.DEED,
    paying_back.REFUND: paying_back.DEED,
    giving_many.BULK_ACTION: giving_many.DEED,
}
