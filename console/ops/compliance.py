"""Legal notices: which rules apply, which mail met which, what is missing and until when it can be met; as proof."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from time import monotonic
from urllib.parse import quote as quoted

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.files import Cells, as_file, with_head
from console.ops import addresses
from console.ops.addresses import Places, place_text
from console.ops.desk import Desk, InDesk, speech_for, wall_now
from console.ops.fields import Wrong
from console.ops.guard import Reads
from console.ops.patience import reading
from console.ops.proving import certainty_of, content_of, proof_paper, source_of, window_of
from console.ops.subscription import NoSubscription
from console.speech import Speech
from documents.proof import pdf_of_proof
from models.audit import audit
from models.coming_charges import Wanted, coming_charges, missing_now
from models.compliance import Kept, State, kept_of, past_charges
from models.history import in_utc
from models.rules import Rulebook, rulebook_now
from models.store import Stored, load
from renewals.calendar import local_date
from renewals.legal import ADVICE, LegalRule
from renewals.pricing import NotPriced

COMPLIANCE = "/ops/compliance"
PER_PAGE = 15
"""Charges on a page: the plan of each, and of those that no law binds between them, is computed for it."""
MOST_IN_FILE = 5_000
"""Charges that a file holds at most: the duties of each are computed."""
FILE_SECONDS = 60.0
"""After so long a file stops, however few charges fit."""

FILTERS = ("rule", "state", "from", "to")
HEAD = (
    "subscription",
    "customer",
    "term_starts_on",
    "renews_on",
    "rule",
    "source",
    "first_on",
    "last_on",
    "state",
    "sent_at",
    "to",
    "message_id",
    "reply",
    "planned_on",
)

_PLACES = Places((date.fromisoformat, str))

routes = APIRouter(prefix="/compliance")


@routes.get("")
async def compliance(request: Request, desk: InDesk, who: Reads) -> Response:
    """The coming charges that laws bind, by renewal date, from today on unless another day is asked for."""
    said, now = addresses.said_in(request.query_params.multi_items()), wall_now()
    today, beside = local_date(now, desk.zone), _PLACES.beside(said)
    here = addresses.where(COMPLIANCE, said, FILTERS)
    async with reading(desk) as session:
        rules = await _rules(session, today)
        wanted = wanted_in(said, rules, today)
        looked = await coming_charges(session, wanted, PER_PAGE, beside.after, now)
        missing = await missing_now(session)
    return desk.page(
        request,
        "compliance.html",
        who,
        looked=looked,
        wanted=wanted,
        rules=rules,
        states=list(State),
        missing=missing,
        advice=ADVICE,
        window=window_of,
        content=content_of,
        certainty=certainty_of,
        source=source_of,
        today=today,
        local_date=local_date,
        here=here,
        placed=bool(beside),
        earlier=None,
        later=here.address(after=place_text(looked.later)) if looked.later else None,
    )


@routes.get("/file.csv")
async def as_csv(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every duty of the charges that are wanted, at most of `MOST_IN_FILE`; it has what proves each.

    A file that stops early says so in its last line.
    """
    t = speech_for(request, who)
    said, now = addresses.said_in(request.query_params.multi_items()), wall_now()
    today, here = local_date(now, desk.zone), addresses.where(COMPLIANCE, said, FILTERS)
    async with desk.sessions.begin() as session:
        wanted = wanted_in(said, await _rules(session, today), today)
        audit(session, now, who.by, "compliance.export", data={"view": here.query})
    return as_file(f"legal-notices-{today}.csv", with_head(HEAD, _batches(desk, wanted, now, t)))


async def _batches(desk: Desk, wanted: Wanted, now: datetime, t: Speech) -> AsyncIterator[list[Cells]]:
    written, place, more, until = 0, None, True, monotonic() + FILE_SECONDS
    try:
        while more and written < MOST_IN_FILE and monotonic() < until:
            async with reading(desk) as session:
                looked = await coming_charges(session, wanted, PER_PAGE, place, now)
            yield [cells for kept in looked.kept for cells in _cells(kept)]
            written, place, more = written + len(looked.kept), looked.later, looked.later is not None
    except Wrong:  # it took too long; what is written is written
        more = True
    if more:
        since = place[0].isoformat() if place else (wanted.since.isoformat() if wanted.since else "")
        yield [(t("legal.file_stopped", since=since),)]


@routes.get("/{number}")
async def one(request: Request, desk: InDesk, who: Reads, number: str) -> Response:
    """One subscription: its coming charge, and the automatic ones of its last terms. It names whom mails went to."""
    async with desk.sessions.begin() as session:
        stored, kept, trouble = await _charges(session, number)
        audit(session, wall_now(), who.by, "compliance.read", number)
    return desk.page(
        request,
        "compliance_one.html",
        who,
        stored=stored,
        charges=kept,
        trouble=trouble,
        address=address_of(number),
        advice=ADVICE,
        window=window_of,
        content=content_of,
        certainty=certainty_of,
        source=source_of,
        today=local_date(stored.now, stored.facts.time_zone),
        its_zone=stored.facts.time_zone,
    )


@routes.get("/{number}/proof.pdf")
async def proof(request: Request, desk: InDesk, who: Reads, number: str) -> Response:
    """The same on paper. Whom it was made for stands on the audit."""
    t, now = speech_for(request, who), wall_now()
    async with desk.sessions.begin() as session:
        stored, kept, _ = await _charges(session, number)
        audit(session, now, who.by, "compliance.proof", number)
    content = await asyncio.to_thread(pdf_of_proof, proof_paper(stored, kept, now, t))
    name = f"legal-notices-{local_date(now, desk.zone)}.pdf"
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def address_of(number: str) -> str:
    """Where the legal notices of a subscription are."""
    return f"{COMPLIANCE}/{quoted(number, safe='')}"


async def _charges(session: AsyncSession, number: str) -> tuple[Stored, Sequence[Kept], NotPriced | None]:
    stored = await load(session, number, wall_now()) if addresses.is_plain(number) else None
    if stored is None:
        raise NoSubscription
    try:
        coming, trouble = await kept_of(session, stored), None
    except NotPriced as unpriced:
        coming, trouble = [], unpriced
    return stored, [*coming, *await past_charges(session, stored)], trouble


async def _rules(session: AsyncSession, today: date) -> tuple[LegalRule, ...]:
    rulebook: Rulebook = await rulebook_now(session)
    return rulebook.legal_rules_of(today)


def wanted_in(said: Mapping[str, str], rules: Sequence[LegalRule], today: date) -> Wanted:
    """What the address asks for. What is missing is asked for whatever its day. Raises `Wrong`."""
    by_id, name = {rule.id: rule for rule in rules}, addresses.text(said, "rule")
    if name and name not in by_id:
        raise Wrong("rule", "wrong.view")
    state, since = addresses.known(State, said, "state"), addresses.day(said, "from")
    return Wanted(
        rule=by_id.get(name),
        state=state,
        since=since or (None if state is State.MISSING else today),
        until=addresses.day(said, "to"),
    )


def _cells(kept: Kept) -> list[Cells]:
    row, customer = kept.stored.row, kept.stored.customer
    about = (row.number, customer.name, kept.starts_on.isoformat(), kept.renews_on.isoformat())
    if kept.trouble:
        return [(*about, "", "", "", "", State.MISSING.value, "", "", "", str(kept.trouble), "")]
    lines: list[Cells] = []
    for proof in kept.proofs:
        duty, notice, planned_on = proof.standing.duty, proof.notice, proof.standing.planned_on
        when = (duty.rule.id, duty.rule.source, duty.first_on.isoformat(), duty.last_on.isoformat(), proof.state.value)
        sent: Cells = ("", "", "", "")
        if notice and notice.sent_at:
            sent = (in_utc(notice.sent_at), notice.recipient, notice.message_id or "", notice.reply or "")
        lines.append((*about, *when, *sent, planned_on.isoformat() if planned_on and not notice else ""))
    return lines
