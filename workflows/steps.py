"""Which activity performs which step of a plan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import workflow

from renewals.plan import Do, Step
from workflows.options import DATABASE, GATEWAY, MAIL

with workflow.unsafe.imports_passed_through():
    from activities.charging import Charging
    from activities.holds import Holds
    from activities.notices import Notices
    from activities.phases import Phases
    from activities.refunds import Refunds


@dataclass(frozen=True, slots=True)
class Performer:
    """An activity, its options, and what it is told beside the subscription's number."""

    activity: Callable[..., Any]
    options: dict[str, Any]
    argument: Callable[[Step], Any] | None = None


PERFORMERS: dict[Do, Performer] = {
    Do.MISS_NOTICES: Performer(Notices.miss_notices, DATABASE),
    Do.ROLL_OVER: Performer(Phases.begin_paid_term, DATABASE),
    Do.END_HOLD: Performer(Holds.end_hold, GATEWAY),
    Do.SEND_QUEUED: Performer(Notices.send_queued, MAIL, lambda step: step.subject),
    Do.ASK_GATEWAY: Performer(Charging.ask_gateway, GATEWAY),
    Do.CHARGE: Performer(Charging.charge, GATEWAY),
    Do.SEND_BACK: Performer(Refunds.send_back, GATEWAY, lambda step: step.subject),
    Do.ENTER_PHASE: Performer(Phases.enter_phase, DATABASE),
    Do.SUSPEND_ACCESS: Performer(Phases.suspend_access, DATABASE),
    Do.SEND_NOTICE: Performer(Notices.send_notice, MAIL, lambda step: step.notices[0]),
    Do.PARK: Performer(Phases.park, DATABASE),
}
