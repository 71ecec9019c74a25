"""A mail server for the local stack and for tests: it takes every mail, delivers none, and keeps each as a file.

It runs inside the running event loop, without threads. Tests tell it by `respond` to refuse, to fall silent or to hang
up. Whoever shows a stored mail must treat its HTML as foreign: in a frame with `sandbox`, never in the page itself.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

DROP = "drop"
"""An answer of `respond`: hang up instead of replying."""
SILENCE = "silence"
"""An answer of `respond`: take everything and never reply."""

Respond = Callable[[str, str], str | None]
"""Asked with the command (MAIL, RCPT or DATA) and its address (for DATA the recipient): a reply line such as
`450 busy`, `DROP`, `SILENCE`, or None for the ordinary yes."""

_ID = re.compile(r"\d{8}T\d{12}Z-\d{6}-[A-Za-z0-9._=+-]{0,120}")
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class SinkMail:
    """A stored mail as it stands in a list."""

    id: str
    received_at: datetime
    to: str
    subject: str
    message_id: str


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A stored mail in full; `raw` are the bytes as they came."""

    mail: SinkMail
    html: str
    text: str
    raw: bytes


class Sink:
    """The server. `port` 0 takes any free one; after `start` the attribute names it. `connections` counts them all.

    With `tls_context` it offers STARTTLS.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        respond: Respond | None = None,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self.directory = directory
        self.host = "127.0.0.1"
        self.port = port
        self.respond = respond
        self.connections = 0
        self._tls_context = tls_context
        self._stored = 0
        self._open: set[_Connection] = set()
        self._one_gone = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._server is not None:
            self._server.close()
            self.hang_up()
            while self._open:
                self._one_gone.clear()
                await self._one_gone.wait()
            await self._server.wait_closed()

    def hang_up(self) -> None:
        """End all open connections, as a server does that is started again."""
        for connection in tuple(self._open):
            if connection.transport is not None:
                connection.transport.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _connection(self) -> "_Connection":
        self.connections += 1
        return _Connection(self, self._tls_context)

    def opened(self, connection: "_Connection") -> None:
        self._open.add(connection)

    def lost(self, connection: "_Connection") -> None:
        self._open.discard(connection)
        self._one_gone.set()

    def store(self, raw: bytes) -> None:
        """Keep a mail as a file whose name sorts by arrival; it appears whole or not at all. Raises `OSError`."""
        self._stored += 1
        safe_id = re.sub(r"[^A-Za-z0-9._=+-]", "_", _headers(raw)["Message-ID"] or "")[:120]
        name = f"{datetime.now(UTC).strftime(_STAMP)}-{self._stored:06d}-{safe_id}"
        self.directory.mkdir(parents=True, exist_ok=True)  # whoever wants no mails any more deletes it
        part = self.directory / f"{name}.part"
        try:
            part.write_bytes(raw)
            part.rename(self.directory / f"{name}.eml")
        except OSError:
            part.unlink(missing_ok=True)
            raise


class _Connection(SMTP):
    """One client's connection; it is its own handler, so that a reply can end it."""

    def __init__(self, sink: Sink, tls_context: ssl.SSLContext | None) -> None:
        self.sink = sink
        # A fixed name: the default asks DNS for one, at each connection, and blocks the loop meanwhile.
        super().__init__(
            self, hostname="sink.localhost", ident="mail sink", tls_context=tls_context, loop=asyncio.get_running_loop()
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.sink.opened(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.sink.lost(self)

    async def handle_MAIL(  # noqa: N802  # aiosmtpd finds its hooks by these names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._reply("MAIL", address)
        if reply is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd finds its hooks by these names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._reply("RCPT", address)
        if reply is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return reply or "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd finds its hooks by these names
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Store what is not refused; a server that hangs up or falls silent has the mail all the same.

        What cannot be kept, as on a full disk, is to come again: aiosmtpd would refuse it for good.
        """
        answer = self._answer("DATA", envelope.rcpt_tos[0])
        if answer in (None, DROP, SILENCE):
            try:
                self.sink.store(envelope.original_content or b"")
            except OSError as error:
                return f"452 the mail cannot be kept: {error.strerror}"
        return await self._carried_out(answer) or "250 OK, stored"

    def _answer(self, command: str, address: str) -> str | None:
        return self.sink.respond(command, address) if self.sink.respond else None

    async def _reply(self, command: str, address: str) -> str | None:
        return await self._carried_out(self._answer(command, address))

    async def _carried_out(self, answer: str | None) -> str | None:
        """The answer as a reply; hanging up and silence never return: aiosmtpd cancels us when the client is gone."""
        if answer == DROP and self.transport is not None:
            self.transport.close()
        if answer in (DROP, SILENCE):
            await asyncio.Event().wait()
        return answer


def list_mails(directory: Path, limit: int = 100) -> list[SinkMail]:
    """The latest mails, newest first."""
    files = sorted((file for file in directory.glob("*.eml") if _ID.fullmatch(file.stem)), reverse=True)
    return [_summary(file.stem, _headers(file.read_bytes())) for file in files[:limit]]


def read_mail(directory: Path, mail_id: str) -> StoredMail | None:
    """The mail of that id, or None when there is none. An id that is not one of ours reads nothing."""
    file = directory / f"{mail_id}.eml"
    if not _ID.fullmatch(mail_id) or not file.is_file():
        return None
    raw = file.read_bytes()
    message = _parsed(raw)
    return StoredMail(_summary(mail_id, message), _body(message, "html"), _body(message, "plain"), raw)


def opened(raw: bytes) -> tuple[str, str, str]:
    """Subject, HTML and text of the bytes of a mail."""
    message = _parsed(raw)
    return str(message["Subject"] or ""), _body(message, "html"), _body(message, "plain")


def _parsed(raw: bytes) -> EmailMessage:
    message: Any = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def _headers(raw: bytes) -> EmailMessage:
    return _parsed(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")


def _body(message: EmailMessage, form: str) -> str:
    part = message.get_body(preferencelist=(form,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _summary(mail_id: str, message: EmailMessage) -> SinkMail:
    received_at = datetime.strptime(mail_id.partition("-")[0], _STAMP).replace(tzinfo=UTC)
    return SinkMail(
        id=mail_id,
        received_at=received_at,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        message_id=str(message["Message-ID"] or ""),
    )
