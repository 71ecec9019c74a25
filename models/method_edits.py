"""What a buyer changes of a stored payment method: the name it goes by, and that it is there at all.

Its kind, token and expiry never change: another one is stored, and the subscriptions are told to use that.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select, update
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
    renamed = [each for each in await _lock_alike(session, method) if each.label != label]
    if not renamed:
        return False
    for each in renamed:
        each.label = label
    data = {"method": str(method.id), "kind": method.kind, "has_name": label is not None}
    record_of_customer(session, method.csn, now, "method_named", data, by=by)
    return True


async def _lock_alike(session: AsyncSession, method: PaymentMethodRow) -> Sequence[PaymentMethodRow]:
    """What the provider knows by the same token, in the order of ids: two who edit it would deadlock otherwise.

    Who uses it goes on meanwhile.
    """
    alike = col(_ROW.csn) == method.csn, col(_ROW.kind) == method.kind, col(_ROW.token) == method.token
    locked = select(_ROW).where(*alike).order_by(col(_ROW.id)).with_for_update(key_share=True)
    return (await session.execute(locked.execution_options(populate_existing=True))).scalars().all()


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
    alike = await _lock_alike(session, method)
    rows = [each for each in alike if each.id in ids]
    if not rows:  # another one removed it meanwhile, and its token with it
        return Removal.ALREADY
    await session.execute(select(col(_ROW.id)).where(col(_ROW.id).in_(ids)).order_by(col(_ROW.id)).with_for_update())
    used = exists().where(uses_it, col(subscription.phase) != Phase.LAPSED)
    orders = select(col(OrderRow.id)).where(col(OrderRow.csn) == method.csn)
    paying = exists().where(col(AttemptRow.order_id).in_(orders), col(AttemptRow.method_id).in_(ids))
    if (await session.execute(select(used | paying.where(col(AttemptRow.state).in_(UNANSWERED))))).scalar_one():
        return Removal.IN_USE
    await session.execute(update(subscription).where(uses_it).values(method_id=None, method_set_at=None))
    label = next((each.label for each in rows if each.label), None)
    for each in alike if label else ():  # it stays that of the same card with another expiry
        each.label = label
    for each in rows:
        each.token, each.label, each.removed_at = "", None, now
    data = {"method": str(method.id), "kind": method.kind}
    record_of_customer(session, method.csn, now, "method_removed", data, by=by)
    await session.flush()
    return Removal.DONE
