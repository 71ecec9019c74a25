"""Hands finished mails to the SMTP server, over connections that stay open, and says plainly what became of each.

SMTP knows no exactly-once: when the connection breaks after the body was sent, the server may have the mail. That is
`TryAgain` with `ambiguous`; only the same bytes may then be sent again. No outcome is an exception.
"""

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass
from typing import Any, Literal

import aiosmtplib
from aiosmtplib.typing import Default

from renewals.addresses import is_address

Tls = Literal["none", "starttls", "tls"]

NOT_ALLOWED_YET = frozenset({530, 534, 535, 538})
"""Replies that ask for a log-in or for TLS: they are about our settings, never about the mail."""
BAD_MAILBOX = 553


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the mail; `reply` is its answer."""

    reply: str


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now: the server is away, busy or set up otherwise than we are. `ambiguous`: it may have the mail."""

    reason: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The server refuses this mail for good."""

    code: int
    reason: str


Delivery = Accepted | TryAgain | Rejected
"""What became of a mail. Its texts never hold the recipient's address."""


class _Client(aiosmtplib.SMTP):
    """A connection that gives the body more time, and knows whether it was begun."""

    def __init__(self, *, data_timeout: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.data_timeout = data_timeout
        self.body_begun = False

    async def data(
        self,
        message: str | bytes,
        /,
        *,
        timeout: float | Literal[Default.token] | None = Default.token,  # noqa: ASYNC109  # aiosmtplib's own signature
    ) -> aiosmtplib.SMTPResponse:
        self.body_begun = True
        return await super().data(message, timeout=self.data_timeout)


class Mailer:
    """Sends over at most `connections` connections at a time; each is opened when first needed and used again.

    `timeout` is for connecting and for each command, `data_timeout` for the answer to the body (SMTP servers may take
    ten minutes), both in seconds. `tls_context` replaces the system's certificates, `local_hostname` our name in EHLO.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        username: str | None = None,
        password: str | None = None,
        tls: Tls = "starttls",
        connections: int = 4,
        timeout: float = 30,
        data_timeout: float = 600,
        tls_context: ssl.SSLContext | None = None,
        local_hostname: str | None = None,
    ) -> None:
        self._data_timeout = data_timeout
        self._settings: dict[str, Any] = {
            "hostname": host,
            "port": port,
            "username": username,
            "password": password,
            "use_tls": tls == "tls",
            "start_tls": tls == "starttls",
            "timeout": timeout,
            "tls_context": tls_context,
            "local_hostname": local_hostname,
        }
        self._idle: asyncio.LifoQueue[_Client | None] = asyncio.LifoQueue()
        self._slots = connections
        for _ in range(connections):
            self._idle.put_nowait(None)

    async def send(self, raw: bytes, *, sender: str, recipient: str) -> Delivery:
        """Send the bytes as they are to one recipient; `sender` is the envelope's."""
        if not (is_address(sender) and is_address(recipient)):
            return Rejected(BAD_MAILBOX, "The sender or the recipient is not a single plain mail address.")
        client = await self._idle.get()
        delivery: Delivery | None = None
        try:
            if client is None or not await _answers(client):
                client = _Client(data_timeout=self._data_timeout, **self._settings)
                await client.connect()
            delivery = await _deliver(client, raw, sender, recipient)
        except (aiosmtplib.SMTPException, OSError) as error:
            delivery = TryAgain(_without(recipient, f"No session with the mail server: {_sentence(error)}"))
        finally:
            # Only a clear answer leaves the connection in a known state; 421 and a cancellation do not.
            if client is not None and not isinstance(delivery, Accepted | Rejected):
                client.close()
                client = None
            self._idle.put_nowait(client)
        return delivery

    async def try_out(self) -> str | None:
        """Connect and log in as for a mail, and send none: None, or one sentence on what the server said."""
        client = _Client(data_timeout=self._data_timeout, **self._settings)
        try:
            await client.connect()
            await client.quit()
        except (aiosmtplib.SMTPException, OSError) as error:
            return f"no session with the mail server: {_sentence(error)}"
        finally:
            client.close()
        return None

    async def close(self) -> None:
        """Wait for the mails under way and end all connections; a later `send` opens new ones."""
        for client in [await self._idle.get() for _ in range(self._slots)]:
            if client is not None:
                with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                    await client.quit()
                client.close()
            self._idle.put_nowait(None)


async def _answers(client: _Client) -> bool:
    """Is the server still there on an idle connection? It may have hung up long ago."""
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        client.close()
        return False
    return True


async def _deliver(client: _Client, raw: bytes, sender: str, recipient: str) -> Delivery:
    """One mail over one connection."""
    client.body_begun = False
    try:
        _, reply = await client.sendmail(sender, [recipient], raw)
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusal = error.recipients[0]
        return _by_code(refusal.code, refusal.message, recipient)
    except aiosmtplib.SMTPResponseException as error:
        return _by_code(error.code, error.message, recipient, body_begun=client.body_begun)
    except (aiosmtplib.SMTPException, OSError) as error:
        reason = _without(recipient, f"The connection to the mail server broke: {_sentence(error)}")
        return TryAgain(reason, ambiguous=client.body_begun)
    return Accepted(_without(recipient, reply))


def _by_code(code: int, message: str, recipient: str, *, body_begun: bool = False) -> Delivery:
    """What a reply other than yes means. A reply that is no proper refusal leaves open what became of the body."""
    reason = _without(recipient, message)
    if code in NOT_ALLOWED_YET:
        return TryAgain(f"The mail server wants a log-in or TLS, see the mail settings: {code} {reason}")
    if 500 <= code <= 599:
        return Rejected(code, reason)
    return TryAgain(f"{code} {reason}", ambiguous=body_begun and not 400 <= code <= 499)


def _sentence(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__


def _without(recipient: str, text: str) -> str:
    """A server's text without the address, which must not reach logs or histories."""
    return re.sub(re.escape(recipient), "the recipient", text, flags=re.IGNORECASE)
