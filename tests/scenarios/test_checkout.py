"""domain.md 5: the buyer renews by checkout, early, late or between two retries; the renewal date never moves."""

from dataclasses import replace
from typing import Any

import pytest

from models.store import load
from renewals.commands import Renew
from renewals.facts import Price, Term
from renewals.preview import preview, token_of
from tests.scenarios.diary import instant, written
from tests.scenarios.portfolios import SECOND
from tests.scenarios.theatre import SIGNING_KEY, Life, Theatre

BY_HAND: dict[str, Any] = {"auto_renew": "no"}


async def test_paid_early_the_term_waits_for_its_first_day(theatre: Theatre) -> None:
    life = await theatre.subscription(**BY_HAND)
    assert await life.command("2027-02-01 10:00", "renew") == "done"
    await life.until("2027-04-02")
    assert await life.diary("2027-02-01") == written("""
        2027-02-01 10:00 renew done
        2027-02-01 10:00 payment 1 of EUR 583200 paid
        2027-02-01 10:00 renewable > renewed
        2027-02-01 10:00 sent renewed
        2027-03-31 00:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 00:00 renewed > active
    """)


async def test_paid_late_it_costs_the_list_price_and_begins_on_the_old_date(theatre: Theatre) -> None:
    life = await theatre.subscription(**BY_HAND)
    assert await life.command("2027-05-15 23:59", "renew") == "done"
    assert await life.diary("2027-05-15") == written("""
        2027-05-15 23:59 renew done
        2027-05-15 23:59 payment 1 of EUR 648000 paid
        2027-05-15 23:59 term 2027-03-31 to 2028-03-31: year, 12 x 54000
        2027-05-15 23:59 expired > active
        2027-05-15 23:59 sent renewed
    """)


async def test_between_two_retries_the_buyer_pays_with_another_card_and_the_automatic_order_is_void(
    theatre: Theatre,
) -> None:
    life = await theatre.subscription(method_token="insufficient_funds")
    another = {"kind": "card", "token": "ok", "expires": "2030-05"}
    assert await life.command("2027-04-02 12:00", "renew", **another) == "done"
    await life.until("2027-05-20")
    assert await life.diary("2027-04-02") == written("""
        2027-04-02 12:00 renew done
        2027-04-02 12:00 payment 1 of EUR 583200 paid
        2027-04-02 12:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-02 12:00 past_due > active
        2027-04-02 12:00 sent renewed
    """)
    (stored,) = await life.rows(
        "SELECT token FROM payment_methods JOIN subscriptions ON method_id = id WHERE number = :number"
    )
    assert stored["token"] == "insufficient_funds"
    ways = await life.rows("SELECT way, state FROM orders ORDER BY ordered_at")
    assert [(row["way"], row["state"]) for row in ways] == [("automatic", "void"), ("checkout", "paid")]


async def test_a_declined_checkout_is_refused_and_changes_nothing(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds*1")
    assert await life.command("2027-02-01 10:00", "renew") == "refused payment_declined"
    await life.until("2027-04-01")
    diary = await life.diary("2027-02-01")
    assert diary[:2] == written("""
        2027-02-01 10:00 renew refused payment_declined
        2027-02-01 10:00 payment 1 of EUR 583200 declined insufficient_funds
    """)
    assert [line for line in diary if line[0] >= "2027-03-31"] == written("""
        2027-03-31 06:00 payment 1 of EUR 583200 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)
    assert await life.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []


@pytest.mark.parametrize(
    ("at", "columns", "refused"),
    [
        pytest.param("2027-01-01 10:00", {"renews_on": "2027-04-15"}, "window_not_open", id="before the window"),
        pytest.param("2027-02-01 10:00", {"channel": "partner"}, "sold_by_partner", id="sold by a partner"),
        pytest.param("2027-02-01 10:00", {"sku": "DRAFT-LT"}, "product_retired", id="retired"),
        pytest.param("2027-02-01 10:00", {"sku": "PLANT-MP"}, "maintenance_plan", id="maintenance plan"),
        pytest.param("2027-05-17 10:00", BY_HAND, "lapsed", id="after the late window"),
        pytest.param("2027-02-01 10:00", {**BY_HAND, "method_kind": ""}, "method_cannot_auto_charge", id="no method"),
        pytest.param(
            "2027-02-01 10:00", {**BY_HAND, "method_kind": "konbini"}, "method_not_accepted", id="a store, in euro"
        ),
    ],
)
async def test_what_cannot_be_renewed_here_is_refused(
    theatre: Theatre, at: str, columns: dict[str, Any], refused: str
) -> None:
    life = await theatre.subscription(**columns)
    assert await life.command(at, "renew") == f"refused {refused}"
    assert await life.rows("SELECT 1 FROM orders WHERE way = 'checkout'") == []


async def test_the_day_on_which_it_can_be_renewed_comes_with_the_refusal(theatre: Theatre) -> None:
    life = await theatre.subscription(renews_on="2027-04-15")
    await life.command("2027-01-10 10:00", "renew")
    (row,) = await life.rows("SELECT possible_on, hint FROM commands WHERE subscription = :number")
    assert (str(row["possible_on"]), row["hint"]) == (
        "2027-01-15",
        "It can be renewed from 2027-01-15 on; come back then.",
    )


async def test_a_checkout_without_an_answer_holds_everything_until_the_truth_is_known(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="timeout-then-paid", **BY_HAND)
    assert await life.command("2027-02-01 10:00", "renew") == "done"
    assert await life.command("2027-02-01 10:02", "renew") == "refused payment_in_doubt"
    assert await life.command("2027-02-01 10:03", "release-hold") == "refused payment_in_doubt"
    await life.until("2027-02-02")
    assert await life.diary("2027-02-01") == written("""
        2027-02-01 10:00 renew done
        2027-02-01 10:00 payment 1 of EUR 583200 unknown timeout
        2027-02-01 10:00 payment 1 of EUR 583200 paid
        2027-02-01 10:02 renew refused payment_in_doubt
        2027-02-01 10:03 release-hold refused payment_in_doubt
        2027-02-01 10:05 renewable > renewed
        2027-02-01 10:05 sent renewed
    """)


async def test_a_checkout_that_turns_out_declined_is_told_by_mail(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="timeout-then-declined", **BY_HAND)
    assert await life.command("2027-02-01 10:00", "renew") == "done"
    await life.until("2027-02-02")
    assert await life.diary("2027-02-01") == written("""
        2027-02-01 10:00 renew done
        2027-02-01 10:00 payment 1 of EUR 583200 unknown timeout
        2027-02-01 10:00 payment 1 of EUR 583200 declined insufficient_funds
        2027-02-01 10:05 sent payment_failed
    """)
    assert await life.phase() == "renewable"


async def test_a_gateway_out_of_reach_is_called_again_with_the_same_attempt(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="down*2", **BY_HAND)
    assert await life.command("2027-02-01 10:00", "renew") == "done"
    await life.until("2027-02-02")
    assert await life.diary("2027-02-01") == written("""
        2027-02-01 10:00 renew done
        2027-02-01 10:00 payment 1 of EUR 583200 paid
        2027-02-01 10:00 renewable > renewed
        2027-02-01 10:00 sent renewed
    """)
    assert len(await life.rows("SELECT 1 FROM attempts")) == 1


async def test_on_the_renewal_date_means_auto_renew_with_that_method(theatre: Theatre) -> None:
    life = await theatre.subscription(**BY_HAND)
    another = {"kind": "paypal", "token": "ok"}
    assert await life.command("2027-03-25 10:00", "renew", when="on-renewal-date", **another) == "done"
    await life.until("2027-04-01")
    assert await life.diary("2027-03-25") == written("""
        2027-03-25 10:00 renew done
        2027-03-25 10:00 sent auto_renew_resumed
        2027-03-31 06:00 payment 1 of EUR 583200 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)


async def test_pending_changes_apply_at_a_checkout_too(theatre: Theatre) -> None:
    life = await theatre.subscription()
    assert await life.command("2027-02-01 10:00", "reduce-seats", to=9) == "done"
    assert await life.command("2027-02-02 10:00", "renew") == "done"
    await life.until("2027-04-01")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 00:00 term 2027-03-31 to 2028-03-31: year, 9 x 48600
        2027-03-31 00:00 renewed > active
    """)


async def test_the_admin_role_goes_to_another_contact_and_the_buyer_stays_buyer(theatre: Theatre) -> None:
    life = await theatre.subscription(admin_email="it@northwind.example")
    assert await life.command("2027-02-01 10:00", "hand-over-admin", to="it@northwind.example") == "done"
    assert await life.command("2027-02-01 10:01", "hand-over-admin", to="ada@northwind.example") == "done"
    assert (
        await life.command("2027-02-01 10:02", "hand-over-admin", to="eve@elsewhere.example") == "refused bad_arguments"
    )
    assert await life.command("2027-02-01 10:03", "renew", by="it@northwind.example") == "refused not_buyer"
    names = "SELECT email FROM contacts JOIN subscriptions ON primary_admin_id = id WHERE number = :number"
    assert [row["email"] for row in await life.rows(names)] == ["ada@northwind.example"]


async def shown_at_ten(life: Life) -> str:
    """The token of a preview at 10:00 on 1 February, of a price list on which a year cost 470.00."""
    at = instant("2027-02-01 10:00", life.zone)
    await life.until("2027-02-01 10:00")
    async with life.sessions() as session:
        stored = await load(session, life.number, at)
    assert stored is not None
    then = replace(stored.facts, prices={Term.YEAR: Price(54000, 47000, "seen")})
    return token_of(preview(then, Renew(), at), SIGNING_KEY)


async def test_the_price_that_was_shown_binds_for_a_quarter_of_an_hour(theatre: Theatre) -> None:
    life = await theatre.subscription(**BY_HAND)
    token = await shown_at_ten(life)
    assert await life.command("2027-02-01 10:15", "renew", preview=token) == "refused preview_stale"
    assert await life.command("2027-02-01 10:16", "renew", preview="made up") == "refused preview_stale"
    (orders,) = await life.rows("SELECT count(*) FROM orders")
    assert orders["count"] == 0


async def test_confirmed_in_time_the_shown_price_is_charged(theatre: Theatre) -> None:
    life = await theatre.subscription(**BY_HAND)
    assert await life.command("2027-02-01 10:14", "renew", preview=await shown_at_ten(life)) == "done"
    assert await life.payments() == ["payment 1 of EUR 564000 paid"]


async def test_a_stored_method_is_chosen_again_and_tried_at_once(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="insufficient_funds*1")
    (first,) = await life.rows("SELECT method_id::text AS id FROM subscriptions WHERE number = :number")
    await life.command("2027-02-01 10:00", "set-payment-method", kind="card", token="lost_card", expires="2030-05")
    assert await life.command("2027-04-01 10:00", "set-payment-method", method=first["id"]) == "done"
    assert await life.command("2027-04-01 10:01", "set-payment-method", method=first["id"]) == "done"
    assert (await life.payments())[1:] == ["payment 2 of EUR 583200 declined insufficient_funds"]
    await life.until("2027-04-05")
    assert (await life.payments())[2:] == ["payment 3 of EUR 583200 paid"]


async def test_a_method_of_somebody_else_is_no_choice(theatre: Theatre) -> None:
    other = await theatre.subscription(SECOND)
    (theirs,) = await other.rows("SELECT method_id::text AS id FROM subscriptions WHERE number = :number")
    life = await theatre.subscription(**BY_HAND)
    assert await life.command("2027-02-01 10:00", "renew", method=theirs["id"]) == "refused bad_arguments"
    assert await life.command("2027-02-01 10:01", "set-payment-method", method=theirs["id"]) == "refused bad_arguments"
    assert await life.payments() == []
