"""The tables of api.md."""

from collections.abc import Callable, Mapping

from console.api.app import description
from docs.explained import ARGUMENTS
from docs.tables import check_words, table
from renewals.commands import Name


def _routes() -> str:
    """Every operation of the API: what it takes beside its address, and what it is for."""
    rows = []
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            takes = [each["name"] for each in operation.get("parameters", ()) if each["in"] != "path"]
            named = ", ".join(f"`{name}`" for name in takes)
            rows.append((f"`{method.upper()} {path}`", named, operation["description"]))
    return table(("route", "parameters and headers", "what for"), rows)


def _arguments() -> str:
    """Every command that the API takes; its arguments are what the one reader of them reads."""
    check_words(ARGUMENTS, Name, "command")
    return table(("command", "arguments"), ((f"`{name}`", ARGUMENTS[name]) for name in Name))


BLOCKS: Mapping[str, Callable[[], str]] = {"routes": _routes, "arguments": _arguments}
