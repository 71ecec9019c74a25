"""One subscription for operators: its page, its mails and receipts, and the two steps by which a command is given.

Opening the page is on record. Each command has routes of its own, with the right that it takes.
"""

import asyncio
from typing import Annotated
from urllib.parse import quote as quoted
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from activities.papers import receipt_paper
from console.headers import FRAMING_POLICY, LETTER_POLICY
from console.ops import commanding, offering, receipts, standing, timeline
from console.ops.deed import SECOND_PERSON
from console.ops.desk import Desk, InDesk, see_other, speech_for, there, wall_now
from console.ops.fields import Wrong
from console.ops.guard import Needs, Reads
from console.ops.paying_back import ask_to_refund
from console.ops.staff import Staff
from documents.pdf import pdf_of
from documents.sheet import file_name
from mail.letter import VENDOR
from mail.sink import opened
from models.audit import MAIL_READ, audit, audit_framed_mail
from models.history import NoSuchPlace
from models.inbox import KeyReused
from models.parties import ContactRow
from models.past import alarms_of, notice_of, order_of, orders_of, past_of
from models.records import NoticeRow
from models.refundable import PaidOrder, large_refund
from models.store import Stored, load
from renewals.characters import control_character
from renewals.commands import Name, Refund
from renewals.permission import OPERATOR_MAY
from renewals.roles import right_to_give

SUBSCRIPTIONS = "/ops/subscriptions"
PAST_PAGE, MOST_ORDERS = 40, 20
_LONGEST_ID = 18

routes = APIRouter(prefix="/subscriptions/{number}")


class NoSubscription(Exception):
    """There is none of that number."""


def address_of(number: str) -> str:
    """Where the page of a subscription is."""
    return f"{SUBSCRIPTIONS}/{quoted(number, safe='')}"


@routes.get("")
async def one(
    request: Request, desk: InDesk, who: Reads, number: str, before: str = "", answer: str = "", used: str = ""
) -> Response:
    now, t = wall_now(), speech_for(request, who)
    async with desk.sessions.begin() as session:
        stored = await _found(session, number)
        audit(session, now, who.by, "subscription.read", number)
        past, older = await past_of(session, number, before=_event_id(before), limit=PAST_PAGE)
        admin = await session.get_one(ContactRow, stored.row.primary_admin_id)
        orders = [receipts.told(each, stored, t) for each in await orders_of(session, number, MOST_ORDERS)]
        return desk.page(
            request,
            "subscription.html",
            who,
            stored=stored,
            address=address_of(number),
            told=await commanding.told(session, answer, number, t) if answer else None,
            used=bool(used),
            people=[stored.buyer] if admin.id == stored.buyer.id else [stored.buyer, admin],
            alarms=await alarms_of(session, number),
            headline=standing.headline(stored, t),
            facts=standing.facts(stored, admin, t),
            raw=standing.raw(stored),
            temporal=standing.temporal_address(stored, desk.settings),
            coming=[] if before else timeline.coming(stored, t),
            unpriced=timeline.is_unpriced(stored),
            past=[timeline.happened(each, stored, t) for each in past],
            older=older,
            before=before,
            next_receipt=receipts.next_one(stored, t),
            orders=orders,
            offers=await offering.offers(session, stored, who, t),
            for_buyers=offering.for_buyers(stored, t),
        )


@routes.get("/mails/{id_}")
async def mail(request: Request, desk: InDesk, who: Reads, number: str, id_: UUID) -> Response:
    """A mail as it was sent. Reading one is on record."""
    async with desk.sessions.begin() as session:
        stored = await _found(session, number)
        notice, raw = await _mail_of(session, number, id_)
        audit(session, wall_now(), who.by, MAIL_READ, number, data={"notice": str(id_)})
    subject, html, text = opened(raw)
    response = desk.page(
        request,
        "notice.html",
        who,
        notice=notice,
        address=address_of(number),
        subject=subject,
        framed=bool(html),
        text=text,
        headers=raw.partition(b"\r\n\r\n")[0].decode(errors="replace"),
        its_zone=stored.facts.time_zone,
    )
    response.headers["Content-Security-Policy"] = FRAMING_POLICY
    return response


@routes.get("/mails/{id_}/letter")
async def letter(desk: InDesk, who: Reads, number: str, id_: UUID) -> Response:
    async with desk.sessions.begin() as session:
        _, raw = await _mail_of(session, number, id_)
        await audit_framed_mail(session, wall_now(), who.by, number, id_)
    return HTMLResponse(opened(raw)[1], headers={"Content-Security-Policy": LETTER_POLICY})


@routes.get("/orders/{id_}/receipt.pdf")
async def receipt(desk: InDesk, who: Reads, number: str, id_: UUID) -> Response:
    """The receipt of an order, as its buyer has it; there is none before it is settled."""
    async with desk.sessions.begin() as session:
        order = await order_of(session, number, id_)
        paper = there(await receipt_paper(session, order, VENDOR) if order else None)
        audit(session, wall_now(), who.by, "receipt.read", number, data={"order": str(id_)})
    content = await asyncio.to_thread(pdf_of, paper)
    disposition = f'inline; filename="{file_name(paper)}"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})


async def confirm(request: Request, desk: Desk, who: Staff, number: str, name: Name) -> Response:
    """What the command would do; nothing is done yet."""
    t = speech_for(request, who)
    async with desk.sessions() as session:
        stored = await _found(session, number)
        asked = commanding.asked(name, who, stored.facts.currency)
        question = await commanding.question(session, stored, asked, who, t)
        two = isinstance(asked.command, Refund) and await _large(session, desk, number, asked.command, asked.key)
    values = {"question": question, "asked": asked, "address": address_of(number), "number": number}
    values["two"] = bool(two)
    return desk.page(request, "subscription_confirm.html", who, status=422 if question.refused else 200, **values)


async def give(request: Request, desk: Desk, who: Staff, number: str, name: Name) -> Response:
    """Give it, once under the form's key, and go back to the subscription, where its outcome stands."""
    async with desk.sessions() as session:
        stored = await _found(session, number)
    asked = commanding.asked(name, who, stored.facts.currency)
    if isinstance(asked.command, Refund) and await _asked_of_two(desk, who, number, asked, asked.command):
        return see_other(SECOND_PERSON)
    try:
        command_id = await commanding.give(desk, who, number, asked)
    except KeyReused:
        return see_other(f"{address_of(number)}?used=1")
    return see_other(f"{address_of(number)}?answer={command_id}")


async def _large(session: AsyncSession, desk: Desk, number: str, command: Refund, key: str) -> PaidOrder | None:
    """The order of a refund that takes two people."""
    return await large_refund(session, number, command, f"ops:{key}", desk.settings.refund_takes_two)


async def _asked_of_two(desk: Desk, who: Staff, number: str, asked: commanding.Asked, command: Refund) -> bool:
    """Did the refund take two people, so that it is asked for now? Raises `Wrong` without the tick."""
    async with desk.sessions.begin() as session:
        order = await _large(session, desk, number, command, asked.key)
        if order is None:
            return False
        if not asked.sure:
            raise Wrong("sure")
        await ask_to_refund(session, number, command, order, by=who.by, reason=asked.reason, now=wall_now())
    return True


def _add(name: Name) -> None:
    """The two steps of a command, for whoever has the right to give it."""

    async def first(
        request: Request, desk: InDesk, who: Annotated[Staff, Depends(Needs(right_to_give(name)))], number: str
    ) -> Response:
        return await confirm(request, desk, who, number, name)

    async def then(
        request: Request, desk: InDesk, who: Annotated[Staff, Depends(Needs(right_to_give(name)))], number: str
    ) -> Response:
        return await give(request, desk, who, number, name)

    routes.add_api_route(f"/{name}/confirm", first, methods=["POST"])
    routes.add_api_route(f"/{name}", then, methods=["POST"])


for _name in sorted(OPERATOR_MAY):
    _add(_name)


async def _found(session: AsyncSession, number: str) -> Stored:
    """Raises `NoSubscription`."""
    stored = None if control_character(number) else await load(session, number, wall_now())
    if stored is None:
        raise NoSubscription
    return stored


async def _mail_of(session: AsyncSession, number: str, id_: UUID) -> tuple[NoticeRow, bytes]:
    notice = there(await notice_of(session, number, id_))
    return notice, there(notice.raw)


def _event_id(text: str) -> int | None:
    """The event before which the record is read on. Raises `NoSuchPlace` for what is none."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise NoSuchPlace
    return int(text)
