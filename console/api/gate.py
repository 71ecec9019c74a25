"""What every request passes before a route sees it: key, rate, scope, size; and what becomes of a fault of ours.

It stands before the framework, so that nobody without a key learns which addresses there are.
"""

import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from console.api.known_keys import KnownKeys
from console.api.problems import Problem, scope_missing
from console.limits import RateLimits
from models.api_keys import Caller, Scope, caller_of
from models.engine import Sessions, lacks_grant

MOST_BYTES = 64 * 1024
"""The largest body: a command has a few hundred."""

OPEN = "/openapi.json"
"""The one address that needs no key: it tells nothing of any customer."""

OF_PARTNERS = "/partner/"
"""What the addresses for partners begin with."""

_LOG = logging.getLogger(__name__)
_READS = ("GET", "HEAD", "OPTIONS")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Gate:
    """ASGI middleware; the caller stands in `request.state.caller` afterwards."""

    def __init__(
        self, app: Asgi, *, sessions: Sessions, limits: RateLimits, strangers: RateLimits, known: KnownKeys
    ) -> None:
        self._app, self._sessions, self._limits, self._strangers = app, sessions, limits, strangers
        self._known = known

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if _path(scope) == OPEN:
                self._count_stranger(scope)
            else:
                caller = await self._let_in(scope)
                scope.setdefault("state", {})["caller"] = caller
            body = await _whole_body(scope, receive)
            await self._app(scope, _again(body, receive), sending)
        except Problem as problem:
            await problem.response()(scope, receive, send)
        except Exception as error:
            _tell(scope, error)
            if started:
                raise
            await _fault(error).response()(scope, receive, send)

    async def _let_in(self, scope: MutableMapping[str, Any]) -> Caller:
        """Who calls. Raises `Problem` for whoever may not."""
        kind, _, secret = _header(scope, b"authorization").partition(" ")
        caller = await self._whose(scope, secret.strip()) if kind.casefold() == "bearer" else None
        if caller is None:
            self._count_stranger(scope)
            detail = "Send a key that is not revoked, as `Authorization: Bearer KEY`."
            raise Problem(401, "no_key", detail, headers={"WWW-Authenticate": 'Bearer realm="perennial"'})
        _wait(self._limits.seconds_to_wait(caller.key_id), "with this key")
        needed = _needed(scope)
        if caller.scopes.isdisjoint(needed):
            raise scope_missing(needed[0])
        return caller

    async def _whose(self, scope: MutableMapping[str, Any], secret: str) -> Caller | None:
        """Whose key it is. A wrong one is not looked up where strangers from that address have spent their limit."""
        if self._strangers.is_spent(_address(scope)) and not await self._known.hold(secret):
            return None
        async with self._sessions() as session:
            return await caller_of(session, secret)

    def _count_stranger(self, scope: MutableMapping[str, Any]) -> None:
        """Whoever shows no good key is counted by network address. Raises `Problem` beyond the limit."""
        _wait(self._strangers.seconds_to_wait(_address(scope)), "without a key")


def _needed(scope: MutableMapping[str, Any]) -> tuple[Scope, ...]:
    """The scopes one of which opens the address. A partner's key opens the partners' addresses, and none but those."""
    if _path(scope).startswith(OF_PARTNERS):
        return (Scope.PARTNER,)
    return (Scope.READ,) if scope["method"] in _READS else (Scope.WRITE, Scope.OPERATE)


def _address(scope: MutableMapping[str, Any]) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _wait(seconds: int, how: str) -> None:
    if seconds:
        detail = f"Too many requests {how}; go on in {seconds} seconds."
        raise Problem(429, "too_many_requests", detail, headers={"Retry-After": str(seconds)})


def _path(scope: MutableMapping[str, Any]) -> str:
    """The path below the address that the API is mounted at."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def _header(scope: MutableMapping[str, Any], name: bytes) -> str:
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


async def _whole_body(scope: MutableMapping[str, Any], receive: Receive) -> bytes:
    """The body, read up to the limit. Raises `Problem` beyond."""
    said = _header(scope, b"content-length")
    too_large = Problem(413, "too_large", f"The body has more than {MOST_BYTES // 1024} KiB; send a smaller one.")
    if said.isdecimal() and int(said[:12]) > MOST_BYTES:
        raise too_large
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise too_large
        if not message.get("more_body", False):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Hands out the body that was read, then what comes after it."""
    rest: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return rest.pop() if rest else await receive()

    return replayed


def _fault(error: Exception) -> Problem:
    if isinstance(error, OperationalError | InterfaceError | NoConnectionFree | OSError):
        detail = "The database does not answer; try again with the same Idempotency-Key."
        return Problem(503, "unavailable", detail, headers={"Retry-After": "5"})
    if isinstance(error, DBAPIError) and lacks_grant(error):
        return Problem(503, "not_served", "This process may not serve the API; docs/api.md says which role may.")
    return Problem(500, "fault", "Something is wrong on our side; it is in the log.")


def _tell(scope: MutableMapping[str, Any], error: Exception) -> None:
    """Log what failed and where. Neither the address nor the error's own text: they may name people."""
    route = getattr(scope.get("route"), "path", "an address")
    where = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("%s of %s failed with %s\n%s", scope["method"], route, type(error).__name__, where)
