"""How long an activity may take and how patiently it is tried again: by its name in `workflows/options.py`."""

from datetime import timedelta
from typing import Any

from temporalio.api.common.v1 import RetryPolicy as RetryProto
from temporalio.bridge.proto.workflow_commands import ScheduleActivity, ScheduleLocalActivity
from temporalio.common import RetryPolicy

from workflows import options

TIMEOUTS = ("schedule_to_close_timeout", "schedule_to_start_timeout", "start_to_close_timeout", "heartbeat_timeout")


def patience_of(activity: ScheduleActivity | ScheduleLocalActivity) -> str:
    """The name of the options that were given, or, where none fits, their values."""
    given = {name: getattr(activity, name).ToTimedelta() for name in TIMEOUTS if _has(activity, name)}
    values = _written(given, activity.retry_policy)
    return {_values_of(named): name for name, named in _named().items()}.get(values, f"[{values}]")


def all_patience() -> str:
    """Every name with its values, one line each."""
    lines = [f"{name}: {_values_of(values)}" for name, values in sorted(_named().items())]
    return "\n".join([*lines, f"AFTER_A_FAILURE: {options.AFTER_A_FAILURE}"]) + "\n"


def _named() -> dict[str, dict[str, Any]]:
    return {name: value for name, value in vars(options).items() if isinstance(value, dict) and "retry_policy" in value}


def _values_of(named: dict[str, Any]) -> str:
    policy, proto = named["retry_policy"], RetryProto()
    assert isinstance(policy, RetryPolicy)
    policy.apply_to_proto(proto)
    unknown = named.keys() - {*TIMEOUTS, "retry_policy"}
    assert not unknown, f"a fingerprint does not know {unknown} yet"
    return _written({name: named[name] for name in TIMEOUTS if name in named}, proto)


def _written(timeouts: dict[str, timedelta], retry: RetryProto) -> str:
    words = [f"{name.removesuffix('_timeout').replace('_', ' ')} {timeout}" for name, timeout in timeouts.items()]
    if retry.maximum_attempts == 1:
        return ", ".join([*words, "tried once"])
    most = f" {retry.maximum_attempts} times at most" if retry.maximum_attempts else ""
    words.append(
        f"tried again{most} after {retry.initial_interval.ToTimedelta()}, each time {retry.backoff_coefficient:g} times"
        f" later, up to {retry.maximum_interval.ToTimedelta()}"
    )
    return ", ".join([*words, f"but not after {' '.join(retry.non_retryable_error_types) or 'nothing'}"])


def _has(activity: ScheduleActivity | ScheduleLocalActivity, timeout: str) -> bool:
    """A local activity knows no heartbeat."""
    return timeout in activity.DESCRIPTOR.fields_by_name and bool(getattr(activity, timeout).ToNanoseconds())
