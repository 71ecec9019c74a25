"""Every mail that was sent or tried, and each as it was sent. Reading one is on record, as are lists of addresses."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from console.files import Cells, as_file, with_head
from console.headers import FRAMING_POLICY, LETTER_POLICY
from console.ops import addresses
from console.ops.addresses import Places
from console.ops.desk import InDesk, speech_for, there, wall_now
from console.ops.files import every_row
from console.ops.guard import Reads
from console.ops.mail_words import cause_in_words
from console.ops.patience import reading
from mail.sink import opened
from models.audit import MAIL_READ, audit, audit_framed_mail
from models.history import in_utc
from models.letters import ASKED, Letter, State, Wanted, letters_page
from models.records import NoticeRow
from renewals.calendar import local_date
from renewals.letters import Kind

LETTERS = "/ops/letters"
PER_PAGE = 50
FILTERS = ("to", "subscription", "kind", "state", "from", "until", "sent_from", "sent_until")
HEAD = (
    "subscription",
    "kind",
    "occasion",
    "to",
    "planned_for",
    "state",
    "sent_at",
    "tries",
    "reply",
    "message_id",
)

DAYS = FILTERS[-4:]

_PLACES = Places((addresses.instant, addresses.uuid))

routes = APIRouter()


@routes.get("/letters")
async def letters(request: Request, desk: InDesk, who: Reads) -> Response:
    said = addresses.said_in(request.query_params.multi_items())
    wanted, beside = wanted_in(said, desk.zone), _PLACES.beside(said)
    here = addresses.where(LETTERS, said, FILTERS)
    async with reading(desk) as session:
        found = await letters_page(session, wanted, PER_PAGE, beside)
    if found.rows:
        async with desk.sessions.begin() as session:
            audit(session, wall_now(), who.by, "letters.people", data={"view": here.query})
    values: dict[str, Any] = {"days": {name: addresses.day(said, name) for name in DAYS}}
    return desk.page(
        request,
        "letters.html",
        who,
        found=found.rows,
        wanted=wanted,
        kinds=list(Kind),
        states=list(ASKED),
        state=said.get("state"),
        here=here,
        placed=bool(beside),
        **here.pages(found),
        **values,
    )


@routes.get("/letters.csv")
async def as_csv(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every mail that is wanted, without its text, read in batches."""
    said, now = addresses.said_in(request.query_params.multi_items()), wall_now()
    wanted, here = wanted_in(said, desk.zone), addresses.where(LETTERS, said, FILTERS)
    async with desk.sessions.begin() as session:
        audit(session, now, who.by, "letters.export", data={"view": here.query})
    rows = every_row(desk, lambda session, limit, beside: letters_page(session, wanted, limit, beside), _cells)
    return as_file(f"mails-{local_date(now, desk.zone)}.csv", with_head(HEAD, rows))


@routes.get("/letters/{id_}")
async def one(request: Request, desk: InDesk, who: Reads, id_: UUID) -> Response:
    """A mail: what became of it, and if it was ever written, its bytes as they were sent."""
    async with desk.sessions.begin() as session:
        row = there(await session.get(NoticeRow, id_))
        audit(session, wall_now(), who.by, MAIL_READ, row.subscription, data={"notice": str(id_)})
    subject, html, text = opened(row.raw) if row.raw else ("", "", "")
    response = desk.page(
        request,
        "letter.html",
        who,
        row=row,
        why=cause_in_words(row.why, row.facts.get("cause"), speech_for(request, who)),
        state=(row.outcome or State.WAITING),
        subject=subject,
        framed=bool(html),
        text=text,
        headers=row.raw.partition(b"\r\n\r\n")[0].decode(errors="replace") if row.raw else "",
        is_as_sent=bool(row.raw) and hashlib.sha256(row.raw or b"").hexdigest() == row.content_hash,
    )
    response.headers["Content-Security-Policy"] = FRAMING_POLICY
    return response


@routes.get("/letters/{id_}/letter")
async def letter(desk: InDesk, who: Reads, id_: UUID) -> Response:
    async with desk.sessions.begin() as session:
        row = there(await session.get(NoticeRow, id_))
        raw = there(row.raw)
        await audit_framed_mail(session, wall_now(), who.by, row.subscription, id_)
    return HTMLResponse(opened(raw)[1], headers={"Content-Security-Policy": LETTER_POLICY})


def _cells(each: Letter) -> Cells:
    sent_at = in_utc(each.sent_at) if each.sent_at else ""
    told = (each.subscription, each.kind, each.occasion, each.recipient, in_utc(each.planned_for), each.state.value)
    return (*told, sent_at, str(each.tries), each.reply or "", each.message_id or "")


def wanted_in(said: Mapping[str, str], zone: str) -> Wanted:
    """What the address asks for; days are those of the operations team. Raises `Wrong`."""
    since, until = addresses.days(said, "from", "until", zone)
    sent_since, sent_until = addresses.days(said, "sent_from", "sent_until", zone)
    return Wanted(
        recipient=addresses.text(said, "to"),
        subscription=addresses.text(said, "subscription"),
        kind=addresses.known(Kind, said, "kind"),
        states=addresses.read(ASKED.__getitem__, said, "state") or (),
        since=since,
        until=until,
        sent_since=sent_since,
        sent_until=sent_until,
    )
