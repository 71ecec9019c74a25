"""Another system to tell, and a clock that a test moves."""

from collections.abc import AsyncIterator

import pytest

from tests.outside.receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver
