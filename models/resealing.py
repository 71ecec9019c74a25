"""A new key: every secret that is stored closed is opened by the key that it has, and closed under the newest one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.audit import audit
from models.operators import OperatorRow
from models.sealing import Seal
from models.webhooks import EndpointRow


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many second factors and webhooks were not under the newest key; and whose no key of ours opens."""

    factors: int
    webhooks: int
    lost_factors: Sequence[str] = ()
    lost_webhooks: Sequence[str] = ()


async def reseal(session: AsyncSession, seal: Seal, *, by: str, reason: str, now: datetime) -> Resealed:
    """Close all of them under the newest key. What no key opens is left as it is."""
    operator, endpoint = OperatorRow, EndpointRow
    factors = select(operator).where(col(operator.totp_secret).is_not(None)).order_by(col(operator.name))
    webhooks = select(endpoint).where(col(endpoint.secret).is_not(None)).order_by(col(endpoint.id))
    counts, lost = [0, 0], (list[str](), list[str]())
    for row in await session.scalars(factors.with_for_update()):
        row.totp_secret, changed = _again(seal, row.totp_secret or "", row.name)
        counts[0] += bool(changed)
        lost[0].extend([row.name] if changed is None else ())
    for hook in await session.scalars(webhooks.with_for_update()):
        hook.secret, changed = _again(seal, hook.secret or "", str(hook.id))
        counts[1] += bool(changed)
        lost[1].extend([str(hook.id)] if changed is None else ())
    if any(counts):
        data = {"operators": counts[0], "webhooks": counts[1]}
        audit(session, now, by, "operator.reseal", "", reason=reason, data=data)
    return Resealed(counts[0], counts[1], lost[0], lost[1])


def _again(seal: Seal, closed: str, of: str) -> tuple[str, bool | None]:
    """Closed under the newest key, and whether it was not before; None where no key opens it."""
    secret = seal.open(closed, of)
    if secret is None:
        return closed, None
    return (closed, False) if seal.is_newest(closed) else (seal.close(secret, of), True)
