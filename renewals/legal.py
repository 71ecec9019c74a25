"""Legal notice rules as data: who must be told of an automatic renewal, and between which days.

What follows from them for one subscription is in `duties`. This is help, not legal advice. Rules without a number of
days are no rows here; docs/legal-notices.md names them.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Audience(StrEnum):
    """For what a customer buys."""

    BUSINESS = "business"
    CONSUMER = "consumer"


class Anchor(StrEnum):
    """The day that a rule counts back from."""

    RENEWAL = "renewal"
    CANCEL_DEADLINE = "cancel_deadline"
    CHARGE = "charge"


class Unit(StrEnum):
    """What a rule counts in; months are calendar months."""

    DAY = "day"
    MONTH = "month"


class Certainty(StrEnum):
    """How sure the data is: an official text was seen, or what others write about it."""

    STATUTE = "statute"
    SECONDARY = "secondary"


class Network(StrEnum):
    """A jurisdiction that comes with the payment method and not with the country."""

    CARD = "card"
    SEPA = "sepa"


ADVICE = "This is help, not legal advice."


@dataclass(frozen=True, slots=True)
class LegalRule:
    """A notice must go out between `earliest` and `latest` units before the anchor, both days included.

    `jurisdiction` is an ISO 3166-1 country, an ISO 3166-2 region, or a `Network`. `audience` None: everybody.
    `shortest_term` is the number of months from which on a term is bound. `earliest` None: any time before. `content`
    names what the notice must say or be; it is recorded, not checked. `effective_on` None: for longer than the source
    says. Raises `ValueError` when the days run backwards.
    """

    id: str
    jurisdiction: str
    audience: Audience | None
    shortest_term: int
    anchor: Anchor
    earliest: int | None
    latest: int
    content: tuple[str, ...]
    source: str
    certainty: Certainty
    verified_on: date
    unit: Unit = Unit.DAY
    effective_on: date | None = None

    def __post_init__(self) -> None:
        if self.latest < 1 or (self.earliest is not None and self.earliest < self.latest):
            raise ValueError(f"{self.id}: earliest must not come after latest, and latest is at least 1 before")


_VERIFIED_ON = date(2026, 11, 22)

DEFAULT_RULES: tuple[LegalRule, ...] = (
    LegalRule(
        id="us-ca-17602",
        jurisdiction="US-CA",
        audience=Audience.CONSUMER,
        shortest_term=12,
        anchor=Anchor.RENEWAL,
        earliest=45,
        latest=15,
        content=("renews_unless_cancelled", "term", "amount", "frequency", "how_to_cancel", "cancel_link"),
        source="California BPC 17602; Attorney General's alert, crweworld.com/ca/trendingnow/news/3707956",
        certainty=Certainty.STATUTE,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="us-ny-527-a",
        jurisdiction="US-NY",
        audience=Audience.CONSUMER,
        shortest_term=12,
        anchor=Anchor.CANCEL_DEADLINE,
        earliest=45,
        latest=15,
        content=("how_to_cancel",),
        source="New York GBL 527-a; kr.law (2025-06-25)",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="us-ny-5-903",
        jurisdiction="US-NY",
        audience=None,
        shortest_term=2,
        anchor=Anchor.RENEWAL,
        earliest=30,
        latest=15,
        content=("renewal_clause", "delivery_by_hand_or_certified_mail_unverified"),
        source="New York GOL 5-903, service or maintenance of property; morganlewis.com (2020-12)",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="us-va-59.1-207.46",
        jurisdiction="US-VA",
        audience=None,  # consumers, and since 2024-07-01 small businesses: who is small is not known
        shortest_term=12,
        anchor=Anchor.CANCEL_DEADLINE,
        earliest=60,
        latest=30,
        content=("option_to_cancel",),
        source="Virginia 59.1-207.46; legacylis.virginia.gov HB744; reclause-app.vercel.app/states/va",
        certainty=Certainty.STATUTE,
        verified_on=_VERIFIED_ON,
        effective_on=date(2024, 7, 1),
    ),
    LegalRule(
        id="us-il-601-10",
        jurisdiction="US-IL",
        audience=Audience.CONSUMER,
        shortest_term=12,
        anchor=Anchor.CANCEL_DEADLINE,
        earliest=60,
        latest=30,
        content=("that_it_renews", "where_to_find_how_to_cancel"),
        source="Illinois 815 ILCS 601/10; legalfix.com act-815-ilcs-601",
        certainty=Certainty.STATUTE,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="us-co-6-1-732",
        jurisdiction="US-CO",
        audience=None,
        shortest_term=12,
        anchor=Anchor.RENEWAL,
        earliest=40,
        latest=25,
        content=("details_unverified",),
        source="Colorado 6-1-732, SB25-145; consumerprotectionreview.com (2022-01); date: reclause-app.vercel.app",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
        effective_on=date(2026, 2, 16),
    ),
    LegalRule(
        id="us-de-renewal",
        jurisdiction="US-DE",
        audience=Audience.CONSUMER,
        shortest_term=12,
        anchor=Anchor.CANCEL_DEADLINE,
        earliest=60,
        latest=30,
        content=("details_unverified",),
        source="Delaware; consumerprotectionreview.com (2022-01)",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="us-ma-940-cmr-38",
        jurisdiction="US-MA",
        audience=Audience.CONSUMER,
        shortest_term=2,
        anchor=Anchor.CANCEL_DEADLINE,
        earliest=30,
        latest=5,
        content=("charge", "amount", "how_to_cancel", "calendar_dates"),
        source="Massachusetts 940 CMR 38; mondaq.com 1642916",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
        effective_on=date(2025, 9, 2),
    ),
    LegalRule(
        id="us-wi-134.49",
        jurisdiction="US-WI",
        audience=Audience.BUSINESS,
        shortest_term=13,
        anchor=Anchor.CANCEL_DEADLINE,
        earliest=60,
        latest=15,
        content=("term", "price_rise", "how_and_by_when_to_decline"),
        source="Wisconsin 134.49; dewittllp.com, epiphanylaw.com",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="fr-l215-1",
        jurisdiction="FR",
        audience=Audience.CONSUMER,
        shortest_term=2,  # a monthly term is shorter than its notice: docs/legal-notices.md
        anchor=Anchor.CANCEL_DEADLINE,
        earliest=3,
        latest=1,
        unit=Unit.MONTH,
        content=("dedicated_letter", "refusal_date_in_visible_box", "clear_words"),
        source="Code de la consommation L215-1; juriblio.fr, doctrine.fr",
        certainty=Certainty.STATUTE,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="visa-renewal",
        jurisdiction=Network.CARD,
        audience=None,
        shortest_term=6,
        anchor=Anchor.CHARGE,
        earliest=None,
        latest=7,
        content=("terms", "cancel_link"),
        source="Visa rules; checkout.com docs, paysafe",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="mastercard-renewal",
        jurisdiction=Network.CARD,
        audience=None,
        shortest_term=6,  # more than 180 days
        anchor=Anchor.CHARGE,
        earliest=30,
        latest=7,
        content=("terms", "how_to_cancel"),
        source="Mastercard rules; support.stripe.com, nets.eu",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
    ),
    LegalRule(
        id="sepa-core",
        jurisdiction=Network.SEPA,
        audience=None,
        shortest_term=1,
        anchor=Anchor.CHARGE,
        earliest=None,
        latest=14,
        content=("amount", "date", "mandate_reference_unverified"),
        source="SEPA Core rulebook, unless agreed shorter; abnamro.nl, epbf.be",
        certainty=Certainty.SECONDARY,
        verified_on=_VERIFIED_ON,
    ),
)
"""The rules a new installation begins with; afterwards they are rows, and an operator adds versions."""
