"""What people typed in leads nowhere but where it may: https, out into the internet, to the very address looked at."""

import asyncio
import doctest
import logging
from collections.abc import Sequence

import pytest

import gateways.outbound
from cli.serving import _log as log_to_stderr
from gateways.outbound import LONGEST_ANSWER, NotAllowed, Outbound
from settings import Settings
from tests.outside.receiver import Receiver

BODY = b'{"a": 1}'


class Names:
    """A name server that answers otherwise each time, as one that means ill would."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0)


def test_the_examples_hold() -> None:
    assert doctest.testmod(gateways.outbound).failed == 0


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/hook", "https"),
        ("ftp://example.com/hook", "https"),
        ("//example.com/hook", "https"),
        ("https:///hook", "url"),
        ("https://user:secret@example.com/hook", "credentials"),
        ("https://example.com/hook#part", "url"),
        ("https://example.com/a\r\nb", "url"),
        (f"https://example.com/{'a' * 2000}", "url"),
    ],
)
def test_what_is_no_address_to_post_to_is_refused(url: str, why: str) -> None:
    with pytest.raises(NotAllowed, match=f"^{why}$"):
        Outbound().readable(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to be refused
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:a00:1::",
        "::10.0.0.1",
        "::ffff:0:10.0.0.1",
        "fec0::1",
        "ff02::1",
    ],
)
async def test_an_address_inside_is_refused_however_it_is_written(address: str) -> None:
    with pytest.raises(NotAllowed, match=r"^private$"):
        await Outbound(resolve=Names([address])).may("https://inside.example/hook")


def test_the_log_leaves_out_the_addresses_that_are_called_as_their_paths_may_be_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    logging.getLogger("httpx2").setLevel(logging.INFO)
    log_to_stderr(Settings(log_level="info"))
    assert not logging.getLogger("httpx2").isEnabledFor(logging.INFO)


async def test_a_name_with_one_address_inside_is_refused() -> None:
    with pytest.raises(NotAllowed, match=r"^private$"):
        await Outbound(resolve=Names(["93.184.215.14", "10.0.0.1"])).may("https://both.example/")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "0x7f000001", "2130706433", "0177.0.0.1", "localhost"])
async def test_this_machine_is_refused_by_whatever_name(host: str) -> None:
    posted = await Outbound(plain=True).post(f"http://{host}:9/hook", BODY, {})
    assert posted.error in ("not allowed: private", "not allowed: host", "not allowed: url"), posted


async def test_the_connection_goes_to_the_address_that_was_looked_at(receiver: Receiver) -> None:
    """A name that answers with another address at a second question is not asked twice."""
    names = Names(["127.0.0.1"], ["203.0.113.1"])
    outbound = Outbound(plain=True, private=True, resolve=names)
    posted = await outbound.post(f"http://changing.example:{receiver.port}/hook?a=b", BODY, {"webhook-id": "1"})
    assert posted.taken
    assert names.asked == 1
    (got,) = receiver.received
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/hook?a=b", BODY, "1")
    assert got.headers["host"] == f"changing.example:{receiver.port}"


async def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.answers.append(307)
    receiver.location = f"http://127.0.0.1:{receiver.port}/inside"
    posted = await Outbound(plain=True, private=True).post(receiver.url, BODY, {})
    assert (posted.status, posted.taken) == (307, False)
    assert [each.path for each in receiver.received] == ["/hook"]


async def test_the_environment_names_no_proxy(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert (await Outbound(plain=True, private=True).post(receiver.url, BODY, {})).taken


async def test_of_a_long_answer_the_beginning_is_kept_and_nothing_that_cannot_be_shown(receiver: Receiver) -> None:
    receiver.answers.append(500)
    receiver.text = "no\x00\x1b[31m" + "x" * 100_000
    posted = await Outbound(plain=True, private=True).post(receiver.url, BODY, {})
    assert posted.status == 500
    assert posted.answer.startswith("no\ufffd\ufffd[31mx")
    assert len(posted.answer) == LONGEST_ANSWER


async def test_nobody_there_and_silence_are_answers_too(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    outbound = Outbound(plain=True, private=True)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    assert (await outbound.post(f"http://127.0.0.1:{port}/", BODY, {})).error == "no connection"
    monkeypatch.setattr(gateways.outbound, "WHOLE_SECONDS", 0.05)
    receiver.silent = True
    assert (await outbound.post(receiver.url, BODY, {})).error == "timeout"


async def test_a_name_that_nobody_has_is_told(receiver: Receiver) -> None:
    assert (await Outbound().post("https://no-such-host.invalid/", BODY, {})).error == "not allowed: host"
