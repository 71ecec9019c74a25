"""Fields of the operators' forms: what is wrong is named with its field, and nothing is done."""

from collections.abc import Iterable, Mapping

from renewals.actors import parse_actor
from renewals.addresses import is_address
from renewals.commands import BadArguments


class Wrong(Exception):
    """A field cannot be read. Its name, and the key of the words that say what to write: `wrong.FIELD`."""

    def __init__(self, field: str, words: str | None = None) -> None:
        super().__init__(field)
        self.field, self.words = field, words or f"wrong.{field}"


def choice(form: Mapping[str, str], field: str, values: Iterable[str]) -> str:
    """One of the values. Raises `Wrong`."""
    value = form.get(field, "")
    if value not in set(values):
        raise Wrong(field, "wrong.choice")
    return value


def operator_name(form: Mapping[str, str]) -> str:
    """A name such as the commands know it, without `operator:`. Raises `Wrong`."""
    name = form.get("name", "").strip()
    try:
        parse_actor(f"operator:{name}")
    except BadArguments:
        raise Wrong("name") from None
    if not name.isascii():
        raise Wrong("name")
    return name


def mail_address(form: Mapping[str, str]) -> str:
    """One mail address. Raises `Wrong`."""
    address = form.get("email", "").strip()
    if not is_address(address):
        raise Wrong("email")
    return address
