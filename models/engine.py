"""The connection to PostgreSQL: one engine per process, sessions whose objects outlive their commit."""

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

Sessions = async_sessionmaker[AsyncSession]


def create_engine(url: str, *, connections: int = 10) -> AsyncEngine:
    """An engine for `postgresql://…`; instants come back in UTC whatever the server's zone is.

    Parameters are hidden from error messages: those end in logs and Temporal histories, where no name or address may.
    """
    driver_url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_async_engine(
        driver_url,
        pool_size=connections,
        max_overflow=connections,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": "-c timezone=UTC"},
    )


def sessions_of(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False)
