"""What `perennial doctor` looks at: each part that must work, one question each, with what to do when it does not."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlmodel import col

from cli.checks_settings import addresses, examine_provider, mail_goes_in_the_clear, program
from cli.checks_temporal import examine_temporal
from cli.clocks import MAY_DIFFER_BY, ahead_of_the_database, in_words
from cli.desk import TO_GRANT
from cli.findings import Finding, Health, Unwell, look
from cli.output import how_many
from models import schema
from models.grants import lacking
from models.operator_letters import not_reached, recipients
from models.pauses import paused_now
from models.records import AlarmRow, CommandRow
from models.sealing import seal_of
from models.staff import every_operator
from models.subscriptions import SubscriptionRow
from models.webhooks import every_endpoint
from renewals.facts import Phase
from renewals.roles import Role
from settings import Settings
from worker import mailer_of

OLDEST_POSTGRES = 15
MOST_NAMED = 3
ONE_MEGABYTE = "CREATE TEMPORARY TABLE room ON COMMIT DROP AS SELECT * FROM generate_series(1, 30000)"


async def examine(settings: Settings, engine: AsyncEngine) -> list[Finding]:
    """Look at every part. Those that hang on one that cannot be reached are not asked."""
    findings = [
        await look("database", lambda: _database(engine), "Start it, or correct PERENNIAL_DATABASE_URL."),
        await look("mail server", lambda: _mail(settings), "Correct the PERENNIAL_SMTP_… settings."),
        _gateway(settings),
        _signing(settings),
        addresses(settings),
        _zones(),
        program(),
    ]
    if settings.oidc_issuer:
        findings.append(await look("identity provider", lambda: examine_provider(settings), "Let it be reached."))
    if findings[0].health is not Health.WRONG:
        findings += [
            await look("schema", lambda: _schema(settings), "Run `perennial migrate`."),
            await look("clock", lambda: _clock(engine), "Let both machines take their time from the same source."),
        ]
        if findings[-2].health is Health.OK:
            findings.append(await look("writing", lambda: _writing(engine), "See what else the database does."))
            findings.append(await look("portfolio", lambda: _portfolio(engine), "See `perennial list`."))
            findings.append(await look("pauses", lambda: _pauses(engine), "See `perennial pauses`."))
            findings.append(
                await look("operators", lambda: _operators(settings, engine), "See `perennial operator list`.")
            )
            findings.append(
                await look("second factors", lambda: _factors(settings, engine), "See `perennial operator list`.")
            )
            findings.append(
                await look("webhooks", lambda: _webhooks(settings, engine), "See `perennial webhook list`.")
            )
    return findings + await examine_temporal(settings)


async def _database(engine: AsyncEngine) -> str:
    async with engine.connect() as connection:
        number = int((await connection.exec_driver_sql("SHOW server_version_num")).scalar_one())
        read_only = (await connection.exec_driver_sql("SHOW transaction_read_only")).scalar_one() == "on"
        encoding = (await connection.exec_driver_sql("SHOW server_encoding")).scalar_one()
    found = number // 10_000
    if found < OLDEST_POSTGRES:
        raise Unwell(f"PostgreSQL {found}", f"Move to PostgreSQL {OLDEST_POSTGRES} or later.")
    if read_only:
        raise Unwell(f"PostgreSQL {found}, which only reads", "Name the primary server in PERENNIAL_DATABASE_URL.")
    if encoding != schema.ENCODING:
        raise Unwell(
            f"PostgreSQL {found}, which keeps texts in {encoding}", f"Move to a database in {schema.ENCODING}."
        )
    return f"PostgreSQL {found}"


async def _schema(settings: Settings) -> str:
    match await schema.state(settings.database):
        case "current":
            return "current"
        case "newer":
            raise Unwell("written by a newer version of Perennial", "Run that version, or restore a backup.")
        case "foreign":
            cure = "Name an empty database in PERENNIAL_DATABASE_URL, or restore the backup whole."
            raise Unwell("tables, and no record of a version of Perennial", cure)
        case state:
            raise Unwell(state, "Run `perennial migrate`.")


async def _clock(engine: AsyncEngine) -> str:
    async with engine.connect() as connection:
        ahead = await ahead_of_the_database(connection)
    if abs(ahead) > MAY_DIFFER_BY:
        raise Unwell(in_words(ahead), "Let both machines take their time from the same source.")
    return f"{abs(ahead).total_seconds():.1f} s apart from the database's"


async def _writing(engine: AsyncEngine) -> str:
    """May this role write what is written, and has the database's disk room for it? Nothing of it stays."""
    async with engine.connect() as connection:
        role = (await connection.exec_driver_sql("SELECT current_user")).scalar_one()
        missing = await lacking(connection)
        if missing:
            more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
            raise Unwell(f"{role} lacks {', '.join(missing[:MOST_NAMED])}{more}", TO_GRANT)
        await connection.exec_driver_sql(ONE_MEGABYTE)
    return f"{role} may, and there is room for it"


async def _portfolio(engine: AsyncEngine) -> Finding:
    """What waits although everything runs."""
    now = datetime.now(UTC)
    row, alarm, command = SubscriptionRow, AlarmRow, CommandRow
    late = sa.select(sa.func.count()).where(
        sa.or_(col(row.next_step_at).is_(None), col(row.next_step_at) < now - timedelta(minutes=10)),
        col(row.phase) != Phase.LAPSED,
    )
    alarms = sa.select(sa.func.count()).where(col(alarm.cleared_at).is_(None))
    unanswered = sa.select(sa.func.count()).where(
        col(command.outcome).is_(None), col(command.stored_at) < now - timedelta(minutes=10)
    )
    async with engine.connect() as connection:
        counts = [(await connection.execute(query)).scalar_one() for query in (late, alarms, unanswered)]
    names = (
        ("subscription late or unplanned", "subscriptions late or unplanned"),
        ("alarm open", "alarms open"),
        ("command unanswered", "commands unanswered"),
    )
    seen = ", ".join(how_many(count, *name) for count, name in zip(counts, names, strict=True))
    if counts[0] or counts[2]:
        return Finding("portfolio", Health.WARN, seen, "Is a worker running? See the console and `perennial list`.")
    if counts[1]:
        return Finding("portfolio", Health.WARN, seen, "See `perennial alarms list`.")
    return Finding("portfolio", Health.OK, seen)


async def _pauses(engine: AsyncEngine) -> Finding:
    """What operators have stopped."""
    async with async_sessionmaker(engine)() as session:
        paused = await paused_now(session)
    if not paused:
        return Finding("pauses", Health.OK, "none")
    seen = "; ".join(f"all {each.what} by {each.began_by}: {each.began_because}" for each in paused)
    return Finding("pauses", Health.WARN, seen, "Let them go on with `perennial resume` when the reason is gone.")


async def _operators(settings: Settings, engine: AsyncEngine) -> Finding:
    """Can anybody govern the console, and does anybody hear of a grave alarm?"""
    part = "operators"
    async with async_sessionmaker(engine)() as session:
        rows = [row for row in await every_operator(session) if row.disabled_at is None]
        told = await recipients(session, "alert", dict.fromkeys(settings.addresses(settings.alert_to), "en"))
        lost = await not_reached(session, told)
    if settings.oidc_issuer is None and not any(row.role == Role.ADMIN for row in rows):
        return Finding(part, Health.WARN, "there is no admin: nobody lets people in", "Run `perennial operator add`.")
    if not (told or settings.local_stack):
        return Finding(part, Health.WARN, "grave alarms are mailed to nobody", "Set PERENNIAL_ALERT_TO.")
    if lost:
        seen, cure = (
            f"the last letter did not reach {', '.join(lost)}",
            "Correct the address; or see the mail server's log.",
        )
        return Finding(part, Health.WARN, seen, cure)
    return Finding(part, Health.OK, f"{len(rows)} let in")


async def _factors(settings: Settings, engine: AsyncEngine) -> Finding:
    """Can operators who sign in by password and code still do so?"""
    part, keys = "second factors", settings.sealed_under
    async with async_sessionmaker(engine)() as session:
        rows = [row for row in await every_operator(session) if row.totp_secret]
    if not keys and (rows or settings.oidc_issuer is None):
        seen = "PERENNIAL_SEAL_KEYS is not set: nobody can set up or use one"
        return Finding(part, Health.WARN, seen, "Set it to 32 random characters or more, the same for every console.")
    seal = seal_of(keys)
    lost = [row.name for row in rows if seal is None or seal.open(row.totp_secret or "", row.name) is None]
    if lost:
        seen = f"no key opens those of {', '.join(lost)}"
        return Finding(part, Health.WARN, seen, "Set their key in PERENNIAL_SEAL_KEYS, or `perennial operator reset`.")
    if seal and not all(seal.is_newest(row.totp_secret or "") for row in rows):
        return Finding(part, Health.WARN, "some are closed under an older key", "Run `perennial operator reseal`.")
    return Finding(part, Health.OK, f"{len(rows)} closed")


async def _webhooks(settings: Settings, engine: AsyncEngine) -> Finding:
    """Can what other systems are told be signed?"""
    part, seal = "webhooks", seal_of(settings.sealed_under)
    async with async_sessionmaker(engine)() as session:
        rows = await every_endpoint(session)
    lost = [str(row.id) for row in rows if row.secret_by(seal) is None]
    if lost:
        seen = f"told nothing, as no key opens their secret: {', '.join(lost)}"
        return Finding(part, Health.WARN, seen, "Set their key in PERENNIAL_SEAL_KEYS, or add them anew.")
    if seal and not all(seal.is_newest(row.secret or "") for row in rows):
        return Finding(part, Health.WARN, "some are closed under an older key", "Run `perennial operator reseal`.")
    return Finding(part, Health.OK, how_many(len(rows), "endpoint"))


async def _mail(settings: Settings) -> Finding | str:
    async with mailer_of(settings) as mailer:
        problem = await mailer.try_out()
    if problem:
        raise Unwell(problem, "Start it, or correct the PERENNIAL_SMTP_… settings.")
    seen = f"{settings.smtp_host}:{settings.smtp_port} takes mail, TLS {settings.smtp_tls}"
    if settings.smtp_password and not settings.smtp_username:
        return Finding(
            "mail server", Health.WARN, seen, "Set PERENNIAL_SMTP_USERNAME: a password alone logs nobody in."
        )
    if mail_goes_in_the_clear(settings):
        return Finding("mail server", Health.WARN, seen, "Set PERENNIAL_SMTP_TLS: the network can read the letters.")
    return seen


def _gateway(settings: Settings) -> Finding:
    if settings.gateway == "sandbox" and not settings.local_stack:
        return Finding("gateway", Health.WARN, "sandbox: it moves no money", "Good for trials; not for customers.")
    return Finding("gateway", Health.OK, settings.gateway)


def _signing(settings: Settings) -> Finding:
    if settings.signing or settings.local_stack:
        return Finding("previews", Health.OK, "signed")
    return Finding(
        "previews",
        Health.WARN,
        "PERENNIAL_SIGNING_KEY is not set: no price that a buyer was shown binds",
        "Set it to 32 random characters or more, the same for console and worker.",
    )


def _zones() -> Finding:
    found = f"tzdata {version('tzdata')}"
    if zoneinfo.TZPATH:
        return Finding("zone data", Health.WRONG, f"{found}, but the host's is read", "Report this: it is a fault.")
    return Finding("zone data", Health.OK, found)
