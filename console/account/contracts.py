"""The pages of contracts: the list, and one of them with its subscriptions and orders."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from console.account.contract import contents_of, facts_of, ordered_for
from console.account.contracting import find_contract, visible_contracts
from console.account.desk import Desk
from console.account.finding import locale_of
from console.account.guard import visitor
from console.account.speech import speech_of


def contract_routes(desk: Desk) -> APIRouter:
    """Everything under `/contracts`."""
    router = APIRouter(prefix="/contracts")

    @router.get("")
    async def all_of_them(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            t = speech_of(await locale_of(session, who.email))
            contracts = await visible_contracts(session, who.email, t)
        return desk.page(request, "contracts.html", t, visitor=who, contracts=contracts)

    @router.get("/{csn}/{channel}")
    async def one(request: Request, csn: str, channel: str, after: str = "", before: str = "") -> Response:
        who, now = await visitor(request, desk.sessions), datetime.now(UTC)
        async with desk.sessions() as session:
            contract = await find_contract(session, who.email, csn, channel)
            t = speech_of(contract.customer.locale)
            contents = await contents_of(session, contract, who.email, after, now, t, desk.settings)
            ordered = await ordered_for(session, contract, who.email, before, t)
        return desk.page(
            request,
            "contract.html",
            t,
            visitor=who,
            contract=contract,
            facts=facts_of(contract, t),
            contents=contents,
            after=after,
            before=before,
            orders=ordered.orders,
            older=ordered.older,
        )

    return router
