"""The rulebook: prices, policies and legal rules in all their versions, and what is paused.

Versions are only ever added, and each addition changes the revision of the rulebook; so a process keeps what it has
read as long as the revision is the same.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.catalog import LegalRuleRow, PolicyRow, PriceRow, RulebookRow
from models.engine import SHARED
from models.pauses import PauseRow
from renewals.facts import Channel, OfferingStatus, Policy, Price, Term
from renewals.legal import Anchor, Audience, Certainty, LegalRule, Unit
from renewals.policy import PolicyVersion, policy_for

_MOST_ANSWERS = 10_000
"""How many answers to the same question are kept; dates pass, and with them the use of an answer."""

_TZDATA = version("tzdata")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _PriceVersion:
    term: Term
    status: OfferingStatus
    price: Price
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every version at one revision; which of them is in force depends on the instant or the local date."""

    revision: UUID
    prices: dict[tuple[str, str], list[_PriceVersion]]
    policies: tuple[PolicyVersion, ...]
    legal_rules: tuple[tuple[LegalRule, bool], ...]
    _answers: dict[Any, Any] = field(default_factory=dict)

    def prices_of(
        self, sku: str, currency: str, running: Term, pending: Term | None, now: datetime
    ) -> tuple[OfferingStatus, dict[Term, Price]]:
        """The status of the offering at its running term, and the prices in force of each term it can be renewed for.

        A retired offering goes on at its own term, and at one that was chosen before it was retired.
        """
        last = {each.term: each for each in self.prices.get((sku, currency), ()) if each.effective_at <= now}
        status = last[running].status if running in last else OfferingStatus.RETIRED
        prices = {
            term: each.price
            for term, each in last.items()
            if term in (running, pending) or each.status is OfferingStatus.ACTIVE
        }
        return status, prices

    def policy_of(self, sku: str, country: str, channel: Channel, on: date) -> Policy:
        """The policy in force for an offering, country and channel on a local date."""
        asked = sku, country, channel, on
        return self._answer(asked, lambda: policy_for(self.policies, *asked))

    def with_policy(self, version: PolicyVersion) -> "Rulebook":
        """The rulebook as it would be with one more version of a policy."""
        return replace(self, policies=(*self.policies, version), _answers={})

    def with_price(
        self, sku: str, currency: str, term: Term, price: Price, status: OfferingStatus, effective_at: datetime
    ) -> "Rulebook":
        """The rulebook as it would be with one more version of a price."""
        added = [*self.prices.get((sku, currency), ()), _PriceVersion(term, status, price, effective_at)]
        added.sort(key=lambda each: (each.term, each.effective_at))
        return replace(self, prices=self.prices | {(sku, currency): added}, _answers={})

    def legal_rules_of(self, on: date, places: Iterable[str] | None = None) -> tuple[LegalRule, ...]:
        """The legal rules in force on a local date in those jurisdictions (None: in all), in order of their ids."""
        among = None if places is None else frozenset(places)
        return self._answer((on, among), lambda: tuple(self._legal_rules_in_force(on, among)))

    def _legal_rules_in_force(self, on: date, places: frozenset[str] | None) -> Iterable[LegalRule]:
        """Of each rule the last version in effect, unless that withdraws it."""
        in_effect = ((rule, gone) for rule, gone in self.legal_rules if _since(rule.effective_on) <= on)
        last = {rule.id: (rule, gone) for rule, gone in in_effect}
        for rule, gone in last.values():
            if not gone and (places is None or rule.jurisdiction in places):
                yield rule

    def _answer(self, asked: object, find: Callable[[], Value]) -> Value:
        if asked not in self._answers:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            self._answers[asked] = find()
        found: Value = self._answers[asked]
        return found

    def in_effect(self, wall_now: datetime) -> str:
        """What a plan depends on beside the facts of its subscription: zone data, policies and legal rules in effect.

        Both take effect on a local date, west of Greenwich up to half a day after the date of UTC.
        """
        days = wall_now.date(), (wall_now - timedelta(hours=12)).date()
        policies = [sum(each.effective_on <= day for each in self.policies) for day in days]
        laws = [sum(_since(rule.effective_on) <= day for rule, _ in self.legal_rules) for day in days]
        return "tzdata {}, policies {}/{}, legal rules {}/{}".format(_TZDATA, *policies, *laws)


def _since(effective_on: date | None) -> date:
    return effective_on or date.min


REVISION = select(col(RulebookRow.revision)).scalar_subquery()
PAUSED = select(func.array_agg(col(PauseRow.what))).where(col(PauseRow.ended_at).is_(None)).scalar_subquery()
"""Columns that any query can have beside its own: which rulebook is in force, and what is paused (None: nothing)."""


async def rulebook_now(session: AsyncSession) -> Rulebook:
    """The rulebook as it is."""
    return await rulebook_at(session, (await session.execute(select(REVISION))).scalar_one())


async def rulebook_at(session: AsyncSession, revision: UUID) -> Rulebook:
    """The rulebook of a revision that was just read. No query, unless something was added since the last call."""
    shared = session.info.get(SHARED, {})
    known: Rulebook | None = shared.get(Rulebook)
    if known is None or known.revision != revision:
        shared[Rulebook] = known = await _read(session, revision)
    return known


async def _read(session: AsyncSession, revision: UUID) -> Rulebook:
    """Every version, read after the revision: one that is added meanwhile changes it, and all is read again."""
    prices: dict[tuple[str, str], list[_PriceVersion]] = {}
    for row in await _rows(session, PriceRow, "term", "effective_at", "version"):
        price = Price(row.list_price, row.renewal_price, f"{row.sku}/{row.term}/{row.currency}/{row.version}")
        each = _PriceVersion(Term(row.term), OfferingStatus(row.status), price, row.effective_at)
        prices.setdefault((row.sku, row.currency), []).append(each)
    return Rulebook(
        revision=revision,
        prices=prices,
        policies=tuple(_policy_version(row) for row in await _rows(session, PolicyRow, "version")),
        legal_rules=tuple(
            (_legal_rule(row), row.withdrawn) for row in await _rows(session, LegalRuleRow, "rule", "version")
        ),
    )


async def _rows(session: AsyncSession, table: type[Any], *order: str) -> Sequence[Any]:
    columns = table.__table__.columns
    return (await session.execute(select(*columns).order_by(*(columns[name] for name in order)))).all()


def _policy_version(row: Any) -> PolicyVersion:
    channel = Channel(row.channel) if row.channel else None
    return PolicyVersion(row.sku, row.country, channel, row.version, row.effective_on, row.values)


def _legal_rule(row: Any) -> LegalRule:
    return LegalRule(
        id=row.rule,
        jurisdiction=row.jurisdiction,
        audience=Audience(row.audience) if row.audience else None,
        shortest_term=row.shortest_term,
        anchor=Anchor(row.anchor),
        earliest=row.earliest,
        latest=row.latest,
        unit=Unit(row.unit),
        content=tuple(row.content),
        effective_on=row.effective_on,
        source=row.source,
        certainty=Certainty(row.certainty),
        verified_on=row.verified_on,
    )
