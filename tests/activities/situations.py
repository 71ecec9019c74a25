"""Where a subscription stands as several things happen to it at once."""

from datetime import timedelta

from tests.activities.acts import CARD, COLLEAGUE, TRANSFER, charge, quote_of, refund
from tests.activities.bank import Fate
from tests.activities.desk import PARIS
from tests.activities.world import World
from tests.scenarios.diary import instant


async def at(world: World, local: str) -> None:
    await world.be_away(instant(local, PARIS))


async def on_the_renewal_date(world: World) -> None:
    """Late enough for the charge of every number."""
    await at(world, "2027-03-30 12:00")
    world.now = instant("2027-03-31 08:00", PARIS)


async def early(world: World) -> None:
    await at(world, "2027-03-01 12:00")


async def with_a_voucher(world: World) -> None:
    await early(world)
    await world.give("renew", **TRANSFER)
    await world.rest()


async def whose_voucher_is_paid(world: World) -> None:
    await with_a_voucher(world)
    world.now += timedelta(minutes=5)
    for key in world.bank.waiting("issued"):
        world.bank.settle(key, "paid")


async def whose_voucher_was_paid_in_the_last_second(world: World) -> None:
    await with_a_voucher(world)
    await at(world, "2027-03-08 23:50")
    world.now = instant("2027-03-09 00:00", PARIS)
    for key in world.bank.waiting("issued"):
        world.bank.settle(key, "paid")


async def whose_order_was_never_sent(world: World) -> None:
    await early(world)
    world.bank.fates.append(Fate.AWAY)
    await world.give("renew", **CARD)
    world.now += timedelta(seconds=20)


async def in_doubt(world: World, met: Fate = Fate.TAKEN) -> None:
    await on_the_renewal_date(world)
    world.bank.fates.append(met)
    await charge(world)
    world.now += timedelta(minutes=5)


async def whose_charge_was_lost(world: World) -> None:
    await in_doubt(world, Fate.LOST)


async def expired(world: World) -> None:
    await world.give("cancel-auto-renew")
    await at(world, "2027-05-15 12:00")
    world.now = instant("2027-05-16 00:00", PARIS)


async def with_a_quote(world: World) -> None:
    await early(world)
    await world.give("ask-for-quote", lines=[{"subscription": world.number}])
    await world.give("issue-quote", by="operator:ana", quote=await quote_of(world), reason="as agreed")


async def with_a_quote_paid_by_code(world: World) -> None:
    await with_a_quote(world)
    await world.give("accept-quote", quote=await quote_of(world), **TRANSFER)
    await world.rest()


async def whose_quotes_code_was_paid_in_the_last_second(world: World) -> None:
    await with_a_quote_paid_by_code(world)
    await at(world, "2027-03-08 23:50")
    world.now = instant("2027-03-09 00:00", PARIS)
    for key in world.bank.waiting("issued"):
        world.bank.settle(key, "paid")


async def whose_quote_ends_at_this_instant(world: World) -> None:
    """On the renewal date it was still open, so that the charge has waited for its end."""
    await with_a_quote(world)
    await world.rest()
    (row,) = await world.records.rows(
        "SELECT expires_at FROM quotes q JOIN quote_lines l ON l.quote_id = q.id WHERE l.subscription = :number"
    )
    await world.be_away(row["expires_at"] - timedelta(minutes=10))
    world.now = row["expires_at"]


async def whose_quotes_payment_was_never_sent(world: World) -> None:
    await with_a_quote(world)
    world.bank.fates.append(Fate.AWAY)
    await world.give("accept-quote", quote=await quote_of(world), **CARD)
    world.now += timedelta(seconds=20)


async def with_seats_in_doubt(world: World) -> None:
    await early(world)
    world.bank.fates.append(Fate.TAKEN)
    await world.give("add-seats", seats=2)
    world.now += timedelta(minutes=5)


async def paid_ahead_until_its_first_day(world: World) -> None:
    await paid_by_card(world)
    await on_the_renewal_date(world)


async def with_two_methods_on_the_renewal_date(world: World) -> None:
    """The first one is stored, and not used."""
    await early(world)
    await world.give("set-payment-method", **CARD)
    await on_the_renewal_date(world)


async def with_a_colleague_on_the_renewal_date(world: World) -> None:
    await world.records.change(
        "INSERT INTO contacts (id, csn, name, email) SELECT gen_random_uuid(), csn, 'Grace Ito', :email "
        "FROM subscriptions WHERE number = :number",
        email=COLLEAGUE,
    )
    await on_the_renewal_date(world)


async def paid_by_card(world: World) -> None:
    await early(world)
    await world.give("renew", **CARD)
    await world.rest()


async def with_two_refunds_owed(world: World) -> None:
    """The bank does not answer the first call of either."""
    await paid_by_card(world)
    for minor in (1_000, 2_000):
        await refund(amount=minor)(world)
    world.bank.silent = 2


async def whose_voucher_was_paid(world: World) -> None:
    await whose_voucher_is_paid(world)
    await world.rest()
