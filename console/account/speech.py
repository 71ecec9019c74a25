"""How the account speaks: with its own words, as the letters do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from console import speech
from console.account.words import LANGUAGES, WORDS
from mail.wording import Wording, capital, letter_locale
from renewals.payments import MethodKind, PaymentMethod


@dataclass(frozen=True, slots=True)
class Speech(speech.Speech):
    """Says the words of the account."""

    def method(self, method: PaymentMethod | None) -> str:
        """A stored method as a label, with its month of expiry if it has one."""
        return self("no_method") if method is None else capital(self._method(method))

    def _method(self, method: PaymentMethod) -> str:
        kind = self.w.method(method.kind)
        if method.valid_through is None:
            return kind
        return self("valid_through", method=kind, day=self.w.day(method.valid_through))

    def named(self, label: str | None, method: PaymentMethod) -> str:
        """A stored method by the name that its buyer gave it, if any, and what it is."""
        return self("methods.named", name=label, method=self._method(method)) if label else self.method(method)

    def clock(self, local: datetime) -> str:
        """As letters write it: in French with an h, and without minutes on the hour."""
        if self.w.language != "fr":
            return speech.Speech.clock(self, local)
        return f"{local.hour}\u00a0h" + (f"\u00a0{local:%M}" if local.minute else "")

    def kinds(self, offered: Sequence[MethodKind]) -> list[tuple[str, str]]:
        """The kinds of payment method that are offered, each with its name."""
        return [(kind.value, self.w.method_as_label(kind)) for kind in offered]


def speech_of(customer_locale: str) -> Speech:
    """How a customer is spoken to: as in the letters."""
    return Speech(Wording(letter_locale(customer_locale)), WORDS)


def speech_wanted(chosen: str | None, accept_language: str) -> Speech:
    """How to speak to somebody who is not known yet."""
    return speech_of(speech.language_wanted(chosen, accept_language, LANGUAGES))
