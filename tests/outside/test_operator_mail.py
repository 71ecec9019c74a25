"""Operators are written to: once for many grave alarms, once each morning, and never a flood."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import activities.operator_mail
from activities.operator_mail import OperatorMail, Telling
from cli import checks
from docs.source import alarms_in_code
from mail.sender import Rejected, TryAgain
from mail.to_operators import Desk
from mail.words.operators import WORDS
from models.at_risk import Cause
from models.engine import Sessions
from models.journal import raise_alarm
from models.operators import OperatorRow
from models.pauses import Pausable, pause
from models.pipeline import PAID
from models.pipeline import Path as Way
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.alarms import GRAVE
from settings import Settings
from tests.activities.bank import PostOffice

EXAMPLE = Path(__file__).parents[2] / "examples" / "portfolio"
OPS = "https://renewals.vendor.example/ops"


@dataclass
class Office:
    """A worker that writes to operators, on a clock that a test moves. Times are those of Paris."""

    sessions: Sessions
    post: PostOffice = field(default_factory=PostOffice)
    now: datetime = datetime(2027, 3, 30, 10, tzinfo=UTC)
    alert_to: dict[str, str] = field(default_factory=lambda: {"ops@vendor.example": "en"})
    digest_to: dict[str, str] = field(default_factory=dict)
    mail: OperatorMail = field(init=False)

    def __post_init__(self) -> None:
        self.mail = self.another()

    def another(self) -> OperatorMail:
        telling = Telling(Desk(OPS, "Europe/Paris"), "renewals@vendor.example", time(7), self.alert_to, self.digest_to)
        mailer: Any = self.post
        return OperatorMail(self.sessions, mailer, telling, clock=lambda: self.now)

    async def pass_(self, **length: float) -> None:
        self.now += timedelta(**length)
        await self.mail.turn()

    async def alarm(self, kind: str, *numbers: str, detail: str = "look") -> None:
        async with self.sessions.begin() as session:
            for number in numbers or ("",):
                await raise_alarm(session, number or None, kind, detail, self.now)

    async def operator(self, name: str, **columns: Any) -> None:
        async with self.sessions.begin() as session:
            session.add(
                OperatorRow(
                    name=name,
                    email=f"{name}@vendor.example",
                    role="operator",
                    created_at=self.now,
                    created_by="operator:ana",
                    created_because="a test",
                    **columns,
                )
            )

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.post.taken]

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(str(each["To"]), str(each["Subject"])) for each in self.letters]

    async def rows(self, query: str) -> list[Any]:
        async with self.sessions() as session:
            return list((await session.execute(sa.text(query))).all())


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
async def office(sessions: Sessions) -> Office:
    office = Office(sessions)
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=office.now, imported_by="operator:ana")
        await go_live(session, wall_now=office.now, by="operator:ana", reason="a test")
    await office.mail.turn()  # a new installation tells of nothing that was before it
    return office


async def test_thirty_seven_alarms_of_some_minutes_are_one_letter(office: Office) -> None:
    async with office.sessions.begin() as session:
        await session.execute(
            sa.text("SET LOCAL session_replication_role = replica")
        )  # more numbers than the example has
        for n in range(37):
            await raise_alarm(session, f"T-{n}", "renewal_may_be_missed", "Ada Lovelace", office.now)
    await office.pass_(seconds=10)
    assert not office.told
    await office.pass_(minutes=2)
    assert office.told == [("ops@vendor.example", "37 × Renewal may be missed")]
    (letter,) = office.letters
    for kind in ("plain", "html"):
        said = text_of(letter, kind)
        assert "T-36" in said
        assert "T-26" not in said
        assert "Ada Lovelace" not in said
    assert f"{OPS}/subscriptions/T-36" in text_of(letter, "html")
    assert await office.rows("SELECT subscription, data FROM events WHERE event = 'alert'") == [
        (None, {"kinds": {"renewal_may_be_missed": 37}})
    ]


async def test_those_that_follow_are_gathered_and_told_a_quarter_of_an_hour_later(office: Office) -> None:
    await office.alarm("step_failed", "S-1001")
    await office.pass_()
    await office.pass_(minutes=2)
    for n in range(2, 8):
        await office.alarm("step_failed", f"S-100{n}")
        await office.pass_(minutes=2)
    await office.alarm("paid_after_all", "S-1001")
    await office.pass_(minutes=2)
    assert [subject for _, subject in office.told] == ["1 × Step failed"]
    await office.pass_(minutes=1)
    assert [subject for _, subject in office.told] == ["1 × Step failed", "7 grave alarms"]
    await office.pass_(hours=2)
    assert len(office.told) == 2


async def test_what_is_not_grave_waits_for_the_morning(office: Office) -> None:
    for kind in sorted(alarms_in_code() - GRAVE):
        await office.alarm(kind, "S-1001")
    await office.pass_()
    await office.pass_(hours=1)
    assert not office.told
    assert alarms_in_code() >= GRAVE - {"charges_stopped"}


async def test_a_transaction_that_stays_open_silences_no_grave_alarm(office: Office) -> None:
    """An import that takes an hour, or somebody who has left psql open: webhooks wait for it, to keep their order."""
    async with office.sessions.begin() as forgotten:
        await forgotten.execute(sa.text("UPDATE subscriptions SET shift = '0' WHERE number = 'S-1001'"))
        for number in ("S-1002", "S-1003"):
            await office.alarm("step_failed", number)
            for _ in range(24):
                await office.pass_(minutes=1)
        assert [subject for _, subject in office.told] == ["1 × Step failed"] * 2
    await office.pass_(hours=1)
    assert len(office.told) == 2, "and none comes twice once it is over"


async def test_operators_who_ticked_it_are_told_in_their_language_and_nobody_else(office: Office) -> None:
    await office.operator("mira", wants_alerts=True, language="fr")
    await office.operator("nils")
    gone = {"disabled_at": office.now, "disabled_by": "operator:ana", "disabled_because": "left"}
    await office.operator("olga", wants_alerts=True, **gone)
    await office.alarm("webhook_given_up")
    await office.pass_()
    await office.pass_(minutes=2)
    assert sorted(office.told) == [
        ("mira@vendor.example", "1 × Webhook abandonné"),
        ("ops@vendor.example", "1 × Webhook given up"),
    ]
    french = next(each for each in office.letters if each["To"] == "mira@vendor.example")
    assert "l’installation" in text_of(french)
    assert french["Content-Language"] == "fr"
    assert 'lang="fr"' in text_of(french, "html")


async def test_of_two_workers_one_tells(office: Office) -> None:
    other = office.another()
    await office.alarm("step_failed", "S-1001")
    await office.mail.turn()
    await other.turn()
    office.now += timedelta(minutes=2)
    await office.mail.turn()
    await other.turn()
    assert len(office.told) == 1


async def test_a_letter_whose_worker_died_is_sent_by_another_as_the_same_bytes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    await office.alarm("step_failed", "S-1001")
    await office.pass_()
    office.now += timedelta(minutes=2)
    monkeypatch.setattr(activities.operator_mail, "_write_down", dies)
    with pytest.raises(KeyboardInterrupt):
        await office.mail.turn()
    monkeypatch.undo()
    office.post.plug.pulled = 1
    await office.pass_(minutes=1)
    assert not office.post.twice
    await office.pass_(minutes=5)
    assert len(office.post.taken) == 1  # the same bytes twice
    assert await office.rows("SELECT outcome, tries FROM operator_letters") == [("sent", 2)]


async def test_a_mail_server_that_is_away_is_tried_again_for_a_day(office: Office) -> None:
    office.post.answers.extend([TryAgain("away")] * 3)
    await office.alarm("step_failed", "S-1001")
    await office.pass_()
    await office.pass_(minutes=2)
    await office.pass_(minutes=1)
    await office.pass_(minutes=2)
    assert await office.rows("SELECT outcome, tries FROM operator_letters") == [(None, 3)]
    await office.pass_(minutes=4)
    assert len(office.told) == 1


@pytest.mark.parametrize(("days", "told"), [(3, 1), (8, 0)])
async def test_a_letter_on_grave_alarms_outlasts_a_weekend_without_a_mail_server(
    office: Office, days: int, told: int
) -> None:
    await office.alarm("step_failed", "S-1001")
    await office.pass_()
    office.post.answers.extend([TryAgain("away")] * 30 * days)
    await office.pass_(minutes=2)
    for _ in range(24 * days):
        await office.pass_(hours=1)
    office.post.answers.clear()
    await office.pass_(hours=1)
    assert len(office.told) == told


async def test_a_morning_that_hangs_silences_no_alarm_and_is_tried_again_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = list[None]()

    async def hangs(*_: object) -> None:
        tries.append(None)
        await asyncio.Event().wait()

    office.digest_to["ops@vendor.example"] = "en"
    with monkeypatch.context() as hung:
        hung.setattr(activities.operator_mail, "morning_facts", hangs)
        hung.setattr(activities.operator_mail, "GREETING_SECONDS", 0.2)
        with pytest.raises(TimeoutError):
            await office.pass_()
        await office.alarm("paid_twice", "S-1001")
        for _ in range(3):
            await office.pass_(minutes=2)
        assert [subject for _, subject in office.told] == ["1 × Paid twice"]
        assert len(tries) == 1, "no turn waits for it again so soon"
    await office.pass_(minutes=10)
    assert [subject for _, subject in office.told][1:] == ["Renewals of March 30, 2027"]


async def test_an_address_of_the_settings_that_an_operator_has_too_is_written_to_once(office: Office) -> None:
    office.alert_to["Mira@vendor.example"] = "en"
    await office.operator("mira", wants_alerts=True)
    await office.alarm("step_failed", "S-1001")
    await office.pass_()
    await office.pass_(minutes=2)
    assert sorted(to for to, _ in office.told) == ["mira@vendor.example", "ops@vendor.example"]


async def test_a_doctor_names_who_the_last_letter_did_not_reach(office: Office) -> None:
    await office.operator("mira", wants_alerts=True)
    settings = Settings(alert_to="ops@vendor.example", oidc_issuer="https://id.vendor.example")
    engine = office.sessions.kw["bind"]
    for refused, health, seen in (
        (True, "warn", "the last letter did not reach mira@vendor.example, ops@vendor.example"),
        (False, "ok", "1 let in"),
    ):
        office.post.answers.extend([Rejected(550, "no such user")] * 2 * refused)
        await office.alarm("step_failed", "S-1001" if refused else "S-1002")
        await office.pass_()
        await office.pass_(minutes=16)
        found = await checks._operators(settings, engine)
        assert (found.health, found.seen) == (health, seen)


async def odd(*_: object) -> None:
    raise LookupError("odd facts")


async def test_a_morning_that_cannot_be_told_silences_no_alarm(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.digest_to["ops@vendor.example"] = "en"
    monkeypatch.setattr(activities.operator_mail, "morning_facts", odd)
    await office.alarm("paid_twice", "S-1001")
    with pytest.raises(LookupError):
        await office.pass_(minutes=3)
    await office.pass_(minutes=3)
    assert [subject for _, subject in office.told] == ["1 × Paid twice"]


async def test_a_letter_that_cannot_be_made_keeps_no_other_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwritten(*_: object) -> None:
        raise LookupError("odd facts")

    office.digest_to["ops@vendor.example"] = "en"
    monkeypatch.setattr(activities.operator_mail, "digest_letter", unwritten)
    with pytest.raises(LookupError):
        await office.pass_(minutes=1)
    await office.alarm("paid_twice", "S-1001")
    await office.pass_(minutes=1)
    await office.pass_(minutes=2)
    assert [subject for _, subject in office.told] == ["1 × Paid twice"]


async def test_the_morning_comes_once_a_day_on_the_clock_of_the_zone(office: Office) -> None:
    office.digest_to["ops@vendor.example"] = "en"
    await office.pass_()  # 12:00 in Paris: today's was never sent
    assert len(office.told) == 1
    for _ in range(20):
        await office.pass_(hours=1)
        office.mail = office.another()  # whoever is new has nothing in mind
    assert [subject for _, subject in office.told] == ["Renewals of March 30, 2027", "Renewals of March 31, 2027"]
    sent = await office.rows("SELECT occasion, made_at FROM operator_letters ORDER BY made_at")
    assert sent[1] == ("2027-03-31", datetime(2027, 3, 31, 5, tzinfo=UTC))  # 07:00 in Paris, in summer


async def test_without_anybody_who_wants_it_nothing_is_counted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> dict[str, Any]:
        raise AssertionError

    monkeypatch.setattr(activities.operator_mail, "morning_facts", never)
    await office.pass_(days=1)
    assert not office.told


async def test_whoever_ticks_it_later_that_day_is_told_at_once_and_then_each_morning(office: Office) -> None:
    await office.pass_()
    await office.operator("nils", wants_digest=True)
    await office.pass_(hours=1)
    await office.pass_(hours=1)
    assert office.told == [("nils@vendor.example", "Renewals of March 30, 2027")]
    await office.pass_(days=1)
    assert office.told[1:] == [("nils@vendor.example", "Renewals of March 31, 2027")]


async def test_the_letter_of_the_morning_says_what_the_day_brings(office: Office) -> None:
    async with office.sessions.begin() as session:
        await pause(session, Pausable.MAILS, by="operator:mira", reason="wrong <b>words</b>", now=office.now)
        await session.execute(
            sa.text(
                "UPDATE subscriptions SET renews_on = :day, shift = '0', phase = 'renewable' WHERE number = 'S-1001'"
            ),
            {"day": date(2027, 3, 31)},
        )
        await session.execute(
            sa.text(
                "UPDATE subscriptions SET parked_at = now(), parked_because = 'x', phase = 'renewable' "
                "WHERE number = 'S-1002'"
            )
        )
    await office.alarm("quote_asked", "S-1003")
    office.digest_to["ops@vendor.example"] = "en"
    await office.operator("mira", wants_digest=True, language="fr")
    office.now = datetime(2027, 3, 31, 6, tzinfo=UTC)
    await office.pass_()
    english = next(each for each in office.letters if each["To"] == "ops@vendor.example")
    said = text_of(english)
    assert "Automatic: 1 (USD\xa0" in said
    assert "Quote asked for: 1" in said
    assert "All mails: since March 30, 2027, 12:00" in said
    assert "Nothing failed yesterday." in said
    html = text_of(english, "html")
    assert "wrong &lt;b&gt;words&lt;/b&gt;" in html
    assert f'href="{OPS}/pauses"' in html
    french = next(each for each in office.letters if each["To"] == "mira@vendor.example")
    assert "Renouvellements du 31\u00a0mars 2027" in str(french["Subject"])
    assert "Automatiques : 1" in text_of(french).replace("\xa0", " ") or "Automatiques: 1" in text_of(french)


def test_every_language_has_the_same_words_and_every_name_has_some() -> None:
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    names = {f"cause.{each}" for each in Cause} | {f"path.{each}" for each in (PAID, *Way)}
    names |= {f"pause.{each}" for each in Pausable} | {f"alarm.{each}" for each in alarms_in_code()}
    assert names <= WORDS["en"].keys()
