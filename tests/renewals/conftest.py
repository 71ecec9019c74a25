"""Hypothesis as the suite uses it: the same examples on every run, quick, no database of examples left behind."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "suite",
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")
