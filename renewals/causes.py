"""Why a mail was queued: a name and its parts, for every reader's own words; and the English sentence of the record.

The dated mails are not caused: the calendar of the term sends them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

CALENDAR = "calendar of the term"
"""What stands in the row of a dated mail instead of a cause."""

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "renewal": "{way} renewal of the term from {on}",
        "renewal_of_many": "{way} renewal of {count}",
        "seats_added": "{seats} seats added to the term from {on}",
        "declined": "attempt {n} was declined",
        "expired": "expired from {phase}",
        "command_of_buyer": "{command} by buyer",
        "command_of_operator": "{command} by operator",
        "voucher": "voucher for the term from {on}",
        "voucher_part": "a part of a voucher was paid",
        "voucher_unpaid": "voucher for the term from {on} was not paid",
        "voucher_unpaid_in_full": "voucher for the term from {on} was not paid in full",
        "quote_issued": "quote {quote} was issued",
        "quote_ends": "quote {quote} ends on {on}",
        "refund_paid_late": "a voucher was paid after it had expired",
        "refund_paid_in_part": "a voucher was paid in part only",
        "refund_paid_too_much": "a voucher was paid by more than its amount",
        "refund_operator": "an operator refunded it",
    }
)


@dataclass(frozen=True, slots=True)
class Cause:
    """One of `SENTENCES` with its parts: dates as ISO text, names as the code has them, nothing personal."""

    name: str
    parts: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence of the record.

        >>> str(Cause("renewal", {"way": "automatic", "on": "2027-03-31"}))
        'automatic renewal of the term from 2027-03-31'
        """
        return SENTENCES[self.name].format(**self.parts)

    @property
    def facts(self) -> dict[str, str | int]:
        """As it is kept with the mail."""
        return {"name": self.name, **self.parts}
