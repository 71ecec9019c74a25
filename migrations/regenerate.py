"""Write `versions/0001_first.py` anew from `models.tables`: `python -m migrations.regenerate`.

Only while nothing is released. From then on a change of tables is a further migration, written by hand, and this
module goes.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import AutoString

from cli.stack_postgres import running_postgres
from models.tables import METADATA

TARGET = Path(__file__).parent / "versions" / "0001_first.py"

HEAD = '''"""The first schema: every table, what of them only grows, the rulebook, decline codes, legal rules."""

from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from renewals.declines import DEFAULT_CLASSES
from renewals.legal import DEFAULT_RULES

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _create_tables()
    _protect_what_only_grows()
    _count_whoever_adds_events()
    _number_the_rulebook()
    _fill_decline_codes()
    _fill_legal_rules()


def _protect_what_only_grows() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% are only ever added: % is refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
        END
        $$
        """
    )
    for table in ("events", "prices", "policies", "legal_rules", "audit"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()
            """
        )


def _count_whoever_adds_events() -> None:
    """A transaction has its own id before it draws one for an event: see models/settled.py."""
    op.execute(
        """
        CREATE FUNCTION draw_a_transaction_id() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_current_xact_id();
            RETURN NULL;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER events_are_counted BEFORE INSERT ON events
        FOR EACH STATEMENT EXECUTE FUNCTION draw_a_transaction_id()
        """
    )


def _number_the_rulebook() -> None:
    op.execute("INSERT INTO rulebook VALUES (1, gen_random_uuid())")
    op.execute(
        """
        CREATE FUNCTION revise_the_rulebook() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE rulebook SET revision = gen_random_uuid();
            RETURN NULL;
        END
        $$
        """
    )
    for table in ("prices", "policies", "legal_rules"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_revise AFTER INSERT ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION revise_the_rulebook()
            """
        )


def _fill_decline_codes() -> None:
    codes = sa.table("decline_codes", sa.column("code"), sa.column("decline_class"))
    op.bulk_insert(codes, [{"code": code, "decline_class": kind.value} for code, kind in DEFAULT_CLASSES.items()])


def _fill_legal_rules() -> None:
    rows = [_legal_rule_row(asdict(rule)) for rule in DEFAULT_RULES]
    content = sa.column("content", postgresql.JSONB())
    op.bulk_insert(sa.table("legal_rules", content, *(sa.column(name) for name in rows[0] if name != "content")), rows)


def _legal_rule_row(rule: dict[str, Any]) -> dict[str, Any]:
    set_at = datetime.combine(rule["verified_on"], time(), UTC)
    first = {"rule": rule.pop("id"), "version": 1, "withdrawn": False}
    return first | rule | {"set_by": "system", "reason": "known when this version was made", "set_at": set_at}


def _create_tables() -> None:
'''


def _render(type_: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """SQLModel's own string type, as what it is in PostgreSQL."""
    return "sa.String()" if type_ == "type" and isinstance(item, AutoString) else False


def _body(connection: sa.Connection) -> str:
    options = {"render_item": _render, "sqlalchemy_module_prefix": "sa.", "alembic_module_prefix": "op."}
    context = MigrationContext.configure(connection, opts=options | {"target_metadata": METADATA})
    script = produce_migrations(context, METADATA)
    assert script.upgrade_ops is not None
    schemas = sorted({table.schema for table in METADATA.tables.values() if table.schema})
    code = render_python_code(script.upgrade_ops, render_item=_render, migration_context=context)
    for noise in (r"op\.f\(('[^']+')\)", r"(),? unique=False", r"(JSONB\()astext_type=sa\.Text\(\)"):
        code = re.sub(noise, r"\1", code)
    lines = [f'op.execute("CREATE SCHEMA {schema}")' for schema in schemas]
    lines += [line.removeprefix("    ") for line in code.splitlines() if not line.lstrip().startswith("#")]
    return textwrap.indent("\n".join(lines), "    ") + "\n"


async def _generate() -> None:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        async with running_postgres(place / "data", place / "log", throw_away=True) as (url, _):
            engine = create_async_engine(url)
            async with engine.connect() as connection:
                TARGET.write_text(HEAD + await connection.run_sync(_body))
            await engine.dispose()


if __name__ == "__main__":
    asyncio.run(_generate())
    for step in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, str(TARGET)], check=True)  # noqa: S603 - our own file
