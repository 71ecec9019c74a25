"""Which policy is in force: versions with a date of effect, the most specific one first (domain.md 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time

from renewals.facts import Channel, Policy
from renewals.payments import MethodKind


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

    A version that cannot be used counts as if it were not there: no mistyped row stops anybody's renewals.
    """
    values: dict[str, object] = {}
    applicable = (version for version in versions if version.applies(sku, country, channel, on))
    for version in sorted(applicable, key=lambda version: version.specificity):
        if fault(version) is None:
            values |= version.values
    return _policy(values)


def fault(version: PolicyVersion) -> str | None:
    """Why a version cannot be used, in one sentence; None when it can."""
    try:
        _policy(version.values)
    except ValueError as error:
        return str(error)
    return None


def _policy(values: Mapping[str, object]) -> Policy:
    """Raises `ValueError` for a value that no policy has, has the wrong shape, or is out of bounds."""
    policy = replace(Policy(), **{name: _read(name, value) for name, value in values.items()})  # type: ignore[arg-type]
    if not policy.retry_days or sorted(set(policy.retry_days)) != list(policy.retry_days) or policy.retry_days[0] < 1:
        raise ValueError("policy value 'retry_days' needs at least one day, the days in order")
    if policy.charge_spread_seconds < 1:
        raise ValueError("policy value 'charge_spread_seconds' must be at least 1")
    if any(not 1 <= days <= _LONGEST_VOUCHER for days in policy.voucher_days.values()):
        raise ValueError(f"policy value 'voucher_days' must lie between 1 and {_LONGEST_VOUCHER}")
    for name in _NAMES:
        value = getattr(policy, name)
        days = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else (value,)
        if any(isinstance(each, int) and not 0 <= each <= _MOST for each in days):
            raise ValueError(f"policy value {name!r} must lie between 0 and {_MOST}")
    return policy


_NAMES = frozenset(field.name for field in fields(Policy))
_MOST = 86_400
"""The largest number of days or seconds that a policy value may have."""


def _series(name: str, value: list[int | str], kind: type[int] | type[MethodKind]) -> tuple[object, ...]:
    """Days, or methods of payment. Raises `ValueError`."""
    if kind is int and not all(type(each) is int for each in value):
        raise ValueError(f"policy value {name!r} cannot be {value!r}")
    return tuple(kind(each) for each in value)  # type: ignore[arg-type]


_LONGEST_VOUCHER = 60
"""Days that a store code can be paid at the most."""


def _read(name: str, value: object) -> object:
    """A policy value as stored (JSON) in the shape that `Policy` has."""
    if name not in _NAMES:
        raise ValueError(f"{name!r} is not a policy value; the values are {', '.join(sorted(_NAMES))}")
    default = getattr(Policy(), name)
    if isinstance(default, time) and isinstance(value, str):
        return time.fromisoformat(value)
    if isinstance(default, tuple) and isinstance(value, list) and all(isinstance(each, int | str) for each in value):
        return _series(name, value, type(default[0]))
    if isinstance(default, Mapping) and isinstance(value, Mapping):
        key_of = type(next(iter(default)))
        return {**default, **{key_of(key): int(days) for key, days in value.items()}}
    if type(value) is type(default):
        return value
    raise ValueError(f"policy value {name!r} cannot be {value!r}")
