"""Other systems are told what happened: at least once, in order, under one id, and for three days."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from activities.forgetting import forget_deliveries
from activities.posted import GIVEN_UP_AFTER
from activities.posting import LEASE, Posting
from gateways.outbound import Outbound
from gateways.signature import signed
from models.engine import Sessions
from models.journal import record, record_of_customer
from models.resealing import Resealed, reseal
from models.sealing import Seal
from models.webhook_deliveries import deliveries_of, replay_failed, replay_range, tries_of
from models.webhooks import DeliveryState, EndpointRow, EndpointState, add_endpoint, set_state
from tests.outside.receiver import Receiver

OLD, NEW = "the old key of 32 characters or more", "the new key of 32 characters or more"
SEAL = Seal([OLD])
SOURCE = "https://renewals.vendor.example/ops"
ANA = {"by": "operator:ana", "reason": "a test"}
PAID = {"purpose": "renewal", "amount": 50500, "currency": "USD", "outcome": "paid", "code": None, "attempt": 1}


@dataclass
class Office:
    """A worker that tells others, on a clock that a test moves."""

    sessions: Sessions
    receiver: Receiver
    now: datetime = datetime(2027, 3, 31, 6, tzinfo=UTC)
    seal: Seal | None = field(default_factory=lambda: SEAL)
    secret: str = ""
    posting: Posting = field(init=False)

    def __post_init__(self) -> None:
        self.posting = self.another()

    def another(self) -> Posting:
        return Posting(self.sessions, Outbound(plain=True, private=True), SOURCE, self.seal, clock=lambda: self.now)

    async def open(self, *types: str, url: str = "") -> EndpointRow:
        async with self.sessions.begin() as session:
            row, self.secret = await add_endpoint(session, url or self.receiver.url, types, SEAL, now=self.now, **ANA)
            return row

    async def happen(self, number: str, event: str, data: dict[str, Any] | None = None, **who: Any) -> None:
        async with self.sessions.begin() as session:
            record(session, number, self.now, event, data or {}, **who)

    async def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)
        await self.posting.turn()

    async def states(self, endpoint: EndpointRow) -> list[tuple[str, int]]:
        async with self.sessions() as session:
            rows, _ = await deliveries_of(session, endpoint.id, None, before=None, limit=100)
        return [(row.state, row.tries) for row in reversed(rows)]

    async def next_try(self) -> datetime | None:
        query = "SELECT min(next_at) FROM webhook_deliveries WHERE state = 'waiting' AND tries > 0"
        async with self.sessions() as session:
            found: datetime | None = await session.scalar(sa.text(query))
        return found

    async def alarms(self) -> Sequence[str]:
        query = sa.text("SELECT kind FROM alarms WHERE cleared_at IS NULL")
        async with self.sessions() as session:
            return (await session.scalars(query)).all()


@pytest.fixture
def office(sessions: Sessions, receiver: Receiver) -> Office:
    return Office(sessions, receiver)


async def test_an_event_comes_as_a_cloud_event_signed_and_without_anything_personal(office: Office) -> None:
    endpoint = await office.open()
    await office.happen("S-1", "payment", PAID | {"text": "Ada Lovelace"}, by="ada@northwind.example", reason="please")
    await office.pass_()
    (got,) = office.receiver.received
    event = got.event
    assert event == {
        "specversion": "1.0",
        "id": event["id"],
        "source": SOURCE,
        "type": "perennial.payment.paid",
        "subject": "S-1",
        "time": "2027-03-31T06:00:00.000Z",
        "datacontenttype": "application/json",
        "sequence": "00000000000000000001",
        "data": PAID | {"by": "buyer"},
    }
    assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert got.headers["webhook-id"] == event["id"]
    stamp = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    expected = signed(office.secret, event["id"], stamp, got.body)
    assert got.headers["webhook-signature"] == expected["webhook-signature"]
    assert await office.states(endpoint) == [("delivered", 1)]


async def test_only_what_is_wanted_comes_and_only_what_happened_since_the_endpoint_was_made(office: Office) -> None:
    await office.happen("S-1", "payment", PAID)
    endpoint = await office.open("perennial.payment.paid", "perennial.subscription.parked")
    await office.happen("S-1", "payment", PAID | {"outcome": "declined"})
    await office.happen("S-1", "released")
    await office.happen("S-1", "parked", {"because": "Ada asked"}, by="operator:mira")
    await office.happen("S-2", "payment", PAID)
    await office.pass_()
    assert sorted(office.receiver.types) == ["payment.paid", "subscription.parked"]
    parked = next(each.event for each in office.receiver.received if each.event["subject"] == "S-1")
    assert parked["data"] == {"by": "operator"}
    assert await office.states(endpoint) == [("delivered", 1)] * 2


async def test_an_event_of_a_customer_has_that_as_its_subject_and_one_of_nobody_has_none(office: Office) -> None:
    await office.open()
    async with office.sessions.begin() as session:
        data = {"method": "x", "kind": "card", "valid_through": "2029-08-31"}
        record_of_customer(session, "5100000001", office.now, "method_stored", data, by="key:website")
        record(session, None, office.now, "alarm", {"kind": "webhook_given_up", "detail": "a host"})
    await office.pass_()
    stored, alarm = sorted((each.event for each in office.receiver.received), key=lambda each: str(each["sequence"]))
    assert (stored["subject"], stored["data"]) == (
        "5100000001",
        {"kind": "card", "valid_through": "2029-08-31", "by": "buyer"},
    )
    assert "subject" not in alarm
    assert alarm["data"] == {"kind": "webhook_given_up", "by": "system"}


async def test_events_of_one_subject_keep_their_order_and_one_that_is_refused_holds_up_no_other(office: Office) -> None:
    endpoint = await office.open()
    office.receiver.refuses.add("S-1")
    for event in ("parked", "released", "parked"):
        for number in ("S-1", "S-2", "S-3"):
            await office.happen(number, event)
    await office.pass_()
    assert office.receiver.subjects.count("S-1") == 1  # its later events wait for the first
    for number in ("S-2", "S-3"):
        said = [each.event for each in office.receiver.received if each.event["subject"] == number]
        assert [each["type"].rpartition(".")[2] for each in said] == ["parked", "released", "parked"]
    office.receiver.refuses.clear()
    office.receiver.received.clear()
    await office.pass_(seconds=10)
    assert office.receiver.types == ["subscription.parked", "subscription.released", "subscription.parked"]
    assert [state for state, _ in await office.states(endpoint)] == ["delivered"] * 9


async def test_a_failure_is_tried_again_ever_more_slowly_under_the_same_id_and_given_up_after_three_days(
    office: Office,
) -> None:
    endpoint = await office.open()
    await office.happen("S-1", "released")
    office.receiver.answers.extend([500] * 100)
    office.receiver.text = "not now"
    tried_at: list[datetime] = []
    began = office.now
    while not await office.alarms():
        await office.posting.turn()
        tried_at.append(office.now)
        assert len(office.receiver.received) == len(tried_at)
        office.now = await office.next_try() or office.now
    assert [each.event["id"] for each in office.receiver.received] == [office.receiver.received[0].event["id"]] * len(
        tried_at
    )
    waits = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(tried_at)]
    assert waits[:8] == [10, 30, 90, 270, 810, 2430, 7290, 14400]
    assert timedelta(0) <= tried_at[-1] - began - GIVEN_UP_AFTER <= timedelta(hours=4)
    assert await office.states(endpoint) == [("given_up", len(tried_at))]
    assert list(await office.alarms()) == ["webhook_given_up"]
    async with office.sessions() as session:
        tries = await tries_of(session, endpoint.id, 1)
        detail = await session.scalar(sa.text("SELECT detail FROM alarms"))
    assert {(each.status, each.answer) for each in tries} == {(500, "not now")}
    assert detail == "127.0.0.1 took no event for three days (last: status 500); replay it when it does."
    office.receiver.answers.clear()
    async with office.sessions.begin() as session:
        assert await replay_failed(session, endpoint, now=office.now, **ANA) == 1
    assert not await office.alarms()
    await office.pass_()
    assert [state for state, _ in await office.states(endpoint)] == ["delivered"] * 2  # the alarm is told, too


async def test_an_endpoint_that_is_away_is_spared_although_many_events_wait(office: Office) -> None:
    await office.open()
    office.receiver.answers.extend([503] * 1000)
    for n in range(60):
        await office.happen(f"S-{n}", "released")
    for _ in range(9):
        await office.pass_(seconds=1)
    assert len(office.receiver.received) == 8  # one turn's, and then nobody for ten seconds
    office.receiver.answers.clear()
    await office.pass_(seconds=10)
    assert len({each.event["id"] for each in office.receiver.received}) == 60


async def test_what_a_dying_worker_had_sent_is_sent_again_under_the_same_id(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    async def dies(*_: object, **__: object) -> None:
        raise Died

    endpoint = await office.open()
    await office.happen("S-1", "released")
    doomed = office.another()
    monkeypatch.setattr(doomed, "_release", dies)
    with monkeypatch.context() as doom:
        doom.setattr("activities.posting.record_try", dies)
        with pytest.raises(Died):
            await doomed.turn()
    await office.pass_()
    assert len(office.receiver.received) == 1  # the endpoint is still the dead one's
    await office.pass_(seconds=LEASE.total_seconds())
    first, again = office.receiver.received
    assert first.event == again.event
    assert await office.states(endpoint) == [("delivered", 1)]


async def test_of_two_workers_one_is_about_an_endpoint(office: Office) -> None:
    await office.open()
    for n in range(30):
        await office.happen(f"S-{n}", "released")
    other = office.another()
    await asyncio.gather(office.posting.turn(), other.turn())
    await asyncio.gather(office.posting.turn(), other.turn())
    assert sorted(office.receiver.subjects) == sorted(f"S-{n}" for n in range(30))


async def test_two_endpoints_are_told_alike_and_one_that_is_away_keeps_no_other_waiting(office: Office) -> None:
    await office.open(url="http://127.0.0.1:9/nobody")
    await office.open()
    await office.happen("S-1", "released")
    await office.pass_()
    assert office.receiver.subjects == ["S-1"]


async def test_while_it_is_off_nothing_is_told_and_nothing_is_lost(office: Office) -> None:
    endpoint = await office.open()
    async with office.sessions.begin() as session:
        assert await set_state(session, endpoint.id, EndpointState.OFF, now=office.now, **ANA)
    await office.happen("S-1", "released")
    await office.pass_()
    assert not office.receiver.received
    async with office.sessions.begin() as session:
        assert await set_state(session, endpoint.id, EndpointState.ON, now=office.now, **ANA)
    await office.pass_()
    assert office.receiver.subjects == ["S-1"]


async def test_the_days_while_it_was_off_do_not_count_towards_giving_up(office: Office) -> None:
    endpoint = await office.open()
    office.receiver.refuses.add("S-1")
    await office.happen("S-1", "released")
    await office.pass_()
    async with office.sessions.begin() as session:
        await set_state(session, endpoint.id, EndpointState.OFF, now=office.now, **ANA)
    await office.pass_(days=10)
    async with office.sessions.begin() as session:
        await set_state(session, endpoint.id, EndpointState.ON, now=office.now, **ANA)
    await office.pass_()
    assert (await office.states(endpoint), await office.alarms()) == ([("waiting", 2)], [])
    office.receiver.refuses.clear()
    await office.pass_(minutes=5)
    assert await office.states(endpoint) == [("delivered", 3)]


async def test_a_removed_endpoint_has_no_secret_and_is_never_called_again(office: Office) -> None:
    endpoint = await office.open()
    async with office.sessions.begin() as session:
        await set_state(session, endpoint.id, EndpointState.REMOVED, now=office.now, **ANA)
        assert await set_state(session, endpoint.id, EndpointState.ON, now=office.now, **ANA) is None
    await office.happen("S-1", "released")
    await office.pass_()
    assert not office.receiver.received
    async with office.sessions() as session:
        assert await session.scalar(sa.text("SELECT secret FROM webhook_endpoints")) is None


async def test_its_secret_stands_nowhere_in_the_database_and_its_key_can_be_changed(office: Office) -> None:
    endpoint = await office.open()
    assert office.secret not in (endpoint.secret or "")
    both, other = Seal([NEW, OLD]), Seal(["another key of 32 characters or more"])
    for webhooks in (1, 0):
        async with office.sessions.begin() as session:
            assert await reseal(session, both, now=office.now, **ANA) == Resealed(0, webhooks, [], [])
            assert await reseal(session, other, now=office.now, **ANA) == Resealed(0, 0, [], [str(endpoint.id)])
    office.seal = Seal([NEW])
    await office.happen("S-1", "released")
    assert await office.another().turn() == 1
    ((headers, body),) = [(each.headers, each.body) for each in office.receiver.received]
    names = ("webhook-id", "webhook-signature")
    assert [headers[name] for name in names] == [
        signed(office.secret, headers["webhook-id"], office.now, body)[name] for name in names
    ]


async def test_without_its_key_nothing_is_sent_unsigned_and_nothing_is_lost(office: Office) -> None:
    await office.open()
    await office.happen("S-1", "released")
    for seal in (None, Seal([NEW])):
        office.seal = seal
        assert await office.another().turn() == 0
    office.seal = SEAL
    assert await office.another().turn() == 1
    assert len(office.receiver.received) == 1


async def test_a_replay_of_a_range_sends_again_what_is_wanted_of_it_under_the_ids_of_before(office: Office) -> None:
    endpoint = await office.open("perennial.subscription.released")
    for event in ("released", "parked", "released", "released"):
        await office.happen("S-1", event)
    await office.pass_()
    before = [each.event["id"] for each in office.receiver.received]
    async with office.sessions.begin() as session:
        row = await session.get_one(EndpointRow, endpoint.id)
        assert await replay_range(session, row, 2, 3, now=office.now, **ANA) == 1
    await office.pass_(seconds=1)
    assert [each.event["id"] for each in office.receiver.received] == [*before, before[1]]
    assert await office.states(endpoint) == [("delivered", 1), ("delivered", 2), ("delivered", 1)]


async def test_another_event_with_the_number_of_one_that_was_lost_has_another_id(office: Office) -> None:
    """As after a restore: who has seen the first number 1 must not take the second for it."""
    await office.open()
    await office.happen("S-1", "released")
    await office.pass_()
    async with office.sessions.begin() as session:
        for statement in (
            "ALTER TABLE events DISABLE TRIGGER events_only_grow",
            "DELETE FROM webhook_tries",
            "DELETE FROM webhook_deliveries",
            "DELETE FROM events",
            "ALTER TABLE events ALTER COLUMN id RESTART",
            "UPDATE webhook_endpoints SET position = 0",
        ):
            await session.execute(sa.text(statement))
    office.now += timedelta(minutes=1)
    await office.happen("S-1", "released")
    office.posting = office.another()
    await office.pass_()
    one, other = (each.event for each in office.receiver.received)
    assert one["sequence"] == other["sequence"]
    assert one["id"] != other["id"]


async def test_what_was_done_long_ago_is_forgotten_and_what_waits_is_kept(office: Office) -> None:
    endpoint = await office.open()
    office.receiver.refuses.add("S-2")
    for number in ("S-1", "S-2"):
        await office.happen(number, "released")
    await office.pass_()
    async with office.sessions.begin() as session:
        assert await forget_deliveries(session, office.now + timedelta(seconds=1)) == 1
    assert await office.states(endpoint) == [("waiting", 1)]
    async with office.sessions() as session:
        assert await session.scalar(sa.text("SELECT count(*) FROM webhook_tries")) == 1


async def test_what_was_given_up_is_kept_as_long_as_its_alarm_is_open(office: Office) -> None:
    endpoint = await office.open()
    await office.happen("S-1", "released")
    office.receiver.answers.append(500)
    await office.posting.turn()
    async with office.sessions.begin() as session:
        await session.execute(sa.text("UPDATE webhook_deliveries SET since = since - interval '4 days'"))
    office.receiver.answers.append(500)
    office.now = await office.next_try() or office.now
    await office.posting.turn()
    assert list(await office.alarms()) == ["webhook_given_up"]
    much_later = office.now + timedelta(days=400)
    async with office.sessions.begin() as session:
        assert await forget_deliveries(session, much_later) == 0
        assert await replay_failed(session, endpoint, now=office.now, **ANA) == 1
    await office.pass_()
    async with office.sessions.begin() as session:
        assert await forget_deliveries(session, much_later) == 2  # and that of the alarm itself


async def test_without_endpoints_nothing_is_read(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> int:
        raise AssertionError

    monkeypatch.setattr(office.posting._settled, "up_to", never)
    await office.happen("S-1", "released")
    assert await office.posting.turn() == 0


async def test_a_far_stretch_of_the_record_is_read_in_parts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.posting.WINDOW", 3)
    monkeypatch.setattr("activities.posting.STRETCH", 4)
    monkeypatch.setattr("activities.posting.MOST_WAITING", 2)
    await office.open("perennial.subscription.released")
    for n in range(20):
        await office.happen(f"S-{n % 3}", "released" if n % 4 else "parked")
    await office.pass_()
    assert len(office.receiver.received) == 15


def test_the_states_of_a_delivery_are_three() -> None:
    assert [json.loads(json.dumps(each)) for each in DeliveryState] == ["waiting", "delivered", "given_up"]
