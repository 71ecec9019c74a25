"""The pages of quotes, their forms, and papers as PDF."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as quoted

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from activities.papers import quote_paper, receipt_paper
from console.account.desk import Desk, see_other
from console.account.finding import Found, NotYours, find, find_all, locale_of
from console.account.forms import Form, Wrong, acceptance, client_key, wishes
from console.account.giving import give, give_and_see, told
from console.account.guard import Visitor, form_of, visitor
from console.account.quoting import (
    find_visible_order,
    find_visible_quote,
    page_of_quote,
    visible_quotes,
    what_can_be_asked,
)
from console.account.speech import speech_of
from documents.paper import Paper
from documents.pdf import pdf_of
from documents.sheet import file_name
from mail.letter import VENDOR
from models.inbox import KeyReused
from models.quotes import QuoteRow, quote_asked_in
from models.records import CommandRow
from renewals.commands import Name
from renewals.quoting import MOST_LINES

HERE = "/account/quotes"
LONGEST_FORM, MOST_FIELDS = 60_000, 4 * MOST_LINES + 10


def quote_routes(desk: Desk) -> APIRouter:
    """Everything under `/quotes`, and the receipts of orders."""
    router = APIRouter()

    @router.get("/quotes")
    async def all_of_them(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            t = speech_of(await locale_of(session, who.email))
            listed = await visible_quotes(session, who.email, t)
        return desk.page(request, "quotes.html", t, visitor=who, quotes=listed)

    @router.get("/quotes/ask/{number}")
    async def ask_form(request: Request, number: str, answer: str = "") -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            found = await find(session, who.email, number, datetime.now(UTC))
            return await _ask_page(desk, request, session, who, found, answer=answer)

    @router.post("/quotes/ask/{number}")
    async def asked(request: Request, number: str) -> Response:
        who = await visitor(request, desk.sessions)
        form = await form_of(request, desk.settings, who.form_token, longest=LONGEST_FORM, most=MOST_FIELDS)
        return await _ask(desk, request, who, number, form)

    @router.get("/quotes/{reference}")
    async def one(request: Request, reference: str, answer: str = "", used: str = "") -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            quote, found = await find_visible_quote(session, who.email, reference, datetime.now(UTC))
            return await _page(desk, request, session, who, quote, found, answer=answer, used=bool(used))

    @router.get("/quotes/{reference}/quote.pdf")
    async def document(request: Request, reference: str) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            quote, _ = await find_visible_quote(session, who.email, reference, datetime.now(UTC))
            return await _file(await quote_paper(session, quote, VENDOR))

    @router.get("/orders/{order_id}/receipt.pdf")
    async def receipt(request: Request, order_id: str) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            order = await find_visible_order(session, who.email, order_id)
            return await _file(await receipt_paper(session, order, VENDOR))

    @router.post("/quotes/{reference}/{command}")
    async def given(request: Request, reference: str, command: str) -> Response:
        if command not in (Name.ACCEPT_QUOTE, Name.DECLINE_QUOTE):
            raise NotYours
        who = await visitor(request, desk.sessions)
        form = await form_of(request, desk.settings, who.form_token)
        return await _give(desk, request, who, reference, Name(command), form)

    return router


async def _file(paper: Paper | None) -> Response:
    """The paper, which a browser shows. Raises `NotYours` where there is none yet."""
    if paper is None:
        raise NotYours
    content = await asyncio.to_thread(pdf_of, paper)
    name = f'inline; filename="{file_name(paper)}"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})


async def _ask(desk: Desk, request: Request, who: Visitor, number: str, form: Form) -> Response:
    """Ask, then go on with the quote; or back to the form, which says why not. Raises `NotYours`."""
    async with desk.sessions() as session:
        found = await find(session, who.email, number, datetime.now(UTC))
        try:
            key, lines = client_key(form), wishes(form, MOST_LINES)
        except Wrong as wrong:
            return await _ask_page(desk, request, session, who, found, wrong=wrong, form=form)
        await find_all(session, who.email, [line["subscription"] for line in lines], datetime.now(UTC))
    home = min(line["subscription"] for line in lines)
    here = f"{HERE}/ask/{quoted(number, safe='')}"
    try:
        command_id = await give(
            desk.sessions,
            desk.client,
            key=key,
            number=home,
            name=Name.ASK_FOR_QUOTE,
            args={"lines": lines},
            by=who.email,
        )
    except KeyReused:
        return see_other(HERE)
    async with desk.sessions() as session:
        quote = await quote_asked_in(session, command_id)
        row = await session.get_one(CommandRow, command_id)
    if quote is None:
        return see_other(f"{here}?answer={command_id}" if row.outcome else HERE)
    return see_other(f"{HERE}/{quote.reference}?answer={command_id}")


async def _ask_page(
    desk: Desk,
    request: Request,
    session: AsyncSession,
    who: Visitor,
    found: Found,
    *,
    answer: str = "",
    wrong: Wrong | None = None,
    form: Form | None = None,
) -> Response:
    t = speech_of(found.stored.customer.locale)
    lines = await what_can_be_asked(session, who.email, found, datetime.now(UTC), t)
    return desk.page(
        request,
        "ask_for_quote.html",
        t,
        status=422 if wrong else 200,
        visitor=who,
        csrf=who.form_token,
        stored=found.stored,
        lines=lines,
        told=await _told(desk, session, answer, found, who, t),
        wrong=wrong,
        form=form or {},
    )


async def _told(desk: Desk, session: AsyncSession, answer: str, found: Found, who: Visitor, t: Any) -> Any:
    """What became of the command; that of a quote may have gone through another of its subscriptions."""
    return await told(session, answer, found, who.email, t, desk.settings, of_any=True) if answer else None


async def _give(desk: Desk, request: Request, who: Visitor, reference: str, name: Name, form: Form) -> Response:
    """Accept or decline, then go back to the quote, where it stands what became of it."""
    async with desk.sessions() as session:
        quote, found = await find_visible_quote(session, who.email, reference, datetime.now(UTC))
        try:
            key = client_key(form)
            args: Mapping[str, Any] = acceptance(form) if name is Name.ACCEPT_QUOTE else {}
        except Wrong as wrong:
            return await _page(desk, request, session, who, quote, found, wrong=wrong, form=form)
    args = {"quote": quote.reference, **args}
    here, number = f"{HERE}/{quote.reference}", quote.subscription
    return await give_and_see(desk, here, key=key, number=number, name=name, args=dict(args), by=who.email)


async def _page(
    desk: Desk,
    request: Request,
    session: AsyncSession,
    who: Visitor,
    quote: QuoteRow,
    found: Found,
    *,
    answer: str = "",
    used: bool = False,
    wrong: Wrong | None = None,
    form: Form | None = None,
) -> Response:
    t = speech_of(found.stored.customer.locale)
    return desk.page(
        request,
        "quote.html",
        t,
        status=422 if wrong else 200,
        visitor=who,
        csrf=who.form_token,
        quote=await page_of_quote(session, quote, found, datetime.now(UTC), t),
        stored=found.stored,
        found=found,
        told=await _told(desk, session, answer, found, who, t),
        used=used,
        wrong=wrong,
        form=form or {},
    )
