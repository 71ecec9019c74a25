"""The frozen inputs of every rule: what is true of one subscription at one moment.

Dates end in `_on` and are local to the customer; instants end in `_at` and are UTC. Words are those of domain.md 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from renewals.legal import Audience, LegalRule
from renewals.letters import Kind, QueuedNotice
from renewals.payments import Attempt, AttemptState, Hold, MethodKind, OwedBack, PaymentMethod, Way

MOST_SEATS = 1_000_000


class Term(StrEnum):
    """A length that a subscription can be bought for."""

    MONTH = "month"
    YEAR = "year"
    THREE_YEARS = "3-years"

    @property
    def months(self) -> int:
        return {Term.MONTH: 1, Term.YEAR: 12, Term.THREE_YEARS: 36}[self]


class Phase(StrEnum):
    """Where a subscription stands in its life (domain.md 3)."""

    ACTIVE = "active"
    RENEWABLE = "renewable"
    RENEWED = "renewed"
    PAST_DUE = "past_due"
    EXPIRED = "expired"
    LAPSED = "lapsed"


class Channel(StrEnum):
    """The purchase mode."""

    DIRECT_ONLINE = "direct_online"
    DIRECT_SALES = "direct_sales"
    PARTNER = "partner"
    LEGACY = "legacy"


class OfferingKind(StrEnum):
    SUBSCRIPTION = "subscription"
    MAINTENANCE_PLAN = "maintenance_plan"


class OfferingStatus(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of domain.md that an operator may change; the defaults are that page's own."""

    early_window_days: int = 90
    late_window_days: Mapping[Term, int] = field(
        default_factory=lambda: {Term.MONTH: 30, Term.YEAR: 45, Term.THREE_YEARS: 45}
    )
    charge_time: time = time(6)
    charge_spread_seconds: int = 7200
    notice_time: time = time(9)
    past_due_access_days: int = 15
    retry_days: tuple[int, ...] = (1, 3, 5, 7, 14, 21, 28)
    window_open_days: int = 90
    reminder_days: tuple[int, ...] = (60, 30, 14, 7, 1)
    monthly_reminder_days: tuple[int, ...] = (7, 1)
    advance_notice_days: tuple[int, ...] = (38, 28, 7)
    monthly_advance_notice_days: tuple[int, ...] = (7,)
    monthly_debit_notice_days: tuple[int, ...] = (14,)
    card_expiring_days: int = 30
    late_window_closing_days: tuple[int, ...] = (15, 3)
    late_window_extension_days: int = 90
    sales_self_service: bool = True
    usage_fresh_days: int = 45
    voucher_pending_days: int = 5
    methods: tuple[MethodKind, ...] = tuple(MethodKind)
    voucher_days: Mapping[MethodKind, int] = field(
        default_factory=lambda: {MethodKind.KONBINI: 3, MethodKind.BANK_TRANSFER: 7}
    )
    quote_days: int = 30
    quote_late_days: int = 30
    quote_expiring_days: int = 7
    quote_lowest_percent: int = 50


@dataclass(frozen=True, slots=True)
class Price:
    """Per seat for one whole term, in minor units of the customer's currency; `version` is the row it came from."""

    list_price: int
    renewal_price: int
    version: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """The dearest an automatic charge may be: the unit price last announced for a term of this length."""

    term: Term
    unit_price: int


@dataclass(frozen=True, slots=True)
class PaidAhead:
    """The next term, already paid or recorded, waiting for its first day."""

    term: Term
    seats: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription, its current term and all that bears on the next one.

    `phase` is the stored one: phases that time alone cannot undo (`expired`, `lapsed`) are read from it.
    `live_at` is None before go-live. `late_start_at` is the last go-live or release: what was due by then is overdue.
    `owes_from` is the last instant that made a new plan (a command, a payment): nothing dated before it is owed.
    `recorded` are the (kind, occasion) of this term's notices that have an outcome; `noticed`, whether one was sent.
    `late_until`: an operator lets this very renewal be bought late through that local day; None: as the policy says.
    `advance_noticed_on` are the local days on which an `advance_charge_notice` of this term was sent.
    `legal_rules` are those in force where it is sold and how it is paid; `duties` says which bind it.
    `unit_price` is what a seat of the current term cost, None for an imported term.
    `suspended`: access was taken away while past due. `charges_paused`, `mails_paused`: an operator stopped them all.
    `attempts` are those to pay the next term, `seats_attempt` is one to pay more seats that has no answer yet;
    `late_vouchers` ended unpaid a short while ago, for whichever term: money may still come; `owed_back` is on its way
    back.
    `partner` is who sold it, if that partner issues its quotes here.
    """

    number: str
    time_zone: str
    country: str
    currency: str
    channel: Channel
    sku: str
    offering_kind: OfferingKind
    offering_status: OfferingStatus
    term: Term
    seats: int
    starts_on: date
    renews_on: date
    anchor_day: int
    auto_renew: bool
    phase: Phase
    phase_since: datetime
    prices: Mapping[Term, Price]
    unit_price: int | None = None
    policy: Policy = Policy()
    method: PaymentMethod | None = None
    pending_seats: int | None = None
    pending_term: Term | None = None
    late_until: date | None = None
    announced: Announcement | None = None
    parked: bool = False
    live_at: datetime | None = None
    late_start_at: datetime | None = None
    owes_from: datetime | None = None
    paid_ahead: PaidAhead | None = None
    attempts: tuple[Attempt, ...] = ()
    seats_attempt: Attempt | None = None
    late_vouchers: tuple[Attempt, ...] = ()
    owed_back: tuple[OwedBack, ...] = ()
    hold: Hold | None = None
    recorded: frozenset[tuple[Kind, str]] = frozenset()
    queued: tuple[QueuedNotice, ...] = ()
    noticed: bool = False
    suspended: bool = False
    charges_paused: bool = False
    mails_paused: bool = False
    region: str | None = None
    audience: Audience = Audience.BUSINESS
    legal_rules: tuple[LegalRule, ...] = ()
    advance_noticed_on: tuple[date, ...] = ()
    partner: str | None = None

    @property
    def method_charges(self) -> bool:
        """Is there a stored method that can be charged without the buyer?"""
        return self.method is not None and self.method.kind.charges_automatically

    @property
    def renews_automatically(self) -> bool:
        """Auto-renew on, a method that can be charged, a direct channel. Parking is asked where steps are planned."""
        return self.auto_renew and self.method_charges and self.channel in (Channel.DIRECT_ONLINE, Channel.DIRECT_SALES)

    @property
    def is_charged_by_itself(self) -> bool:
        """Does it renew automatically as it stands? While parked nothing is charged, and nothing more once expired."""
        ended = self.phase in (Phase.EXPIRED, Phase.LAPSED)
        return self.renews_automatically and not self.parked and not ended

    @property
    def may_be_charged(self) -> bool:
        """May the system charge at all now? Before go-live, while parked or paused it may not."""
        return self.live_at is not None and not self.parked and not self.charges_paused

    @property
    def may_be_mailed(self) -> bool:
        """May the system mail at all now?"""
        return self.live_at is not None and not self.parked and not self.mails_paused

    @property
    def in_doubt(self) -> Attempt | None:
        """The attempt whose money may be moving: without an answer, pending with the provider, or cut off mid-call."""
        return next((attempt for attempt in self.attempts if attempt.may_move_money), None)

    @property
    def money_may_move(self) -> bool:
        """Is an attempt in doubt that may have reached the gateway? One that was never sent can be given up."""
        return self.in_doubt is not None and not self.in_doubt.was_never_sent

    @property
    def open_attempt(self) -> Attempt | None:
        """The automatic attempt that was begun and not yet answered: it is resumed, never replaced."""
        return next((attempt for attempt in self._automatic if attempt.state is AttemptState.OPEN), None)

    @property
    def voucher(self) -> Attempt | None:
        """The voucher that its buyer has not paid yet."""
        return next((attempt for attempt in self.attempts if attempt.state is AttemptState.ISSUED), None)

    @property
    def last_decline(self) -> Attempt | None:
        """The last automatic attempt that was declined; a buyer's own declined order changes nothing."""
        declined = [attempt for attempt in self._automatic if attempt.state is AttemptState.DECLINED]
        return max(declined, key=lambda attempt: attempt.n, default=None)

    @property
    def _automatic(self) -> tuple[Attempt, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.way is Way.AUTOMATIC)

    @property
    def next_term(self) -> Term:
        """The length of the term that the next renewal buys."""
        return self.pending_term or self.term

    @property
    def next_seats(self) -> int:
        """The seats of the term that the next renewal buys."""
        return self.seats if self.pending_seats is None else self.pending_seats
