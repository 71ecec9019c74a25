"""An operator says who the buyer is, or corrects a contact: from then on mails and rights are the right one's."""

from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest

from models.subscriptions import SubscriptionRow
from renewals.letters import Kind
from tests.activities.desk import PARIS, Desk
from tests.activities.never import personal
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER, BUYER_NAME

WHY: dict[str, Any] = {"by": "operator:ana", "reason": "the buyer has left"}
AT, IT = "2027-02-01 10:00", "it@northwind.example"
NEW = "grace@northwind.example"


async def opened(desk: Desk, **columns: str) -> None:
    await desk.open(auto_renew="no", **columns)
    await desk.walk("2027-02-01 09:59")


ANOTHER = (
    "INSERT INTO notices (id, recipient, subscription, term_starts_on, kind, occasion, dated, why, facts, planned_for,"
    " tries) SELECT gen_random_uuid(), :new, subscription, term_starts_on, kind, occasion, dated, why, facts,"
    " planned_for, tries FROM notices WHERE outcome IS NULL"
)
"""What waits, once more for another address."""


async def people(desk: Desk) -> tuple[str, str]:
    """The addresses of the buyer and of the primary admin."""
    (row,) = await desk.rows(
        "SELECT b.email AS buyer, a.email AS admin FROM subscriptions s "
        "JOIN contacts b ON b.id = s.buyer_id JOIN contacts a ON a.id = s.primary_admin_id WHERE number = :number"
    )
    return row["buyer"], row["admin"]


async def sent_to(desk: Desk, since: str) -> list[tuple[str, str]]:
    rows = await desk.rows(
        "SELECT kind, recipient FROM notices WHERE outcome = 'sent' AND sent_at >= :since ORDER BY sent_at",
        since=instant(since, PARIS),
    )
    return [(row["kind"], row["recipient"]) for row in rows]


async def happened(desk: Desk) -> list[str]:
    rows = await desk.rows("SELECT event, data FROM events WHERE event IN ('buyer', 'admin', 'contact') ORDER BY id")
    assert all(personal(dict(row["data"])) == [] for row in rows)
    return [row["event"] for row in rows]


async def test_a_known_contact_becomes_the_buyer_and_gets_the_mails_from_then_on(desk: Desk) -> None:
    await opened(desk, admin_email=IT)
    assert await desk.give(AT, "change-buyer", email=IT, **WHY) == "done"
    assert await people(desk) == (IT, IT)
    assert await desk.give("2027-02-01 10:01", "resume-auto-renew", by=BUYER) == "refused not_buyer"
    assert await desk.give("2027-02-01 10:02", "resume-auto-renew", by=IT) == "done"
    await desk.walk("2027-02-22 09:00")
    assert {recipient for _, recipient in await sent_to(desk, AT)} == {IT}
    assert await happened(desk) == ["buyer"]


async def test_somebody_new_needs_a_name_and_takes_the_admin_role_that_the_buyer_had(desk: Desk) -> None:
    await opened(desk)
    assert await desk.give(AT, "change-buyer", email=NEW, **WHY) == "refused bad_arguments"
    assert await desk.give(AT, "change-buyer", email=NEW, name="Grace Hopper", **WHY) == "done"
    assert await people(desk) == (NEW, NEW)
    assert await happened(desk) == ["admin", "buyer"]
    assert await desk.give(AT, "change-buyer", email=NEW.upper(), **WHY) == "done", "that is the buyer already"
    assert await desk.give(AT, "change-buyer", email=BUYER, name="Somebody Else", **WHY) == "refused bad_arguments"
    assert await desk.give(AT, "change-buyer", email=BUYER, name=BUYER_NAME, **WHY) == "done"
    assert await people(desk) == (BUYER, BUYER)
    assert len(await desk.rows("SELECT 1 FROM contacts")) == 2


async def test_an_admin_who_is_somebody_else_stays(desk: Desk) -> None:
    await opened(desk, admin_email=IT)
    assert await desk.give(AT, "change-buyer", email=NEW, name="Grace Hopper", **WHY) == "done"
    assert await people(desk) == (NEW, IT)


async def test_mails_that_wait_go_to_the_new_buyer(desk: Desk) -> None:
    await opened(desk)
    assert await desk.give(AT, "resume-auto-renew") == "done"
    assert await desk.give(AT, "change-buyer", email=NEW, name="Grace Hopper", **WHY) == "done"
    await desk.walk(AT)
    assert (Kind.AUTO_RENEW_RESUMED, NEW) in await sent_to(desk, AT)


async def test_nothing_that_was_told_is_told_again_to_the_new_buyer(desk: Desk) -> None:
    await opened(desk)
    before = await desk.rows("SELECT kind, occasion FROM notices WHERE outcome IS NOT NULL")
    assert await desk.give(AT, "change-buyer", email=NEW, name="Grace Hopper", **WHY) == "done"
    await desk.walk("2027-02-02 10:00")
    assert await desk.rows("SELECT kind, occasion FROM notices WHERE outcome IS NOT NULL") == before


async def test_a_typo_in_an_address_is_corrected_with_what_waits(desk: Desk) -> None:
    await opened(desk)
    assert await desk.give(AT, "resume-auto-renew") == "done"
    assert await desk.give(AT, "change-contact", contact=BUYER, email=NEW, **WHY) == "done"
    await desk.walk(AT)
    assert await sent_to(desk, AT) == [(Kind.AUTO_RENEW_RESUMED, NEW)]
    assert await people(desk) == (NEW, NEW)
    assert await desk.give("2027-02-01 10:01", "cancel-auto-renew", by=BUYER) == "refused not_buyer"
    assert await desk.give("2027-02-01 10:01", "cancel-auto-renew", by=NEW) == "done"
    assert await happened(desk) == ["contact"]


async def test_back_and_forth_while_a_mail_is_in_doubt_nobody_is_written_to_twice(desk: Desk) -> None:
    await opened(desk)
    assert await desk.give(AT, "resume-auto-renew") == "done"
    await desk.change("UPDATE notices SET raw = 'in doubt' WHERE outcome IS NULL")
    assert await desk.give(AT, "change-contact", contact=BUYER, email=NEW, **WHY) == "done"
    await desk.change(ANOTHER, new=NEW)
    assert await desk.give(AT, "change-contact", contact=NEW, email=BUYER, **WHY) == "done"
    rows = await desk.rows("SELECT recipient, outcome FROM notices WHERE kind = 'auto_renew_resumed' ORDER BY 1")
    assert [(row["recipient"], row["outcome"]) for row in rows] == [(BUYER, None), (NEW, "missed")]


@pytest.mark.parametrize(
    ("capitals", "now"),
    [
        pytest.param((BUYER.upper(), BUYER.title()), BUYER, id="to small letters"),
        pytest.param((BUYER.title(), BUYER.upper()), BUYER, id="to small letters, the other way round"),
        pytest.param((BUYER.title(), BUYER.upper()), BUYER.upper(), id="to what one of them has"),
        pytest.param((BUYER.upper(), BUYER.title()), NEW, id="to another mailbox"),
    ],
)
async def test_of_mails_that_wait_for_one_mailbox_in_other_capitals_one_goes_on(
    desk: Desk, capitals: tuple[str, str], now: str
) -> None:
    await opened(desk)
    assert await desk.give(AT, "resume-auto-renew") == "done"
    await desk.change("UPDATE contacts SET email = :email", email=capitals[0])
    await desk.change("UPDATE notices SET recipient = :email WHERE outcome IS NULL", email=capitals[0])
    await desk.change(ANOTHER, new=capitals[1])
    assert await desk.give("2027-02-01 10:01", "change-contact", contact=BUYER, email=now, **WHY) == "done"
    rows = await desk.rows("SELECT recipient, outcome FROM notices WHERE kind = 'auto_renew_resumed' ORDER BY outcome")
    assert [row["outcome"] for row in rows] == ["missed", None]
    assert rows[1]["recipient"] == now


async def test_what_went_out_in_other_capitals_is_not_written_to_the_same_mailbox_again(desk: Desk) -> None:
    await opened(desk)
    assert await desk.give(AT, "resume-auto-renew") == "done"
    await desk.change("UPDATE notices SET raw = 'in doubt', recipient = :old WHERE outcome IS NULL", old=BUYER.upper())
    await desk.change(ANOTHER, new=NEW)
    await desk.change("UPDATE contacts SET email = :email WHERE email = :buyer", email=NEW, buyer=BUYER)
    assert await desk.give("2027-02-01 10:01", "change-contact", contact=NEW, email=BUYER, **WHY) == "done"
    rows = await desk.rows("SELECT recipient, outcome FROM notices WHERE kind = 'auto_renew_resumed'")
    assert {row["recipient"]: row["outcome"] for row in rows} == {BUYER.upper(): None, NEW: "missed"}


async def test_a_corrected_contact_stands_on_the_record_of_each_of_their_subscriptions(desk: Desk) -> None:
    await opened(desk, admin_email=IT)
    for number, shift in (("S-other", timedelta(days=1)), ("S-not-hers", timedelta(0))):
        async with desk.sessions.begin() as session:
            own = await session.get_one(SubscriptionRow, desk.number)
            kept = {name: getattr(own, name) for name in SubscriptionRow.model_fields}
            session.add(SubscriptionRow(**kept | {"number": number, "shift": shift}))
    await desk.change("UPDATE subscriptions SET buyer_id = primary_admin_id WHERE number = 'S-not-hers'")
    assert await desk.give(AT, "change-contact", contact=BUYER, name="Ada Quilliam", **WHY) == "done"
    told = await desk.rows(
        "SELECT subscription, at, caused_by, reason, data FROM events WHERE event = 'contact' ORDER BY at"
    )
    assert [row["subscription"] for row in told] == [desk.number, "S-other"]
    assert (told[1]["at"] - told[0]["at"]).days == 1, "in its own time"
    assert len({(row["caused_by"], row["reason"], row["data"]["contact"]) for row in told}) == 1
    assert told[1]["caused_by"] == "operator:ana"


async def test_a_contact_is_written_to_in_their_own_language_and_name(desk: Desk) -> None:
    await opened(desk)
    changed = {"name": "Grâce Martin", "language": "fr"}
    assert await desk.give(AT, "change-contact", contact=BUYER, **changed, **WHY) == "done"
    assert await desk.give(AT, "change-contact", contact=BUYER, **changed, **WHY) == "done", "it is kept so already"
    assert await happened(desk) == ["contact"]
    assert await desk.give(AT, "resume-auto-renew") == "done"
    await desk.walk(AT)
    (mail,) = await desk.rows("SELECT locale, raw FROM notices WHERE kind = 'auto_renew_resumed'")
    assert mail["locale"].startswith("fr")
    text = message_from_bytes(mail["raw"]).get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "Grâce Martin" in text


@pytest.mark.parametrize(
    ("name", "args"),
    [
        pytest.param("change-contact", {"contact": "x@y.example", "name": "X"}, id="a contact of nobody"),
        pytest.param("change-contact", {"contact": BUYER}, id="nothing to correct"),
        pytest.param("change-contact", {"contact": BUYER, "email": IT}, id="the address of another contact"),
        pytest.param("change-contact", {"contact": BUYER, "email": "no address"}, id="no address"),
        pytest.param("change-contact", {"contact": BUYER, "language": "Klingon"}, id="no language"),
        pytest.param("change-buyer", {"email": "two@x.example, three@x.example"}, id="two addresses"),
        pytest.param("change-buyer", {"email": IT, "reason": " "}, id="no reason"),
    ],
)
async def test_what_cannot_be_meant_is_refused(desk: Desk, name: str, args: dict[str, Any]) -> None:
    await opened(desk, admin_email=IT)
    assert await desk.give(AT, name, **(WHY | args)) == "refused bad_arguments"
    assert await people(desk) == (BUYER, IT)
    assert await happened(desk) == []


async def test_only_an_operator_says_who_the_buyer_is(desk: Desk) -> None:
    await opened(desk)
    assert await desk.give(AT, "change-buyer", email=NEW, name="Grace") == "refused not_operator"


async def test_no_answer_names_anybody(desk: Desk) -> None:
    await opened(desk)
    stored = await desk.store(AT, "change-contact", contact=BUYER, email=NEW, **WHY)
    applied = await desk.at(AT, desk.commands.apply_command, desk.number, str(stored))
    assert personal(applied) == []


async def test_planned_again_nothing_else_changes(desk: Desk) -> None:
    await opened(desk)
    before, events = await desk.row(), len(await desk.rows("SELECT 1 FROM events"))
    assert await desk.give(AT, "re-plan", **WHY) == "done"
    after = await desk.row()
    assert after["plans"] > before["plans"]
    assert {**after, "plans": 0} == {**before, "plans": 0}
    assert len(await desk.rows("SELECT 1 FROM events")) == events + 1
