"""A bulk checkout: the next terms of up to a hundred subscriptions, in orders that stand alone (domain.md 5 and 8).

Each line is decided as a single checkout would be; what cannot be bought is left out and named with its code. An order
is what one customer buys in one currency through one channel, and its sum is the sum of its rounded lines.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from renewals import commands as c
from renewals.actors import Actor
from renewals.arguments import parse_command
from renewals.checkout import not_accepted
from renewals.decisions import Refused
from renewals.eligibility import decide
from renewals.facts import Channel, Subscription
from renewals.money import Money
from renewals.named import check_method_not_over
from renewals.payments import AttemptState, PaymentMethod
from renewals.preview import BINDS_FOR, digest_of, opened, priced, signed
from renewals.pricing import Line, checkout_line
from renewals.purchase import Purchase
from renewals.request import Request

NAME = "bulk-renew"
"""The name of the command, as operators type it and as it stands in the record."""

MOST_LINES = 100

STALE = Refused("preview_stale", "What was shown binds no more; look at the price again and confirm it.")


class Outcome(StrEnum):
    """What became of a line. All but `waiting`, `pending` and `awaiting_payment` are final.

    `pending`: its order is being paid, or the payment has no answer yet; `awaiting_payment`: a voucher is to be paid.
    """

    WAITING = "waiting"
    PENDING = "pending"
    AWAITING_PAYMENT = "awaiting_payment"
    RENEWED = "renewed"
    REFUSED = "refused"
    PAYMENT_FAILED = "payment_failed"

    @property
    def is_final(self) -> bool:
        return self in (Outcome.RENEWED, Outcome.REFUSED, Outcome.PAYMENT_FAILED)


def outcome_of(code: str | None, order: str | None, attempt: AttemptState | None) -> Outcome:
    """The outcome of a line: from the code that it was refused with, else from its order's state and its attempt's."""
    if code is not None:
        return Outcome.REFUSED
    match order:
        case None:
            return Outcome.WAITING
        case "paid":
            return Outcome.RENEWED
        case "void":
            return Outcome.PAYMENT_FAILED
    return Outcome.AWAITING_PAYMENT if attempt is AttemptState.ISSUED else Outcome.PENDING


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """What one order is made of: one customer, one currency, one channel."""

    customer: str
    currency: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subscription that is asked for: its facts as a command finds them (`renewing.just_before`), and its customer.

    `at` is when the basket was given, in the subscription's own time, and `renews_on` the next renewal date then;
    `is_buyer` says whether whoever gives it is the buyer. `handled_at` is when it is decided about; None: at once.
    """

    sub: Subscription
    customer: str
    is_buyer: bool
    at: datetime
    renews_on: date | None = None
    handled_at: datetime | None = None

    @property
    def group(self) -> Group:
        return Group(self.customer, self.sub.currency, self.sub.channel)


@dataclass(frozen=True, slots=True)
class Order:
    """The lines that can be bought together, by number, and what they are paid with."""

    group: Group
    method: PaymentMethod
    lines: tuple[Line, ...]

    @property
    def total(self) -> Money:
        return Money(sum(line.amount for line in self.lines), self.group.currency)


@dataclass(frozen=True, slots=True)
class Basket:
    """The orders, by group, and by number why each of the rest is refused."""

    orders: tuple[Order, ...]
    refused: Mapping[str, Refused]


Paying = PaymentMethod | Refused | None
"""What a customer's orders are paid with; why that cannot be; None: with a stored method of their subscriptions."""


def asked_once(numbers: Iterable[str]) -> tuple[str, ...]:
    """The numbers without repeats, in the order in which they were asked for."""
    return tuple(dict.fromkeys(numbers))


def size_refused(numbers: Sequence[str]) -> Refused | None:
    """Why so many subscriptions cannot be checked out together, if so."""
    if len(numbers) > MOST_LINES:
        hint = f"At most {MOST_LINES} subscriptions are renewed together, these are {len(numbers)}; choose fewer."
        return Refused("bulk_over_100", hint)
    return None


def parse_choice(args: Mapping[str, object], actor: Actor) -> c.MethodChoice:
    """What an order is to be paid with: `method`, or `kind`, `token` and `expires`. Raises `commands.BadArguments`."""
    try:
        command = parse_command(c.Name.RENEW, args, actor)
    except c.BadArguments as bad:
        raise c.BadArguments(str(bad).replace(c.Name.RENEW, NAME, 1)) from None
    if not isinstance(command, c.Renew) or args.keys() - {"method", "kind", "token", "expires"}:
        raise c.BadArguments(f"{NAME} is paid with a method, or a kind with its token and month of expiry.")
    return command.method


def filled(
    candidates: Iterable[Candidate], actor: Actor, paying: Mapping[str, Paying], bound: "Bound | None" = None
) -> Basket:
    """The basket of these candidates: each is in one order or refused.

    `paying` says by customer what was chosen; `bound` holds the prices that were shown, if they are to bind.
    """
    groups: dict[Group, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda each: each.sub.number):
        groups.setdefault(candidate.group, []).append(candidate)
    orders, refused = list[Order](), dict[str, Refused]()
    for group in sorted(groups):
        order = _order(group, groups[group], actor, paying.get(group.customer), bound, refused)
        if order:
            orders.append(order)
    return Basket(tuple(orders), refused)


def _order(
    group: Group,
    candidates: Sequence[Candidate],
    actor: Actor,
    paying: Paying,
    bound: "Bound | None",
    refused: dict[str, Refused],
) -> Order | None:
    """The order of a group, if anything is left of it; what is left out is added to `refused`."""
    method = paying or _usual_method(candidates)
    lines = []
    for candidate in candidates:
        line = _line(candidate, actor, method, bound)
        if isinstance(line, Refused):
            refused[candidate.sub.number] = line
        else:
            lines.append(line)
    if not lines or not isinstance(method, PaymentMethod):
        return None
    order = Order(group, method, tuple(lines))
    too_much = not_accepted(order.total, method.kind)
    if too_much:
        refused.update({line.number: too_much for line in lines})
        return None
    return order


def _line(candidate: Candidate, actor: Actor, method: Paying, bound: "Bound | None") -> Line | Refused:
    """The line at the price that binds, or why it is left out: as a checkout of its own would be decided."""
    sub, at = candidate.sub, candidate.at
    usable = method if isinstance(method, PaymentMethod) else None
    pays_with = usable
    if isinstance(method, Refused):  # that it cannot be had is told after what stands against the renewal itself
        pays_with = Purchase((sub,)).stand_in(at)
    request = Request(
        command=c.Renew(),
        name=c.Name.RENEW,
        actor=actor,
        is_buyer=candidate.is_buyer,
        received_at=at,
        pays_with=pays_with,
        alone=False,
        renews_on=candidate.renews_on,
        handled_at=candidate.handled_at,
    )
    decision = decide(sub, request)
    if isinstance(decision, Refused):
        return decision
    if isinstance(method, Refused):
        return method
    if usable and not usable.id:
        try:
            check_method_not_over(sub, c.Name.RENEW, usable.valid_through, at)
        except c.BadArguments as bad:
            return Refused("bad_arguments", str(bad).replace(c.Name.RENEW, NAME, 1))
    line = checkout_line(sub)
    return line if bound is None else bound.line(line) or STALE


def _usual_method(candidates: Sequence[Candidate]) -> PaymentMethod | None:
    """The stored method that most of the subscriptions have; of several the first by number."""
    methods = [each.sub.method for each in candidates if each.sub.method and each.is_buyer]
    count = Counter(method.id for method in methods)
    return max(methods, key=lambda method: count[method.id], default=None)


@dataclass(frozen=True, slots=True)
class Bound:
    """The prices that a preview of a basket has shown: by number a digest of the line, and what is held fast of it."""

    lines: Mapping[str, tuple[str, int, int, str]]

    def line(self, line: Line) -> Line | None:
        """The line at the price that was shown; None when it was not, or anything else has changed."""
        digest, unit_price, list_price, version = self.lines.get(line.number, ("", 0, 0, ""))
        return priced(line, unit_price, list_price, version) if digest == digest_of([line]) else None


def token_of(basket: Basket, at: datetime, key: bytes) -> str:
    """The token by which the prices of a basket bind for a quarter of an hour from `at`, in the world's time.

    Raises `ValueError` without a key.
    """
    lines = [line for order in basket.orders for line in order.lines]
    versions = list(dict.fromkeys(line.price_version for line in lines))
    told = {
        "until": int((at + BINDS_FOR).timestamp()),
        "versions": versions,
        "lines": {
            line.number: [digest_of([line]), line.unit_price, line.list_price, versions.index(line.price_version)]
            for line in lines
        },
    }
    return signed(told, key)


def bound_by(token: str, at: datetime, key: bytes) -> Bound:
    """What a token binds at `at`, in the world's time; one that is over or not ours binds nothing: all is stale."""
    told = opened(token, key)
    if told is None or "versions" not in told or at.timestamp() >= told["until"]:
        return Bound({})
    versions = told["versions"]
    return Bound(
        {
            number: (digest, unit_price, list_price, versions[version])
            for number, (digest, unit_price, list_price, version) in told["lines"].items()
        }
    )
