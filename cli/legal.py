"""`perennial legal`: the notice rules in force, and how those that bind one subscription are met."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli import desk
from cli.output import how_many, print_json, print_table, say
from models.compliance import Proof, kept_of
from models.history import in_utc
from models.rules import rulebook_now
from models.store import Stored, load
from renewals.legal import ADVICE, LegalRule

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def legal(
    number: Annotated[str | None, typer.Argument(help="One subscription; without it every rule in force.")] = None,
    as_json: Json = False,
) -> None:
    """The legal notice rules in force; of one subscription, their windows and which notice meets each."""
    rows = desk.run(_rules() if number is None else _duties(number))
    if as_json:
        print_json(
            {"advice": ADVICE, **({"subscription": number, "duties": rows} if number is not None else {"rules": rows})}
        )
        return
    if number is None:
        _print_rules(rows)
    else:
        _print_duties(number, rows)
    say("", f"{ADVICE}")


def _print_rules(rows: Sequence[Mapping[str, Any]]) -> None:
    columns = ("rule", "where", "who", "months from", "notice before", "in force since", "verified", "source")
    cells = (
        (
            row["id"],
            row["jurisdiction"],
            row["audience"] or "any",
            row["shortest_term"],
            f"{row['window']} {row['anchor'].replace('_', ' ')}",
            row["effective_on"],
            f"{row['verified_on']} ({row['certainty']})",
            row["source"],
        )
        for row in rows
    )
    print_table(how_many(len(rows), "rule in force", "rules in force"), columns, cells, empty="No rule is in force.")


def _print_duties(number: str, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = ("rule", "from", "to", "met by")
    cells = ((row["rule"], row["first_on"], row["last_on"], _met_by(row)) for row in rows)
    print_table(number, columns, cells, empty=f"No rule binds the next charge of {number}.")


def _met_by(row: Mapping[str, Any]) -> str:
    if row["sent_at"]:
        return f"notice {row['occasion']} days before, sent {row['sent_at'][:16].replace('T', ' ')} UTC"
    return f"notice planned for {row['planned_on']}" if row["planned_on"] else "NOTHING"


def window_in_words(rule: LegalRule) -> str:
    """How many days or months before the anchor, such as `45 to 15 days`."""
    unit = rule.unit.value + ("s" if rule.latest > 1 or rule.earliest else "")
    return f"{rule.latest} {unit} or more" if rule.earliest is None else f"{rule.earliest} to {rule.latest} {unit}"


async def _rules() -> list[dict[str, Any]]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        rulebook = await rulebook_now(session)
    return [_rule_in_words(rule) for rule in rulebook.legal_rules_of(desk.wall_now().date())]


def _rule_in_words(rule: LegalRule) -> dict[str, Any]:
    names = ("id", "jurisdiction", "audience", "shortest_term", "anchor", "earliest", "latest", "unit", "content")
    sources = ("effective_on", "source", "certainty", "verified_on")
    return {name: getattr(rule, name) for name in (*names, *sources)} | {"window": window_in_words(rule)}


async def _duties(number: str) -> list[dict[str, Any]]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        stored = await load(session, number, desk.wall_now())
        if stored is None:
            desk.no_such_subscription(number)
        return await duties_of(session, stored)


async def duties_of(session: AsyncSession, stored: Stored) -> list[dict[str, Any]]:
    """The duties of the coming charge with what met them; of a watched subscription as if it went live now."""
    return [_duty_in_words(proof) for kept in await kept_of(session, stored) for proof in kept.proofs]


def _duty_in_words(proof: Proof) -> dict[str, Any]:
    standing, notice = proof.standing, proof.notice
    return {
        "rule": standing.duty.rule.id,
        "first_on": standing.duty.first_on.isoformat(),
        "last_on": standing.duty.last_on.isoformat(),
        "content": standing.duty.rule.content,
        "sent_at": in_utc(notice.sent_at.astimezone(UTC)) if notice and notice.sent_at else None,
        "occasion": notice.occasion if notice else None,
        "planned_on": standing.planned_on.isoformat() if standing.planned_on else None,
    }
