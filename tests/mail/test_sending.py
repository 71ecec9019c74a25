"""The real mailer against a real server: what each answer, and each silence, is taken for."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mail.message import compose
from mail.render import Rendered
from mail.sender import Accepted, Mailer, Rejected, TryAgain
from mail.sink import DROP, SILENCE, Respond, Sink, list_mails, read_mail

MakeMailer = Callable[..., Mailer]
SENDER, RECIPIENT = "b+1@vendor.example", "ada@northwind.example"
TRIPLE = {"sender": SENDER, "recipient": RECIPIENT}
RAW = compose(
    Rendered("Prêt", "<p>Été</p>", ".a line that begins with a dot\nÉté\n", "fr-FR"),
    sender="billing@vendor.example",
    recipient=RECIPIENT,
    message_id="<1@vendor.example>",
    date=datetime(2027, 3, 1, 9, 0, tzinfo=UTC),
)


def answering(at: str, reply: str) -> Respond:
    return lambda command, address: reply if command == at else None


async def test_an_accepted_mail_arrives_byte_for_byte(sink: Sink, mailer: MakeMailer) -> None:
    assert await mailer().send(RAW, **TRIPLE) == Accepted("OK, stored")
    (summary,) = list_mails(sink.directory)
    stored = read_mail(sink.directory, summary.id)
    assert stored is not None
    assert stored.raw == RAW


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
async def test_a_temporary_refusal_is_to_be_tried_again(sink: Sink, mailer: MakeMailer, at: str) -> None:
    sink.respond = answering(at, "451 greylisted")
    assert await mailer().send(RAW, **TRIPLE) == TryAgain("451 greylisted")
    assert list_mails(sink.directory) == []


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
async def test_a_final_refusal_is_a_rejection(sink: Sink, mailer: MakeMailer, at: str) -> None:
    sink.respond = answering(at, "550 no such user")
    assert await mailer().send(RAW, **TRIPLE) == Rejected(550, "no such user")
    assert list_mails(sink.directory) == []


async def test_a_mail_for_which_the_sink_has_no_room_is_to_be_tried_again(sink: Sink, mailer: MakeMailer) -> None:
    sink.directory.rmdir()
    sink.directory.write_text("in the way")
    assert await mailer().send(RAW, **TRIPLE) == TryAgain("452 the mail cannot be kept: File exists")


async def test_a_server_that_wants_a_log_in_is_a_matter_of_settings(sink: Sink, mailer: MakeMailer) -> None:
    sink.respond = answering("MAIL", "530 authentication required")
    delivery = await mailer().send(RAW, **TRIPLE)
    assert isinstance(delivery, TryAgain)
    assert "mail settings" in delivery.reason


async def test_the_recipients_address_stays_out_of_every_reason(sink: Sink, mailer: MakeMailer) -> None:
    sink.respond = answering("RCPT", "550 <ADA@northwind.example>: unknown")
    assert await mailer().send(RAW, **TRIPLE) == Rejected(550, "<the recipient>: unknown")


@pytest.mark.parametrize("answer", [DROP, SILENCE])
async def test_no_answer_to_the_body_leaves_open_whether_it_was_taken(
    sink: Sink, mailer: MakeMailer, answer: str
) -> None:
    sink.respond = answering("DATA", answer)
    delivery = await mailer(data_timeout=1).send(RAW, **TRIPLE)
    assert isinstance(delivery, TryAgain)
    assert delivery.ambiguous
    assert len(list_mails(sink.directory)) == 1


async def test_a_nonsense_answer_to_the_body_leaves_open_whether_it_was_taken(sink: Sink, mailer: MakeMailer) -> None:
    sink.respond = answering("DATA", "354 what?")
    assert await mailer().send(RAW, **TRIPLE) == TryAgain("354 what?", ambiguous=True)


@pytest.mark.parametrize("at", ["MAIL", "RCPT"])
@pytest.mark.parametrize("answer", [DROP, SILENCE])
async def test_no_answer_before_the_body_is_plainly_to_be_tried_again(
    sink: Sink, mailer: MakeMailer, at: str, answer: str
) -> None:
    # Connecting is under the same limit, so the silent case needs one that a busy machine can keep.
    sink.respond = answering(at, answer)
    delivery = await mailer(timeout=1).send(RAW, **TRIPLE)
    assert isinstance(delivery, TryAgain)
    assert not delivery.ambiguous


async def test_a_refused_connection_is_to_be_tried_again(mailer: MakeMailer) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        delivery = await mailer(port=bound.getsockname()[1]).send(RAW, **TRIPLE)
    assert isinstance(delivery, TryAgain)
    assert not delivery.ambiguous
    assert delivery.reason.startswith("No session with the mail server: ")


async def test_missing_starttls_is_named_as_the_reason(sink: Sink, mailer: MakeMailer) -> None:
    delivery = await mailer(tls="starttls").send(RAW, **TRIPLE)
    assert isinstance(delivery, TryAgain)
    assert "STARTTLS" in delivery.reason
    assert list_mails(sink.directory) == []


async def test_missing_authentication_is_named_as_the_reason(mailer: MakeMailer) -> None:
    delivery = await mailer(username="u", password="p").send(RAW, **TRIPLE)
    assert isinstance(delivery, TryAgain)
    assert "AUTH" in delivery.reason


async def test_starttls_encrypts_with_a_certificate_that_is_checked(
    tmp_path: Path, mailer: MakeMailer, server_tls: ssl.SSLContext, keys: Path
) -> None:
    async with Sink(tmp_path / "secure", tls_context=server_tls) as secure:
        stranger = mailer(port=secure.port, tls="starttls")
        delivery = await stranger.send(RAW, **TRIPLE)
        assert isinstance(delivery, TryAgain)
        assert "certificate" in delivery.reason.lower()
        trusting = mailer(
            port=secure.port, tls="starttls", tls_context=ssl.create_default_context(cafile=str(keys / "cert.pem"))
        )
        assert isinstance(await trusting.send(RAW, **TRIPLE), Accepted)
        await trusting.close()


async def test_a_connection_is_used_again_after_yes_and_after_no(sink: Sink, mailer: MakeMailer) -> None:
    ours = mailer()
    assert isinstance(await ours.send(RAW, **TRIPLE), Accepted)
    sink.respond = answering("RCPT", "550 no")
    assert isinstance(await ours.send(RAW, **TRIPLE), Rejected)
    sink.respond = None
    assert isinstance(await ours.send(RAW, **TRIPLE), Accepted)
    assert sink.connections == 1


async def test_a_connection_that_said_goodbye_is_replaced(sink: Sink, mailer: MakeMailer) -> None:
    ours = mailer()
    sink.respond = answering("DATA", "421 too many mails")
    assert await ours.send(RAW, **TRIPLE) == TryAgain("421 too many mails")
    sink.respond = None
    assert isinstance(await ours.send(RAW, **TRIPLE), Accepted)
    assert sink.connections == 2


async def test_a_connection_that_died_while_idle_is_replaced_without_a_word(sink: Sink, mailer: MakeMailer) -> None:
    ours = mailer()
    assert isinstance(await ours.send(RAW, **TRIPLE), Accepted)
    sink.hang_up()
    assert isinstance(await ours.send(RAW, **TRIPLE), Accepted)
    assert sink.connections == 2


async def test_many_mails_share_few_connections(sink: Sink, mailer: MakeMailer) -> None:
    ours = mailer(connections=3)
    deliveries = await asyncio.gather(*(ours.send(RAW, **TRIPLE) for _ in range(20)))
    assert deliveries == [Accepted("OK, stored")] * 20
    assert sink.connections <= 3
    assert len(list_mails(sink.directory)) == 20


async def test_a_cancelled_sending_gives_its_place_back(sink: Sink, mailer: MakeMailer) -> None:
    ours = mailer()
    reached = asyncio.Event()

    def fall_silent(command: str, address: str) -> str | None:
        reached.set()
        return SILENCE

    sink.respond = fall_silent
    sending = asyncio.create_task(ours.send(RAW, **TRIPLE))
    await reached.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    sink.respond = None
    assert isinstance(await ours.send(RAW, **TRIPLE), Accepted)


async def test_a_closed_mailer_opens_anew(sink: Sink, mailer: MakeMailer) -> None:
    ours = mailer()
    await ours.send(RAW, **TRIPLE)
    await ours.close()
    assert isinstance(await ours.send(RAW, **TRIPLE), Accepted)
    assert sink.connections == 2


@pytest.mark.parametrize("address", ["", "a@x.example, b@y.example", "a@x.example>\r\nRCPT TO:<evil@x.example"])
async def test_a_crooked_address_never_reaches_the_server(sink: Sink, mailer: MakeMailer, address: str) -> None:
    for envelope in ({**TRIPLE, "recipient": address}, {**TRIPLE, "sender": address}):
        delivery = await mailer().send(RAW, **envelope)
        assert isinstance(delivery, Rejected)
        assert delivery.code == 553
    assert sink.connections == 0
