"""Papers as PDF: a quote that was issued, the receipt of an order that is settled."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from activities.papers import quote_paper, receipt_paper
from console.api.problems import Problem
from console.api.quotes import Reference, known
from console.api.room import Reading
from documents.paper import Paper
from documents.pdf import pdf_of
from documents.sheet import file_name
from mail.letter import VENDOR
from models.payments import OrderRow

routes = APIRouter(tags=["papers"])

_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@routes.get("/quotes/{quote}/document", response_class=Response, responses=_PDF)
async def quote_document(session: Reading, quote: Reference) -> Response:
    """The quote as PDF, in its customer's language; there is none before it is issued."""
    paper = await quote_paper(session, await known(session, quote), VENDOR)
    if paper is None:
        raise Problem(409, "not_issued", "The quote is not issued yet; there is no document of it.")
    return await _as_file(paper)


@routes.get("/orders/{id}/receipt", response_class=Response, responses=_PDF)
async def receipt(session: Reading, id: UUID) -> Response:
    """The receipt of an order as PDF, in its customer's language; there is none before it is settled."""
    order = await session.get(OrderRow, id)
    if order is None:
        raise Problem(404, "not_found", "There is no such order.")
    paper = await receipt_paper(session, order, VENDOR)
    if paper is None:
        raise Problem(409, "not_settled", "The order is not settled; there is no receipt of it.")
    return await _as_file(paper)


async def _as_file(paper: Paper) -> Response:
    content = await asyncio.to_thread(pdf_of, paper)
    name = f'attachment; filename="{file_name(paper)}"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})
