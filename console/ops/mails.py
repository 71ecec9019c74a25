"""The letters that the local stack's mail sink holds; elsewhere there are none to show. Reading one is audited."""

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from console.headers import FRAMING_POLICY, LETTER_POLICY
from console.ops.desk import Desk, InDesk, there, wall_now
from console.ops.guard import Reads
from mail.sink import StoredMail, list_mails, read_mail
from models.audit import audit

LISTED = 500

routes = APIRouter(prefix="/mails")


@routes.get("")
async def mails(request: Request, desk: InDesk, who: Reads) -> Response:
    found = await asyncio.to_thread(list_mails, desk.settings.mails_dir, LISTED)
    return desk.page(request, "mails.html", who, mails=found)


@routes.get("/{mail_id}")
async def mail(request: Request, desk: InDesk, who: Reads, mail_id: str) -> Response:
    found = await _stored(desk, mail_id)
    async with desk.sessions.begin() as session:
        audit(session, wall_now(), who.by, "mail.read", mail_id)
    headers = found.raw.partition(b"\r\n\r\n")[0].decode(errors="replace")
    response = desk.page(request, "mail.html", who, letter=found, mail=found.mail, headers=headers)
    response.headers["Content-Security-Policy"] = FRAMING_POLICY
    return response


@routes.get("/{mail_id}/letter")
async def letter(desk: InDesk, who: Reads, mail_id: str) -> Response:
    found = await _stored(desk, mail_id)
    return HTMLResponse(found.html, headers={"Content-Security-Policy": LETTER_POLICY})


async def _stored(desk: Desk, mail_id: str) -> StoredMail:
    return there(await asyncio.to_thread(read_mail, desk.settings.mails_dir, mail_id))
