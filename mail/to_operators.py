"""Letters to the operators: of grave alarms, and of each morning. From stored facts to words, HTML and text.

Facts are plain JSON, so that a letter written down before its worker died is finished by another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import mrml
from babel.dates import format_time
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mail.address import without_controls
from mail.lines import fill
from mail.render import TEMPLATES, TEXT_WIDTH, Rendered
from mail.wording import Wording, letter_locale
from mail.words.operators import WORDS
from renewals.calendar import local_date, zone
from renewals.money import Money


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a section; `url` leads to the page that shows more of it."""

    label: str
    value: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its lines, or with what is said where there are none."""

    heading: str
    rows: Sequence[Row]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class OperatorLetter:
    """All that a letter says; `url` is where its button leads."""

    subject: str
    lead: str
    sections: Sequence[Section]
    url: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the operators are: the address of their console, and their time zone."""

    ops_url: str
    zone: str


class _Said:
    """Speaks to operators in one language."""

    def __init__(self, language: str) -> None:
        self.w = Wording(letter_locale(language if language in WORDS else "en"))
        self._words = WORDS[self.w.language]

    def __call__(self, key: str, **parts: str) -> str:
        return self._words[key].format(**parts)

    def name(self, prefix: str, key: str) -> str:
        """A name of the code in words; one without any is said as it is."""
        return self._words.get(f"{prefix}.{key}", key.replace("_", " "))

    def number(self, count: int) -> str:
        return str(format_decimal(count, locale=self.w.locale))

    def trouble(self, count: int | None) -> str:
        return self("troubles_uncounted") if count is None else self.number(count)

    def counted(self, amounts: Iterable[tuple[str, int, int]]) -> str:
        """So many, for so much in each currency."""
        listed = list(amounts)
        money = ", ".join(self.w.amount(Money(amount, currency)) for currency, _, amount in listed)
        return self("counted", count=self.number(sum(count for _, count, _ in listed)), amounts=money)

    def moment(self, at: datetime, zone_name: str) -> str:
        time = format_time(at.astimezone(zone(zone_name)), "short", locale=self.w.locale)
        return f"{self.w.day(local_date(at, zone_name))}, {time}"


def alert_letter(facts: Mapping[str, Any], language: str, desk: Desk) -> OperatorLetter:
    """One letter on all grave alarms of some minutes, however many they are."""
    t = _Said(language)
    kinds: Mapping[str, int] = facts["kinds"]
    total, ordered = sum(kinds.values()), sorted(kinds.items(), key=lambda each: (-each[1], each[0]))
    many = "alert_subject_many" if len(kinds) > 1 else "alert_subject_one"
    newest = [
        Row(
            number or t("alert_nobody"), t.name("alarm", kind), f"{desk.ops_url}/subscriptions/{quote(number, safe='')}"
        )
        if number
        else Row(t("alert_nobody"), t.name("alarm", kind), f"{desk.ops_url}/")
        for number, kind in facts["newest"]
    ]
    return OperatorLetter(
        subject=t(many, count=t.number(total), kind=t.name("alarm", ordered[0][0])),
        lead=t("alert_lead"),
        sections=[
            Section(t("alert_kinds"), [Row(t.name("alarm", kind), t.number(count)) for kind, count in ordered]),
            Section(t("alert_newest"), newest),
        ],
        url=f"{desk.ops_url}/",
    )


def digest_letter(facts: Mapping[str, Any], language: str, desk: Desk) -> OperatorLetter:
    """The letter of a morning."""
    t, ops = _Said(language), desk.ops_url
    day = t.w.day(date.fromisoformat(facts["day"]))
    failed = [Row(t("digest_declined"), t.counted(facts["declined"]), f"{ops}/")] if facts["declined"] else []
    if facts["mails_failed"]:
        failed.append(Row(t("digest_mails"), t.number(facts["mails_failed"]), f"{ops}/subscriptions?cause=mail_failed"))
    pauses = [
        Row(
            t.name("pause", what),
            t("digest_pause", when=t.moment(datetime.fromisoformat(since), desk.zone), who=who, why=why),
            f"{ops}/pauses",
        )
        for what, since, who, why in facts["pauses"]
    ]
    return OperatorLetter(
        subject=t("digest_subject", day=day),
        lead=t("digest_lead", day=day),
        sections=[
            Section(
                t("digest_due"),
                [Row(t.name("path", path), t.counted(found), f"{ops}/") for path, found in facts["due"].items()],
                t("digest_due_none"),
            ),
            Section(t("digest_failed"), failed, t("digest_failed_none")),
            Section(
                t("digest_risks"),
                [
                    Row(t.name("cause", cause), t.counted(found), f"{ops}/subscriptions?cause={cause}")
                    for cause, found in facts["risks"].items()
                ],
                t("digest_risks_none"),
            ),
            Section(
                t("digest_troubles"),
                [
                    Row(t.name("trouble", name), t.trouble(count), f"{ops}/subscriptions?trouble={name}")
                    for name, count in facts.get("troubles", ())
                ],
                t("digest_troubles_none"),
            ),
            Section(
                t("digest_alarms"),
                [Row(t.name("alarm", kind), t.number(count), f"{ops}/") for kind, count in facts["alarms"]],
                t("digest_alarms_none"),
            ),
            Section(t("digest_pauses"), pauses, t("digest_pauses_none")),
        ],
        url=f"{ops}/",
    )


def rendered(letter: OperatorLetter, language: str) -> Rendered:
    """The letter in HTML and in text."""
    t = _Said(language)
    values = {"letter": letter, "t": t, "w": t.w}
    return Rendered(
        subject=without_controls(letter.subject),
        html=mrml.to_html(_environment(True).get_template("letter.mjml").render(values)).content,
        text=_environment(False).get_template("letter.txt").render(values).strip() + "\n",
        locale=t.w.tag,
    )


@cache
def _environment(markup: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(TEMPLATES) / "operators"),
        autoescape=markup,  # noqa: S701  # off for plain text only, where an escaped & would be an error
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["fill"] = lambda text: fill(text, TEXT_WIDTH)
    environment.filters["safe_line"] = without_controls
    return environment
