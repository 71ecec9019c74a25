"""The mail with a link to sign in. It is no notice: nothing obliges to send it, and no record is kept of it."""

import asyncio
import logging
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.account.entering import Link
from console.account.speech import speech_of
from mail.address import without_controls
from mail.lines import fill
from mail.message import compose
from mail.render import TEXT_WIDTH, Rendered
from mail.sender import Accepted, Mailer, TryAgain
from settings import Settings

_TEMPLATES = Path(__file__).parent.parent / "templates" / "account" / "mail"
_PAUSES_SECONDS = (0, 2, 10)
"""Before each try. A person waits for this mail: whoever does not get it soon asks again."""

_log = logging.getLogger(__name__)


async def send_link(mailer: Mailer, settings: Settings, link: Link, now: datetime) -> None:
    """Mail the link; a mail server that is away is tried again for a short while. No log names the address."""
    raw = compose(
        rendered(link, settings),
        sender=settings.mail_from,
        recipient=link.email,
        message_id=f"<{uuid4()}@{settings.mail_from.rpartition('@')[2]}>",
        date=now,
    )
    for pause in _PAUSES_SECONDS:
        await asyncio.sleep(pause)
        delivery = await mailer.send(raw, sender=settings.mail_from, recipient=link.email)
        if not isinstance(delivery, TryAgain):
            break
    if not isinstance(delivery, Accepted):
        _log.warning("a sign-in mail could not be sent: %s", type(delivery).__name__)


def rendered(link: Link, settings: Settings) -> Rendered:
    """The mail in the language of the customer."""
    t = speech_of(link.locale)
    name = without_controls(link.name)
    values = {
        "t": t,
        "hello": t("mail_hello", name=name) if name else None,
        "lead": t("mail_text"),
        "url": f"{settings.account_url}/sign-in/{link.token}?lang={t.w.language}",
        "settings": settings,
    }
    markup, plain = _environment(True), _environment(False)
    plain.filters["fill"] = lambda text: fill(text, TEXT_WIDTH)
    return Rendered(
        subject=t("mail_subject"),
        html=mrml.to_html(markup.get_template("sign_in.mjml").render(values)).content,
        text=plain.get_template("sign_in.txt").render(values).strip() + "\n",
        locale=t.w.tag,
    )


@cache
def _environment(markup: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=markup,  # noqa: S701  # off for plain text only, where an escaped & would be an error
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
