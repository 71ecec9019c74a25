"""What a doctor says in the end."""

import pytest

from cli.doctor import in_short
from cli.findings import Finding, Health

WELL = Finding("database", Health.OK, "PostgreSQL 18")
LATE = Finding("portfolio", Health.WARN, "3 subscriptions late or unplanned", "Is a worker running?")
MAIL = Finding("mail server", Health.WARN, "the network can read the letters", "Set PERENNIAL_SMTP_TLS.")


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        pytest.param([WELL], "Everything that is needed is there.", id="well"),
        pytest.param(
            [WELL, LATE, MAIL],
            "Everything that is needed is there, but somebody should see to: portfolio, mail server.",
            id="warned",
        ),
    ],
)
def test_a_doctor_does_not_say_that_all_is_well_beside_a_warning(findings: list[Finding], said: str) -> None:
    assert in_short(findings) == said
