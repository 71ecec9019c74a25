"""What every page of the operators needs: settings, database, Temporal, templates; and how a page is made."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from temporalio.client import Client

from console.ops.rooms import menu_for
from console.ops.staff import Staff
from console.ops.words import LANGUAGES, WORDS
from console.speech import Speech, language_wanted
from mail.wording import Wording, letter_locale
from models.engine import Sessions
from settings import Settings

SIGN_IN = "/ops/sign-in"

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to each route as `InDesk`."""

    settings: Settings
    sessions: Sessions
    client: Client
    templates: Jinja2Templates

    @property
    def zone(self) -> str:
        """The time zone of the operations team."""
        return self.settings.ops_time_zone

    def page(self, request: Request, name: str, who: Staff | None, *, status: int = 200, **values: Any) -> Response:
        """A page in the language of whoever looks."""
        t = speech_for(request, who)
        context = {"t": t, "w": t.w, "zone": self.zone, "settings": self.settings, "who": who}
        path = request.url.path
        context |= {"menu": menu_for(who.role, self.settings, path) if who else (), "path": path}
        return self.templates.TemplateResponse(request, f"ops/{name}", context | values, status_code=status)


def speech_for(request: Request, who: Staff | None) -> Speech:
    """How to speak to an operator, or to somebody who is not signed in."""
    chosen = request.query_params.get("lang") or (who.language if who else None)
    return speech_in(language_wanted(chosen, request.headers.get("accept-language", ""), LANGUAGES))


def speech_in(locale: str) -> Speech:
    return Speech(Wording(letter_locale(locale)), WORDS)


async def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


InDesk = Annotated[Desk, Depends(desk_of)]


def there(found: Found | None) -> Found:
    """What the address names. Raises the answer 404 if there is no such thing."""
    if found is None:
        raise HTTPException(404)
    return found


def see_other(address: str) -> Response:
    """Go on with a page, after a form. `address` is always one of our own."""
    return RedirectResponse(address, 303)


def agent_of(request: Request) -> str | None:
    """What the browser says of itself, if anything."""
    return request.headers.get("user-agent")


def wall_now() -> datetime:
    return datetime.now(UTC)
