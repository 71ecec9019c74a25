"""Numbers, dates and single words in the reader's language; whole sentences live in `email_templates/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from renewals.facts import MethodKind, Term
from renewals.money import Money, decimals

LANGUAGES = ("en", "fr")
_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "product": "Product",
        "number": "Subscription",
        "customer": "Customer",
        "seats": "Seats",
        "term": "Term",
        "period": "Next term",
        "lost_period": "Unpaid term",
        "renews_on": "Renewal date",
        "expires_on": "Expiry date",
        "expired_on": "Expired on",
        "price": "Renewal price",
        "list_price": "List price",
        "charge": "Amount to be charged",
        "charge_on": "Charge on",
        "method": "Payment method",
        "retry_on": "Next attempt",
        "access_ends_on": "Access ends",
        "late_until": "Late renewal until",
        "paid": "Amount paid",
        "paid_with": "Paid with",
        "paid_period": "Paid term",
        "reference": "Reference",
        "next_charge": "Next charge",
        "next_charge_on": "Next charge on",
        "at_checkout": "chosen at checkout",
        "if_nothing": "If you do nothing",
        "questions": "Questions",
        "link": "Or use this link:",
        "why": "You receive this message because you are the buyer of this subscription.",
        "1_seat": "1 seat",
        "seats_many": "{count} seats",
        Term.MONTH: "1 month",
        Term.YEAR: "1 year",
        Term.THREE_YEARS: "3 years",
        MethodKind.CARD: "card",
        MethodKind.PAYPAL: "PayPal account",
        MethodKind.DIRECT_DEBIT: "direct debit",
        MethodKind.KONBINI: "Konbini",
        MethodKind.BANK_TRANSFER: "bank transfer",
        "valid_through": "{method}, valid through {day}",
        "by_hand": "{method}, by hand at each renewal",
        "not_automatic": "{method}, not charged automatically",
        "from": "{now}; {later} from {day}",
        "span": "{first} to {last}",
        "midnight": "{day} at 00:00",
    }
)
_FRENCH: Mapping[str, str] = MappingProxyType(
    {
        "product": "Produit",
        "number": "Abonnement",
        "customer": "Client",
        "seats": "Postes",
        "term": "Durée",
        "period": "Prochaine période",
        "lost_period": "Période non réglée",
        "renews_on": "Date de renouvellement",
        "expires_on": "Date d’expiration",
        "expired_on": "Expiré le",
        "price": "Prix de renouvellement",
        "list_price": "Prix catalogue",
        "charge": "Montant à prélever",
        "charge_on": "Prélèvement le",
        "method": "Moyen de paiement",
        "retry_on": "Prochaine tentative",
        "access_ends_on": "Fin de l’accès",
        "late_until": "Renouvellement tardif jusqu’au",
        "paid": "Montant réglé",
        "paid_with": "Réglé par",
        "paid_period": "Période réglée",
        "reference": "Référence",
        "next_charge": "Prochain prélèvement",
        "next_charge_on": "Prélèvement le",
        "at_checkout": "à choisir lors de la commande",
        "if_nothing": "Si vous ne faites rien",
        "questions": "Questions",
        "link": "Ou suivez ce lien :",
        "why": "Vous recevez ce message en tant qu’acheteur de cet abonnement.",
        "1_seat": "1 poste",
        "seats_many": "{count} postes",
        Term.MONTH: "1 mois",
        Term.YEAR: "1 an",
        Term.THREE_YEARS: "3 ans",
        MethodKind.CARD: "carte",
        MethodKind.PAYPAL: "compte PayPal",
        MethodKind.DIRECT_DEBIT: "prélèvement bancaire",
        MethodKind.KONBINI: "Konbini",
        MethodKind.BANK_TRANSFER: "virement bancaire",
        "valid_through": "{method}, valable jusqu’au {day}",
        "by_hand": "{method}, à la main à chaque renouvellement",
        "not_automatic": "{method}, sans prélèvement automatique",
        "from": "{now} ; {later} à partir du {day}",
        "span": "du {first} au {last}",
        "midnight": "{day} à 0 h",
    }
)
_WORDS = MappingProxyType({"en": _ENGLISH, "fr": _FRENCH})


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

    def word(self, key: str, **parts: str) -> str:
        return _WORDS[self.language][key].format(**parts)

    def day(self, day: date) -> str:
        """A date in full; the first of a month is `1er` in French, which CLDR does not know."""
        text = format_date(day, "long", locale=self.locale)
        return f"1er{text[1:]}" if self.language == "fr" and day.day == 1 else text

    def midnight(self, day: date) -> str:
        """The first instant of a day."""
        return self.word("midnight", day=self.day(day))

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

    def term(self, term: Term) -> str:
        return self.word(term)

    def method(self, kind: MethodKind) -> str:
        return self.word(kind)

    def later(self, now: str, later: str, day: date) -> str:
        """What holds now and what from `day` on; only the former if both are the same."""
        return now if now == later else self.word("from", now=now, later=later, day=self.day(day))
