"""One that lapsed is brought back with the instant at which its access really ended."""

from tests.activities.desk import Desk, utc


async def test_one_that_lapsed_at_once_after_an_outage_has_not_expired_with_an_earlier_term(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.change(
        "INSERT INTO events (subscription, at, event, data, caused_by) VALUES (:number, '2026-04-02T00:00Z', 'phase', "
        """'{"from": "renewable", "to": "expired"}', 'system')"""
    )
    await desk.change(
        "UPDATE subscriptions SET phase = 'lapsed', phase_since = '2027-05-15T22:00Z', "
        "access_until = '2027-03-30T22:00Z' WHERE number = :number"
    )
    why = {"by": "operator:ana", "reason": "an outage"}
    assert await desk.give("2027-06-01 12:00", "reinstate", to="2027-07-01", **why) == "done"
    row = await desk.row()
    assert (row["phase"], row["phase_since"], row["access_until"]) == ("expired", *[utc("2027-03-30T22:00")] * 2)
