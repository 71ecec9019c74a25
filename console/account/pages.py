"""The pages of whoever is signed in: the list, one subscription, what something costs, and the commands' forms."""

from dataclasses import replace
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.account.cart import why_not_together
from console.account.contracting import address_of
from console.account.desk import Desk, page_of
from console.account.doing import actions, other_terms
from console.account.finding import Found, NotYours, contacts_of, find, find_page, locale_of
from console.account.forms import Form, Wrong, arguments, chosen_term, client_key, count_of_seats
from console.account.giving import give_and_see, told
from console.account.guard import Visitor, form_of, visitor
from console.account.orders import orders_of
from console.account.preview import Preview, method_choices, own_method, preview_renewal, preview_seats, preview_term
from console.account.recalling import what_happened, what_is_coming
from console.account.speech import Speech, speech_of
from console.account.standing import facts, listed, pending, renewal_sentences
from console.account.usage import words_of_unused
from renewals.commands import Name
from renewals.permission import BUYER_MAY
from renewals.purchase import Purchase
from renewals.renewing import last_paid_term
from settings import Settings

_LONGEST_ID = 18
_WITH_PREVIEW = (Name.RENEW, Name.ADD_SEATS, Name.CHANGE_TERM)


def subscription_routes(desk: Desk) -> APIRouter:
    """Everything under `/subscriptions`."""
    router = APIRouter(prefix="/subscriptions")

    @router.get("")
    async def all_of_them(request: Request, after: str = "", every: str = "") -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            t = speech_of(await locale_of(session, who.email))
            found, next_after = await find_page(session, who.email, after, datetime.now(UTC))
        chosen = request.query_params.getlist("number")
        return desk.page(
            request,
            "list.html",
            t,
            visitor=who,
            lines=[listed(each, t) for each in found],
            after=after,
            next_after=next_after,
            every=bool(every),
            chosen=chosen,
            elsewhere=[number for number in chosen if number not in {each.row.number for each in found}],
            why_not={each.row.number: why_not_together(each, who.email, t) for each in found},
        )

    @router.get("/{number}")
    async def one(
        request: Request, number: str, answer: str = "", used: str = "", before: str = "", open: str = ""
    ) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            found = await find(session, who.email, number, datetime.now(UTC))
            return await _details(
                desk,
                request,
                session,
                who,
                found,
                answer=answer,
                used=bool(used),
                before=_event_id(before),
                command=Name(open) if open in BUYER_MAY else None,
            )

    @router.get("/{number}/{command}")
    async def price(request: Request, number: str, command: str, seats: str = "1", term: str = "") -> Response:
        if command not in _WITH_PREVIEW:
            raise NotYours
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            found = await find(session, who.email, number, datetime.now(UTC))
            return await _preview(desk, request, session, who, found, Name(command), {"seats": seats, "term": term})

    @router.post("/{number}/{command}")
    async def given(request: Request, number: str, command: str) -> Response:
        if command not in BUYER_MAY:
            raise NotYours
        who = await visitor(request, desk.sessions)
        form = await form_of(request, desk.settings, who.form_token)
        return await _give(desk, request, who, number, Name(command), form)

    return router


def _event_id(text: str) -> int | None:
    """The event before which the record is read on. Raises `NotYours` for what is none."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise NotYours
    return int(text)


async def _give(desk: Desk, request: Request, who: Visitor, number: str, name: Name, form: Form) -> Response:
    """Give the command, then go back to the subscription, where its outcome stands."""
    async with desk.sessions() as session:
        found = await find(session, who.email, number, datetime.now(UTC))
        try:
            key, args = client_key(form), arguments(name, form)
        except Wrong as wrong:
            if name in _WITH_PREVIEW:
                return await _preview(desk, request, session, who, found, name, form, wrong)
            return await _details(desk, request, session, who, found, wrong=wrong, form=form, command=name)
    return await give_and_see(desk, page_of(number), key=key, number=number, name=name, args=args, by=who.email)


async def _details(
    desk: Desk,
    request: Request,
    session: AsyncSession,
    who: Visitor,
    found: Found,
    *,
    answer: str = "",
    used: bool = False,
    before: int | None = None,
    wrong: Wrong | None = None,
    form: Form | None = None,
    command: Name | None = None,
) -> Response:
    """The page of one subscription; after a form that could not be read, with what is wrong in it."""
    stored, t = found.stored, speech_of(found.stored.customer.locale)
    people = await contacts_of(session, stored.customer.csn) if found.is_buyer else []
    orders = await orders_of(session, stored, who.email, t)
    possible = actions(found, t, desk.settings)
    purchase = Purchase((stored.as_found,))
    choices = await method_choices(session, stored, purchase, t)
    return desk.page(
        request,
        "details.html",
        t,
        status=422 if wrong else 200,
        visitor=who,
        csrf=who.form_token,
        stored=stored,
        found=found,
        told=await told(session, answer, found, who.email, t, desk.settings) if answer else None,
        used=used,
        wrong=wrong,
        form=form or {},
        command=command,
        facts=facts(found, t, who.email, await own_method(session, stored, t)),
        sentences=renewal_sentences(stored, t),
        pending=pending(stored.facts, t),
        actions=possible,
        can={each.name for each in possible if each.why_not is None},
        contract=address_of(stored.customer.csn, stored.facts.channel),
        ahead=last_paid_term(stored.facts),
        terms=other_terms(stored.facts, t),
        methods=[replace(each, chosen=False) for each in choices if not each.own],
        kinds=purchase.kinds,
        people=[each for each in people if each.id != found.admin.id],
        coming=what_is_coming(stored, t),
        happened=await what_happened(session, stored, who.email, t, before=before),
        before=before,
        unused=await words_of_unused(session, stored, t),
        orders=orders.orders,
        to_pay=orders.to_pay,
    )


async def _preview(
    desk: Desk,
    request: Request,
    session: AsyncSession,
    who: Visitor,
    found: Found,
    name: Name,
    form: Form,
    wrong: Wrong | None = None,
) -> Response:
    """What it costs, with the form that confirms it."""
    t = speech_of(found.stored.customer.locale)
    try:
        preview = await _previewed(session, found, name, form, t, desk.settings)
    except Wrong as unreadable:
        wrong = wrong or unreadable
        preview = await _previewed(session, found, name, {}, t, desk.settings)
    return desk.page(
        request,
        "preview.html",
        t,
        status=422 if wrong else 200,
        visitor=who,
        csrf=who.form_token,
        stored=found.stored,
        preview=preview,
        unused=await words_of_unused(session, found.stored, t),
        wrong=wrong,
        form=form,
        command=name,
    )


async def _previewed(
    session: AsyncSession, found: Found, name: Name, form: Form, t: Speech, settings: Settings
) -> Preview:
    """What the form asks for; one seat more, or the first other term, where it says nothing. Raises `Wrong`."""
    match name:
        case Name.RENEW:
            return await preview_renewal(session, found, t, settings)
        case Name.CHANGE_TERM:
            return preview_term(found, chosen_term(form) if form.get("term") else None, t, settings)
    count = count_of_seats(form, "seats") if "seats" in form else 1
    return await preview_seats(session, found, count, t, settings)
