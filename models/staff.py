"""Who of the staff may come in: operators are added, given another role, disabled and reset, each act on the audit.

Disabling, resetting and another role end every session of the person, from the commit on. Whoever may not see to alarms
any more has none from then on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.audit import audit
from models.journal import SYSTEM
from models.operators import OperatorLinkRow, OperatorRow, OperatorSessionRow, RecoveryCodeRow
from models.records import AlarmRow
from models.tokens import digest, new_token
from renewals.roles import May, Role, may

LINK_LIVES = timedelta(minutes=30)
"""How long a one-time link can be used: long enough to hand it over."""


PROVIDER = "identity-provider"
"""Who gave a role that came with a sign-in."""
_GROUPS = "its groups changed"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LOCK = 0x5065726F7073
"""Advisory lock key: of two admins who disable each other, one is the last."""


class StaffRefused(Exception):
    """It cannot be done: a code for pages, one sentence for the terminal."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


async def every_operator(session: AsyncSession) -> Sequence[OperatorRow]:
    """All operators there ever were, by name."""
    return (await session.execute(select(OperatorRow).order_by(col(OperatorRow.name)))).scalars().all()


async def who_may(session: AsyncSession, right: May) -> list[str]:
    """Those who are let in and have that right, as `operator:NAME`."""
    rows = await every_operator(session)
    return [f"operator:{row.name}" for row in rows if row.disabled_at is None and may(Role(row.role), right)]


async def find_operator(session: AsyncSession, name: str, *, lock: bool = False) -> OperatorRow:
    """The operator of that name. Raises `StaffRefused` when there is none."""
    row = await session.get(OperatorRow, name, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise StaffRefused(
            "unknown", "There is no operator of that name; `perennial operator list` shows those that exist."
        )
    return row


async def add_operator(
    session: AsyncSession, name: str, email: str, role: Role, *, by: str, reason: str, now: datetime
) -> str:
    """A new local account; the token of the link by which it is set up. Raises `StaffRefused` for a name in use."""
    if await session.get(OperatorRow, name) is not None:
        raise StaffRefused("name_in_use", "There is an operator of that name already; names are never given twice.")
    session.add(OperatorRow(name=name, email=email, role=role, created_at=now, created_by=by, created_because=reason))
    await session.flush()
    audit(session, now, by, "operator.add", name, reason=reason, data={"role": role})
    return _new_link(session, name, by, now)


async def set_role(session: AsyncSession, name: str, role: Role, *, by: str, reason: str, now: datetime) -> bool:
    """Give the operator another role; False when it is that one already. Raises `StaffRefused`."""
    row = await find_operator(session, name, lock=True)
    if row.role == role:
        return False
    await _keep_an_admin(session, row)
    before, row.role = row.role, role.value
    audit(session, now, by, "operator.role", name, reason=reason, data={"from": before, "to": role})
    await end_sessions(session, name, now)
    await _keep_alarms(session, name, role, by=by, reason=reason, now=now)
    return True


async def disable(session: AsyncSession, name: str, *, by: str, reason: str, now: datetime) -> bool:
    """Let the operator in no more; False when disabled already. Raises `StaffRefused`."""
    row = await find_operator(session, name, lock=True)
    if row.disabled_at is not None:
        return False
    await _keep_an_admin(session, row)
    row.disabled_at, row.disabled_by, row.disabled_because = now, by, reason
    audit(session, now, by, "operator.disable", name, reason=reason)
    await end_sessions(session, name, now)
    await _keep_alarms(session, name, None, by=by, reason=reason, now=now)
    return True


async def want_letters(session: AsyncSession, name: str, *, alerts: bool, digest: bool, now: datetime) -> None:
    """What the operator wants to be mailed; nobody decides it for another. Raises `StaffRefused`."""
    row = await find_operator(session, name, lock=True)
    if (row.wants_alerts, row.wants_digest) != (alerts, digest):
        row.wants_alerts, row.wants_digest = alerts, digest
        data = {"alerts": alerts, "digest": digest}
        audit(session, now, f"operator:{name}", "operator.letters", name, data=data)


async def reset(session: AsyncSession, name: str, *, by: str, reason: str, now: datetime) -> str:
    """Forget password and second factor, let a disabled one in again; the token of the link to set up anew.

    Raises `StaffRefused`, also for an account of the identity provider, which has neither.
    """
    row = await find_operator(session, name, lock=True)
    if row.issuer is not None:
        raise StaffRefused("provider", "This operator signs in by the identity provider; reset the account there.")
    row.password_hash = row.totp_secret = row.totp_step = None
    row.disabled_at = row.disabled_by = row.disabled_because = None
    await session.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.operator) == name))
    audit(session, now, by, "operator.reset", name, reason=reason)
    await end_sessions(session, name, now)
    return _new_link(session, name, by, now)


async def local_admin(session: AsyncSession, name: str, *, by: str, reason: str, now: datetime) -> str:
    """The token of a link for the admin of a local stack, who is made where missing."""
    row = await session.get(OperatorRow, name)
    if row is None:
        return await add_operator(session, name, "admin@localhost", Role.ADMIN, by=by, reason=reason, now=now)
    if row.disabled_at is not None:
        return await reset(session, name, by=by, reason=reason, now=now)
    audit(session, now, by, "operator.link", name, reason=reason)
    return _new_link(session, name, by, now)


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """The identity provider knows the person, and we let nobody in: `no_role`, `no_name`, or `disabled` here."""

    code: str


async def admit(
    session: AsyncSession, issuer: str, subject: str, name: str, email: str, role: Role | None, now: datetime
) -> OperatorRow | NotAdmitted:
    """The operator of that identity, with the role that the provider gives today; made at the first sign-in."""
    query = select(OperatorRow).where(col(OperatorRow.issuer) == issuer, col(OperatorRow.subject) == subject)
    row = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if row is None:
        return await _first_sign_in(session, issuer, subject, name, email, role, now)
    if role is None:
        await end_sessions(session, row.name, now)
        await _keep_alarms(session, row.name, None, by=PROVIDER, reason=_GROUPS, now=now)
        return NotAdmitted("no_role")
    if row.disabled_at is not None:
        return NotAdmitted("disabled")
    row.email = email
    if row.role != role:
        data = {"from": row.role, "to": role}
        audit(session, now, PROVIDER, "operator.role", row.name, reason=_GROUPS, data=data)
        row.role = role.value
        await end_sessions(session, row.name, now)
        await _keep_alarms(session, row.name, role, by=PROVIDER, reason=_GROUPS, now=now)
    return row


async def _first_sign_in(
    session: AsyncSession, issuer: str, subject: str, name: str, email: str, role: Role | None, now: datetime
) -> OperatorRow | NotAdmitted:
    if role is None:
        return NotAdmitted("no_role")
    if not _NAME.fullmatch(name) or await session.get(OperatorRow, name) is not None:
        return NotAdmitted("no_name")
    row = OperatorRow(
        name=name,
        email=email,
        role=role,
        issuer=issuer,
        subject=subject,
        created_at=now,
        created_by=PROVIDER,
        created_because="first sign-in",
    )
    session.add(row)
    await session.flush()
    audit(session, now, PROVIDER, "operator.add", name, reason="first sign-in", data={"role": role})
    return row


async def end_sessions(session: AsyncSession, name: str, now: datetime) -> None:
    """Sign the operator out everywhere, and let no link in that was made before."""
    row, link = OperatorSessionRow, OperatorLinkRow
    open_ones = (col(row.operator) == name, col(row.ended_at).is_(None))
    await session.execute(update(row).where(*open_ones).values(ended_at=now))
    unused = (col(link.operator) == name, col(link.used_at).is_(None))
    await session.execute(update(link).where(*unused).values(used_at=now))


async def sign_out(session: AsyncSession, name: str, *, by: str, reason: str, now: datetime) -> None:
    """End every session of the operator, who may sign in again. Raises `StaffRefused`."""
    row = await find_operator(session, name, lock=True)
    await end_sessions(session, row.name, now)
    audit(session, now, by, "session.end", row.name, reason=reason, data={"which": "all"})


async def _keep_alarms(
    session: AsyncSession, name: str, role: Role | None, *, by: str, reason: str, now: datetime
) -> None:
    """Only who may see to alarms keeps those that are open; else each is nobody's again, for somebody to take."""
    if role is not None and may(role, May.ATTEND):
        return
    await _free(session, [f"operator:{name}"], by=by, reason=reason, now=now)


async def free_alarms(session: AsyncSession, now: datetime) -> None:
    """Nobody keeps an open alarm whose account may not see to alarms any more, however that came about."""
    able = set(await who_may(session, May.ATTEND))
    everybody = [f"operator:{row.name}" for row in await every_operator(session)]
    others = [each for each in everybody if each not in able]
    await _free(session, others, by=SYSTEM, reason="its owner may not see to alarms any more", now=now)


async def _free(session: AsyncSession, owners: Sequence[str], *, by: str, reason: str, now: datetime) -> None:
    row = AlarmRow
    theirs = update(row).where(col(row.owner).in_(owners), col(row.cleared_at).is_(None)).values(owner=None)
    for id_, kind, number in await session.execute(theirs.returning(col(row.id), col(row.kind), col(row.subscription))):
        data = {"alarm": str(id_), "kind": kind}
        audit(session, now, by, "alarm.give_up", number, reason=reason, data=data)


def _new_link(session: AsyncSession, name: str, by: str, now: datetime) -> str:
    token, until = new_token(), now + LINK_LIVES
    session.add(OperatorLinkRow(token_hash=digest(token), operator=name, made_at=now, made_by=by, expires_at=until))
    return token


async def _keep_an_admin(session: AsyncSession, row: OperatorRow) -> None:
    """Raises `StaffRefused` where nobody would be left who governs."""
    if row.role != Role.ADMIN or row.disabled_at is not None:
        return
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    others = select(func.count()).where(
        col(OperatorRow.role) == Role.ADMIN,
        col(OperatorRow.disabled_at).is_(None),
        col(OperatorRow.name) != row.name,
    )
    if not await session.scalar(others):
        raise StaffRefused("last_admin", "This is the last admin; make another one first.")
