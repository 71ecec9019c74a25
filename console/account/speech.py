"""Speaking one locale: the account's words, with the dates, amounts and phrases of the letters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_time

from console.account.words import LANGUAGES, WORDS
from mail.wording import Wording, letter_locale
from renewals.calendar import local_date, zone
from renewals.facts import MethodKind, PaymentMethod


@dataclass(frozen=True, slots=True)
class Speech:
    """Says the words of the account. Templates know it as `t`, and its wording as `w`."""

    w: Wording

    def __call__(self, key: str, **parts: str) -> str:
        return self._words[key].format(**parts)

    def first(self, *keys: str, **parts: str) -> str:
        """The first of the keys that there are words for; a name without any is said as it is."""
        known = next((key for key in keys if key in self._words), None)
        return self(known, **parts) if known else keys[-1].rpartition(".")[2].replace("_", " ")

    @property
    def _words(self) -> Mapping[str, str]:
        return WORDS[self.w.language]

    def day_of(self, at: datetime, zone_name: str) -> str:
        """The local date of an instant."""
        return self.w.day(local_date(at, zone_name))

    def moment(self, at: datetime, zone_name: str) -> str:
        """An instant on the customer's clock, to the minute."""
        time = format_time(at.astimezone(zone(zone_name)), "short", locale=self.w.locale)
        return self("at_time", day=self.day_of(at, zone_name), time=time)

    def method(self, method: PaymentMethod | None) -> str:
        """A stored method, with its month of expiry if it has one."""
        if method is None:
            return self("no_method")
        kind = self.w.method_as_label(method.kind)
        if method.valid_through is None:
            return kind
        return self("valid_through", method=kind, day=self.w.day(method.valid_through))

    def kinds(self) -> list[tuple[str, str]]:
        """Every kind of payment method, with its name."""
        return [(kind.value, self.w.method_as_label(kind)) for kind in MethodKind]


def speech_of(customer_locale: str) -> Speech:
    """How a customer is spoken to: as in the letters."""
    return Speech(Wording(letter_locale(customer_locale)))


def speech_wanted(chosen: str | None, accept_language: str) -> Speech:
    """How to speak to somebody who is not known yet: as chosen, else as the browser asks, else in English."""
    wanted = [part.partition(";")[0].strip() for part in accept_language.split(",")]
    for each in (chosen or "", *wanted):
        if each.replace("_", "-").partition("-")[0].lower() in LANGUAGES:
            return speech_of(each)
    return speech_of("en")
