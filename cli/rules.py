"""`perennial policies` and `prices`: every version, when it is in force, who made it and why.

New versions are made in the console, by a what-if and two people.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any

import typer

from cli import desk
from cli.output import fail, print_json, print_table
from models.catalog import OfferingRow, PolicyRow, PriceRow
from models.history import in_utc
from models.versions import offerings, policy_rows, prices_of
from renewals.money import Money

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def policies(as_json: Json = False) -> None:
    """Every version of every policy: for whom, from which day on, what it says."""
    rows = desk.run(_policies())
    if as_json:
        print_json([row.model_dump() for row in rows])
        return
    cells = (
        (
            ", ".join(each for each in (row.sku, row.country, row.channel) if each) or "everybody",
            str(row.version),
            row.effective_on.isoformat(),
            ", ".join(f"{name} {value}" for name, value in row.values.items()),
            f"{row.set_by}: {row.reason}",
        )
        for row in rows
    )
    columns = ("for", "version#", "in force from", "values", "by whom and why")
    print_table("policies", columns, cells, empty="There are no policies: the defaults hold for everybody.")


async def _policies() -> Sequence[PolicyRow]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        return await policy_rows(session)


def prices(
    sku: Annotated[str | None, typer.Argument(help="One offering; without it all of them.")] = None,
    as_json: Json = False,
) -> None:
    """Every version of every price, and from when until when it is in force."""
    told = _told(desk.run(_prices(sku)))
    if as_json:
        print_json(told)
        return
    cells = (
        (
            f"{each['sku']} {each['term']} {each['currency']}",
            str(each["version"]),
            str(Money(each["list_price"], each["currency"])),
            str(Money(each["renewal_price"], each["currency"])),
            each["status"],
            in_utc(each["effective_at"])[:16],
            in_utc(each["until"])[:16] if each["until"] else "",
        )
        for each in told
    )
    columns = ("price", "version#", "list#", "renewal#", "status", "from (UTC)", "until (UTC)")
    print_table("prices", columns, cells, empty="There are no prices.")


async def _prices(sku: str | None) -> Sequence[PriceRow]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        if sku is not None:
            if await session.get(OfferingRow, sku) is None:
                fail(f"There is no offering {sku or repr(sku)}; `perennial prices` shows those that exist.")
            return await prices_of(session, [sku])
        found, _ = await offerings(session, after=None, limit=_ALL)
        return await prices_of(session, [each.sku for each in found])


_ALL = 1_000_000


def _told(rows: Sequence[PriceRow]) -> list[dict[str, Any]]:
    """Each with the instant at which the next version of the same price takes its place."""
    ends: list[datetime | None] = [
        after.effective_at if _key(row) == _key(after) else None for row, after in pairwise(rows)
    ]
    return [row.model_dump() | {"until": until} for row, until in zip(rows, [*ends, None], strict=True)] if rows else []


def _key(row: PriceRow) -> tuple[str, str, str]:
    return row.sku, row.term, row.currency
