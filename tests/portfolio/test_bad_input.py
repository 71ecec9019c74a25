"""Every kind of bad input is named with file, line, column and reason, and nothing is written."""

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from portfolio.problems import LISTED, Problem
from tests.portfolio.folders import Folder
from tests.portfolio.imports import CATALOG, CUSTOMERS, SUBSCRIPTIONS, refused

BAD_FIELDS = [
    pytest.param(CATALOG, 2, "sku", "DRAFT STD", "must be 1 to 64 letters", id="space-in-sku"),
    pytest.param(CATALOG, 2, "sku", "", "is blank; fill it in.", id="blank-sku"),
    pytest.param(CATALOG, 3, "name", "Draft Deluxe", "differs from the name of DRAFT-STD in line 2", id="two-names"),
    pytest.param(CATALOG, 3, "kind", "maintenance_plan", "but subscription in line 2", id="two-kinds"),
    pytest.param(CATALOG, 9, "kind", "rental", "must be one of subscription, maintenance_plan", id="unknown-kind"),
    pytest.param(CATALOG, 9, "status", "old", "must be one of active, retired", id="unknown-status"),
    pytest.param(CATALOG, 12, "currency", "usd", "ISO 4217 code", id="currency-in-small-letters"),
    pytest.param(CATALOG, 12, "currency", "ABC", "ISO 4217 code", id="unknown-currency"),
    pytest.param(CATALOG, 12, "currency", "XXX", "money in use", id="no-currency"),
    pytest.param(CATALOG, 12, "currency", "XTS", "money in use", id="test-currency"),
    pytest.param(CATALOG, 12, "currency", "XAU", "money in use", id="gold"),
    pytest.param(CATALOG, 12, "currency", "XDR", "money in use", id="drawing-rights"),
    pytest.param(CATALOG, 12, "currency", "DEM", "money in use", id="mark-of-the-past"),
    pytest.param(CATALOG, 12, "currency", "ZWL", "money in use", id="dollar-of-the-past"),
    pytest.param(CATALOG, 12, "sku", "4111111111111111", "looks like a card number", id="card-as-sku"),
    pytest.param(CUSTOMERS, 2, "csn", "4111-1111-1111-1111", "looks like a card number", id="card-as-csn"),
    pytest.param(CUSTOMERS, 2, "name", "\u200b", "is blank", id="zero-width-name"),
    pytest.param(CUSTOMERS, 2, "name", "\u200d\u2060\u00ad", "is blank", id="joiners-only"),
    pytest.param(CUSTOMERS, 2, "name", "\u3164", "is blank", id="hangul-filler"),
    pytest.param(CUSTOMERS, 2, "name", "\u2800 \u2800", "is blank", id="empty-braille"),
    pytest.param(CUSTOMERS, 2, "name", "\U000e0041\U000e0042", "is blank", id="tags-only"),
    pytest.param(CUSTOMERS, 2, "name", "North\ufeffwind", "control character U+FEFF", id="byte-order-mark-inside"),
    pytest.param(CUSTOMERS, 2, "name", "North\ufff9wind", "control character U+FFF9", id="annotation"),
    pytest.param(CUSTOMERS, 2, "name", "North\U0001fffewind", "control character U+1FFFE", id="noncharacter"),
    pytest.param(CUSTOMERS, 2, "name", "North\U0010ffffwind", "control character U+10FFFF", id="last-noncharacter"),
    pytest.param(CUSTOMERS, 2, "name", "North\U000e0041wind", "control character U+E0041", id="tag-inside"),
    pytest.param(CUSTOMERS, 2, "time_zone", "Factory", "IANA time zone", id="zone-of-no-place"),
    pytest.param(CUSTOMERS, 2, "time_zone", "localtime", "IANA time zone", id="zone-of-the-host"),
    pytest.param(CUSTOMERS, 2, "time_zone", "posixrules", "IANA time zone", id="zone-of-rules"),
    pytest.param(SUBSCRIPTIONS, 2, "number", "4111111111111111", "looks like a card number", id="card-as-number"),
    pytest.param(SUBSCRIPTIONS, 2, "csn", "378282246310005", "looks like a card number", id="card-as-customer"),
    pytest.param(SUBSCRIPTIONS, 2, "buyer_email", "4111111111111111@x.example", "like a card", id="card-in-address"),
    pytest.param(SUBSCRIPTIONS, 2, "admin_email", "a4111.1111.1111.1111+x@x.example", "like a card", id="card-within"),
    pytest.param(SUBSCRIPTIONS, 2, "method_expires", "1999-12", "between 2000 and 2199", id="expiry-of-the-past"),
    pytest.param(SUBSCRIPTIONS, 2, "method_expires", "9999-12", "between 2000 and 2199", id="expiry-far-away"),
    pytest.param(CATALOG, 2, "list_price", "70.001", "an amount in USD has 2 decimals", id="surplus-decimals"),
    pytest.param(CATALOG, 7, "list_price", "71500.5", "an amount in JPY has no decimals", id="decimals-of-yen"),
    pytest.param(CATALOG, 2, "list_price", "70,00", "a plain decimal number", id="decimal-comma"),
    pytest.param(CATALOG, 2, "list_price", "-70.00", "a plain decimal number", id="negative-price"),
    pytest.param(CATALOG, 2, "renewal_price", "7e1", "a plain decimal number", id="exponent"),
    pytest.param(CATALOG, 2, "list_price", "-0.00", "a plain decimal number", id="negative-zero"),
    pytest.param(CATALOG, 2, "list_price", "1'560.00", "a plain decimal number", id="thousands-of-switzerland"),
    pytest.param(CATALOG, 2, "list_price", "1,560.00", "a plain decimal number", id="thousands"),
    pytest.param(CATALOG, 2, "list_price", "1\u202f560.00", "a plain decimal number", id="thousands-of-france"),
    pytest.param(CATALOG, 2, "list_price", "NaN", "a plain decimal number", id="no-number"),
    pytest.param(CATALOG, 2, "renewal_price", "٧٠", "a plain decimal number", id="price-in-other-digits"),
    pytest.param(CATALOG, 2, "renewal_price", "99999999999999.00", "at most", id="price-out-of-range"),
    pytest.param(CUSTOMERS, 2, "csn", "-51", "begin with a letter or digit", id="csn-with-dash"),
    pytest.param(CUSTOMERS, 2, "name", "=HYPERLINK(1)", "like a formula", id="formula-name"),
    pytest.param(CUSTOMERS, 2, "name", "＝HYPERLINK(1)", "like a formula", id="wide-formula-name"),
    pytest.param(CUSTOMERS, 4, "name", "Atelier Lumi\ufffdre", "U+FFFD", id="letter-lost-in-a-conversion"),
    pytest.param(CUSTOMERS, 2, "name", "North\u202ewind", "control character U+202E", id="direction-override"),
    pytest.param(CUSTOMERS, 2, "name", "North\nwind", "control character U+000A", id="line-break-in-name"),
    pytest.param(CUSTOMERS, 2, "name", "x" * 201, "has 201 characters", id="long-name"),
    pytest.param(CUSTOMERS, 2, "name", "x" * 10_001, "is longer than 10,000 characters", id="very-long-name"),
    pytest.param(CUSTOMERS, 2, "name", "x" * 1_000_000, "is longer than 10,000 characters", id="million-characters"),
    pytest.param(CUSTOMERS, 2, "name", "Nor\0thwind", "contains a NUL byte", id="nul-byte"),
    pytest.param(CUSTOMERS, 3, "country", "QX", "ISO 3166 code", id="unknown-country"),
    pytest.param(CUSTOMERS, 4, "country", "EU", "ISO 3166 code", id="union-as-country"),
    pytest.param(CUSTOMERS, 2, "region", "CA-QC", "not in US", id="region-of-another-country"),
    pytest.param(CUSTOMERS, 2, "region", "US-ZZ", "US has US-AK, US-AL, US-AR, US-AS, US-AZ, …", id="no-such-state"),
    pytest.param(CUSTOMERS, 2, "region", "QX-1", "QX is no country", id="region-of-no-country"),
    pytest.param(CUSTOMERS, 2, "country", "XK", "ISO 3166 code", id="no-code-of-its-own"),
    pytest.param(CUSTOMERS, 2, "region", "California", "ISO 3166-2 code", id="region-in-words"),
    pytest.param(CUSTOMERS, 2, "locale", "en_US.UTF-8", "a locale such as", id="locale-of-a-shell"),
    pytest.param(CUSTOMERS, 2, "locale", "xx-US", "no formats are known", id="unknown-locale"),
    pytest.param(CUSTOMERS, 2, "time_zone", "America/Springfield", "IANA time zone", id="unknown-zone"),
    pytest.param(CUSTOMERS, 2, "time_zone", "Europe", "IANA time zone", id="zone-that-is-a-folder"),
    pytest.param(CUSTOMERS, 2, "time_zone", "zone.tab", "IANA time zone", id="zone-that-is-a-table"),
    pytest.param(CUSTOMERS, 2, "time_zone", "A" * 5_000, "IANA time zone", id="zone-longer-than-a-path"),
    pytest.param(CUSTOMERS, 2, "time_zone", "../../etc/passwd", "IANA time zone", id="zone-outside"),
    pytest.param(CUSTOMERS, 2, "audience", "private", "one of business, consumer", id="unknown-audience"),
    pytest.param(SUBSCRIPTIONS, 2, "number", "S/1001", "1 to 64 letters", id="slash-in-number"),
    pytest.param(SUBSCRIPTIONS, 3, "number", "S-1001", "stands in line 2 already (number)", id="same-number-twice"),
    pytest.param(SUBSCRIPTIONS, 3, "number", "s-1001", "s-1001, but S-1001 stands in line 2", id="other-capitals"),
    pytest.param(SUBSCRIPTIONS, 3, "number", "Ｓ-1001", "1 to 64 letters", id="wide-letter"),
    pytest.param(SUBSCRIPTIONS, 2, "csn", "5100000009", "no customer in customers.csv or stored", id="unknown-csn"),
    pytest.param(SUBSCRIPTIONS, 2, "sku", "DRAFT-4D", "no price: DRAFT-4D is not in catalog.csv", id="unknown-sku"),
    pytest.param(SUBSCRIPTIONS, 4, "term", "3-years", "no price: DRAFT-3D has no 3-years price in CAD", id="no-price"),
    pytest.param(SUBSCRIPTIONS, 2, "term", "2-years", "one of month, year, 3-years", id="unknown-term"),
    pytest.param(SUBSCRIPTIONS, 2, "seats", "0", "a whole number from 1", id="no-seats"),
    pytest.param(SUBSCRIPTIONS, 2, "seats", "1e3", "a whole number from 1", id="seats-with-exponent"),
    pytest.param(SUBSCRIPTIONS, 2, "seats", "#REF!", "a whole number from 1", id="seats-of-a-broken-sheet"),
    pytest.param(SUBSCRIPTIONS, 2, "seats", "2.5", "a whole number from 1", id="half-a-seat"),
    pytest.param(SUBSCRIPTIONS, 2, "starts_on", "31/03/2026", "a date such as 2027-03-31", id="date-of-another-form"),
    pytest.param(SUBSCRIPTIONS, 2, "renews_on", "46477", "a date such as 2027-03-31", id="day-number-of-a-sheet"),
    pytest.param(SUBSCRIPTIONS, 2, "renews_on", "2027-W13-3", "a date such as 2027-03-31", id="week-date"),
    pytest.param(SUBSCRIPTIONS, 2, "renews_on", "2026-12-31T23:59:60Z", "a date such as", id="leap-second"),
    pytest.param(SUBSCRIPTIONS, 2, "starts_on", "2026-02-30", "a date such as 2027-03-31", id="no-such-day"),
    pytest.param(SUBSCRIPTIONS, 2, "starts_on", "1026-03-31", "between 1990 and 2199", id="year-out-of-range"),
    pytest.param(SUBSCRIPTIONS, 2, "renews_on", "2026-03-31", "not after starts_on (2026-03-31)", id="empty-term"),
    pytest.param(SUBSCRIPTIONS, 2, "renews_on", "2072-03-31", "more than 10 years after", id="year-turned-round"),
    pytest.param(SUBSCRIPTIONS, 2, "auto_renew", "true", "must be yes or no", id="auto-renew-true"),
    pytest.param(SUBSCRIPTIONS, 2, "channel", "shop", "one of direct_online", id="unknown-channel"),
    pytest.param(SUBSCRIPTIONS, 2, "buyer_name", " Ada Quill", "spaces at its beginning or end", id="space-before"),
    pytest.param(SUBSCRIPTIONS, 12, "buyer_name", "A. Quill", "for that address in line 2", id="two-names-of-one"),
    pytest.param(SUBSCRIPTIONS, 3, "buyer_email", "ADA@northwind.example", "than in line 2", id="buyer-in-capitals"),
    pytest.param(SUBSCRIPTIONS, 2, "admin_email", "Ada@northwind.example", "than in line 2", id="admin-in-capitals"),
    pytest.param(SUBSCRIPTIONS, 2, "buyer_name", "@ada", "like a formula", id="formula-buyer"),
    pytest.param(SUBSCRIPTIONS, 2, "buyer_name", "4111 1111 1111 1111", "looks like a card number", id="card-as-name"),
    pytest.param(SUBSCRIPTIONS, 2, "buyer_email", "ada", "a mail address such as", id="no-mail-address"),
    pytest.param(SUBSCRIPTIONS, 2, "buyer_email", "ada@x..example", "a mail address such as", id="empty-label"),
    pytest.param(SUBSCRIPTIONS, 2, "buyer_email", "operator:ada", "a mail address such as", id="operator-as-buyer"),
    pytest.param(SUBSCRIPTIONS, 3, "admin_email", "it at example", "a mail address such as", id="bad-admin"),
    pytest.param(SUBSCRIPTIONS, 2, "method_kind", "cheque", "one of card, paypal", id="unknown-method"),
    pytest.param(SUBSCRIPTIONS, 2, "method_kind", "", "name the kind", id="token-without-kind"),
    pytest.param(SUBSCRIPTIONS, 2, "method_token", "", "give the provider's token", id="kind-without-token"),
    pytest.param(SUBSCRIPTIONS, 2, "method_token", "4242424242424242", "card number, which is never", id="card-number"),
    pytest.param(SUBSCRIPTIONS, 2, "method_token", "1234567890123", "card number, which is never", id="only-digits"),
    pytest.param(SUBSCRIPTIONS, 2, "method_expires", "08/29", "a month such as 2029-08", id="expiry-as-printed"),
    pytest.param(SUBSCRIPTIONS, 2, "method_expires", "2029-13", "a month such as 2029-08", id="month-13"),
    pytest.param(SUBSCRIPTIONS, 7, "method_expires", "2029-08", "without a method", id="expiry-without-method"),
]


@pytest.mark.parametrize(("file", "line", "column", "value", "reason"), BAD_FIELDS)
async def test_a_bad_field_is_named_and_nothing_is_written(
    connection: AsyncConnection, folder: Folder, file: str, line: int, column: str, value: str, reason: str
) -> None:
    folder.set(file, line, **{column: value})
    report = await refused(connection, folder)
    assert [(each.file, each.line, each.column) for each in report.problems] == [(file, line, column)]
    assert reason in report.problems[0].reason
    assert report.problem_count == 1
    assert str(report.problems[0]).startswith(f"{file}:{line}: {column}: ")


async def test_all_problems_are_collected_in_the_order_of_the_files(
    connection: AsyncConnection, folder: Folder
) -> None:
    folder.set(SUBSCRIPTIONS, 9, csn="5109999999")
    folder.set(SUBSCRIPTIONS, 5, seats="none", renews_on="soon")
    folder.set(CATALOG, 12, status="old")
    report = await refused(connection, folder)
    assert [(each.file, each.line, each.column) for each in report.problems] == [
        (CATALOG, 12, "status"),
        (SUBSCRIPTIONS, 5, "seats"),
        (SUBSCRIPTIONS, 5, "renews_on"),
        (SUBSCRIPTIONS, 9, "csn"),
    ]


async def test_a_bad_customer_is_one_problem_not_one_for_each_subscription(
    connection: AsyncConnection, folder: Folder
) -> None:
    folder.set(CUSTOMERS, 2, country="XX")
    assert (await refused(connection, folder)).problem_count == 1


async def test_line_numbers_are_those_of_the_file_after_blank_lines_and_line_breaks_in_quotes(
    connection: AsyncConnection, folder: Folder
) -> None:
    folder.replace(CUSTOMERS, "Northwind Surveying LLC", '"Northwind\nSurveying"')
    folder.replace(CUSTOMERS, "5100000003", "\n5100000003")
    folder.replace(CUSTOMERS, "Asia/Tokyo", "Asia/Tokio")
    report = await refused(connection, folder)
    assert [(each.line, each.column) for each in report.problems] == [(2, "name"), (7, "time_zone")]


async def test_more_than_a_hundred_problems_are_counted_not_listed(connection: AsyncConnection, folder: Folder) -> None:
    header, line, *_ = folder.text(SUBSCRIPTIONS).splitlines()
    lines = [line.replace("S-1001", f"S-{number}").replace(",12,", ",0,") for number in range(2_000, 2_250)]
    folder.write(SUBSCRIPTIONS, "\n".join([header, *lines]))
    report = await refused(connection, folder)
    assert (len(report.problems), report.problem_count) == (LISTED, 250)
    assert report.problems[-1].line == 101


@pytest.mark.parametrize("column", ["method_token", "method_expires", "seats", "number", "buyer_email"])
async def test_a_card_number_is_never_repeated(connection: AsyncConnection, folder: Folder, column: str) -> None:
    folder.set(SUBSCRIPTIONS, 2, **{column: "4242 4242 4242 4242"})
    (problem,) = (await refused(connection, folder)).problems
    assert "4242" not in str(problem)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("number", "4242424242424242", id="number"),
        pytest.param("csn", "4242.4242.4242.4242", id="csn"),
        pytest.param("sku", "4242/4242/4242/4242", id="sku"),
        pytest.param("buyer_email", "4242424242424242@x.example", id="address"),
    ],
)
async def test_a_card_number_that_fits_another_column_is_not_repeated_either(
    connection: AsyncConnection, folder: Folder, column: str, value: str
) -> None:
    folder.set(SUBSCRIPTIONS, 2, **{column: value})
    (problem,) = (await refused(connection, folder)).problems
    assert problem.column == column
    assert "4242" not in str(problem)


def test_a_problem_reads_as_file_line_column_and_reason() -> None:
    assert str(Problem("a.csv", 3, None, "has 2 fields.")) == "a.csv:3: has 2 fields."
