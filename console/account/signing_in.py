"""The pages of signing in and out."""

from datetime import UTC, datetime

from fastapi import APIRouter, BackgroundTasks, Request, Response

from console.account.desk import HOME, SIGN_IN, Desk, page_of, see_other, speech_for
from console.account.entering import TooMany, ask_for_link, link_opens_for, open_link, sign_out
from console.account.guard import (
    SESSION_COOKIE,
    begin_session,
    end_session,
    form_of,
    form_secret,
    keep_form_secret,
    visitor,
)
from console.account.letter import send_link
from models.tokens import form_token
from renewals.addresses import is_address

_LONGEST_NUMBER = 64


def sign_in_routes(desk: Desk) -> APIRouter:
    """Asking for a link, opening it, signing out."""
    router = APIRouter()
    _add_asking(router, desk)
    _add_opening(router, desk)

    @router.post("/sign-out")
    async def leave(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        await form_of(request, desk.settings, who.form_token)
        async with desk.sessions.begin() as session:
            await sign_out(session, request.cookies[SESSION_COOKIE], datetime.now(UTC))
        response = see_other(SIGN_IN)
        end_session(response)
        return response

    return router


def _add_asking(router: APIRouter, desk: Desk) -> None:
    @router.get("/sign-in")
    async def ask(request: Request, number: str = "") -> Response:
        return _form(desk, request, "sign_in.html", number=number[:_LONGEST_NUMBER], wrong=False)

    @router.post("/sign-in")
    async def asked(request: Request, tasks: BackgroundTasks) -> Response:
        form = await form_of(request, desk.settings, form_token(form_secret(request)))
        number = form.get("number", "")[:_LONGEST_NUMBER]
        email, now = form.get("email", "").strip(), datetime.now(UTC)
        if not is_address(email):
            return _form(desk, request, "sign_in.html", number=number, wrong=True, status=422)
        client = request.client.host if request.client else ""
        try:
            async with desk.sessions.begin() as session:
                link = await ask_for_link(session, email, client, number or None, now)
        except TooMany:
            return desk.page(request, "message.html", speech_for(request), status=429, about="too_many")
        if link:
            tasks.add_task(send_link, desk.mailer, desk.settings, link, now)
        return see_other(f"{SIGN_IN}/sent?lang={speech_for(request).w.language}")

    @router.get("/sign-in/sent")
    async def sent(request: Request) -> Response:
        return desk.page(request, "message.html", speech_for(request), about="sent")


def _add_opening(router: APIRouter, desk: Desk) -> None:
    @router.get("/sign-in/{token}")
    async def shown(request: Request, token: str) -> Response:
        """A button only: programs that look into mails follow links, and must not use this one up.

        Whoever was sent somebody else's link sees whose account it opens.
        """
        async with desk.sessions() as session:
            email = await link_opens_for(session, token, datetime.now(UTC))
        if email is None:
            return desk.page(request, "message.html", speech_for(request), status=410, about="over")
        return _form(desk, request, "open.html", token=token, email=email)

    @router.post("/sign-in/{token}")
    async def opened(request: Request, token: str) -> Response:
        await form_of(request, desk.settings, form_token(form_secret(request)))
        async with desk.sessions.begin() as session:
            found = await open_link(session, token, datetime.now(UTC))
        if found is None:
            return desk.page(request, "message.html", speech_for(request), status=410, about="over")
        response = see_other(page_of(found.leads_to) if found.leads_to else HOME)
        begin_session(response, found.token, desk.settings)
        return response


def _form(desk: Desk, request: Request, name: str, *, status: int = 200, **values: object) -> Response:
    secret = form_secret(request)
    response = desk.page(request, name, speech_for(request), status=status, csrf=form_token(secret), **values)
    keep_form_secret(response, secret, desk.settings)
    return response
