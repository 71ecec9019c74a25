"""Settings: the environment, read once into one frozen value.

Every setting is an environment variable `PERENNIAL_` + its name in capitals. What `perennial up` wrote down about the
stack it runs (`stack.json` in the data directory) stands in for what the environment leaves out, so that a second
terminal finds that stack; an environment with its own database address never reads it. No secret is read from a file.
Temporal's credentials are not here: `workflows/client.py` takes them from Temporal's own environment or profile.
"""

import difflib
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "PERENNIAL_"
STACK_FILE = "stack.json"
DEFAULT_DATA_DIR = Path(".perennial")


class BadSettings(Exception):
    """The settings cannot be used; its text has one sentence per fault: what, where, what to do."""


def database_address(url: str) -> str:
    """The one form of a PostgreSQL address: `postgresql+psycopg://…`. The same without `+psycopg` is accepted.

    Raises ValueError for any other kind of address.
    """
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    raise ValueError("is no PostgreSQL address: write postgresql://user:password@host/database")


def _web_address(url: str) -> str:
    AnyHttpUrl(url)
    return url.rstrip("/")


def _mail_address(address: str) -> str:
    if not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", address):
        raise ValueError("is no mail address: write it without a name, such as renewals@example.com")
    return address


Port = Annotated[int, Field(ge=1, le=65535)]
DatabaseAddress = Annotated[str, AfterValidator(database_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    """All settings. `load` reads them; tests and the local stack build them directly."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, use_attribute_docstrings=True, extra="forbid")

    database_url: DatabaseAddress | None = Field(default=None, repr=False)
    """Address of the PostgreSQL database, 15 or later, as postgresql://user:password@host/database."""

    temporal_address: str = "localhost:7233"
    """Host and port of Temporal's frontend. Credentials come from TEMPORAL_… variables or a Temporal profile."""

    temporal_namespace: str = "default"
    """Temporal namespace that the workflows live in."""

    smtp_host: str = "localhost"
    """Host of the mail server that sends the letters."""

    smtp_port: Port = 587
    """Port of the mail server."""

    smtp_username: str | None = None
    """User to log in to the mail server as; without it there is no login."""

    smtp_password: SecretStr | None = None
    """Password of that user."""

    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    """How the connection to the mail server is secured: `starttls` (never without), `tls` from the start, `none`."""

    mail_from: MailAddress = "renewals@example.com"
    """Sender of every letter: an address alone, without a name."""

    account_url: WebAddress = "http://localhost:8080/account"
    """Where buyers find their account; every letter links there."""

    support_contact: str = "support@example.com"
    """Whom a refusal or letter names for everything that is not sales or a partner's."""

    sales_contact: str = "sales@example.com"
    """Whom to ask to renew what cannot be renewed online."""

    partner_contact: str = "partners@example.com"
    """Whom to ask who the partner of a subscription is."""

    gateway: Literal["sandbox"] = "sandbox"
    """The payment gateway. `sandbox` moves no money and does what the payment token says."""

    data_dir: Path = DEFAULT_DATA_DIR
    """Where the local stack keeps its data, relative to the working directory."""

    http_port: Port = 8080
    """Port of the console."""

    temporal_port: Port = 7233
    """Port of the local stack's Temporal."""

    temporal_ui_port: Port = 8233
    """Port of the local stack's Temporal web page."""

    smtp_sink_port: Port = 2525
    """Port of the local stack's mail sink."""

    watch_every_seconds: int = Field(default=60, ge=1)
    """How often the watchdog looks for what is overdue or does not run."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least serious log line that is written."""

    local_stack: bool = False
    """Whether these settings lead to a stack of `perennial up`, whose time may be moved. That stack says so itself."""

    @property
    def database(self) -> str:
        """The database's address, where one is needed. Raises BadSettings without one."""
        if self.database_url is None:
            raise BadSettings(
                "PERENNIAL_DATABASE_URL is not set and no local stack was started in "
                f"{self.data_dir}: set it to postgresql://user:password@host/database, or run `perennial up`."
            )
        return self.database_url

    @property
    def mails_dir(self) -> Path:
        """Where the local stack's mail sink stores what it received."""
        return self.data_dir / "mails"


def load(*, from_stack: bool = True) -> Settings:
    """The settings of this process; without `from_stack` of the environment alone. Raises BadSettings."""
    unknown = sorted(_unknown(os.environ))
    if unknown:
        raise BadSettings("\n".join(unknown))
    try:
        return Settings(**(_stack_values(os.environ) if from_stack else {}))
    except ValidationError as error:
        raise BadSettings("\n".join(_sentence(fault) for fault in error.errors())) from None


def _stack_values(environment: Mapping[str, str]) -> dict[str, Any]:
    """What `perennial up` wrote down and the environment leaves out; nothing beside a database of one's own."""
    path = Path(environment.get(PREFIX + "DATA_DIR", DEFAULT_DATA_DIR)) / STACK_FILE
    if PREFIX + "DATABASE_URL" in environment or not path.is_file():
        return {}
    try:
        values: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path} cannot be read ({error}): delete it and run `perennial up` again.") from None
    return {name: value for name, value in values.items() if PREFIX + name.upper() not in environment}


def _unknown(environment: Mapping[str, str]) -> Iterable[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            yield f"{name} is no setting: " + (f"did you mean {near[0]}?" if near else "unset it.")


def _sentence(fault: Any) -> str:
    """One fault of a setting in one sentence, without the value: it may be a secret."""
    name = PREFIX + "_".join(str(part) for part in fault["loc"][:1]).upper()
    said = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":
        return f"{name} {said}."
    return f"{name} cannot be used: {said[:1].lower()}{said[1:]}; correct it or unset it."
