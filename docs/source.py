"""What only the source can tell: which events are recorded, which alarms raised, which refusals with which sentence."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("activities", "cli", "models", "portfolio", "renewals", "workflows")


def _calls(function: str) -> Iterator[tuple[ast.Call, ast.Module]]:
    """Every call of a function of that name, with the module it stands in."""
    for room in ROOMS:
        for path in sorted((ROOT / room).glob("*.py")):
            module = _parsed(path)
            yield from ((call, module) for name, call in _calls_in(module) if name == function)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _calls_in(module: ast.Module) -> list[tuple[str, ast.Call]]:
    """Every call of something that has a name, with that name."""
    found = []
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                found.append((name, node))
    return found


def _texts(node: ast.expr, module: ast.Module) -> set[str]:
    """The texts that an argument can be: a literal, a choice of two, or a constant of its module or one it imports."""
    match node:
        case ast.Constant(value=str() as text):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return _texts(one, module) | _texts(other, module)
        case ast.Name(id=name):
            for each in module.body:
                if isinstance(each, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in each.targets):
                    return _texts(each.value, module)
                if isinstance(each, ast.ImportFrom) and each.module and name in {alias.name for alias in each.names}:
                    return _texts(node, _parsed(ROOT / f"{each.module.replace('.', '/')}.py"))
    return set()


def events_in_code() -> set[str]:
    """Every event name that is passed to `record` or `record_of_customer`."""
    calls = (each for name in ("record", "record_of_customer") for each in _calls(name))
    return {text for call, module in calls if len(call.args) > 3 for text in _texts(call.args[3], module)}


def alarms_in_code() -> set[str]:
    """Every kind of alarm that is passed to `raise_alarm`, or noticed by the questions of `activities/alarming.py`."""
    raised = {text for call, module in _calls("raise_alarm") for text in _texts(call.args[2], module)}
    noticed = (each for name in ("Noticed", "wave") for each in _calls(name))
    return raised | {text for call, module in noticed for text in _texts(call.args[0], module)}


def refusals_in_code() -> dict[str, list[str]]:
    """Every refusal code with the sentences it comes with, as they are written."""
    found: dict[str, list[str]] = {}
    for call, _ in _calls("Refused"):
        if len(call.args) > 1 and isinstance(call.args[0], ast.Constant):
            sentences = found.setdefault(str(call.args[0].value), [])
            sentence = _sentence(call.args[1])
            if sentence and sentence not in sentences:
                sentences.append(sentence)
    return found


def _sentence(node: ast.expr) -> str:
    """A sentence as written; what is filled in later stands as its last name in capitals."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_sentence(part) for part in parts)
        case ast.FormattedValue(value=value):
            return re.split(r"\W+", ast.unparse(value).strip("()"))[-1].upper().replace("_", " ")
    return ""
