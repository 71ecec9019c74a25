"""Settings: the environment, read once into one frozen value.

Every setting is an environment variable `PERENNIAL_` + its name in capitals. What `perennial up` wrote down about the
stack it runs (`stack.json` in the data directory) stands in for what the environment leaves out, so that a second
terminal finds that stack; an environment with its own database address never reads it. No secret is read from a file.
Temporal's credentials are not here: `workflows/client.py` takes them from Temporal's own environment or profile.
"""

import difflib
import ipaddress
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from renewals.addresses import is_address
from renewals.calendar import zone
from renewals.roles import Role

PREFIX = "PERENNIAL_"
STACK_FILE = "stack.json"
DEFAULT_DATA_DIR = Path(".perennial")
DAY_SECONDS = 24 * 60 * 60
HIGHEST_PORT = 65535
SHORTEST_KEY = 32
LONGEST_FILE_NAME = 255
LONGEST_PATH = 4000
"""Bytes that Linux and macOS allow in one name; and fewer than Linux allows in all, for what the stack puts below."""

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_LONGEST_HOST_NAME = 253


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


def _that_can_be_called(url: str) -> str:
    """Asked of the library that will read the address; what it says of a bad one may quote the password."""
    try:
        parts = make_url(url)
        port = parts.port or 1
    except (ArgumentError, ValueError):
        port = 0
    if not 1 <= port <= HIGHEST_PORT:
        raise ValueError("has a host or port that cannot be read: write postgresql://user:password@host:5432/database")
    if parts.host and not all(_is_host(each) for each in parts.host.split(",")):
        raise ValueError("names a host that cannot exist: write postgresql://user:password@host:5432/database")
    return url


def _line(text: str) -> str:
    """One line of text that people can read: what else a setting holds is a slip of a file or a script."""
    if not text.strip():
        raise ValueError("is empty: write something, or unset it")
    if not text.isprintable():
        raise ValueError("has a line break or another character that cannot be printed: write one line of text")
    return text


def _secret(secret: SecretStr) -> SecretStr:
    _line(secret.get_secret_value())
    return secret


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SHORTEST_KEY:
        raise ValueError(f"is too short to sign with: write {SHORTEST_KEY} random characters or more")
    return secret


def _long_enough_each(secret: SecretStr) -> SecretStr:
    for key in _listed(secret.get_secret_value()):
        if len(key) < SHORTEST_KEY:
            raise ValueError(f"has a key that is too short: write {SHORTEST_KEY} random characters or more for each")
    return secret


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= _LONGEST_HOST_NAME and _HOST_NAME.fullmatch(text) is not None
    return True


def _host(text: str) -> str:
    if not _is_host(text):
        raise ValueError("is no host: write a name such as mail.example.com, or an IP address")
    return text


def _host_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not (_is_host(bare) and (":" in bare) == (bare != host) and _is_port(port)):
        raise ValueError("is no host with its port: write it without http://, such as temporal.example.com:7233")
    return text


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 1 <= int(text) <= HIGHEST_PORT


def _web_address(url: str) -> str:
    try:
        AnyHttpUrl(url)
    except ValidationError:
        raise ValueError("is no web address: write it as https://account.example.com") from None
    return url.rstrip("/")


def _provider(url: str) -> str:
    """Tokens and secrets go there: in the clear only inside this machine."""
    parts = AnyHttpUrl(url)
    if parts.scheme != "https" and parts.host not in ("localhost", "127.0.0.1", "[::1]"):
        raise ValueError("is no safe address: write it as https://login.example.com")
    return url


def _roles(text: str) -> str:
    for part in text.split(";"):
        value, _, role = part.rpartition("=")
        if not value.strip() or role.strip() not in set(Role):
            known = ", ".join(Role)
            raise ValueError(f"cannot be read: write VALUE=role;VALUE=role, where a role is one of {known}")
    return text


def _time_zone(name: str) -> str:
    try:
        zone(name)
    except ValueError:
        raise ValueError("is no time zone: write one such as Europe/Paris") from None
    return name


def _mail_addresses(text: str) -> str:
    if not all(is_address(each) for each in _listed(text)):
        raise ValueError("is no list of mail addresses: write them as ana@example.com,ops@example.com")
    return text


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")]


def _time_of_day(text: str) -> str:
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("is no time of day: write it as 07:00")
    return text


def _mail_address(address: str) -> str:
    if not is_address(address):
        raise ValueError("is no mail address: write it without a name, such as renewals@example.com")
    return address


def _directory(path: Path) -> Path:
    _line(str(path))
    too_long = any(len(os.fsencode(part)) > LONGEST_FILE_NAME for part in path.parts)
    if too_long or len(os.fsencode(path.absolute())) > LONGEST_PATH:
        raise ValueError("is too long for a directory: write a shorter one")
    return path


Port = Annotated[int, Field(ge=1, le=HIGHEST_PORT)]
Line = Annotated[str, AfterValidator(_line)]
Host = Annotated[Line, AfterValidator(_host)]
HostAndPort = Annotated[Line, AfterValidator(_host_and_port)]
DatabaseAddress = Annotated[Line, AfterValidator(database_address), AfterValidator(_that_can_be_called)]
MailAddress = Annotated[Line, AfterValidator(_mail_address)]
MailAddresses = Annotated[Line, AfterValidator(_mail_addresses)]
TimeOfDay = Annotated[Line, AfterValidator(_time_of_day)]
WebAddress = Annotated[Line, AfterValidator(_web_address)]
Provider = Annotated[WebAddress, AfterValidator(_provider)]
Roles = Annotated[Line, AfterValidator(_roles)]
TimeZone = Annotated[Line, AfterValidator(_time_zone)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
SigningKey = Annotated[Secret, AfterValidator(_long_enough)]
Keys = Annotated[Secret, AfterValidator(_long_enough_each)]
Directory = Annotated[Path, AfterValidator(_directory)]


class Settings(BaseSettings):
    """All settings. `load` reads them; tests and the local stack build them directly."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, use_attribute_docstrings=True, extra="forbid")

    database_url: DatabaseAddress | None = Field(default=None, repr=False)
    """Address of the PostgreSQL database, 15 or later, as postgresql://user:password@host/database."""

    temporal_address: HostAndPort = "localhost:7233"
    """Host and port of Temporal's frontend. Credentials come from TEMPORAL_… variables or a Temporal profile."""

    temporal_namespace: Line = "default"
    """Temporal namespace that the workflows live in."""

    smtp_host: Host = "localhost"
    """Host of the mail server that sends the letters."""

    smtp_port: Port = 587
    """Port of the mail server."""

    smtp_username: Line | None = None
    """User to log in to the mail server as; without it there is no login."""

    smtp_password: Secret | None = None
    """Password of that user."""

    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    """How the connection to the mail server is secured: `starttls` (never without), `tls` from the start, `none`."""

    mail_from: MailAddress = "renewals@example.com"
    """Sender of every letter: an address alone, without a name."""

    account_url: WebAddress = "http://localhost:8080/account"
    """Where buyers find their account; every letter links there."""

    ops_url: WebAddress = "http://localhost:8080/ops"
    """Where operators find their console; one-time links and the identity provider lead there."""

    ops_time_zone: TimeZone = "UTC"
    """Time zone of the operations team: its today, and the times on its pages."""

    operator_idle_minutes: int = Field(default=30, ge=1, le=24 * 60)
    """After how many minutes without a page an operator is signed out."""

    operator_session_hours: int = Field(default=12, ge=1, le=7 * 24)
    """After how many hours an operator is signed out in any case."""

    oidc_issuer: Provider | None = None
    """Issuer of the OpenID Connect provider by which operators sign in; without it there are local accounts only."""

    oidc_client_id: Line | None = None
    """Who we are to that provider."""

    oidc_client_secret: Secret | None = None
    """Our secret with that provider."""

    oidc_roles: Roles | None = None
    """Which value of the claim gives which role, as `renewals-admins=admin;support=operator`; the first one counts."""

    oidc_role_claim: Line = "groups"
    """The claim of the provider's ID token that names groups or roles."""

    oidc_name_claim: Line = "preferred_username"
    """The claim of the ID token that the operator's name is made of."""

    seal_keys: Keys | None = None
    """Closes the secrets of second factors and webhooks: 32 random characters or more, the same for console and worker.

    To change it, write the new key before the old one with a comma between, and see `perennial operator reseal`. A
    local stack needs none.
    """

    support_contact: Line = "support@example.com"
    """Whom a refusal or letter names for everything that is not sales or a partner's."""

    sales_contact: Line = "sales@example.com"
    """Whom to ask to renew what cannot be renewed online."""

    partner_contact: Line = "partners@example.com"
    """Whom to ask who the partner of a subscription is."""

    signing_key: SigningKey | None = None
    """Signs the previews that the account and the API hand out: 32 characters or more, the same for console and worker.

    The local stack makes one of its own at each start.
    """

    gateway: Literal["sandbox"] = "sandbox"
    """The payment gateway. `sandbox` moves no money and does what the payment token says."""

    data_dir: Directory = DEFAULT_DATA_DIR
    """Where the local stack keeps its data, relative to the working directory."""

    http_port: Port = 8080
    """Port of the console."""

    temporal_port: Port = 7233
    """Port of the local stack's Temporal."""

    temporal_ui_port: Port = 8233
    """Port of the local stack's Temporal web page."""

    temporal_ui_url: WebAddress | None = None
    """Where operators find Temporal's web page; their pages link there. The local stack knows its own."""

    smtp_sink_port: Port = 2525
    """Port of the local stack's mail sink."""

    watch_every_seconds: int = Field(default=60, ge=1, le=DAY_SECONDS)
    """How often the watchdog looks for what is overdue or does not run; a day at most."""

    sign_ins_kept_days: int = Field(default=30, ge=1, le=3650)
    """For how many days a link to sign in, a session or a calendar address that is over is kept; then it is deleted."""

    days_of_use_kept_days: int = Field(default=400, ge=180, le=3650)
    """For how many days it is kept on which days users used a seat; of whoever has one still, the last day stays."""

    alert_to: MailAddresses | None = None
    """Who is mailed of grave alarms at once, as ana@example.com,ops@example.com; besides operators who tick it."""

    digest_to: MailAddresses | None = None
    """Who is mailed each morning what the day brings; besides operators who tick it."""

    digest_at: TimeOfDay = "07:00"
    """When that is sent, on the clock of PERENNIAL_OPS_TIME_ZONE."""

    breaker: bool = True
    """Whether all charges stop by themselves when too many are declined, or too many made."""

    breaker_least: int = Field(default=50, ge=1, le=1_000_000)
    """Of fewer first charges with an answer in an hour no share of declines is taken."""

    breaker_declines_floor_percent: int = Field(default=40, ge=1, le=100)
    """A share of declines up to this never stops charges."""

    breaker_declines_factor_percent: int = Field(default=300, ge=100, le=10_000)
    """Nor one up to this part of the usual share, which is that of the four weeks before; unless that is all."""

    breaker_volume_floor: int = Field(default=500, ge=1, le=1_000_000)
    """So many charges in an hour never stop them."""

    breaker_volume_factor_percent: int = Field(default=200, ge=100, le=10_000)
    """Nor do as many as this part of what is due, or of the busiest hour of that weekday in the four weeks before."""

    webhook_private_addresses: bool = False
    """Whether webhooks may lead into your own network; otherwise that is refused. They go by https in any case."""

    webhook_tries_kept_days: int = Field(default=30, ge=7, le=3650)
    """For how many days it is kept what became of events that were sent, and of letters to operators."""

    api_requests_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    """How many requests a key of the JSON API may make in a minute, in the long run; of each process that serves it.

    Whoever shows no good key may make as many from one network address.
    """

    api_burst: int = Field(default=100, ge=1, le=1_000_000)
    """How many of them may come at once."""

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
    def role_of_group(self) -> dict[str, Role]:
        """By value of the claim: the role that it gives, in the order that they are written in."""
        parts = [part.rpartition("=") for part in (self.oidc_roles or "").split(";") if part]
        return {value.strip(): Role(role.strip()) for value, _, role in parts}

    @staticmethod
    def addresses(listed: str | None) -> list[str]:
        """The mail addresses of a list, each once."""
        return list(dict.fromkeys(_listed(listed))) if listed else []

    @property
    def signing(self) -> bytes:
        """The key that signs previews; empty where none is set."""
        return self.signing_key.get_secret_value().encode() if self.signing_key else b""

    @property
    def sealed_under(self) -> list[str]:
        """The keys of secrets that are stored, the newest first; of a local stack one that everybody knows."""
        if self.seal_keys:
            return _listed(self.seal_keys.get_secret_value())
        return ["a local stack keeps no secret from its machine"] if self.local_stack else []

    @property
    def temporal_ui(self) -> str | None:
        """The address of Temporal's web page, if it is known."""
        own = f"http://localhost:{self.temporal_ui_port}" if self.local_stack else None
        return self.temporal_ui_url or own

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
        own = Settings()
    except ValidationError as error:
        raise BadSettings("\n".join(_sentence(fault) for fault in error.errors())) from None
    return _with_stack(own) if from_stack and own.database_url is None else own


def _with_stack(own: Settings) -> Settings:
    """With what `perennial up` wrote down and the environment leaves out."""
    path = own.data_dir / STACK_FILE
    try:
        if not path.is_file():
            return own
        values: dict[str, Any] = dict(json.loads(path.read_text()))
        return Settings(**{name: value for name, value in values.items() if name not in own.model_fields_set})
    except ValidationError:
        raise BadSettings(f"{path} is of another version: delete it and run `perennial up` again.") from None
    except (OSError, TypeError, ValueError) as error:
        raise BadSettings(f"{path} cannot be read ({error}): delete it and run `perennial up` again.") from None


def _unknown(environment: Mapping[str, str]) -> Iterable[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            yield f"{name} is no setting: " + (f"did you mean {near[0]}?" if near else "unset it.")


def _sentence(fault: Any) -> str:
    """One fault of a setting in one sentence, without the value: it may be a secret."""
    name = str(fault["loc"][0])
    return f"{PREFIX}{name.upper()} {_wrong(name, fault)}."


def _wrong(name: str, fault: Any) -> str:
    match fault["type"]:
        case "value_error":
            return str(fault["ctx"]["error"])
        case "string_unicode":
            return "is no text in UTF-8: correct it or unset it"
        case "literal_error":
            return f"must be {fault['ctx']['expected']}: correct it or unset it"
        case "bool_parsing":
            return "must be true or false: correct it or unset it"
    bounds = Settings.model_fields[name].metadata
    least, most = (next(getattr(each, at) for each in bounds if hasattr(each, at)) for at in ("ge", "le"))
    return f"must be a whole number from {least} to {most}: correct it or unset it"
