"""Settings: one frozen value, which `settings.sources.load` reads once.

Every setting is an environment variable `PERENNIAL_` + its name in capitals. Temporal's credentials are not here:
`workflows/client.py` takes them from Temporal's own environment or profile.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from renewals.money import Money
from renewals.roles import Role
from settings.shapes import (
    AmountBounds,
    DatabaseAddress,
    Directory,
    Host,
    HostAndPort,
    Keys,
    Line,
    MailAddress,
    MailAddresses,
    Port,
    Provider,
    Roles,
    Secret,
    SigningKey,
    TimeOfDay,
    TimeZone,
    WebAddress,
    bounds_in,
    parted,
)

PREFIX = "PERENNIAL_"
STACK_FILE = "stack.json"
DEFAULT_DATA_DIR = Path(".perennial")
DAY_SECONDS = 24 * 60 * 60


class BadSettings(Exception):
    """The settings cannot be used; its text has one sentence per fault: what, where, what to do."""


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

    second_person_go_live: int = Field(default=100, ge=0, le=1_000_000)
    """More subscriptions than so many go live at once only after a second person has confirmed it; 0: no second person.

    On a local stack this and the two below ask nobody unless they are set.
    """

    second_person_bulk: int = Field(default=50, ge=0, le=1_000_000)
    """A bulk action on more subscriptions than so many waits for a second person in the same way."""

    second_person_refund: AmountBounds = "1000,JPY=150000,KRW=1500000"
    """So does a refund of more than so much, in whole units: `1000` of any currency, `JPY=150000` of that one."""

    seal_keys: Keys | None = None
    """Closes the secrets of second factors and webhooks: 32 random characters or more, the same for console and worker.

    To change it, write the new key before the old one with a comma between, and see `perennial operator reseal`. A
    local stack needs none.
    """

    support_contact: Line = "support@example.com"
    """Whom a refusal or letter names for everything that is not sales or a partner's.

    As the other contacts: a mail address, a web address, a phone number, or several with a comma and a space between.
    """

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

    def go_live_takes_two(self, count: int) -> bool:
        """Must a second person confirm that so many go live at once?"""
        return 0 < self._asked("second_person_go_live", self.second_person_go_live) < count

    def bulk_takes_two(self, count: int) -> bool:
        """Must a second person confirm a bulk action on so many?"""
        return 0 < self._asked("second_person_bulk", self.second_person_bulk) < count

    def refund_takes_two(self, money: Money) -> bool:
        """Must a second person confirm a refund of so much?"""
        bounds = bounds_in(self.second_person_refund)
        most = self._asked("second_person_refund", bounds.get(money.currency, bounds.get("", 0)))
        return 0 < most < money.decimal()

    def _asked(self, name: str, bound: int) -> int:
        """The bound, or 0 on a local stack whose environment says nothing: one person is all of it."""
        return 0 if self.local_stack and name not in self.model_fields_set else bound

    def reached_at(self, who: str) -> str:
        """Where `support`, `sales` or the `partner` is reached, whom a refusal names."""
        contacts = {"support": self.support_contact, "sales": self.sales_contact, "partner": self.partner_contact}
        return contacts[who]

    @staticmethod
    def addresses(listed: str | None) -> list[str]:
        """The mail addresses of a list, each once."""
        return list(dict.fromkeys(parted(listed))) if listed else []

    @property
    def signing(self) -> bytes:
        """The key that signs previews; empty where none is set."""
        return self.signing_key.get_secret_value().encode() if self.signing_key else b""

    @property
    def sealed_under(self) -> list[str]:
        """The keys of secrets that are stored, the newest first; of a local stack one that everybody knows."""
        if self.seal_keys:
            return parted(self.seal_keys.get_secret_value())
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
