"""From a letter to its words: Jinja2 first, which fills and escapes, then MRML, which makes mail HTML of it.

The prose of each kind is one file per language that fills the blocks of a layout; the same file serves the subject,
the HTML and the text. Rendering reads nothing but the letter, the contacts and the templates.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from mail.address import without_controls
from mail.letter import Contacts, Letter
from mail.lines import fill, padded, unfolded
from mail.payment_table import line_rows
from mail.table import rows
from mail.wording import Wording, letter_locale
from renewals.addresses import ways_to_reach

TEMPLATES = Path(__file__).resolve().parent.parent / "email_templates"
TEXT_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words. `locale` is that of the letter, which may differ from the customer's."""

    subject: str
    html: str
    text: str
    locale: str


def render(letter: Letter, contacts: Contacts) -> Rendered:
    """Write the letter. Raises `jinja2.TemplateError` when a template is wrong; every kind has one per language."""
    letter = letter.without_controls()
    w = Wording(letter_locale(letter.locale))
    facts = {
        "lines": line_rows(letter, w),
        "letter": letter,
        "contacts": contacts,
        "w": w,
        "rows": rows(letter, w),
        "url": account_page(letter, contacts),
    }
    name = f"{w.language}/{letter.kind}.j2"
    plain, markup = _environment("text"), _environment("mjml")
    return Rendered(
        subject=without_controls(plain.get_template(name).render(facts, layout="subject.txt")),
        html=mrml.to_html(markup.get_template(name).render(facts, layout="layout.mjml")).content,
        text=plain.get_template(name).render(facts, layout="layout.txt").strip() + "\n",
        locale=w.tag,
    )


def account_page(letter: Letter, contacts: Contacts) -> str:
    """The page of the subscription in the buyer's account, or that of all of them if the letter is about several."""
    page = f"{contacts.account_url.rstrip('/')}/subscriptions"
    numbers = [line.number for line in letter.basket.lines] if letter.basket else [letter.number]
    return f"{page}/{quote(numbers[0], safe='')}" if len(numbers) == 1 else page


@cache
def _environment(form: str) -> Environment:
    """One environment per form. Jinja2 knows no `.mjml`, so escaping is switched on by hand, and off for text."""
    markup = form == "mjml"
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=markup,  # noqa: S701  # off for plain text only, where an escaped & would be an error
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["paragraphs"] = _html_paragraphs if markup else _text_paragraphs
    environment.filters["line"] = _line
    environment.filters["padded"] = padded
    environment.globals["link"] = _html_link if markup else str
    environment.globals["code"] = _html_code if markup else str
    environment.globals["contact"] = _html_contact if markup else str
    return environment


def _paragraphs(context: Context, prose: str) -> list[str]:
    """Prose split at blank lines, each paragraph on one line, as the language of the letter is written."""
    w: Wording = context["w"]
    lines = (unfolded(part, spaced=w.spaced) for part in re.split(r"\n[ \t]*\n", prose))
    return [line for line in lines if line]


@pass_context
def _line(context: Context, prose: str) -> str:
    """Prose as a single line; what was escaped before stays so."""
    line = " ".join(_paragraphs(context, prose))
    return Markup(line) if isinstance(prose, Markup) else line  # noqa: S704  # it was markup when it came


@pass_context
def _html_paragraphs(context: Context, prose: str) -> Markup:
    lines = (Markup(line) for line in _paragraphs(context, escape(prose)))  # noqa: S704  # escaped on this very line
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)


@pass_context
def _text_paragraphs(context: Context, prose: str) -> str:
    return "\n\n".join(fill(part, TEXT_WIDTH) for part in _paragraphs(context, prose))


def _html_link(url: str) -> Markup:
    return Markup('<a href="{0}">{0}</a>').format(url)


def _html_code(code: str) -> Markup:
    """A code to pay with, which no line ends in; what is copied is the code as it is."""
    return Markup('<span style="white-space: nowrap;">{}</span>').format(code)


def _html_contact(contact: str) -> Markup:
    """Each way to reach them, with a link where there is one to it."""
    ways = ways_to_reach(contact)
    shown = (Markup('<a href="{}">{}</a>').format(link, way) if link else escape(way) for way, link in ways)
    return Markup(", ").join(shown)
