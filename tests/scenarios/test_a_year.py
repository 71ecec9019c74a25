"""A year of an ordinary subscription."""

from tests.scenarios.theatre import Theatre


async def test_a_card_that_pays_renews_the_term_on_its_date(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.until("2028-04-01")
    for line in await life.diary():
        print(line)
    assert 0
