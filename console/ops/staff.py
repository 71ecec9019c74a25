"""Who is signed in at the operators' pages, and what came with the request."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.ops.fields import Wrong
from renewals.cards import holds_card_number
from renewals.characters import is_blank
from renewals.roles import May, Role, may

LONGEST_REASON = 500
LONGEST_KEY = 64


@dataclass(frozen=True, slots=True)
class Staff:
    """An operator. `form` are the fields of a form that was sent by our own page; none of a page that is only read."""

    name: str
    email: str
    role: Role
    language: str | None
    session_token: str = field(repr=False)
    form_token: str = field(repr=False)
    set_up: bool
    form: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def by(self) -> str:
        """How the person is written on every record."""
        return f"operator:{self.name}"

    def may(self, right: May | str) -> bool:
        return may(self.role, May(right))

    @property
    def reason(self) -> str:
        """Why it is done, as the form says. Raises `Wrong` where it says nothing, or holds a card number."""
        reason = self.form.get("reason", "").strip()
        if is_blank(reason) or len(reason) > LONGEST_REASON or holds_card_number(reason):
            raise Wrong("reason")
        return reason

    @property
    def form_key(self) -> str:
        """The key of this very form, under which it acts once, however often it is sent. Raises `Wrong` without one."""
        key = self.form.get("key", "")
        if not key or len(key) > LONGEST_KEY:
            raise Wrong("key", "wrong.view")
        return f"ops:{self.name}:{key}"
