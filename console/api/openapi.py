"""The description of the API: what the framework writes of the routes, and the problems that every one may answer."""

from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from console.api.problems import PROBLEM_JSON
from console.api.schemas import Problem

MOUNTED_AT = "/api/v1"

_OF_EVERY = {
    401: "No key, or one that is unknown or revoked.",
    403: "The key lacks the scope, or the person may not do this.",
    422: "The request is not what this page says; `errors` names what is wrong and where.",
    429: "Too many requests with this key, or without one from this address; `Retry-After` says when to go on.",
    500: "Something is wrong on our side.",
    503: "The database does not answer; try again.",
}
_OF_WHAT_IS_NAMED = {404: "There is none of that number.", 409: "The state of the subscription refuses this."}
_OF_WRITING = {400: "A header is missing, or the body cannot be read.", 413: "The body is larger than 64 KiB."}
_OF_COMMANDS = {412: "The subscription has changed since; only with `If-Match`."}

DESCRIPTION = (
    "What other systems of the vendor read of subscriptions, and the commands that they give for people. "
    "Amounts are whole minor units of their currency, instants are UTC, dates are the customer's own. "
    "Every error is a problem (RFC 9457) with a `code` for programs and one sentence for people."
)


def described(parts: APIRouter) -> dict[str, Any]:
    """The whole description of an API of these parts."""
    page = get_openapi(
        title="Perennial",
        version="1",
        summary="Renewals of subscriptions",
        description=DESCRIPTION,
        routes=parts.routes,
        servers=[{"url": MOUNTED_AT}],
    )
    schemas = page["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, operations in page["paths"].items():
        for method, operation in operations.items():
            for status, meaning in _problems_of(path, method).items():
                operation["responses"][str(status)] = _problem(meaning)
    return page


def _problems_of(path: str, method: str) -> dict[int, str]:
    found = dict(_OF_EVERY)
    if "{" in path or path.startswith("/bulk-checkouts") or (path, method) == ("/quotes", "post"):
        found |= _OF_WHAT_IS_NAMED
    if method in ("post", "put", "patch", "delete"):
        found |= _OF_WRITING
    if path.endswith("/commands"):
        found |= _OF_COMMANDS
    return dict(sorted(found.items()))


def _problem(meaning: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": meaning, "content": {PROBLEM_JSON: {"schema": schema}}}
