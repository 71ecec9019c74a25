"""What a buyer changes of a stored payment method: the name it goes by, and that it is there at all.

Its kind, token and expiry never change: another one is stored, and the subscriptions are told to use that.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.journal import record_of_customer
from models.methods import same_methods
from models.parties import PaymentMethodRow
from models.payments import UNANSWERED, AttemptRow, OrderRow
from models.store import lock_all
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase

_ROW = PaymentMethodRow


class Removal(StrEnum):
    """What became of a wish to remove a method. `method_in_use` is the code of a refusal."""

    DONE = "done"
    ALREADY = "already"
    IN_USE = "method_in_use"


IN_USE = "A subscription uses this method, or a payment with it is under way; let the subscription use another first."
"""The sentence of that refusal."""


async def name_method(
    session: AsyncSession, method: PaymentMethodRow, label: str | None, *, by: str, now: datetime
) -> bool:
    """Give a method a name, or take it away; is that new? The same token goes by one name, whatever its expiry."""
    other = col(_ROW.label).is_distinct_from(label)
    renaming = update(_ROW).where(*_alike(method), other).values(label=label)
    renamed = await session.execute(renaming.returning(col(_ROW.id)))
    if renamed.first() is None:
        return False
    data = {"method": str(method.id), "kind": method.kind, "has_name": label is not None}
    record_of_customer(session, method.csn, now, "method_named", data, by=by)
    return True


def _alike(method: PaymentMethodRow) -> tuple[ColumnElement[bool], ...]:
    """What the provider knows by the same token."""
    return col(_ROW.csn) == method.csn, col(_ROW.kind) == method.kind, col(_ROW.token) == method.token


async def remove_method(session: AsyncSession, method: PaymentMethodRow, *, by: str, now: datetime) -> Removal:
    """Forget the token of a method that nothing uses. Of what is lapsed it is not the method any more.

    Subscriptions are locked before the method: so does a command that chooses it, which then finds it removed.
    """
    if method.removed_at is not None:
        return Removal.ALREADY
    ids = [each.id for each in await same_methods(session, method)]
    subscription = SubscriptionRow
    uses_it = (col(subscription.csn) == method.csn) & col(subscription.method_id).in_(ids)
    await lock_all(session, (await session.execute(select(col(subscription.number)).where(uses_it))).scalars().all())
    locked = select(_ROW).where(col(_ROW.id).in_(ids)).order_by(col(_ROW.id)).with_for_update()
    rows = (await session.execute(locked.execution_options(populate_existing=True))).scalars().all()
    if all(each.removed_at is not None for each in rows):
        return Removal.ALREADY
    used = exists().where(uses_it, col(subscription.phase) != Phase.LAPSED)
    orders = select(col(OrderRow.id)).where(col(OrderRow.csn) == method.csn)
    paying = exists().where(col(AttemptRow.order_id).in_(orders), col(AttemptRow.method_id).in_(ids))
    if (await session.execute(select(used | paying.where(col(AttemptRow.state).in_(UNANSWERED))))).scalar_one():
        return Removal.IN_USE
    await session.execute(update(subscription).where(uses_it).values(method_id=None, method_set_at=None))
    label = next((each.label for each in rows if each.label), None)
    if label:  # it stays that of the same card with another expiry
        await session.execute(update(_ROW).where(*_alike(method), col(_ROW.id).not_in(ids)).values(label=label))
    for each in rows:
        each.token, each.label, each.removed_at = "", None, now
    data = {"method": str(method.id), "kind": method.kind}
    record_of_customer(session, method.csn, now, "method_removed", data, by=by)
    await session.flush()
    return Removal.DONE
