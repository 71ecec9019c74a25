"""A method that another system stores is on record: who and when, and never its token."""

import pytest
import sqlalchemy as sa

from models.engine import Sessions
from tests.console.api.calling import ADA, Api

pytestmark = pytest.mark.usefixtures("portfolio")


async def test_storing_a_method_is_on_record_once(api: Api, sessions: Sessions) -> None:
    path, method = "/customers/5100000001/payment-methods", {"kind": "card", "token": "tok_1PqR", "expires": "2035-05"}
    answers = [
        await api.ask("POST", path, json=method, headers={"Perennial-Actor": by}) for by in (ADA, "operator:ana")
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    async with sessions() as session:
        query = "SELECT customer, subscription, data, caused_by FROM events WHERE event = 'method_stored'"
        events = [tuple(row) for row in await session.execute(sa.text(query))]
    data = {"method": answers[0].json()["id"], "kind": "card", "valid_through": "2035-05-31"}
    assert events == [("5100000001", None, data, ADA)]
