"""A proof on paper: facts, then one section for each thing that is proven. Its words come with it."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from documents.pdf import set_as_pdf
from mail.address import texts_without_controls

_LAYOUT = Path(__file__).with_name("proof.typ")

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ProofSection:
    """One thing that is proven, or not: a title, how it stands, and the facts that show it."""

    title: str
    state: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPaper:
    """`language` is that of its words. `page` has places for the number of the page and of all pages."""

    language: str
    vendor: str
    heading: str
    reference: str
    made_at: datetime
    facts: tuple[Fact, ...]
    sections: tuple[ProofSection, ...]
    notes: tuple[str, ...]
    page: str


def pdf_of_proof(paper: ProofPaper) -> bytes:
    """The paper as a file. Takes some tenths of a second of computing: not for an event loop."""
    safe: ProofPaper = texts_without_controls(paper)
    sheet: dict[str, Any] = asdict(safe)
    del sheet["made_at"]
    return set_as_pdf(_LAYOUT, json.dumps(sheet, ensure_ascii=False), paper.made_at.astimezone(UTC))
