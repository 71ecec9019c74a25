"""From a paper to the words on it: what stands where, in the customer's language."""

from collections.abc import Iterator
from dataclasses import dataclass

from documents.paper import Paper, PaperLine, QuotePaper, ReceiptPaper
from documents.words import WORDS
from mail.wording import Wording, letter_locale
from renewals.payments import Purpose, Way

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of the table: the product and its number, what of it, how the amount comes about, the amount."""

    product: str
    number: str
    what: str
    computed: str
    amount: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper in words. `page` has places for the number of the page and of all pages."""

    language: str
    region: str | None
    title: str
    heading: str
    reference: str
    vendor: str
    facts: tuple[Fact, ...]
    columns: tuple[str, str, str]
    rows: tuple[SheetRow, ...]
    total: Fact
    notes: tuple[str, ...]
    page: str


def sheet_of(paper: Paper) -> Sheet:
    """The paper in words."""
    paper = paper.without_controls()
    w = Wording(letter_locale(paper.locale))
    words = WORDS[w.language]
    kind = "quote" if isinstance(paper, QuotePaper) else "receipt"
    return Sheet(
        language=w.language,
        region=w.locale.territory,
        title=words[f"{kind}_for"].format(reference=paper.reference, customer=paper.customer),
        heading=words[kind],
        reference=paper.reference,
        vendor=paper.vendor,
        facts=tuple(_facts(paper, w)),
        columns=(words["what"], words["computed"], words["amount"]),
        rows=tuple(_row(line, w) for line in paper.lines),
        total=(words["total"], w.amount(paper.total)),
        notes=tuple(_notes(paper, w)),
        page=words["page"],
    )


def _facts(paper: Paper, w: Wording) -> Iterator[Fact]:
    words = WORDS[w.language]
    yield words["customer"], paper.customer
    yield words["csn"], paper.csn
    yield words["buyer"], paper.buyer
    match paper:
        case QuotePaper():
            yield words["issued_on"], w.day(paper.dated_on)
            yield words["accept_until"], w.day(paper.expires_on)
        case ReceiptPaper():
            yield words["settled_on"], w.day(paper.dated_on)
            yield from _payment(paper, w)


def _payment(paper: ReceiptPaper, w: Wording) -> Iterator[Fact]:
    words = WORDS[w.language]
    if paper.method:
        yield words["paid_with"], w.method_as_label(paper.method)
    elif paper.way is Way.QUOTE:
        yield words["on_invoice"], words["by_invoice"]
    else:
        yield words["on_invoice"], words["elsewhere"]
    if paper.voucher:
        yield words["code"], paper.voucher
    if paper.ordered_as:
        yield words["purchase_order" if paper.way is Way.QUOTE else "ordered_as"], paper.ordered_as
    if paper.quote:
        yield words["of_quote"], paper.quote
    for money, day in paper.refunds:
        yield words["refunded"], words["refunded_on"].format(amount=w.amount(money), day=w.day(day))


def _row(line: PaperLine, w: Wording) -> SheetRow:
    return SheetRow(line.product, line.number, _what(line, w), _computed(line, w), w.amount(line.amount))


def _what(line: PaperLine, w: Wording) -> str:
    words, span = WORDS[w.language], w.span(line.starts_on, line.renews_on)
    match line.purpose:
        case Purpose.SEATS:
            return words["seats"].format(day=w.last_day_before(line.renews_on))
        case Purpose.NEXT_SEATS:
            return words["next_seats"].format(span=span)
    return words["renewal"].format(term=w.term(line.term), span=span)


def _computed(line: PaperLine, w: Wording) -> str:
    """The factors of the amount, and what the price is."""
    words, price = WORDS[w.language], line.unit_price
    basis = words.get(f"basis.{line.basis}", line.basis)
    if line.days is not None and line.term_days is not None:
        days = words["days"].format(days=line.days, all_days=line.term_days)
        factors = w.share(price, line.seats, line.days, line.term_days)
        return words["priced_by_days"].format(factors=factors, basis=basis, days=days)
    return words["priced"].format(factors=f"{w.seats(line.seats)} ×\u00a0{w.amount(price)}", basis=basis)


def _notes(paper: Paper, w: Wording) -> Iterator[str]:
    words = WORDS[w.language]
    if isinstance(paper, QuotePaper):
        yield words["binds"].format(day=w.day(paper.expires_on))
        yield words["order" if paper.by_partner else "accept_or_order" if paper.invoice else "accept"]
        yield words["dates"]
    yield words["adds_up"].format(currency=paper.total.currency)


def file_name(paper: Paper) -> str:
    """A name for the file, in letters that every system takes."""
    kind = "quote" if isinstance(paper, QuotePaper) else "receipt"
    return f"{kind}-{paper.reference}.pdf"
