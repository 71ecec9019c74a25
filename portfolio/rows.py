"""The rows that new lines become."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from models.catalog import OfferingRow, PriceRow
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.records import EventRow
from models.subscriptions import SubscriptionRow, TermRow
from portfolio.files import CatalogLine, CustomerLine, SubscriptionLine, person
from portfolio.references import Known
from portfolio.stored import People, Stored
from renewals.calendar import local_date
from renewals.facts import Channel, Phase, Policy, Subscription
from renewals.payments import PaymentMethod
from renewals.policy import policy_for
from renewals.windows import ALWAYS, access_until, current_phase

Row = dict[str, Any]
Rows = tuple[type[Any], list[Row]]
"""A table and the rows for it, all with the same columns."""


def catalog_rows(lines: list[CatalogLine], stored: Stored, now: datetime, by: str) -> Iterator[Rows]:
    """Offerings that are new, and one version for each new or changed price."""
    offerings = {line.sku: line for line in lines if line.sku not in stored.offerings}
    yield OfferingRow, [{"sku": line.sku, "name": line.name, "kind": line.kind.value} for line in offerings.values()]
    yield PriceRow, [_price_row(line, stored, now, by) for line in lines]


def _price_row(line: CatalogLine, stored: Stored, now: datetime, by: str) -> Row:
    before = stored.prices.get(line.key)
    return {
        "id": uuid4(),
        "sku": line.sku,
        "term": line.term.value,
        "currency": line.currency,
        "version": before.last_version + 1 if before else 1,
        "status": line.status.value,
        "list_price": line.list_price,
        "renewal_price": line.renewal_price,
        "effective_at": now,
        "set_by": by,
    }


def customer_rows(lines: list[CustomerLine]) -> Rows:
    return CustomerRow, [
        {
            "csn": line.csn,
            "name": line.name,
            "country": line.country,
            "region": line.region,
            "currency": line.currency,
            "locale": line.locale,
            "time_zone": line.time_zone,
            "audience": line.audience.value,
        }
        for line in lines
    ]


def people_rows(lines: list[SubscriptionLine], people: People, now: datetime) -> Iterator[Rows]:
    """The contacts and payment methods that new subscriptions need; `people` learns of each.

    Buyers come before admins, so that an address has its person's name wherever one is known; an admin who buys
    nothing goes by the address.
    """
    contacts: list[Row] = []
    buyers = ((line.csn, line.buyer_email, line.buyer_name) for line in lines)
    admins = ((line.csn, line.admin_email, line.admin_email) for line in lines)
    for group in (buyers, admins):
        for csn, email, name in group:
            if (who := person(csn, email)) not in people.contacts:
                contacts.append({"id": uuid4(), "csn": csn, "name": name, "email": email})
                people.contacts[who] = (contacts[-1]["id"], name)
    yield ContactRow, contacts
    methods: list[Row] = []
    for line in lines:
        key = _method_key(line)
        if key and key not in people.methods:
            csn, kind, token, last_day = key
            methods.append(
                {"id": uuid4(), "csn": csn, "kind": kind, "token": token, "valid_through": last_day, "created_at": now}
            )
            people.methods[key] = methods[-1]["id"]
    yield PaymentMethodRow, methods


def _method_key(line: SubscriptionLine) -> tuple[str, str, str, date | None] | None:
    return (line.csn, line.method[0].value, *line.method[1:]) if line.method else None


@dataclass(slots=True)
class SubscriptionRows:
    """Makes the rows of new subscriptions of one import. Each starts not live and unplanned: the watchdog plans it."""

    known: Known
    stored: Stored
    people: People
    now: datetime
    imported_by: str
    import_id: UUID
    _policies: dict[tuple[str, str, Channel, date], Policy] = field(default_factory=dict)

    def of(self, lines: list[SubscriptionLine]) -> Iterator[Rows]:
        """The rows of subscriptions, of their current terms, and the event of their first phase."""
        facts = [(line, self._facts(line)) for line in lines]
        phases = [(line, sub, *current_phase(sub, self.now)) for line, sub in facts]
        yield SubscriptionRow, [self._row(line, sub, since, phase) for line, sub, since, phase in phases]
        yield TermRow, [self._term_row(line) for line in lines]
        yield EventRow, [self._event_row(line, phase) for line, _, _, phase in phases]

    def _facts(self, line: SubscriptionLine) -> Subscription:
        customer = self.known.customers[line.csn]
        return Subscription(
            number=line.number,
            time_zone=customer.time_zone,
            country=customer.country,
            currency=customer.currency,
            channel=line.channel,
            sku=line.sku,
            offering_kind=self.known.kinds[line.sku],
            offering_status=self.known.statuses[line.sku, line.term.value, customer.currency],
            term=line.term,
            seats=line.seats,
            starts_on=line.starts_on,
            renews_on=line.renews_on,
            anchor_day=line.anchor_day,
            auto_renew=line.auto_renew,
            phase=Phase.ACTIVE,
            phase_since=self.now,
            prices={},
            policy=self._policy(line, customer),
            method=self._method(line),
        )

    def _policy(self, line: SubscriptionLine, customer: CustomerLine) -> Policy:
        key = line.sku, customer.country, line.channel, local_date(self.now, customer.time_zone)
        if key not in self._policies:
            self._policies[key] = policy_for(self.stored.policies, *key)
        return self._policies[key]

    def _method(self, line: SubscriptionLine) -> PaymentMethod | None:
        key = _method_key(line)
        if line.method_kind is None or key is None:
            return None
        return PaymentMethod(str(self.people.methods[key]), line.method_kind, self.now, line.method_expires)

    def _row(self, line: SubscriptionLine, sub: Subscription, since: datetime, phase: Phase) -> Row:
        """`access_until` is asked of the running term: what has expired already lost access with it, not today."""
        key = _method_key(line)
        return {
            "number": line.number,
            "csn": line.csn,
            "sku": line.sku,
            "term": line.term.value,
            "seats": line.seats,
            "starts_on": line.starts_on,
            "renews_on": line.renews_on,
            "anchor_day": line.anchor_day,
            "auto_renew": line.auto_renew,
            "channel": line.channel.value,
            "buyer_id": self.people.contacts[person(line.csn, line.buyer_email)][0],
            "primary_admin_id": self.people.contacts[person(line.csn, line.admin_email)][0],
            "method_id": self.people.methods[key] if key else None,
            "method_set_at": self.now if key else None,
            "phase": phase.value,
            "phase_since": self.now if since == ALWAYS else since,
            "access_until": access_until(sub, self.now),
            "shift": timedelta(0),
            "plans": 0,
            "import_id": self.import_id,
        }

    def _term_row(self, line: SubscriptionLine) -> Row:
        return {
            "subscription": line.number,
            "starts_on": line.starts_on,
            "renews_on": line.renews_on,
            "term": line.term.value,
            "seats": line.seats,
            "began_at": self.now,
        }

    def _event_row(self, line: SubscriptionLine, phase: Phase) -> Row:
        return {
            "subscription": line.number,
            "at": self.now,
            "event": "phase",
            "data": {"from": None, "to": phase.value},
            "caused_by": self.imported_by,
        }
