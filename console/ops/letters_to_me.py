"""What the console mails to whoever is signed in: each operator ticks it for themselves."""

from fastapi import APIRouter, Request, Response

from console.ops.desk import InDesk, see_other, wall_now
from console.ops.guard import Reads
from models.staff import find_operator, want_letters

LETTERS = "/ops/letters-to-me"

routes = APIRouter(prefix="/letters-to-me")


@routes.get("")
async def letters(request: Request, desk: InDesk, who: Reads) -> Response:
    async with desk.sessions() as session:
        row = await find_operator(session, who.name)
    return desk.page(request, "letters_to_me.html", who, row=row)


@routes.post("")
async def change(desk: InDesk, who: Reads) -> Response:
    alerts, digest = (who.form.get(field) == "on" for field in ("alerts", "digest"))
    async with desk.sessions.begin() as session:
        await want_letters(session, who.name, alerts=alerts, digest=digest, now=wall_now())
    return see_other(LETTERS)
