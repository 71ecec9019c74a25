"""The staged lines of a usage file against each other and against what is stored: bad ones, news, and their writing.

All of it is asked of the database, so that memory stays flat however many lines there are. A bad line is marked and
then counts for nothing, so the order of the checks matters.
"""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from portfolio.problems import LISTED, Problem, Problems
from portfolio.usage_report import Oddity, UsageReport

STAGE = (
    """
    CREATE TEMPORARY TABLE IF NOT EXISTS usage_lines (
        line integer PRIMARY KEY, subscription text NOT NULL, "user" text NOT NULL, assigned_on date NOT NULL,
        unassigned_on date, days date[] NOT NULL, used_since date, bad boolean NOT NULL DEFAULT false
    ) ON COMMIT DELETE ROWS
    """,
    "DELETE FROM usage_lines",
)
"""The table stays with its connection, so that telling little and often does not wear out PostgreSQL's catalog."""

_UNKNOWN = """
    SELECT line, subscription AS of FROM usage_lines
    WHERE NOT EXISTS (SELECT FROM subscriptions WHERE number = subscription)
"""
_TWICE = """
    SELECT line, first::text AS of
    FROM (SELECT line, min(line) OVER (PARTITION BY subscription, "user", assigned_on) AS first
          FROM usage_lines WHERE NOT bad) AS each
    WHERE line > first
"""
_OVERLAPS = """
    SELECT line, before::text AS of
    FROM (SELECT line, assigned_on, lag(line) OVER next AS before, lag(unassigned_on) OVER next AS ended_on
          FROM usage_lines WHERE NOT bad
          WINDOW next AS (PARTITION BY subscription, "user" ORDER BY assigned_on)) AS each
    WHERE before IS NOT NULL AND (ended_on IS NULL OR ended_on > assigned_on)
"""
_OVERLAPS_STORED = """
    SELECT each.line, min(stored.assigned_on)::text AS of
    FROM usage_lines AS each
    JOIN seat_assignments AS stored USING (subscription, "user")
    WHERE NOT each.bad AND stored.assigned_on <> each.assigned_on
      AND daterange(stored.assigned_on, stored.unassigned_on) && daterange(each.assigned_on, each.unassigned_on)
      AND NOT EXISTS (
          SELECT FROM usage_lines AS other
          WHERE NOT other.bad AND other.subscription = stored.subscription AND other."user" = stored."user"
            AND other.assigned_on = stored.assigned_on)
    GROUP BY each.line
"""
_CHECKS = (
    (_UNKNOWN, "subscription", "is {of}, which is no stored subscription; import it first or correct the number."),
    (_TWICE, "user", "the same assignment stands in {line} {of} already (subscription, user, assigned_on); keep one."),
    (_OVERLAPS, "assigned_on", "lies before the end of this user's assignment in {line} {of}; give that one an end."),
    (
        _OVERLAPS_STORED,
        "assigned_on",
        "overlaps with this user's stored assignment that begins on {of}; use that date, or add a {line} that ends it.",
    ),
)


async def mark_bad(connection: AsyncConnection, file: str, problems: Problems, *, called: str = "line") -> int:
    """Mark the staged lines that do not fit, and add what is wrong with each; how many there are.

    `called` is what the sentences call a line.
    """
    marked = 0
    for check, column, reason in _CHECKS:
        statement = f"""
            WITH found AS ({check}),
                 marked AS (UPDATE usage_lines SET bad = true FROM found WHERE usage_lines.line = found.line
                            RETURNING usage_lines.line, found.of)
            SELECT line, of, count(*) OVER () FROM marked ORDER BY line LIMIT {LISTED}
        """  # noqa: S608 - constants of this module
        rows = (await connection.execute(text(statement))).all()
        for line, of, _ in rows:
            problems.add(Problem(file, line, column, reason.format(of=of, line=called)))
        count = rows[0][2] if rows else 0
        problems.count += count - len(rows)
        marked += count
    return marked


_COUNTS = """
    SELECT count(*) FILTER (WHERE stored.subscription IS NULL),
           count(*) FILTER (WHERE stored.unassigned_on IS DISTINCT FROM each.unassigned_on
                            AND stored.subscription IS NOT NULL),
           count(*)
    FROM usage_lines AS each
    LEFT JOIN seat_assignments AS stored USING (subscription, "user", assigned_on)
    WHERE NOT each.bad
"""
_NEW_DAYS = """
    SELECT count(*) FROM usage_lines AS each
    CROSS JOIN LATERAL unnest(each.days) AS told (day)
    LEFT JOIN days_of_use AS used
        ON used.subscription = each.subscription AND used."user" = each."user" AND used.used_on = told.day
    WHERE NOT each.bad AND used.subscription IS NULL
"""
_LISTS = """
    SELECT subscription, "user", greatest(max(used_since), max(unlisted_until) + 1) AS since,
           CAST(:told_on AS date) AS until
    FROM (
        SELECT subscription, "user", used_since,
               CASE WHEN used_since IS NULL THEN coalesce(unassigned_on, 'infinity') END AS unlisted_until
        FROM usage_lines WHERE NOT bad
        UNION ALL
        SELECT stored.subscription, stored."user", NULL, coalesce(stored.unassigned_on, 'infinity')
        FROM seat_assignments AS stored
        WHERE (stored.subscription, stored."user") IN (
                SELECT subscription, "user" FROM usage_lines WHERE NOT bad AND used_since IS NOT NULL)
          AND NOT EXISTS (
                SELECT FROM usage_lines AS named WHERE NOT named.bad AND named.subscription = stored.subscription
                AND named."user" = stored."user" AND named.assigned_on = stored.assigned_on)
    ) AS each
    GROUP BY subscription, "user"
    HAVING count(used_since) > 0 AND greatest(max(used_since), max(unlisted_until) + 1) <= :told_on
"""
"""A list has the days of its own assignment; of a user with another one only those after the end of that are known."""
_LISTED_ANEW = f"""
    SELECT count(*) FROM ({_LISTS}) AS each
    LEFT JOIN days_listed AS stored USING (subscription, "user")
    WHERE stored.subscription IS NULL OR each.since < stored.since OR each.until > stored.until
"""  # noqa: S608 - a constant
_TOLD_ANEW = """
    SELECT count(*) FROM (SELECT DISTINCT subscription FROM usage_lines WHERE NOT bad) AS each
    WHERE NOT EXISTS (SELECT FROM usage_told AS told
                      WHERE told.subscription = each.subscription AND told.told_on >= :told_on)
"""
_ODDITIES = f"""
    WITH named AS (
        SELECT subscription, "user", assigned_on, unassigned_on FROM usage_lines WHERE NOT bad
    ), held AS (
        SELECT * FROM named
        UNION ALL
        SELECT stored.subscription, stored."user", stored.assigned_on, stored.unassigned_on
        FROM seat_assignments AS stored
        WHERE stored.subscription IN (SELECT subscription FROM named)
          AND NOT EXISTS (SELECT FROM named WHERE named.subscription = stored.subscription
                          AND named."user" = stored."user" AND named.assigned_on = stored.assigned_on)
    )
    SELECT number, seats, count(*) AS assigned, count(*) OVER () FROM held
    JOIN subscriptions ON number = subscription
    WHERE assigned_on <= :told_on AND (unassigned_on IS NULL OR unassigned_on > :told_on)
    GROUP BY number, seats HAVING count(*) > seats
    ORDER BY number LIMIT {LISTED}
"""  # noqa: S608 - a constant


async def compare(connection: AsyncConnection, report: UsageReport) -> UsageReport:
    """What of the good lines is new, told otherwise, or said already; and where users outnumber seats."""
    day = {"told_on": report.told_on}
    assigned, changed, lines = (await connection.execute(text(_COUNTS))).one()
    days = (await connection.execute(text(_NEW_DAYS))).scalar_one()
    listed = (await connection.execute(text(_LISTED_ANEW), day)).scalar_one()
    told_anew = (await connection.execute(text(_TOLD_ANEW), day)).scalar_one()
    odd = (await connection.execute(text(_ODDITIES), day)).all()
    return replace(
        report,
        subscriptions=told_anew,
        assigned=assigned,
        changed=changed,
        unchanged=lines - assigned - changed,
        days=days,
        listed=listed,
        oddities=tuple(Oddity(number, seats, count) for number, seats, count, _ in odd),
        oddity_count=odd[0][3] if odd else 0,
    )


_SEATS_MOVED = """
    INSERT INTO events (subscription, at, event, data, caused_by)
    SELECT number, :now + shift, 'assignments', jsonb_build_object('begun', begun, 'changed', changed), :by
    FROM (
        SELECT each.subscription, count(*) FILTER (WHERE stored.subscription IS NULL) AS begun,
               count(*) FILTER (WHERE stored.subscription IS NOT NULL) AS changed
        FROM usage_lines AS each
        LEFT JOIN seat_assignments AS stored USING (subscription, "user", assigned_on)
        WHERE NOT each.bad
          AND (stored.subscription IS NULL OR stored.unassigned_on IS DISTINCT FROM each.unassigned_on)
        GROUP BY each.subscription
    ) AS moved
    JOIN subscriptions ON number = moved.subscription
"""
_CHANGE = """
    UPDATE seat_assignments AS stored SET unassigned_on = each.unassigned_on, told_at = :now, told_by = :by
    FROM usage_lines AS each
    WHERE NOT each.bad AND stored.subscription = each.subscription AND stored."user" = each."user"
      AND stored.assigned_on = each.assigned_on AND stored.unassigned_on IS DISTINCT FROM each.unassigned_on
      AND each.unassigned_on IS {what}
"""
_ADD = """
    INSERT INTO seat_assignments (subscription, "user", assigned_on, unassigned_on, told_at, told_by)
    SELECT subscription, "user", assigned_on, unassigned_on, :now, :by FROM usage_lines WHERE NOT bad
    ON CONFLICT (subscription, "user", assigned_on) DO NOTHING
"""
_ADD_DAYS = """
    INSERT INTO days_of_use (subscription, "user", used_on)
    SELECT subscription, "user", told.day FROM usage_lines CROSS JOIN LATERAL unnest(days) AS told (day) WHERE NOT bad
    ON CONFLICT DO NOTHING
"""
_TOUCHES = "excluded.since <= days_listed.until + 1 AND days_listed.since <= excluded.until + 1"
_LIST_DAYS = f"""
    INSERT INTO days_listed (subscription, "user", since, until) {_LISTS}
    ON CONFLICT (subscription, "user") DO UPDATE
    SET since = CASE WHEN {_TOUCHES} THEN least(days_listed.since, excluded.since) ELSE excluded.since END,
        until = greatest(days_listed.until, excluded.until)
    WHERE {_TOUCHES} OR excluded.until > days_listed.until
"""  # noqa: S608 - a constant
"""Two lists that leave no day out between them are one; of two that do, the newer one counts."""
_TELL = """
    INSERT INTO usage_told (subscription, told_on, told_at, told_by)
    SELECT DISTINCT subscription, CAST(:told_on AS date), CAST(:now AS timestamptz), :by FROM usage_lines WHERE NOT bad
    ON CONFLICT (subscription) DO UPDATE
    SET told_on = excluded.told_on, told_at = excluded.told_at, told_by = excluded.told_by
    WHERE usage_told.told_on < excluded.told_on
"""


async def write(connection: AsyncConnection, *, now: datetime, by: str, told_on: date) -> None:
    """Write the good lines. Ends come before beginnings: nobody has a seat twice, not for a moment."""
    facts = {"now": now, "by": by}
    await connection.execute(text(_SEATS_MOVED), facts)
    for what in ("NOT NULL", "NULL"):
        await connection.execute(text(_CHANGE.format(what=what)), facts)
    await connection.execute(text(_ADD), facts)
    await connection.execute(text(_ADD_DAYS))
    await connection.execute(text(_LIST_DAYS), {"told_on": told_on})
    await connection.execute(text(_TELL), facts | {"told_on": told_on})
