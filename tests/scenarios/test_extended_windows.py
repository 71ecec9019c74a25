"""An operator moves the end of one subscription's late window, or brings back one that lapsed wrongly."""

from typing import Any

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre

WHY: dict[str, Any] = {"by": "operator:ana", "reason": "promised on the phone"}
CARD: dict[str, Any] = {"kind": "card", "token": "ok", "expires": "2030-01"}


async def test_extended_it_is_renewed_late_at_the_list_price(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    assert await life.command("2027-05-10 12:00", "extend-late-window", to="2027-07-01", **WHY) == "done"
    assert await life.command("2027-06-20 12:00", "renew", **CARD) == "done"
    await life.until("2027-08-01")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 00:00 renewable > expired
        2027-03-31 09:00 sent expired 0
        2027-04-30 09:00 sent late_window_closing 15
        2027-05-10 12:00 extend-late-window done
        2027-05-10 12:00 late window to 2027-07-01
        2027-06-16 09:00 sent late_window_closing 15:2027-07-01
        2027-06-20 12:00 renew done
        2027-06-20 12:00 payment 1 of EUR 648000 paid
        2027-06-20 12:00 term 2027-03-31 to 2028-03-31: year, 12 x 54000
        2027-06-20 12:00 expired > active
        2027-06-20 12:00 sent renewed
    """)
    assert (await life.row())["late_until"] is None


async def test_extended_and_taken_back_it_lapses_as_usual(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    assert await life.command("2027-05-01 12:00", "extend-late-window", to="2027-07-01", **WHY) == "done"
    assert await life.command("2027-05-02 12:00", "extend-late-window", to="2027-05-15", **WHY) == "done"
    assert await life.command("2027-05-02 12:01", "extend-late-window", to="2027-05-15", **WHY) == "done"
    assert await life.command("2027-05-02 12:02", "extend-late-window", to="2027-05-14", **WHY) == (
        "refused day_out_of_range"
    )
    await life.until("2027-08-01")
    assert await life.diary("2027-05-10") == written("""
        2027-05-12 09:00 sent late_window_closing 3
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)
    assert await life.command("2027-08-02 12:00", "extend-late-window", to="2027-08-10", **WHY) == "refused lapsed"


async def test_one_that_lapsed_wrongly_is_brought_back_and_renewed_late(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.until("2027-05-20")
    ended = await life.access_ends()
    assert await life.command("2027-06-01 12:00", "reinstate", to="2027-07-01", **WHY) == "done"
    assert (await life.phase(), await life.access_ends()) == ("expired", ended)
    assert await life.command("2027-06-01 12:01", "reinstate", to="2027-07-01", **WHY) == "refused not_lapsed"
    assert await life.command("2027-06-20 12:00", "renew", **CARD) == "done"
    await life.until("2027-08-01")
    assert await life.diary("2027-05-16") == written("""
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
        2027-06-01 12:00 reinstate done
        2027-06-01 12:00 late window to 2027-07-01
        2027-06-01 12:00 lapsed > expired
        2027-06-01 12:01 reinstate refused not_lapsed
        2027-06-16 09:00 sent late_window_closing 15:2027-07-01
        2027-06-20 12:00 renew done
        2027-06-20 12:00 payment 1 of EUR 648000 paid
        2027-06-20 12:00 term 2027-03-31 to 2028-03-31: year, 12 x 54000
        2027-06-20 12:00 expired > active
        2027-06-20 12:00 sent renewed
    """)


async def test_brought_back_twice_its_access_still_ended_when_it_expired(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.until("2027-05-17")
    for day, to in (("2027-05-20 12:00", "2027-05-25"), ("2027-06-02 12:00", "2027-06-09")):
        assert await life.command(day, "reinstate", to=to, **WHY) == "done"
        assert await life.access_ends() == "2027-03-31 00:00"


async def test_brought_back_it_lapses_again_or_a_renewal_is_recorded(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-03-25", method_token="lost_card")
    await life.until("2027-05-17")
    ended = await life.access_ends()
    assert await life.command("2027-05-20 12:00", "reinstate", to="2027-05-25", **WHY) == "done"
    assert await life.access_ends() == ended
    await life.until("2027-06-01")
    assert await life.command("2027-06-02 12:00", "reinstate", to="2027-06-09", **WHY) == "done"
    order: dict[str, Any] = {"reference": "PO-1"} | WHY
    assert await life.command("2027-06-03 12:00", "record-renewal", **order) == "done"
    await life.until("2027-07-01")
    assert await life.diary("2027-05-20") == written("""
        2027-05-20 12:00 reinstate done
        2027-05-20 12:00 late window to 2027-05-25
        2027-05-20 12:00 lapsed > expired
        2027-05-22 09:00 sent late_window_closing 3:2027-05-25
        2027-05-26 00:00 expired > lapsed
        2027-05-26 09:00 sent lapsed 0:2027-05-25
        2027-06-02 12:00 reinstate done
        2027-06-02 12:00 late window to 2027-06-09
        2027-06-02 12:00 lapsed > expired
        2027-06-03 12:00 record-renewal done
        2027-06-03 12:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-06-03 12:00 expired > active
        2027-06-03 12:00 sent renewed
    """)


async def test_what_was_paid_for_one_that_has_lapsed_goes_back_and_it_stays_lapsed(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    assert await life.command("2027-02-01 10:00", "add-seats", seats=1) == "done"
    await life.until("2027-05-20")
    (order,) = await life.rows("SELECT id::text FROM orders")
    assert await life.command("2027-06-01 12:00", "refund", order=order["id"], **WHY) == "done"
    assert (await life.diary("2027-06-01"))[-2:] == written("""
        2027-06-01 12:00 refund
        2027-06-01 12:00 sent refund
    """)
    assert await life.phase() == "lapsed"


async def test_a_longer_late_window_charges_no_card_later(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-03-25")
    assert await life.command("2027-03-26 10:00", "park", **WHY) == "done"
    assert await life.command("2027-06-20 10:00", "extend-late-window", to="2027-08-01", **WHY) == "done"
    assert await life.command("2027-06-20 10:01", "release", **WHY) == "done"
    await life.until("2027-07-20")
    assert await life.payments() == []
    assert await life.command("2027-07-20 10:00", "renew") == "done"
    assert await life.payments() == ["payment 1 of EUR 583200 paid"]
