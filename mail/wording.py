"""Numbers, dates and single words in the reader's language; whole sentences live in `email_templates/`."""

from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from mail.words import WORDS
from renewals.facts import Term
from renewals.money import Money, decimals
from renewals.payments import MethodKind

LANGUAGES = tuple(WORDS)


def letter_locale(customer_locale: str) -> Locale:
    """The locale to write in: the customer's own if we speak its language, else English.

    An unknown region falls back to the bare language.
    """
    parts = customer_locale.replace("_", "-").split("-")
    language = parts[0].lower()
    if language not in LANGUAGES:
        return Locale("en")
    try:
        return Locale.parse(f"{language}_{parts[-1].upper()}" if len(parts) > 1 else language)
    except (UnknownLocaleError, ValueError):
        return Locale(language)


def capital(text: str) -> str:
    """The text as it begins a cell."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Wording:
    """Speaks one locale. Templates know it as `w`."""

    locale: Locale

    @property
    def language(self) -> str:
        return self.locale.language

    @property
    def tag(self) -> str:
        """The BCP 47 tag, such as fr-CA."""
        return str(self.locale).replace("_", "-")

    @property
    def spaced(self) -> bool:
        """Is the language written with spaces between its words?"""
        return self.language != "ja"

    def word(self, key: str, **parts: str) -> str:
        return WORDS[self.language][key].format(**parts)

    def day(self, day: date) -> str:
        """A date in full; in French no line ends before the month, and the first is `1er`, which CLDR does not know."""
        text = str(format_date(day, "long", locale=self.locale))
        if self.language != "fr":
            return text
        return f"1er\u00a0{text[2:]}" if day.day == 1 else text.replace(" ", "\u00a0", 1)

    def midnight(self, day: date) -> str:
        """The first instant of a day."""
        return self.word("midnight", day=self.day(day))

    def end_of(self, day: date) -> str:
        """The last minute of a day."""
        return self.word("end_of_day", day=self.day(day))

    def last_day_before(self, day: date) -> str:
        return self.day(day - timedelta(days=1))

    def span(self, starts_on: date, renews_on: date) -> str:
        """A half-open term as its first and its last day."""
        return self.word("span", first=self.day(starts_on), last=self.last_day_before(renews_on))

    def amount(self, money: Money) -> str:
        """An amount with its ISO code, as many decimals as the currency has, and no place to break the line."""
        places = decimals(money.currency)
        number = "#,##0" + ("." + "0" * places if places else "")
        pattern = f"{number}\u00a0¤¤" if self.language == "fr" else f"¤¤\u00a0{number}"
        return format_currency(
            money.decimal(), money.currency, format=pattern, locale=self.locale, currency_digits=False
        )

    def seats(self, count: int) -> str:
        return self.word("1_seat") if count == 1 else self.word("seats_many", count=str(count))

    def subscriptions(self, count: int) -> str:
        return self.word("1_subscription") if count == 1 else self.word("subscriptions_many", count=str(count))

    def term(self, term: Term) -> str:
        return self.word(term)

    def method(self, kind: MethodKind) -> str:
        return self.word(kind)

    def method_as_label(self, kind: MethodKind) -> str:
        return capital(self.method(kind))

    def share(self, price: Money, count: int, days: int, all_days: int) -> str:
        """How the price of a part of a term comes about. A line may break before each sign, not after it."""
        return f"{self.amount(price)} ×\u00a0{count} ×\u00a0{days} ÷\u00a0{all_days}"

    def later(self, now: str, later: str, day: date) -> str:
        """What holds now and what from `day` on; only the former if both are the same."""
        return now if now == later else self.word("from", now=now, later=later, day=self.day(day))
