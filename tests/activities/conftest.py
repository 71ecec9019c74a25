"""A desk at which activities are run one by one, and the stage for those that need Temporal."""

from pathlib import Path

import pytest

from mail.sender import Mailer
from models.engine import Sessions
from tests.activities.desk import Desk
from tests.scenarios.fake_gateway import FakeGateway
from tests.scenarios.theatre import gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]


@pytest.fixture
def desk(sessions: Sessions, mailer: Mailer, tmp_path: Path) -> Desk:
    return Desk(sessions, FakeGateway(), mailer, tmp_path / "files")
