"""Posting to addresses that people typed in: only to where we may, and never by way of anything else.

A name is resolved once, every address it has is looked at, and the connection goes to one of those very addresses; a
name that answers otherwise a moment later changes nothing. Redirects are answers like any other, and no proxy or
credential of the environment is used.
"""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import httpx2

from settings import Settings

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
"""How long one post may take, from the name to the last byte that is read."""
LONGEST_ANSWER = 1_000
"""Bytes of an answer that are kept."""
LONGEST_URL = 2_000

_NOT_OURS = tuple(
    ipaddress.ip_network(each)
    for each in (
        "64:ff9b::/96",  # IPv4 behind a translator
        "64:ff9b:1::/48",
        "2002::/16",  # IPv4 in 6to4
        "2001::/32",  # Teredo
        "::/96",  # IPv4 as it was once written in IPv6
        "::ffff:0:0:0/96",  # IPv4 translated
        "fec0::/10",  # what networks of their own had before fc00::/7
    )
)
"""Networks that lead to other addresses than they seem to."""


class NotAllowed(Exception):
    """The address may not be posted to; its text says why in a few words, and is one of `REASONS`."""


REASONS = ("url", "https", "credentials", "host", "private")


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of one post: a status and the answer's beginning, or what went wrong instead, in a word."""

    took_ms: int
    status: int | None = None
    error: str | None = None
    answer: str = ""

    @property
    def taken(self) -> bool:
        """Any 2xx."""
        return self.status is not None and 200 <= self.status < 300


Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolved(host: str, port: int) -> Sequence[str]:
    """Every address of the host, in the order in which to try them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Outbound:
    """`plain`: http is good enough. `private`: also inside our own network. Both are so on a local stack."""

    plain: bool = False
    private: bool = False
    resolve: Resolve = resolved

    def readable(self, url: str) -> httpx2.URL:
        """The address, if it is one that could be posted to; nobody is asked. Raises `NotAllowed`."""
        try:
            parts = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError):
            raise NotAllowed("url") from None
        if len(url) > LONGEST_URL or not url.isprintable() or not parts.host or parts.fragment:
            raise NotAllowed("url")
        if parts.scheme != "https" and not (self.plain and parts.scheme == "http"):
            raise NotAllowed("https")
        if parts.userinfo:
            raise NotAllowed("credentials")
        return parts

    async def address(self, url: httpx2.URL) -> str:
        """Where to connect to. Of a name that has one forbidden address none is used. Raises `NotAllowed`."""
        try:
            found = await self.resolve(url.host, url.port or (443 if url.scheme == "https" else 80))
        except (OSError, UnicodeError):
            raise NotAllowed("host") from None
        if not found:
            raise NotAllowed("host")
        if not self.private and not all(is_public(each) for each in found):
            raise NotAllowed("private")
        return found[0]

    async def may(self, url: str) -> None:
        """Raises `NotAllowed` where nothing may be posted to."""
        await asyncio.wait_for(self.address(self.readable(url)), WHOLE_SECONDS)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """Post once. Whatever goes wrong is an answer too, without any text of the other side's in `error`."""
        began = time.monotonic()

        def since() -> int:
            return int((time.monotonic() - began) * 1000)

        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                status, answer = await self._post(url, body, headers)
        except NotAllowed as no:
            return Posted(since(), error=f"not allowed: {no}")
        except (TimeoutError, httpx2.TimeoutException):
            return Posted(since(), error="timeout")
        except httpx2.ConnectError:
            return Posted(since(), error="no connection")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return Posted(since(), error=type(error).__name__)
        return Posted(since(), status=status, answer=answer)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        parts = self.readable(url)
        pinned = parts.copy_with(host=await self.address(parts))
        limits = httpx2.Timeout(WHOLE_SECONDS, connect=CONNECT_SECONDS)
        async with httpx2.AsyncClient(
            verify=_trusted(), trust_env=False, follow_redirects=False, timeout=limits
        ) as client:
            request = client.build_request(
                "POST",
                pinned,
                content=body,
                headers={**headers, "Host": parts.netloc.decode("ascii"), "User-Agent": "Perennial-Webhooks"},
                extensions={"sni_hostname": parts.raw_host.decode("ascii")},
            )
            answer = await client.send(request, stream=True)
            try:
                return answer.status_code, await _beginning(answer)
            finally:
                await answer.aclose()


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are good. Reading them takes a tenth of a second, in which nothing else is done: once."""
    return httpx2.create_ssl_context(trust_env=False)


def outbound_of(settings: Settings) -> Outbound:
    """Where webhooks may lead: on a local stack anywhere, for the one who tries it out there is its only user."""
    return Outbound(plain=settings.local_stack, private=settings.local_stack or settings.webhook_private_addresses)


async def _beginning(answer: httpx2.Response) -> str:
    """The answer's first bytes as text that can be stored and shown."""
    read = b""
    async for part in answer.aiter_raw():
        read += part
        if len(read) >= LONGEST_ANSWER:
            break
    text = read[:LONGEST_ANSWER].decode("utf-8", errors="replace")
    return "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)


def is_public(address: str) -> bool:
    """Does the address lead out into the internet, by whatever way it is written?

    >>> [is_public(each) for each in ("93.184.215.14", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")]
    [True, False, False, False, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    return (
        ip.is_global and not ip.is_multicast and not any(ip in each for each in _NOT_OURS if each.version == ip.version)
    )
