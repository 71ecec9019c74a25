"""A real HTTP server that stands for another system: it keeps what it was sent, and answers as a test wants it."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request, with its headers in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


@dataclass
class Receiver:
    """`answers` are the next statuses, 204 when they are used up; `refuses` are subjects that are always answered 500.

    `text` is what every answer says. `location` is where a 3xx leads.
    """

    port: int = 0
    answers: deque[int] = field(default_factory=deque)
    refuses: set[str] = field(default_factory=set)
    text: str = ""
    location: str = ""
    silent: bool = False
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def subjects(self) -> list[str]:
        return [each.event.get("subject", "") for each in self.received]

    @property
    def types(self) -> list[str]:
        return [each.event["type"].removeprefix("perennial.") for each in self.received]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            got = Received(first.split()[1], headers, await reader.readexactly(int(headers.get("content-length", "0"))))
            self.received.append(got)
            if self.silent:
                await asyncio.sleep(60)
            status = self.answers.popleft() if self.answers else 204
            if got.event.get("subject") in self.refuses:
                status = 500
            body = self.text.encode()
            further = f"Location: {self.location}\r\n" if self.location else ""
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{further}\r\n"
            writer.write(head.encode() + (body if status != 204 else b""))
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
