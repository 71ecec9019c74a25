"""How columns of every table are declared: instants, enumerations, amounts, ids, and the names of constraints."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import BigInteger, CheckConstraint, Column, ColumnElement, DateTime, String, any_, bindparam, literal
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def one_of(column: str, values: Iterable[StrEnum] | Iterable[str], *, optional: bool = False) -> CheckConstraint:
    """The column holds one of these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    null = f"{column} IS NULL OR " if optional else ""
    return CheckConstraint(f"{null}{column} IN ({listed})", name=f"{column}_known")


def instant(*, nullable: bool = False) -> Any:
    """A UTC instant."""
    if nullable:
        return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)
    return Field(sa_type=DateTime(timezone=True), nullable=False)


def json() -> Any:
    """A JSON object, empty unless given."""
    return Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))


def key() -> Any:
    """A random primary key."""
    return Field(default_factory=uuid4, primary_key=True)


def amount(*, nullable: bool = False) -> Any:
    """Money in minor units of the row's currency."""
    if nullable:
        return Field(default=None, sa_type=BigInteger, nullable=True)
    return Field(sa_type=BigInteger, nullable=False)


def fixed(value: str) -> ColumnElement[str]:
    """A value that is written into the statement, so that PostgreSQL sees which partial index holds it."""
    return literal(value, String, literal_execute=True)


def among(column: Any, parameter: str) -> ColumnElement[bool]:
    """Is the column's value one of those in the list that the statement is given under that name?

    One statement for lists of any length: it is compiled, and prepared by the server, once.
    """
    return column == any_(bindparam(parameter, type_=ARRAY(column.type)))  # type: ignore[no-any-return]


def one_of_these(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """The same of a list that is at hand: one parameter, however many there are."""
    return column == any_(literal(list(values), ARRAY(column.type)))  # type: ignore[no-any-return]
