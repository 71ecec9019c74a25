"""The keys of the API, for admins to look at; they are made and revoked on the command line."""

from fastapi import APIRouter, Request, Response

from console.ops.desk import InDesk
from console.ops.guard import Governs
from models.api_keys import every_key

routes = APIRouter(prefix="/keys")


@routes.get("")
async def keys(request: Request, desk: InDesk, who: Governs) -> Response:
    async with desk.sessions() as session:
        found = await every_key(session)
    return desk.page(request, "keys.html", who, keys=found)
