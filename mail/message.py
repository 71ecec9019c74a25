"""From words to the exact bytes of a mail, frozen: the same input makes the same bytes, however often it is made.

A mail that may have been delivered can only be sent again safely as the same mail, so nothing here asks the clock or
chance: Message-ID and Date are given, the boundary and the time of the signature follow from them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Any

import dkim

from mail.address import without_controls
from mail.render import Rendered
from renewals.addresses import is_address

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")


class _Headers(HeaderRegistry):
    """Makes the class of a header once, where the library makes it anew for each header of each mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = super().__getitem__(name)
        return made


_SEVEN_BIT = SMTP.clone(cte_type="7bit", header_factory=_Headers())


@dataclass(frozen=True, slots=True)
class DkimKey:
    """With what to sign: the domain, the selector of its DNS record, and the RSA private key in PEM."""

    domain: str
    selector: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `name` is plain ASCII. PDF is the only kind there is."""

    name: str
    content: bytes = field(repr=False)


def compose(
    rendered: Rendered,
    *,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime,
    sender_name: str = "",
    recipient_name: str = "",
    dkim_key: DkimKey | None = None,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The mail as it goes over the wire: text and HTML, quoted-printable, with its files, signed if there is a key.

    `message_id` comes with its angle brackets; `date` knows its zone. Raises `ValueError` when an address is not a
    single plain address, when the message id is not one, or when `date` has no zone.
    """
    if date.tzinfo is None:
        raise ValueError("the date of a mail needs a time zone")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("not a message id in angle brackets")
    mail = EmailMessage(policy=_SEVEN_BIT)
    mail["From"] = _mailbox(sender, sender_name)
    mail["To"] = _mailbox(recipient, recipient_name)
    mail["Subject"] = without_controls(rendered.subject)
    mail["Date"] = date
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    for each in attachments:
        mail.add_attachment(each.content, maintype="application", subtype="pdf", filename=each.name)
    mail["Content-Language"] = rendered.locale  # not before: Content-… headers move into the first part
    for depth, part in enumerate(each for each in mail.walk() if each.is_multipart()):
        part.set_boundary("=_" + sha256(f"{message_id}{depth or ''}".encode()).hexdigest()[:40])
    raw = mail.as_bytes()
    return _signature(raw, dkim_key, date) + raw if dkim_key else raw


def _mailbox(address: str, name: str) -> Address:
    if not is_address(address):
        raise ValueError("not a single plain mail address")
    return Address(display_name=without_controls(name), addr_spec=address)


class _DatedSigner(dkim.DKIM):  # type: ignore[misc]  # dkimpy has no types
    """Signs with the mail's own date where dkimpy would ask the clock."""

    signed_at: datetime

    def gen_header(self, fields: list[tuple[bytes, bytes]], *args: Any, **options: Any) -> bytes:
        stamp = str(int(self.signed_at.timestamp())).encode()
        dated = [(tag, stamp if tag == b"t" else value) for tag, value in fields]
        header: bytes = super().gen_header(dated, *args, **options)
        return header


def _signature(raw: bytes, key: DkimKey, date: datetime) -> bytes:
    """The DKIM-Signature header, relaxed/relaxed: the body canonicalisation that survives relays."""
    signer = _DatedSigner(raw)
    signer.signed_at = date
    header: bytes = signer.sign(
        key.selector.encode(),
        key.domain.encode(),
        key.private_key.encode(),
        canonicalize=(b"relaxed", b"relaxed"),
    )
    return header
