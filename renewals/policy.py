"""Which policy is in force: versions with a date of effect, the most specific one first (domain.md 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time

from renewals.facts import Channel, Policy, Term


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """Values that differ from the defaults, for an offering, a country, a channel (None: for every one)."""

    sku: str | None
    country: str | None
    channel: Channel | None
    version: int
    effective_on: date
    values: Mapping[str, object]

    def applies(self, sku: str, country: str, channel: Channel, on: date) -> bool:
        matches = self.sku in (None, sku) and self.country in (None, country) and self.channel in (None, channel)
        return matches and self.effective_on <= on

    @property
    def specificity(self) -> tuple[bool, bool, bool, date, int]:
        """Offering before country before channel; of equal ones the last in effect."""
        return self.sku is not None, self.country is not None, self.channel is not None, self.effective_on, self.version


def policy_for(versions: Iterable[PolicyVersion], sku: str, country: str, channel: Channel, on: date) -> Policy:
    """The policy for an offering, country and channel on a local date, each value from the most specific version.

    Raises `ValueError` for a value that no policy has or that has the wrong shape.
    """
    values: dict[str, object] = {}
    applicable = (version for version in versions if version.applies(sku, country, channel, on))
    for version in sorted(applicable, key=lambda version: version.specificity):
        values |= version.values
    policy = replace(Policy(), **{name: _read(name, value) for name, value in values.items()})  # type: ignore[arg-type]
    if not policy.retry_days or sorted(set(policy.retry_days)) != list(policy.retry_days) or policy.retry_days[0] < 1:
        raise ValueError("policy value 'retry_days' needs at least one day, the days in order")
    if policy.charge_spread_seconds < 1:
        raise ValueError("policy value 'charge_spread_seconds' must be at least 1")
    return policy


_NAMES = frozenset(field.name for field in fields(Policy))


def _read(name: str, value: object) -> object:
    """A policy value as stored (JSON) in the shape that `Policy` has."""
    if name not in _NAMES:
        raise ValueError(f"{name!r} is not a policy value; the values are {', '.join(sorted(_NAMES))}")
    default = getattr(Policy(), name)
    if isinstance(default, time) and isinstance(value, str):
        return time.fromisoformat(value)
    if isinstance(default, tuple) and isinstance(value, list) and all(isinstance(days, int) for days in value):
        return tuple(value)
    if isinstance(default, Mapping) and isinstance(value, Mapping):
        return {**default, **{Term(term): int(days) for term, days in value.items()}}
    if type(value) is type(default):
        return value
    raise ValueError(f"policy value {name!r} cannot be {value!r}")
