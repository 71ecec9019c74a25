"""The judge: do the gateway's book, the mail server's record and our facts tell the same story, and the right one?

Pure functions from evidence to sentences; no sentence is an acquittal. domain.md 10 says what may never happen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chaos.evidence import Evidence, Row
from renewals.commands import Name
from renewals.letters import Kind
from renewals.payments import AttemptState, Way

Story = Mapping[str, Counter[str]]
"""What happened to each subscription, without instants: terms, payments and letters, as lines."""

UNANSWERED = (AttemptState.OPEN, AttemptState.PENDING, AttemptState.UNKNOWN)
GONE_WHEN_PAID = (
    Kind.WINDOW_OPEN,
    Kind.REMINDER,
    Kind.ADVANCE_CHARGE_NOTICE,
    Kind.CARD_EXPIRING,
    Kind.PAYMENT_FAILED,
    Kind.ACTION_REQUIRED,
    Kind.EXPIRED,
    Kind.LATE_WINDOW_CLOSING,
    Kind.LAPSED,
)
"""Letters about a term that is not paid: none of them may go out once it is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, in sentences; `doubled` counts second copies of a mail that the judge let pass."""

    violations: tuple[str, ...]
    paid: int
    mails: int
    doubled: int


def judge(evidence: Evidence, *, calm: Story | None = None, may_double: int = 0) -> Verdict:
    """Compare the witnesses. `calm` is the story of the same subscriptions when nobody pulled a plug.

    `may_double` is how many mails may be there twice, with the same bytes: as many as a plug can have cut off between
    the mail server's yes and our record of it.
    """
    violations = (
        *_payments(evidence),
        *_renewals(evidence),
        *_terms(evidence),
        *_claims(evidence),
        *_cancelled(evidence),
        *_waiting(evidence),
        *_letters(evidence),
        *_reasons(evidence),
        *_doubled(evidence, may_double),
        *(_differences(story_of(evidence), calm) if calm is not None else ()),
    )
    settled = sum(renewal["order_id"] is not None for renewal in evidence.renewals)
    return Verdict(violations, settled, len(evidence.mails), sum(_copies(evidence).values()))


def _payments(evidence: Evidence) -> Iterator[str]:
    """The book and the attempts are the same list: one charge per attempt, one outcome, one amount."""
    attempts = {attempt["id"]: attempt for attempt in evidence.attempts}
    for charge in evidence.charges:
        attempt, key = attempts.get(charge["key"]), charge["key"]
        if attempt is None:
            yield f"{charge['subscription']}: the gateway knows a charge {key} that we never made"
            continue
        if (charge["amount"], charge["currency"]) != (attempt["amount"], attempt["currency"]):
            yield f"{charge['subscription']}: the gateway took {charge['amount']}, our attempt says {attempt['amount']}"
        if charge["outcome"] != attempt["state"]:
            yield f"{charge['subscription']}: the gateway says {charge['outcome']}, our attempt {attempt['state']}"
    booked = {charge["key"] for charge in evidence.charges}
    for attempt in evidence.attempts:
        if attempt["state"] in UNANSWERED:
            yield f"attempt {attempt['id']} is still {attempt['state']}"
        if attempt["state"] in (AttemptState.PAID, AttemptState.DECLINED) and attempt["id"] not in booked:
            yield f"attempt {attempt['id']} counts as {attempt['state']}, but the gateway never saw it"


def _renewals(evidence: Evidence) -> Iterator[str]:
    """A renewal is paid by exactly one charge, that of the order which settled it, for the sum of its lines."""
    paid = Counter[UUID]()
    outcome = {charge["key"]: charge["outcome"] for charge in evidence.charges}
    for attempt in evidence.attempts:
        paid[attempt["order_id"]] += outcome.get(attempt["id"]) == "paid"
        owed = sum(line["amount"] for line in evidence.order_lines if line["order_id"] == attempt["order_id"])
        if attempt["state"] == AttemptState.PAID and attempt["amount"] != owed:
            yield f"attempt {attempt['id']} paid {attempt['amount']} for an order of {owed}"
    for order in evidence.orders:
        if order["way"] in (Way.CHECKOUT, Way.BULK, Way.SEATS) and paid[order["id"]] != (order["state"] == "paid"):
            yield f"a buyer's order is {order['state']} and was paid {paid[order['id']]} times"
    lines = [(line["renewal_id"], line["order_id"]) for line in evidence.order_lines]
    for renewal in evidence.renewals:
        times = sum(paid[order] for of, order in lines if of == renewal["id"])
        what = f"{renewal['subscription']}: the term from {renewal['term_starts_on']}"
        settled = renewal["order_id"] is not None
        if times > 1:
            yield f"{what} was paid {times} times"
        elif settled and paid[renewal["order_id"]] != 1:
            yield f"{what} is settled by an order that the gateway was never paid for"
        elif times and not settled:
            yield f"{what} was paid, and is not settled"
    states = {order["id"]: order["state"] for order in evidence.orders}
    for renewal in evidence.renewals:
        if renewal["order_id"] is not None and states.get(renewal["order_id"]) != "paid":
            yield f"{renewal['subscription']}: the order that settled a term is {states.get(renewal['order_id'])}"


def _terms(evidence: Evidence) -> Iterator[str]:
    """Terms tile, the last one is the current one, and each that began here was settled, as its line says."""
    settled = {
        (renewal["subscription"], renewal["term_starts_on"]): renewal
        for renewal in evidence.renewals
        if renewal["order_id"] is not None
    }
    line_of = {(line["order_id"], line["renewal_id"]): line for line in evidence.order_lines}
    begun = set[tuple[str, object]]()
    for sub in evidence.subscriptions:
        number, ends_on = sub["number"], None
        for term in sorted(_of(evidence.terms, number), key=lambda each: each["starts_on"]):
            if ends_on is not None and term["starts_on"] != ends_on:
                yield f"{number}: a term ends on {ends_on}, the next starts on {term['starts_on']}"
            ends_on = term["renews_on"]
            if term["follows"] is None:
                continue
            begun.add((number, term["starts_on"]))
            renewal = settled.get((number, term["starts_on"]))
            line = line_of.get((renewal["order_id"], renewal["id"])) if renewal else None
            if line is None:
                yield f"{number}: the term from {term['starts_on']} began unpaid"
            elif any(line[name] != term[name] for name in ("term", "seats", "unit_price")):
                yield f"{number}: the term from {term['starts_on']} is not the one that was paid"
        if ends_on != sub["renews_on"]:
            yield f"{number}: its last term ends on {ends_on}, it renews on {sub['renews_on']}"
    current = {sub["number"]: sub["renews_on"] for sub in evidence.subscriptions}
    for number, starts_on in settled.keys() - begun:
        if current.get(number) != starts_on:
            yield f"{number}: the term from {starts_on} is paid and never began"


def _claims(evidence: Evidence) -> Iterator[str]:
    """The automatic charge holds a renewal only while an attempt on it has no answer."""
    unanswered = {attempt["order_id"] for attempt in evidence.attempts if attempt["state"] in UNANSWERED}
    for claim in evidence.claims:
        if claim["released_at"] is None and claim["order_id"] not in unanswered:
            yield f"claim {claim['id']} is open without an attempt under way"


def _cancelled(evidence: Evidence) -> Iterator[str]:
    """Nothing is charged, and no charge announced, after an effective cancellation."""
    for command in evidence.commands:
        if command["name"] != Name.CANCEL_AUTO_RENEW or command["outcome"] != "done":
            continue
        number, since = command["subscription"], command["received_at"]
        if any(charge["charged_at"] > since for charge in _of(evidence.charges, number)):
            yield f"{number}: was charged after it was cancelled"
        for notice in _of(evidence.notices, number):
            if notice["kind"] == Kind.ADVANCE_CHARGE_NOTICE and notice["sent_at"] and notice["sent_at"] > since:
                yield f"{number}: a charge was announced after it was cancelled"


def _waiting(evidence: Evidence) -> Iterator[str]:
    """At rest nothing is due that was not done."""
    own = {sub["number"]: evidence.at + sub["shift"] for sub in evidence.subscriptions}
    for notice in evidence.notices:
        if notice["outcome"] is None and (notice["next_at"] or notice["planned_for"]) <= own[notice["subscription"]]:
            yield f"{_words(notice)} is due and was neither sent nor missed"
    for sub in evidence.subscriptions:
        if sub["next_step_at"] is None or sub["next_step_at"] + timedelta(minutes=1) < evidence.at:
            yield f"{sub['number']}: waits for '{sub['next_step']}', which is overdue"


def _letters(evidence: Evidence) -> Iterator[str]:
    """What we say was sent, the mail server has, in these bytes and for this recipient; and it has nothing else."""
    has = {(mail.message_id, mail.digest, mail.to) for mail in evidence.mails}
    ours = {notice["message_id"]: notice for notice in evidence.notices if notice["message_id"]}
    for notice in evidence.notices:
        letter = notice["message_id"], notice["content_hash"], notice["recipient"]
        if notice["outcome"] == "sent" and letter not in has:
            yield f"{_words(notice)} counts as sent, but the mail server does not have it"
    for mail in evidence.mails:
        written = ours.get(mail.message_id)
        if written is None:
            yield f"the mail server has {mail.message_id}, which we never wrote"
        elif written["outcome"] != "sent":
            yield f"{_words(written)} counts as {written['outcome']}, but the mail server has it"


def _reasons(evidence: Evidence) -> Iterator[str]:
    """No letter about an unpaid term went out after it was paid."""
    ends = {(term["subscription"], term["starts_on"]): term["renews_on"] for term in evidence.terms}
    settled_at = {(each["subscription"], each["term_starts_on"]): each["settled_at"] for each in evidence.renewals}
    for notice in evidence.notices:
        next_term = ends.get((notice["subscription"], notice["term_starts_on"]))
        paid_at = settled_at.get((notice["subscription"], next_term))
        if notice["kind"] in GONE_WHEN_PAID and notice["sent_at"] and paid_at and notice["sent_at"] > paid_at:
            yield f"{_words(notice)} was sent after the term was paid"


def _doubled(evidence: Evidence, may_double: int) -> Iterator[str]:
    """A second copy may only be there where a plug can have caused it, and has the same bytes."""
    digests: dict[str, set[str]] = {}
    for mail in evidence.mails:
        digests.setdefault(mail.message_id, set()).add(mail.digest)
    for message_id, found in digests.items():
        if len(found) > 1:
            yield f"the mail server has {message_id} in {len(found)} versions"
    copies = _copies(evidence)
    if sum(copies.values()) > may_double:
        yield f"{sum(copies.values())} second copies of mails, where {may_double} can be explained: {sorted(copies)}"


def _copies(evidence: Evidence) -> Counter[str]:
    """How many copies too many the mail server has, by Message-ID."""
    counted = Counter(mail.message_id for mail in evidence.mails)
    return Counter({message_id: count - 1 for message_id, count in counted.items() if count > 1})


def story_of(evidence: Evidence) -> Story:
    """What happened, as lines that are the same whenever it happened and under whichever ids."""
    story = {sub["number"]: Counter[str]() for sub in evidence.subscriptions}
    for term in evidence.terms:
        price = f"{term['term']}, {term['seats']} x {term['unit_price']}"
        story[term["subscription"]][f"term {term['starts_on']} to {term['renews_on']}: {price}"] += 1
    for charge in evidence.charges:
        said = " ".join(filter(None, [charge["outcome"], charge["code"]]))
        story[charge["subscription"]][f"{charge['currency']} {charge['amount']} {said}"] += 1
    for notice in evidence.notices:
        story[notice["subscription"]][f"{notice['outcome']} {_letter(notice)}"] += 1
    return story


def _differences(story: Story, calm: Story) -> Iterator[str]:
    """A plug may change when something happens, never what."""
    for number, lines in calm.items():
        told = story.get(number, Counter())
        yield from (f"{number}: did not happen: {line}" for line in (lines - told).elements())
        yield from (f"{number}: happened, but should not: {line}" for line in (told - lines).elements())


def _letter(notice: Row) -> str:
    """Kind and occasion, of the term; an occasion that names an id differs from run to run."""
    days = notice["occasion"] if str(notice["occasion"]).isdigit() else ""
    return " ".join(filter(None, [notice["kind"], days, f"in the term from {notice['term_starts_on']}"]))


def _words(notice: Row) -> str:
    return f"{notice['subscription']}: {_letter(notice)}"


def _of(rows: tuple[Row, ...], number: str) -> Iterator[Row]:
    return (row for row in rows if row["subscription"] == number)
