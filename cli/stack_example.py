"""The example portfolio: what a newcomer finds in the local stack after its first start."""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from cli.stack_process import StackFailed
from models.engine import Sessions
from models.tables import ImportRow
from portfolio.golive import go_live
from portfolio.importing import import_portfolio

_BY = "operator:perennial-up"
_REASON = "the example goes live on the first start"


async def bring_example_to_life(sessions: Sessions, folder: Path) -> str:
    """Import the portfolio in `folder` into a database that never saw an import, and go live, all of it or nothing.

    Returns what was done. Raises StackFailed when the portfolio has bad lines.
    """
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        if await session.scalar(sa.select(sa.func.count()).select_from(ImportRow)):
            return "imported before"
        report = await import_portfolio(session, folder, now=now, imported_by=_BY)
        if report.problems:
            first = report.problems[0]
            raise StackFailed(f"The example portfolio in {folder} cannot be imported: {first}.")
        await go_live(session, wall_now=now, by=_BY, reason=_REASON)
        return f"{report.subscriptions.added} subscriptions imported and live"
