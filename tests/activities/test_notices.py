"""Mails: claimed before they are sent, once per occasion, never without their reason, and to nobody but the buyer."""

from dataclasses import replace

import pytest
from sqlalchemy import RowMapping

from cli.stack_ports import free_port
from gateways.port import Declined
from mail.sender import Accepted, Delivery, Mailer
from mail.sink import DROP, Sink, StoredMail, list_mails, read_mail
from renewals.letters import Kind
from renewals.plan import NoticeRef
from tests.activities.desk import Desk, PulledPlug
from tests.scenarios.portfolios import BUYER
from workflows.contract import TermPlan

WEEK_BEFORE = "2027-03-24 09:00"
ADVANCE_NOTICE = NoticeRef(Kind.ADVANCE_CHARGE_NOTICE, "7")


class DyingMailer(Mailer):
    """The process dies when the mail server has accepted the mail."""

    async def send(self, raw: bytes, *, sender: str, recipient: str) -> Delivery:
        assert isinstance(await super().send(raw, sender=sender, recipient=recipient), Accepted)
        raise PulledPlug


class WatchedMailer(Mailer):
    """Reads what is committed at the moment of sending."""

    def __init__(self, desk: Desk, sink: Sink) -> None:
        super().__init__(sink.host, sink.port, tls="none")
        self._desk, self.seen = desk, list[RowMapping]()

    async def send(self, raw: bytes, *, sender: str, recipient: str) -> Delivery:
        self.seen.extend(await self._desk.rows("SELECT * FROM notices WHERE raw = :raw", raw=raw))
        return await super().send(raw, sender=sender, recipient=recipient)


def mails(sink: Sink) -> list[StoredMail]:
    """What the mail server has, oldest first."""
    found = [read_mail(sink.directory, mail.id) for mail in reversed(list_mails(sink.directory))]
    return [mail for mail in found if mail]


async def notice(desk: Desk, kind: str = ADVANCE_NOTICE.kind, occasion: str = ADVANCE_NOTICE.occasion) -> RowMapping:
    (row,) = await desk.rows(
        "SELECT * FROM notices WHERE kind = :kind AND (occasion = :occasion OR NOT dated)", kind=kind, occasion=occasion
    )
    return row


async def until_the_week_before(desk: Desk, sink: Sink, **columns: str) -> None:
    """Live until the advance notice of seven days is the next mail, with an empty mail box."""
    await desk.open(**columns)
    await desk.walk("2027-03-03 09:00")
    for file in sink.directory.glob("*.eml"):
        file.unlink()


async def send(desk: Desk, at: str = WEEK_BEFORE) -> TermPlan:
    return await desk.at(at, desk.notices.send_notice, desk.number, ADVANCE_NOTICE)


async def test_a_notice_is_claimed_with_its_bytes_before_the_mail_server_is_called(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    watched = WatchedMailer(desk, sink)
    await send(replace(desk, mailer=watched))
    await watched.close()
    (claimed,) = watched.seen
    assert (claimed["kind"], claimed["recipient"], claimed["outcome"]) == (ADVANCE_NOTICE.kind, BUYER, None)
    (mail,) = mails(sink)
    sent = await notice(desk)
    assert (sent["outcome"], sent["raw"], sent["message_id"]) == ("sent", mail.raw, mail.mail.message_id)


async def test_a_crash_after_the_server_accepted_sends_the_same_bytes_again_and_nothing_else(
    desk: Desk, sink: Sink
) -> None:
    await until_the_week_before(desk, sink)
    dying = DyingMailer(sink.host, sink.port, tls="none")
    with pytest.raises(PulledPlug):
        await send(replace(desk, mailer=dying))
    await dying.close()
    await desk.change("UPDATE contacts SET name = 'Ada Lovelace'")
    await desk.walk("2027-03-24 09:03")
    await desk.walk("2027-03-24 10:00")
    first, second = mails(sink)
    assert first.raw == second.raw
    assert first.mail.message_id == second.mail.message_id != ""
    assert (await desk.diary("2027-03-24")) == [("2027-03-24 09:03", "sent advance_charge_notice 7")]


async def test_a_server_that_hangs_up_with_the_mail_gets_the_same_bytes_again(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    sink.respond = lambda command, _: DROP if command == "DATA" else None
    plan = await send(desk)
    assert plan.steps[0].at.isoformat() == "2027-03-24T08:01:00+00:00"
    sink.respond = None
    await desk.walk("2027-03-24 09:01")
    first, second = mails(sink)
    assert first.raw == second.raw
    assert (await notice(desk))["outcome"] == "sent"


async def test_a_notice_sent_twice_goes_out_once(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    await send(desk)
    await send(desk)
    await desk.walk("2027-03-24 12:00")
    assert len(mails(sink)) == 1
    assert len(await desk.rows("SELECT 1 FROM events WHERE data->>'occasion' = '7'")) == 1


async def test_a_mail_that_a_decline_caused_goes_out_once_however_often_it_is_sent(desk: Desk, sink: Sink) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    failed = str((await notice(desk, "payment_failed"))["id"])
    before = len(mails(sink))
    for _ in range(2):
        await desk.at("2027-03-31 06:01", desk.notices.send_queued, desk.number, failed)
    assert len(mails(sink)) == before + 1


async def test_a_dated_notice_whose_reason_is_gone_is_not_sent(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    assert await desk.give("2027-03-24 09:00", "cancel-auto-renew") == "done"
    await send(desk)
    assert mails(sink) == []
    assert await desk.rows("SELECT 1 FROM notices WHERE occasion = '7'") == []


async def test_a_mail_about_a_failed_payment_is_not_sent_once_the_term_is_paid(desk: Desk, sink: Sink) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    failed = await notice(desk, "payment_failed")
    answer = await desk.give(
        "2027-03-31 06:01", "record-renewal", by="operator:ana", reference="PO-1", reason="paid by transfer"
    )
    assert answer == "done"
    await desk.at("2027-03-31 06:01", desk.notices.send_queued, desk.number, str(failed["id"]))
    assert (await notice(desk, "payment_failed"))["outcome"] == "missed"
    await desk.walk("2027-03-31 06:01")
    assert [mail.mail.subject for mail in mails(sink) if "payment" in mail.mail.subject.lower()] == []
    assert (await notice(desk, "renewed"))["outcome"] == "sent"


async def test_a_letter_says_what_is_true_when_it_is_sent(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    await desk.new_price("2027-01-02", 40000)
    await send(desk)
    (mail,) = mails(sink)
    assert "4,800.00" in mail.text
    assert "5,832.00" not in mail.text


async def test_a_refused_recipient_is_told_to_an_operator_and_not_tried_again(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    sink.respond = lambda command, _: "550 no such mailbox" if command == "RCPT" else None
    await send(desk)
    sink.respond = None
    await desk.walk("2027-03-24 12:00")
    row = await notice(desk)
    assert (row["outcome"], row["sent_at"], row["reply"]) == ("failed", None, "550 no such mailbox")
    assert [alarm["kind"] for alarm in await desk.rows("SELECT kind FROM alarms")] == ["mail_rejected"]
    assert mails(sink) == []


@pytest.mark.parametrize("reply", [pytest.param("450 busy", id="busy"), pytest.param("535 who are you", id="settings")])
async def test_a_mail_that_is_not_taken_now_is_tried_again_at_growing_intervals(
    desk: Desk, sink: Sink, reply: str
) -> None:
    await until_the_week_before(desk, sink)
    sink.respond = lambda command, _: reply if command == "RCPT" else None
    next_tries = [
        (await send(desk, at)).steps[0].at.isoformat(timespec="minutes")
        for at in ("2027-03-24 09:00", "2027-03-24 09:01", "2027-03-24 09:03")
    ]
    assert next_tries == ["2027-03-24T08:01+00:00", "2027-03-24T08:03+00:00", "2027-03-24T08:07+00:00"]
    assert ((await notice(desk))["outcome"], mails(sink)) == (None, [])
    sink.respond = None
    await desk.walk("2027-03-24 09:07")
    assert ((await notice(desk))["outcome"], len(mails(sink))) == ("sent", 1)


async def test_a_mail_that_waits_is_not_tried_before_its_time(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    sink.respond = lambda command, _: "450 busy" if command == "RCPT" else None
    await send(desk)
    await send(desk, "2027-03-24 09:00:59")
    assert (await notice(desk))["tries"] == 1


async def test_a_mail_server_that_is_away_loses_nothing(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    nobody = Mailer(sink.host, free_port(sink.host), tls="none")
    away = replace(desk, mailer=nobody)
    assert await away.give("2027-03-10 12:00", "reduce-seats", to=9) == "done"
    await away.walk("2027-03-10 12:00")
    waiting = "SELECT outcome FROM notices WHERE NOT dated"
    assert [row["outcome"] for row in await desk.rows(waiting)] == [None]
    await desk.walk("2027-03-10 12:05")
    assert [row["outcome"] for row in await desk.rows(waiting)] == ["sent"]
    assert len(mails(sink)) == 1


async def test_letters_go_to_the_buyer_and_to_nobody_else(desk: Desk, sink: Sink) -> None:
    await desk.open(admin_email="admin@northwind.example", auto_renew="no")
    for at in (
        "2027-01-01",
        "2027-01-30 09:00",
        "2027-03-24 09:00",
        "2027-03-31 09:00",
        "2027-05-12 09:00",
        "2027-05-16 09:00",
    ):
        await desk.walk(at)
    kinds = [words for _, words in await desk.diary() if words.startswith("sent")]
    assert kinds == [
        "sent window_open 90",
        "sent reminder 60",
        "sent reminder 7",
        "sent expired 0",
        "sent late_window_closing 3",
        "sent lapsed 0",
    ]
    assert {mail.mail.to for mail in mails(sink)} == {BUYER}
    assert len(mails(sink)) == len(kinds)


@pytest.mark.parametrize("quiet", [pytest.param("watched", id="before go-live"), pytest.param("parked", id="parked")])
async def test_nothing_is_mailed_while_it_should_be_quiet(desk: Desk, sink: Sink, quiet: str) -> None:
    await desk.open(live=None if quiet == "watched" else "2027-01-01")
    await desk.walk("2027-01-01")
    before = len(mails(sink))
    if quiet == "parked":
        assert await desk.give("2027-01-02", "park", by="operator:ana", reason="dispute") == "done"
    await send(desk)
    await desk.at(WEEK_BEFORE, desk.notices.miss_notices, desk.number)
    assert len(mails(sink)) == before
    assert await desk.rows("SELECT 1 FROM notices WHERE occasion = '7'") == []


async def test_a_confirmation_that_a_later_command_undid_is_not_sent(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    sink.respond = lambda command, _: "450 busy" if command == "RCPT" else None
    await desk.give("2027-03-24 10:00", "cancel-auto-renew")
    await desk.give("2027-03-24 10:01", "resume-auto-renew")
    await desk.give("2027-03-24 10:02", "reduce-seats", to=9)
    await desk.give("2027-03-24 10:03", "reduce-seats", to=8)
    sink.respond = None
    await desk.walk("2027-03-24 10:30")
    told = await desk.rows(
        "SELECT kind, facts, outcome FROM notices WHERE occasion LIKE 'command:%' ORDER BY planned_for"
    )
    assert [(row["kind"], row["facts"].get("to"), row["outcome"]) for row in told] == [
        ("auto_renew_cancelled", None, "missed"),
        ("auto_renew_resumed", None, "sent"),
        ("seats_reduction_scheduled", 9, "missed"),
        ("seats_reduction_scheduled", 8, "sent"),
    ]


async def test_every_refused_mail_has_an_alarm_of_its_own(desk: Desk, sink: Sink) -> None:
    await until_the_week_before(desk, sink)
    sink.respond = lambda command, _: "550 unknown" if command == "RCPT" else None
    await desk.give("2027-03-24 10:00", "reduce-seats", to=9)
    await desk.walk("2027-03-24 10:00")
    await desk.give("2027-03-24 11:00", "withdraw-pending", what="seats")
    await desk.walk("2027-03-24 11:00")
    refused = await desk.rows("SELECT subject FROM alarms WHERE kind = 'mail_rejected'")
    assert len({row["subject"] for row in refused}) == 3
