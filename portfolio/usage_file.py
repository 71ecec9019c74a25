"""The file of a usage import: who has a seat of which subscription since when, and when they used it last or at all.

One line per assignment, read one by one: such a file may have more lines than fit into the memory.
"""

from collections.abc import Iterator
from typing import Any

from portfolio import fields
from portfolio.cells import optional, required
from portfolio.files import Complaint, Table
from portfolio.usage_line import UsageLine


def _settle_days(values: dict[str, Any]) -> Iterator[Complaint]:
    values.setdefault("unassigned_on", None)
    assigned_on, used_on, ended_on = (values.get(name) for name in ("assigned_on", "last_used_on", "unassigned_on"))
    if assigned_on and ended_on and ended_on <= assigned_on:
        yield "unassigned_on", f"is {ended_on}, not after assigned_on ({assigned_on}); correct one of the two."
    if assigned_on and used_on and used_on < assigned_on:
        yield "last_used_on", f"is {used_on}, before assigned_on ({assigned_on}); correct one of the two."
    if ended_on and used_on and used_on > ended_on:
        yield "last_used_on", f"is {used_on}, after unassigned_on ({ended_on}); correct one of the two."
    yield from _settle_list(values)


def _settle_list(values: dict[str, Any]) -> Iterator[Complaint]:
    """Days of use are listed from a day on, and lie within the assignment."""
    if not {"used_on", "used_since"} <= values.keys():
        return
    listed, since = values["used_on"] or (), values["used_since"]
    values["used_on"] = listed
    assigned_on, ended_on = values.get("assigned_on"), values.get("unassigned_on")
    if not listed:
        return
    if since is None:
        yield "used_since", "is blank, but used_on lists days; give the day since when it lists every day of use."
    elif listed[0] < since:
        yield "used_on", f"lists {listed[0]}, before used_since ({since}); correct one of the two."
    if assigned_on and listed[0] < assigned_on:
        yield "used_on", f"lists {listed[0]}, before assigned_on ({assigned_on}); correct one of the two."
    if ended_on and listed[-1] > ended_on:
        yield "used_on", f"lists {listed[-1]}, after unassigned_on ({ended_on}); correct one of the two."


def _user(text: str) -> str:
    return fields.email(text).lower()


USAGE: Table[UsageLine] = Table(
    "usage.csv",
    {
        "subscription": required(fields.number),
        "user": required(_user),
        "assigned_on": required(fields.day),
        "last_used_on": optional(fields.day),
    },
    ("subscription", "user", "assigned_on"),
    _settle_days,
    UsageLine,
    {"unassigned_on": optional(fields.day), "used_on": optional(fields.days), "used_since": optional(fields.day)},
)
