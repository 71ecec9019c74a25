"""The handbook on an alarm, read from docs/operations.md, so that it is at hand where the alarm is."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from markdown_it import MarkdownIt
from markupsafe import Markup

from console.ops.desk import InDesk
from console.ops.guard import Reads

HANDBOOK = Path(__file__).parents[2] / "docs" / "operations.md"
CHAPTERS = ("Alarms", "Runbooks")

_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")

routes = APIRouter(prefix="/runbooks")


@routes.get("/{name}")
async def runbook(request: Request, desk: InDesk, who: Reads, name: str) -> Response:
    if name not in runbooks():
        raise HTTPException(404)
    title, text = runbooks()[name]
    return desk.page(request, "runbook.html", who, heading=title, text=text)


def has_runbook(kind: str) -> bool:
    """Does the handbook say what to do? An installation without its docs has none."""
    return kind in runbooks()


@cache
def runbooks() -> dict[str, tuple[str, Markup]]:
    """The sections of these chapters, by name: heading and HTML. HTML that is written in them is shown as text."""
    if not HANDBOOK.exists():
        return {}
    sections = list(_sections(HANDBOOK.read_text(encoding="utf-8")))
    reader, names = MarkdownIt("commonmark", {"html": False}), {_name(title) for title, _ in sections}
    return {
        _name(title): (title, Markup(reader.render(_linked(text, names))))  # noqa: S704 - a file of this program
        for title, text in sections
    }


def _sections(handbook: str) -> Iterator[tuple[str, str]]:
    for chapter in CHAPTERS:
        text = handbook.partition(f"\n## {chapter}\n")[2].partition("\n## ")[0]
        for section in text.split("\n### ")[1:]:
            title, _, body = section.partition("\n")
            yield title.strip(), body


def _name(title: str) -> str:
    return title.lower().replace("'", "").replace("-", "_").replace(" ", "_")


def _linked(text: str, names: set[str]) -> str:
    """Links to sections that are shown here lead there; of others the words are left."""

    def there(link: re.Match[str]) -> str:
        name = link[2].removeprefix("#").replace("-", "_")
        return f"[{link[1]}](/ops/runbooks/{name})" if name in names else link[1]

    return _LINK.sub(there, text)
