"""What many rooms of the console begin with: two operators who are signed in, and an import that waits."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from models.engine import Sessions
from portfolio.importing import import_portfolio
from renewals.roles import Role
from tests.console.ops.staff import People, Person
from tests.portfolio.folders import EXAMPLE


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.OPERATOR)


@pytest.fixture
async def nils(people: People) -> Person:
    return await people.signed_in("nils", Role.OPERATOR)


@pytest.fixture
async def its(sessions: Sessions) -> UUID:
    """The example as it was imported: its id."""
    async with sessions.begin() as session:
        early = datetime(2026, 11, 20, 12, tzinfo=UTC)
        report = await import_portfolio(session, EXAMPLE, now=early, imported_by="operator:ana")
    assert report.import_id
    return report.import_id
