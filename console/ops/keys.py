"""The keys of the API, for admins: each with what it is good for, and its end. They are made on the command line.

A key vouches for whom it acts, so whoever makes one could act in anybody's name: that takes the database's own hand.
Taking one back is for whoever learns at night that it has leaked.
"""

from fastapi import APIRouter, Request, Response

from console.ops import addresses
from console.ops.desk import InDesk, see_other, there, wall_now
from console.ops.fields import Wrong
from console.ops.guard import Governs
from models.api_keys import every_key, revoke_key

KEYS = "/ops/keys"

routes = APIRouter(prefix="/keys")


@routes.get("")
async def keys(request: Request, desk: InDesk, who: Governs) -> Response:
    async with desk.sessions() as session:
        found = await every_key(session)
    return desk.page(request, "keys.html", who, keys=found)


@routes.post("/{prefix}/revoke")
async def revoke(desk: InDesk, who: Governs, prefix: str) -> Response:
    """From the answer on nobody gets in with it; one that is revoked already stays as it was."""
    reason = who.reason
    if who.form.get("sure") != "yes":
        raise Wrong("sure", "wrong.not_sure_of_key")
    async with desk.sessions.begin() as session:
        known = addresses.is_plain(prefix)
        there(await revoke_key(session, prefix, by=who.by, reason=reason, now=wall_now()) if known else None)
    return see_other(KEYS)
