"""The people of the console, for admins: who may come in, and what for."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from console.ops.desk import Desk, InDesk, see_other, wall_now
from console.ops.fields import choice, mail_address, operator_name
from console.ops.guard import Governs
from console.ops.staff import Staff
from models import staff
from renewals.roles import Role

PEOPLE = "/ops/people"

routes = APIRouter(prefix="/people")


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link to hand over, shown once."""

    name: str
    address: str


@routes.get("")
async def people(request: Request, desk: InDesk, who: Governs) -> Response:
    return await _page(request, desk, who)


@routes.post("")
async def add(request: Request, desk: InDesk, who: Governs) -> Response:
    name, email = operator_name(who.form), mail_address(who.form)
    role, reason = Role(choice(who.form, "role", Role)), who.reason
    async with desk.sessions.begin() as session:
        token = await staff.add_operator(session, name, email, role, by=who.by, reason=reason, now=wall_now())
    return await _page(request, desk, who, Link(name, link_of(desk, token)))


@routes.post("/{name}/role")
async def change_role(desk: InDesk, who: Governs, name: str) -> Response:
    role, reason = Role(choice(who.form, "role", Role)), who.reason
    async with desk.sessions.begin() as session:
        await staff.set_role(session, name, role, by=who.by, reason=reason, now=wall_now())
    return see_other(PEOPLE)


@routes.post("/{name}/disable")
async def disable(desk: InDesk, who: Governs, name: str) -> Response:
    reason = who.reason
    async with desk.sessions.begin() as session:
        await staff.disable(session, name, by=who.by, reason=reason, now=wall_now())
    return see_other(PEOPLE)


@routes.post("/{name}/reset")
async def reset(request: Request, desk: InDesk, who: Governs, name: str) -> Response:
    reason = who.reason
    async with desk.sessions.begin() as session:
        token = await staff.reset(session, name, by=who.by, reason=reason, now=wall_now())
    return await _page(request, desk, who, Link(name, link_of(desk, token)))


def link_of(desk: Desk, token: str) -> str:
    """The address that the token opens."""
    return f"{desk.settings.ops_url}/enter/{token}"


async def _page(request: Request, desk: Desk, who: Staff, link: Link | None = None) -> Response:
    async with desk.sessions() as session:
        found = await staff.every_operator(session)
    return desk.page(request, "people.html", who, people=found, link=link)
