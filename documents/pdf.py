"""Setting a paper as PDF with Typst: tagged for screen readers (PDF/UA-1), with its fonts, the same bytes each time.

Nothing is looked for on the machine or on the network: the fonts come with two packages, the layout stands beside this
module. A name in a script that neither font knows is set with marks in its place, and then the file is tagged, but
claims no standard.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal

import noto_cjk_sans_jp_bold
import noto_cjk_sans_jp_regular
import typst

from documents.paper import Paper
from documents.sheet import sheet_of

_LAYOUT = Path(__file__).with_name("sheet.typ")
_FONTS = (noto_cjk_sans_jp_regular, noto_cjk_sans_jp_bold)
_ONE_AT_A_TIME = Lock()


def pdf_of(paper: Paper) -> bytes:
    """The paper as a file. Takes some tenths of a second of computing: not for an event loop."""
    return set_as_pdf(_LAYOUT, json.dumps(asdict(sheet_of(paper)), ensure_ascii=False), paper.made_at.astimezone(UTC))


def set_as_pdf(layout: Path, sheet: str, at: datetime) -> bytes:
    """What a layout makes of the words of a sheet, as JSON; `at` (UTC) is written into the file."""
    inputs = {"sheet": sheet, "made": json.dumps([at.year, at.month, at.day, at.hour, at.minute, at.second])}
    with _ONE_AT_A_TIME:
        try:
            return _set(layout, inputs, "ua-1")
        except typst.TypstError:
            return _set(layout, inputs, None)


def _set(layout: Path, inputs: dict[str, str], standard: Literal["ua-1"] | None) -> bytes:
    made = _compiler().compile(input=layout, format="pdf", sys_inputs=inputs, pdf_standards=standard, pdf_tags=True)
    if not isinstance(made, bytes):
        raise TypeError("one file was to be made")
    return made


@cache
def _compiler() -> typst.Compiler:
    folders = [str(Path(each.__path__[0])) for each in _FONTS]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    return typst.Compiler(input=_LAYOUT, root=_LAYOUT.parent, font_paths=fonts)
