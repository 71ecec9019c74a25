"""What goes wrong, as problem details (RFC 9457): a status, a code for programs, one sentence for people.

No value that a caller sent is repeated in one but the number in the address: it may be a token or a name.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from renewals import decisions

PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """Ends a request with this answer."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        possible_on: date | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self._status, self._headers = status, dict(headers or {})
        self._body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "code": code,
            "detail": detail,
        }
        if possible_on is not None:
            self._body["possible_on"] = possible_on.isoformat()
        if errors:
            self._body["errors"] = [dict(each) for each in errors]

    def response(self) -> Response:
        return JSONResponse(self._body, self._status, self._headers, media_type=PROBLEM_JSON)


class Refusal(Problem):
    """A command is refused, or would be: its code, and the hint that says what to do instead."""

    def __init__(self, code: str, hint: str, possible_on: date | None = None) -> None:
        super().__init__(_STATUS_OF.get(code, 409), code, hint, possible_on=possible_on)
        self._body["hint"] = hint


_STATUS_OF = {
    "bad_arguments": 422,
    "not_buyer": 403,
    "not_operator": 403,
    "second_person_needed": 403,
    "unknown_subscription": 404,
}
"""What is no conflict with the state of the subscription."""


def scope_missing(needed: str) -> Problem:
    return Problem(403, "scope_missing", f"This key lacks the scope {needed}; use one that has it.")


def no_such_subscription(number: str) -> Refusal:
    refused = decisions.no_such_subscription(number)
    return Refusal(refused.code, refused.hint)


def add_problem_answers(api: FastAPI) -> None:
    """Every error of the framework is answered like one of ours."""

    @api.exception_handler(Problem)
    async def ours(request: Request, problem: Problem) -> Response:
        return problem.response()

    @api.exception_handler(RequestValidationError)
    async def invalid(request: Request, fault: RequestValidationError) -> Response:
        return _invalid(fault.errors()).response()

    @api.exception_handler(400)
    async def unreadable(request: Request, fault: HTTPException) -> Response:
        return Problem(400, "unreadable", "The body cannot be read; send JSON in UTF-8.").response()

    @api.exception_handler(404)
    async def missing(request: Request, fault: HTTPException) -> Response:
        hint = "There is nothing at this address; /api/v1/openapi.json lists what there is."
        return Problem(404, "not_found", hint).response()

    @api.exception_handler(405)
    async def wrong_method(request: Request, fault: HTTPException) -> Response:
        detail = f"{request.method} is not possible here; the header Allow lists what is."
        return Problem(405, "method_not_allowed", detail, headers=_allow(request, fault)).response()


def _allow(request: Request, fault: HTTPException) -> Mapping[str, str] | None:
    """Every method of the address, whichever of its routes was asked."""
    path = getattr(request.scope.get("route"), "path", None)
    known = request.app.openapi()["paths"].get(path)
    return {"Allow": ", ".join(sorted(method.upper() for method in known))} if known else fault.headers


def _invalid(faults: Sequence[Any]) -> Problem:
    """What is wrong with the request, by place. A header that must be there and is not makes it a bad request."""
    errors = [{"where": ".".join(str(part) for part in fault["loc"]), "what": str(fault["msg"])} for fault in faults]
    missing = [fault for fault in faults if fault["loc"][0] == "header" and fault["type"] == "missing"]
    if missing:
        name = missing[0]["loc"][-1]
        return Problem(400, "header_missing", f"The header {name} is missing; docs/api.md says what it holds.")
    first = errors[0]
    return Problem(422, "invalid", f"{first['where']}: {first['what'].rstrip('.')}.", errors=errors)
