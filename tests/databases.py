"""Databases for tests: made once, lent to one test after the other, and put back as they were in between.

Making a database costs a quarter of a second, emptying one a hundredth. Each keeps its engine with the connections and
compiled statements, and the connection that empties it with the plans for that.
"""

from itertools import count

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.stack_postgres import database_named, plain_address, run_sql
from models import schema
from models.engine import create_engine

_REMEMBER = """
    CREATE SCHEMA as_migrated;
    CREATE TABLE as_migrated.tables AS
        SELECT format('%I.%I', schemaname, tablename) AS name,
               format('as_migrated.%I', schemaname || '_' || tablename) AS kept
        FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'as_migrated');
    CREATE TABLE as_migrated.sequences AS
        SELECT format('%I.%I', schemaname, sequencename) AS name, start_value AS first FROM pg_sequences;
    DO $$ DECLARE each record; BEGIN
        FOR each IN SELECT * FROM as_migrated.tables LOOP
            EXECUTE format('CREATE TABLE %s AS SELECT * FROM %s', each.kept, each.name);
        END LOOP;
    END $$;
    CREATE FUNCTION as_migrated.shape() RETURNS text LANGUAGE sql AS $$
        SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
            SELECT concat('constraint ', oid, convalidated) AS part FROM pg_constraint WHERE oid >= 16384
            UNION ALL SELECT concat('trigger ', oid, tgenabled) FROM pg_trigger WHERE oid >= 16384
            UNION ALL SELECT concat('function ', oid) FROM pg_proc WHERE oid >= 16384
            UNION ALL SELECT concat('relation ', oid, relacl) FROM pg_class WHERE oid >= 16384
            UNION ALL SELECT concat('column ', attrelid, ' ', attnum, attnotnull, attisdropped) FROM pg_attribute
                WHERE attrelid >= 16384 AND attnum > 0
        ) AS parts
    $$;
    CREATE TABLE as_migrated.shapes (shape text);
    DO $make$ DECLARE each record; filled boolean; steps text := ''; BEGIN
        FOR each IN SELECT * FROM as_migrated.tables LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %s)', each.kept) INTO filled;
            IF filled THEN
                steps := steps || format('DELETE FROM %1$s; '
                    'INSERT INTO %1$s OVERRIDING SYSTEM VALUE SELECT * FROM %2$s;', each.name, each.kept);
            ELSE
                steps := steps || format('IF EXISTS (SELECT FROM %1$s) THEN DELETE FROM %1$s; END IF;', each.name);
            END IF;
        END LOOP;
        FOR each IN SELECT * FROM as_migrated.sequences LOOP
            steps := steps || format('IF (SELECT is_called OR last_value <> %2$s FROM %1$s) THEN '
                'PERFORM setval(%1$L, %2$s, false); END IF;', each.name, each.first);
        END LOOP;
        EXECUTE format($reset$
            CREATE FUNCTION as_migrated.reset() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
                PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle';
                IF as_migrated.shape() <> (SELECT shape FROM as_migrated.shapes) THEN
                    RAISE EXCEPTION 'the tables are not as they were';
                END IF;
                SET LOCAL lock_timeout = '5s';
                SET LOCAL session_replication_role = replica;
                %s
            END $$
        $reset$, steps);
    END $make$;
    INSERT INTO as_migrated.shapes SELECT as_migrated.shape();
"""
"""PostgreSQL's own has numbers below 16384. A table that was empty is emptied only if it holds a row."""


class Databases:
    """The databases of one server."""

    def __init__(self, server_url: str) -> None:
        self._server_url, self._numbers, self._free = server_url, count(1), list[str]()
        self._engines = dict[str, AsyncEngine]()
        self._cleaning = dict[str, psycopg.AsyncConnection]()

    async def prepare(self) -> None:
        """Migrate the one that all others are copied from, and let it remember how it is."""
        await run_sql(self._server_url, "CREATE DATABASE template")
        await schema.upgrade(database_named(self._server_url, "template"))
        await run_sql(database_named(self._server_url, "template"), _REMEMBER)

    async def lend(self) -> str:
        """The address of one that is as it was migrated."""
        if not self._free:
            name = f"test_{next(self._numbers)}"
            await run_sql(self._server_url, f"CREATE DATABASE {name} TEMPLATE template")
            self._free.append(name)
        return database_named(self._server_url, self._free.pop())

    def engine(self, url: str) -> AsyncEngine:
        """The engine for a database that is lent."""
        if url not in self._engines:
            self._engines[url] = create_engine(url)
        return self._engines[url]

    async def close(self) -> None:
        for connection in self._cleaning.values():
            await connection.close()
        for engine in self._engines.values():
            await engine.dispose()

    async def take_back(self, url: str) -> None:
        """Put it back as it was; one that a test has changed beyond that is thrown away."""
        name = url.partition("?")[0].rpartition("/")[2]
        try:
            await self._reset(url)
        except psycopg.Error:
            if url in self._cleaning:
                await self._cleaning.pop(url).close()
            if url in self._engines:
                await self._engines.pop(url).dispose()
            await run_sql(self._server_url, f"DROP DATABASE {name} WITH (FORCE)")
        else:
            self._free.append(name)

    async def _reset(self, url: str) -> None:
        if url not in self._cleaning:
            self._cleaning[url] = await psycopg.AsyncConnection.connect(plain_address(url), autocommit=True)
        await self._cleaning[url].execute("SELECT as_migrated.reset()")
