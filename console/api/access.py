"""May the product be used? Asked by products, often: the answer is small and may be kept for a minute."""

from fastapi import APIRouter, Response

from console.api import schemas as s
from console.api.room import Number, Reading, found

KEPT_SECONDS = 60

routes = APIRouter(tags=["access"])


@routes.get("/access/{number}")
async def access(session: Reading, number: Number, response: Response) -> s.Access:
    """Until when the product may be used, and whether it must lock now."""
    stored = await found(session, number)
    left = (stored.access_until - stored.now).total_seconds()
    kept = KEPT_SECONDS if left <= 0 else min(KEPT_SECONDS, int(left))  # never kept beyond the end of access
    response.headers["Cache-Control"] = f"private, max-age={kept}"
    response.headers["Vary"] = "Authorization"
    return s.Access(number=number, access_until=stored.access_until, locked=left <= 0)
