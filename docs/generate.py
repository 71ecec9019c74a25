"""Writes the tables of the pages anew from the code: `python -m docs.generate`.

A table stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; the text around it is written by hand. What a name
means is said in explained.py; a name of the code without words there is an error.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from docs import api_page, eligibility_page, reference_page
from docs.source import ROOT

Blocks = Mapping[str, Callable[[], str]]

REFERENCE, API, ELIGIBILITY = (ROOT / "docs" / f"{name}.md" for name in ("reference", "api", "eligibility"))
PAGES: tuple[tuple[Path, Blocks], ...] = (
    (REFERENCE, reference_page.BLOCKS),
    (API, api_page.BLOCKS),
    (ELIGIBILITY, eligibility_page.BLOCKS),
)


def generated(text: str, blocks: Blocks = reference_page.BLOCKS) -> str:
    """The page with every marked block written anew. Raises `NoWords`, and ValueError for a block that is missing."""
    for name, write in blocks.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"the page needs {begin} and {end} once each.")
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{write()}\n\n{end}{rest.partition(end)[2]}"
    return text


def main() -> None:
    for page, blocks in PAGES:
        page.write_text(generated(page.read_text(encoding="utf-8"), blocks), encoding="utf-8")


if __name__ == "__main__":
    main()
