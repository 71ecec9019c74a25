"""A command as it is decided on: what was given, by whom and when, and what is known of all that it names."""

from dataclasses import dataclass
from datetime import date, datetime

from renewals import commands as c
from renewals.actors import Actor
from renewals.payments import PaymentMethod
from renewals.quoting import QuoteTerms
from renewals.refunding import Refundable


@dataclass(frozen=True, slots=True)
class Request:
    """A command as given: by whom, whether that is the buyer, and when it was received.

    `same_method` and `same_reference` say whether it names the stored method, or a reference recorded already;
    `same_admin`, whether the contact that it names is the primary admin; `same_person`, whether it names the buyer
    of now, or says of a contact what is kept already; `paid_since`, whether a voucher was paid after the command
    had been received, and `cancelled_since`, whether auto-renew was cancelled; `let_go_since`, whether the hold
    that it means was let go by then, and `held_since`, whether what holds the term came only after it. `pays_with`
    is the method of an order; None when the subscription has none and the command names none. `quote` is the one
    that the command names, None if there is none; `wish` is what it asks for of this subscription. `alone`: the
    order has no lines of other subscriptions. `renews_on` is the next renewal date when it was received, which
    whoever renews, or asks for a quote, means; None: that of now. `handled_at` is when it is decided about; None:
    at once. `refundable` is what was paid for the order that is to be refunded; None if nothing was paid here. So
    much of that order has gone back with it that it `lacks_second`: two people must agree, and one did.
    """

    command: c.Command
    name: c.Name
    actor: Actor
    is_buyer: bool
    received_at: datetime
    same_method: bool = False
    same_reference: bool = False
    same_admin: bool = False
    same_person: bool = False
    paid_since: bool = False
    cancelled_since: bool = False
    let_go_since: bool = False
    held_since: bool = False
    pays_with: PaymentMethod | None = None
    quote: QuoteTerms | None = None
    wish: c.Wish | None = None
    alone: bool = True
    renews_on: date | None = None
    handled_at: datetime | None = None
    refundable: Refundable | None = None
    lacks_second: bool = False
