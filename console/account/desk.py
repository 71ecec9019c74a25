"""What every page of the account needs: settings, database, Temporal, mail server, templates."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from temporalio.client import Client

from console.account.speech import Speech, speech_wanted
from console.account.unbroken import unbroken
from console.account.words import LANGUAGES
from mail.sender import Mailer
from models.engine import Sessions
from renewals.addresses import ways_to_reach
from settings import Settings

HOME = "/account/subscriptions"
SIGN_IN = "/account/sign-in"


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to each group of routes."""

    settings: Settings
    sessions: Sessions
    client: Client
    mailer: Mailer
    templates: Jinja2Templates

    def page(self, request: Request, name: str, t: Speech, *, status: int = 200, **values: Any) -> Response:
        """A page in that speech. `visitor` among the values is who is signed in."""
        context = {"t": t, "w": t.w, "settings": self.settings, "visitor": None} | values
        return self.templates.TemplateResponse(request, f"account/{name}", context, status_code=status)


@cache
def templates_of(folder: Path) -> Jinja2Templates:
    """The templates, with the few functions that they call; compiled once in a process."""
    templates = Jinja2Templates(folder)
    templates.env.filters["unbroken"] = unbroken
    templates.env.undefined = StrictUndefined
    templates.env.trim_blocks = templates.env.lstrip_blocks = True
    templates.env.globals.update(
        new_key=lambda: str(uuid4()), page_of=page_of, ways_to_reach=ways_to_reach, languages=LANGUAGES
    )
    return templates


def page_of(number: str) -> str:
    """The address of a subscription's page: that to which the letters link."""
    return f"{HOME}/{quote(number, safe='')}"


def speech_for(request: Request) -> Speech:
    """How to speak to somebody who is not signed in."""
    return speech_wanted(request.query_params.get("lang"), request.headers.get("accept-language", ""))


def see_other(address: str) -> Response:
    """Go on with a page, after a form. `address` is always one of our own."""
    return RedirectResponse(address, 303)
