"""What a setting may hold: each shape, with the end of a sentence that says how to write it."""

import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from renewals.addresses import is_address
from renewals.calendar import zone
from renewals.roles import Role

HIGHEST_PORT = 65535
SHORTEST_KEY = 32
LONGEST_FILE_NAME = 255
LONGEST_PATH = 4000
"""Bytes that Linux and macOS allow in one name; and fewer than Linux allows in all, for what the stack puts below."""

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_LONGEST_HOST_NAME = 253


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
    if "@" in url.partition("?")[0].partition("@")[2]:
        raise ValueError("has a second @: write one that belongs to the password or user as %40")
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
    for key in parted(secret.get_secret_value()):
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
        raise ValueError("is no web address: write it as https://my.example.com/account") from None
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
    if not all(is_address(each) for each in parted(text)):
        raise ValueError("is no list of mail addresses: write them as ana@example.com,ops@example.com")
    return text


def bounds_in(text: str) -> dict[str, int]:
    """By currency: an amount in whole units; under the empty name that of all others. Raises ValueError.

    >>> bounds_in("1000, JPY=150000")
    {'': 1000, 'JPY': 150000}
    """
    bounds = dict[str, int]()
    for part in parted(text):
        currency, _, units = part.rpartition("=")
        name = currency.strip()
        if not _BOUND.fullmatch(f"{name}={units.strip()}") or name in bounds:
            raise ValueError(f"{part!r} is no bound")
        bounds[name] = int(units)
    return bounds


_BOUND = re.compile(r"(?:[A-Z]{3})?=[0-9]{1,9}")


def _amount_bounds(text: str) -> str:
    try:
        bounds_in(text)
    except ValueError:
        raise ValueError("cannot be read: write whole units, as 1000 or 1000,JPY=150000; 0 for none") from None
    return text


def parted(text: str) -> list[str]:
    """What commas part."""
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
AmountBounds = Annotated[Line, AfterValidator(_amount_bounds)]
Roles = Annotated[Line, AfterValidator(_roles)]
TimeZone = Annotated[Line, AfterValidator(_time_zone)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
SigningKey = Annotated[Secret, AfterValidator(_long_enough)]
Keys = Annotated[Secret, AfterValidator(_long_enough_each)]
Directory = Annotated[Path, AfterValidator(_directory)]
