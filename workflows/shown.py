"""What a run shows of itself: in Temporal's pages, to their filters, and to whoever asks for its status."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from renewals.plan import in_words
from workflows import contract
from workflows.contract import TermPlan


def show(plan: TermPlan) -> None:
    """What a person reads about the run in Temporal's own pages."""
    coming = "".join(f"- {step.at:%Y-%m-%d} {in_words(step)}\n" for step in plan.steps)
    workflow.set_current_details(f"**{plan.phase}**, renews on {plan.renews_on}\n\n{coming}")


def attributes_of(plan: TermPlan) -> dict[SearchAttributeKey[Any], Any]:
    """What Temporal's pages can filter by."""
    return contract.search_attributes(plan.phase, plan.renews_at, plan.customer, plan.auto_renew)


def attributes_given() -> dict[SearchAttributeKey[Any], Any]:
    """What the run was started with; one that another run handed over to asserts its own."""
    info = workflow.info()
    given = info.typed_search_attributes
    return {} if info.continued_run_id else {key: given.get(key) for key in contract.SEARCH_ATTRIBUTES}


def status_of(number: str, plan: TermPlan | None) -> dict[str, Any]:
    """The answer to the query `status`: where the subscription stood when it was last planned."""
    if plan is None:
        return {"number": number, "planned": False}
    return {
        "number": number,
        "planned": True,
        "phase": plan.phase,
        "starts_on": plan.starts_on,
        "renews_on": plan.renews_on,
        "auto_renew": plan.auto_renew,
        "next": in_words(plan.steps[0]) if plan.steps else None,
    }
