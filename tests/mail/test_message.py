"""The bytes of a mail: complete, harmless, and the same each time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header
from email.policy import default
from pathlib import Path
from typing import Any

import dkim
import pytest

from mail.letter import Contacts, Letter
from mail.message import Attachment, DkimKey, compose
from mail.render import Rendered, render
from renewals.addresses import is_address
from renewals.letters import Kind

ENVELOPE: dict[str, Any] = {
    "sender": "billing@vendor.example",
    "sender_name": "Vendor, billing",
    "recipient": "ada@northwind.example",
    "recipient_name": "Ada Quïll",
    "message_id": "<5f1c-1@vendor.example>",
    "date": datetime(2025, 3, 1, 17, 0, tzinfo=UTC),  # long past: a verifier refuses signatures from the future
}


@pytest.fixture
def rendered(letter: Callable[..., Letter], contacts: Contacts) -> Rendered:
    return render(letter(Kind.REMINDER, locale="fr-CA", product="Éditeur"), contacts)


def test_a_mail_has_both_forms_and_says_that_a_machine_wrote_it(rendered: Rendered) -> None:
    mail: Any = message_from_bytes(compose(rendered, **ENVELOPE), policy=default)
    assert mail["From"] == '"Vendor, billing" <billing@vendor.example>'
    assert mail["To"] == "Ada Quïll <ada@northwind.example>"
    assert mail["Subject"] == rendered.subject
    assert mail["Date"].datetime == ENVELOPE["date"]
    assert mail["Message-ID"] == "<5f1c-1@vendor.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr-CA"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert {text["Content-Transfer-Encoding"], html["Content-Transfer-Encoding"]} == {"quoted-printable"}
    assert text.get_content().replace("\r\n", "\n") == rendered.text
    assert html.get_content().replace("\r\n", "\n").rstrip("\n") == rendered.html


def test_a_japanese_mail_is_read_as_it_was_written(letter: Callable[..., Letter], contacts: Contacts) -> None:
    names = {"product": "図面スタンダード", "customer": "株式会社ミナト設計", "buyer_name": "佐藤 恵"}
    written = render(letter(Kind.CARD_EXPIRING, locale="ja-JP", **names), contacts)
    raw = compose(written, **{**ENVELOPE, "sender_name": "請求担当", "recipient_name": "佐藤 恵"})
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    mail: Any = message_from_bytes(raw, policy=default)
    assert mail["Subject"] == written.subject
    assert len(written.subject.encode()) > 75, "more than one encoded word holds"
    assert mail["From"].addresses[0].display_name == "請求担当"
    assert mail["To"].addresses[0].display_name == "佐藤 恵"
    assert mail["Content-Language"] == "ja-JP"
    text, html = mail.iter_parts()
    assert {text.get_content_charset(), html.get_content_charset()} == {"utf-8"}
    assert text.get_content().replace("\r\n", "\n") == written.text
    assert html.get_content().replace("\r\n", "\n").rstrip("\n") == written.html


def test_no_encoded_word_divides_a_character(letter: Callable[..., Letter], contacts: Contacts) -> None:
    written = render(letter(Kind.CARD_EXPIRING, locale="ja-JP", product="図面スタンダード"), contacts)
    raw = compose(written, **ENVELOPE)
    subject = raw.partition(b"\r\nSubject: ")[2].partition(b"\r\nDate:")[0]
    encoded = re.findall(rb"=\?utf-8\?.\?[^?]*\?=", subject)
    assert len(encoded) > 1
    for word in encoded:
        (piece, charset), *rest = decode_header(word.decode())
        assert (charset, rest) == ("utf-8", [])
        piece.decode("utf-8")


def test_the_same_input_makes_the_same_bytes(rendered: Rendered) -> None:
    assert compose(rendered, **ENVELOPE) == compose(rendered, **ENVELOPE)


def test_only_ascii_goes_over_the_wire_in_lines_that_every_server_takes(rendered: Rendered) -> None:
    raw = compose(rendered, **ENVELOPE)
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert b"\n" not in b"".join(lines)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a@x.example, b@y.example",
        "ada@northwind.example>\r\nRCPT TO:<evil@x.example",
        "ada@northwind.example\r\nBcc: evil@x.example",
        '"A" <ok@x.example>, evil@y.example',
        "Ada <ada@northwind.example>",
        "ada@northwind.example\n",
        "ada @northwind.example",
        "ada@nörthwind.example",
        "ada@-x.example",
        "ada@",
        "@x.example",
        f"{'a' * 65}@x.example",
        f"a@{'x.' * 130}example",
    ],
)
def test_an_address_that_is_not_one_plain_address_is_refused(rendered: Rendered, address: str) -> None:
    assert not is_address(address)
    for field in ("sender", "recipient"):
        with pytest.raises(ValueError, match="address"):
            compose(rendered, **{**ENVELOPE, field: address})


@pytest.mark.parametrize("address", ["ada@northwind.example", "a.b+tag@x.co", "o'neil@sub.x-y.example", "b+1=2@x"])
def test_a_plain_address_is_taken(rendered: Rendered, address: str) -> None:
    assert is_address(address)
    mail = message_from_bytes(compose(rendered, **{**ENVELOPE, "recipient": address}), policy=default)
    assert mail["To"].addresses[0].addr_spec == address


@pytest.mark.parametrize("field", ["sender_name", "recipient_name"])
def test_a_name_cannot_add_a_header(rendered: Rendered, field: str) -> None:
    raw = compose(rendered, **{**ENVELOPE, field: "Ada\r\nBcc: evil@x.example"})
    mail = message_from_bytes(raw, policy=default)
    assert mail["Bcc"] is None
    assert len(mail["To"].addresses) == 1


def test_a_subject_cannot_add_a_header(rendered: Rendered) -> None:
    crooked = Rendered("Hello\r\nBcc: evil@x.example", rendered.html, rendered.text, rendered.locale)
    mail = message_from_bytes(compose(crooked, **ENVELOPE), policy=default)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hello Bcc: evil@x.example"


@pytest.mark.parametrize("message_id", ["5f1c@vendor.example", "<a b@x>", "<a@x>\r\nBcc: evil@x.example", ""])
def test_a_crooked_message_id_is_refused(rendered: Rendered, message_id: str) -> None:
    with pytest.raises(ValueError, match="message id"):
        compose(rendered, **{**ENVELOPE, "message_id": message_id})


def test_a_date_without_a_zone_is_refused(rendered: Rendered) -> None:
    with pytest.raises(ValueError, match="time zone"):
        compose(rendered, **{**ENVELOPE, "date": ENVELOPE["date"].replace(tzinfo=None)})


@pytest.fixture(scope="session")
def dkim_key(keys: Path) -> DkimKey:
    return DkimKey("vendor.example", "s1", (keys / "key.pem").read_text())


@pytest.fixture(scope="session")
def dns(keys: Path) -> Callable[..., bytes]:
    """Answers the one question a verifier asks: the public key of our selector."""
    pem = (keys / "public.pem").read_text()
    record = b"v=DKIM1; k=rsa; p=" + "".join(pem.splitlines()[1:-1]).encode()

    def answer(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"s1._domainkey.vendor.example."
        return record

    return answer


def test_a_signed_mail_verifies_and_a_changed_one_does_not(
    rendered: Rendered, dkim_key: DkimKey, dns: Callable[..., bytes]
) -> None:
    raw = compose(rendered, **ENVELOPE, dkim_key=dkim_key)
    assert raw.startswith(b"DKIM-Signature: ")
    assert b"c=relaxed/relaxed" in raw.partition(b"\r\nFrom:")[0]
    assert dkim.verify(raw, dnsfunc=dns)
    assert not dkim.verify(raw.replace(b"S-1001", b"S-1002"), dnsfunc=dns)


def test_a_signed_mail_is_the_same_each_time(rendered: Rendered, dkim_key: DkimKey) -> None:
    raw = compose(rendered, **ENVELOPE, dkim_key=dkim_key)
    assert raw == compose(rendered, **ENVELOPE, dkim_key=dkim_key)
    assert f"t={int(ENVELOPE['date'].timestamp())};".encode() in raw


def test_a_private_key_does_not_show_itself(dkim_key: DkimKey) -> None:
    assert "PRIVATE" not in repr(dkim_key)


def test_a_file_goes_with_the_mail_and_the_bytes_are_the_same_each_time(rendered: Rendered) -> None:
    files = [Attachment("quote-Q-1001.pdf", b"%PDF-1.7 " + bytes(range(256)))]
    raw = compose(rendered, **ENVELOPE, attachments=files)
    assert compose(rendered, **ENVELOPE, attachments=files) == raw
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    mail: Any = message_from_bytes(raw, policy=default)
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["multipart/alternative", "application/pdf"]
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("quote-Q-1001.pdf", files[0].content)
    boundaries = [part.get_boundary() for part in mail.walk() if part.is_multipart()]
    assert len(set(boundaries)) == 2
