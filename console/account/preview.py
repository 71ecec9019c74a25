"""What something costs before it is bought: each line with how it is computed, the dates, and what would be cheaper."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from console.account.doing import Ask, decisions, other_terms, sentence, whom_to_ask
from console.account.finding import Found, methods_of
from console.account.forms import Wrong
from console.account.speech import Speech
from console.account.standing import pending, sentences_for
from models.methods import labels_of
from models.reading import fact_of_method
from models.store import Stored
from renewals import commands as c
from renewals.checkout import KONBINI_TAKES
from renewals.decisions import Refused
from renewals.effects import after_command, at_bound_price
from renewals.facts import Subscription, Term
from renewals.money import Money
from renewals.payments import MethodKind, Purpose
from renewals.preview import Preview as Shown
from renewals.preview import preview, token_of
from renewals.pricing import Line
from renewals.purchase import Purchase, renewal_of
from renewals.renewing import last_paid_term
from renewals.savings import longer_terms, saved_per_year
from renewals.windows import today
from settings import Settings


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of the price: what, how its amount comes about, the amount."""

    what: str
    computed: str
    amount: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer a question of the form; `why_not` says why it is none here.

    `own`: it is the subscription's method as it is.
    """

    value: str
    label: str
    chosen: bool
    own: bool = False
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """All that a buyer sees before paying, or before planning another term. With `why_not` nothing is to be confirmed.

    `methods` are stored, `kinds` those of which a new one can pay it. `token` is the proof of the price that was shown,
    which the form brings back; without one (no key to sign with) the price is that of the moment in which it comes.
    """

    name: str
    lines: tuple[PriceLine, ...] = ()
    total: str = ""
    dates: str = ""
    pending: tuple[str, ...] = ()
    savings: tuple[str, ...] = ()
    methods: tuple[Choice, ...] = ()
    kinds: tuple[MethodKind, ...] = ()
    when: tuple[Choice, ...] = ()
    seats: int = 1
    term: str = ""
    terms: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    happens: tuple[str, ...] = ()
    token: str = ""
    why_not: str | None = None
    ask: Ask | None = None


async def preview_renewal(session: AsyncSession, found: Found, t: Speech, settings: Settings) -> Preview:
    """The next term as it would be paid for now."""
    refused = _refused(c.Name.RENEW, found, t, settings)
    if refused:
        return refused
    sub = found.stored.as_found
    shown = preview(sub, c.Renew(), found.stored.now)
    (line,) = shown.lines
    when: tuple[Choice, ...] = ()
    purchase = renewal_of((sub,))
    if today(sub, found.stored.now) < sub.renews_on:
        later = t("preview.on-renewal-date", day=t.w.day(sub.renews_on))
        when = Choice(c.When.NOW, t("preview.now"), True), Choice(c.When.ON_RENEWAL_DATE, later, False)
    return Preview(
        name=c.Name.RENEW,
        lines=(price_line(line, t),),
        total=t.w.amount(shown.total),
        dates=t("preview.unchanged", day=t.w.day(line.starts_on), span=t.w.span(line.starts_on, line.renews_on)),
        pending=tuple(words for _, words in pending(sub, t)),
        savings=tuple(savings(sub, t)),
        methods=await method_choices(session, found.stored, purchase, t),
        kinds=purchase.kinds,
        when=when,
        token=_proof(shown, settings),
    )


async def preview_seats(session: AsyncSession, found: Found, seats: int, t: Speech, settings: Settings) -> Preview:
    """More seats as they would be paid for now."""
    refused = _refused(c.Name.ADD_SEATS, found, t, settings)
    if refused:
        return refused
    sub, now = found.stored.as_found, found.stored.now
    shown = preview(sub, c.AddSeats(seats), now)
    purchase = Purchase((sub,), at_once=True)
    return Preview(
        name=c.Name.ADD_SEATS,
        lines=tuple(price_line(line, t) for line in shown.lines),
        total=t.w.amount(shown.total),
        dates=t("preview.until", day=t.w.day(shown.lines[-1].renews_on)),
        methods=await method_choices(session, found.stored, purchase, t),
        kinds=purchase.kinds,
        seats=seats,
        token=_proof(shown, settings),
    )


def preview_term(found: Found, term: Term | None, t: Speech, settings: Settings) -> Preview:
    """The next term at another length, the first one it is sold for if none is named, and what happens then.

    Raises `Wrong` for one that cannot be chosen.
    """
    refused = _refused(c.Name.CHANGE_TERM, found, t, settings)
    if refused:
        return refused
    stored, sub = found.stored, found.stored.as_found
    terms = other_terms(sub, t)
    if not terms:  # one can go back to a running term that is sold no more, which is withdrawing the pending one
        return _not_now(c.Name.CHANGE_TERM, Refused("term_not_offered", ""), found, t, settings)
    chosen = term or Term(terms[0][0])
    if chosen not in dict(terms):
        raise Wrong("term", "wrong.choice")
    command = c.ChangeTerm(chosen)
    shown = preview(sub, command, stored.now)
    (line,) = shown.lines
    after = at_bound_price(after_command(sub, command, at=stored.now), line)
    cheaper, compared = _against_the_planned(sub, chosen, t)
    return Preview(
        name=c.Name.CHANGE_TERM,
        lines=(price_line(line, t),),
        total=t.w.amount(shown.total),
        dates=t("preview.from", day=t.w.day(line.starts_on), span=t.w.span(line.starts_on, line.renews_on)),
        pending=tuple(words for what, words in pending(sub, t) if what == "seats"),
        savings=compared if cheaper else (),
        notes=() if cheaper else compared,
        term=chosen,
        terms=tuple(terms),
        happens=tuple(sentences_for(after, stored, t)),
        token=_proof(shown, settings),
    )


def _against_the_planned(sub: Subscription, term: Term, t: Speech) -> tuple[bool, tuple[str, ...]]:
    """Is a year cheaper than at the term that comes next anyhow, and by how much it is, or dearer."""
    saved = saved_per_year(sub, term)
    if saved is None:
        return False, ()
    said = "cheaper" if saved.minor > 0 else "dearer" if saved.minor < 0 else "as_dear"
    amount, planned = t.w.amount(Money(abs(saved.minor), saved.currency)), last_paid_term(sub).next_term
    words = t(f"preview.{said}", term=t.w.term(term), planned=t.w.term(planned), amount=amount)
    return saved.minor > 0, (words,)


def _proof(shown: Shown, settings: Settings) -> str:
    return token_of(shown, settings.signing) if settings.signing else ""


def _refused(name: c.Name, found: Found, t: Speech, settings: Settings) -> Preview | None:
    answer = decisions(found)[name]
    return _not_now(name, answer, found, t, settings) if isinstance(answer, Refused) else None


def _not_now(name: c.Name, answer: Refused, found: Found, t: Speech, settings: Settings) -> Preview:
    words = sentence(answer.code, answer.possible_on, name, found, t)
    return Preview(name, why_not=words, ask=whom_to_ask(answer.code, name, found, t, settings))


def price_line(line: Line, t: Speech) -> PriceLine:
    """A line of a price, with its amount spelled out."""
    price, span = Money(line.unit_price, line.currency), t.w.span(line.starts_on, line.renews_on)
    basis = t(f"preview.basis.{line.basis}")
    if line.purpose is Purpose.SEATS and line.days is not None and line.term_days is not None:
        what = t("preview.seats", days=str(line.days), all_days=str(line.term_days))
        share = t.w.share(price, line.seats, line.days, line.term_days)
        return PriceLine(what, t.listed(share, basis), _amount(line, t))
    what = t("preview.next_seats" if line.purpose is Purpose.NEXT_SEATS else "preview.renewal", span=span)
    return PriceLine(what, t.listed(f"{t.w.amount(price)} ×\u00a0{line.seats}", basis), _amount(line, t))


def _amount(line: Line, t: Speech) -> str:
    return t.w.amount(line.total)


def savings(sub: Subscription, t: Speech) -> Sequence[str]:
    """What each longer term would save in a year, at the price that binds now."""
    each_year = (
        (each.term, Money(each.saved.minor * 12 // each.term.months, sub.currency)) for each in longer_terms(sub)
    )
    return [t("preview.saving", term=t.w.term(term), amount=t.w.amount(saved)) for term, saved in each_year]


async def own_method(session: AsyncSession, stored: Stored, t: Speech) -> str:
    """The subscription's own method, by its name if it has one."""
    row, fact = stored.method, stored.facts.method
    if row is None or fact is None:
        return t.method(None)
    labels = await labels_of(session, stored.customer.csn)
    return t.named(labels.get((row.kind, row.token)), fact)


async def method_choices(session: AsyncSession, stored: Stored, purchase: Purchase, t: Speech) -> tuple[Choice, ...]:
    """The stored methods, the subscription's own first; of those that can pay it the first is chosen."""
    labels = await labels_of(session, stored.customer.csn)
    own, zone_name = stored.row.method_id, stored.facts.time_zone
    least, most = (t.w.amount(each) for each in KONBINI_TAKES)
    found: list[Choice] = []
    for row in await methods_of(session, stored):
        words = t.named(labels.get((row.kind, row.token)), fact_of_method(row, row.created_at))
        if row.id == own:
            words = t("preview.current", method=words)
        else:
            words = t("stored_on", method=words, day=t.day_of(row.created_at, zone_name))
        bar = purchase.bar(MethodKind(row.kind))
        chosen = bar is None and not any(each.chosen for each in found)
        why_not = t(f"methods.bar.{bar}", least=least, most=most) if bar else None
        found.append(Choice(str(row.id), words, chosen, own=row.id == own, why_not=why_not))
    return tuple(found)
