"""domain.md 5: diaries of quotes, through both workflows, with the mails that they send and what is in them."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from temporalio.client import WorkflowExecutionStatus

from activities.starting import follow
from activities.watch import Watch
from mail.sink import list_mails, read_mail
from tests.sandbox import workflow_runner
from tests.scenarios.diary import written
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Life, Theatre
from workflows import contract

__all__ = ["workflow_runner"]

ANA: dict[str, Any] = {"by": "operator:ana", "reason": "as agreed"}
QUOTE = "Q-1001"


def asked(life: Life, **wish: Any) -> list[dict[str, Any]]:
    return [{"subscription": life.number, **wish}]


async def issued(life: Life, at: str = "2027-02-02 10:00", *, wish: dict[str, Any] | None = None, **terms: Any) -> None:
    assert await life.command("2027-02-01 10:00", "ask-for-quote", lines=asked(life, **(wish or {}))) == "done"
    assert await life.command(at, "issue-quote", quote=QUOTE, **ANA, **terms) == "done"


async def state_of_workflow(life: Life) -> WorkflowExecutionStatus | None:
    described = await life.client.get_workflow_handle(contract.quote_workflow_id(QUOTE)).describe()
    return described.status


async def test_asked_issued_reminded_and_accepted_by_purchase_order(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await issued(life, wish={"seats": 9, "term": "3-years"}, expires_on="2027-03-10")
    await life.until("2027-03-09")
    assert await life.command("2027-03-09 10:00", "accept-quote", quote=QUOTE, purchase_order="PO-4711") == "done"
    await life.until("2027-04-02")
    assert [line for line in await life.diary("2027-02-01") if "advance" not in line[1]] == written("""
        2027-02-01 10:00 ask-for-quote done
        2027-02-01 10:00 quote asked
        2027-02-01 10:00 alarm quote_asked
        2027-02-02 10:00 issue-quote done
        2027-02-02 10:00 quote issued
        2027-02-02 10:00 sent quote_issued
        2027-03-03 09:00 sent quote_expiring
        2027-03-09 10:00 accept-quote done
        2027-03-09 10:00 quote accepted
        2027-03-09 10:00 renewable > renewed
        2027-03-09 10:00 sent renewed
        2027-03-31 00:00 term 2027-03-31 to 2030-03-31: 3-years, 9 x 145800
        2027-03-31 00:00 renewed > active
    """)
    assert await state_of_workflow(life) is WorkflowExecutionStatus.COMPLETED


async def test_it_runs_out_on_the_way_over_the_renewal_date_and_the_charge_goes_on(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await issued(life, at="2027-03-10 10:00")
    await life.until("2027-04-11")
    assert await life.diary("2027-03-29") == written("""
        2027-04-01 00:00 renewable > past_due
        2027-04-02 09:00 sent quote_expiring
        2027-04-10 00:00 quote expired
        2027-04-10 00:00 payment 1 of EUR 583200 paid
        2027-04-10 00:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-04-10 00:00 past_due > active
        2027-04-10 00:00 sent renewed
    """)


async def test_a_term_that_expired_is_quoted_at_the_list_price(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    at = "2027-04-20 10:00"
    assert await life.command(at, "ask-for-quote", lines=asked(life)) == "done"
    assert await life.command(at, "issue-quote", quote=QUOTE, **ANA) == "done"
    (row,) = await life.rows("SELECT unit_price, expires_on FROM quote_lines JOIN quotes ON id = quote_id")
    assert (row["unit_price"], str(row["expires_on"])) == (54000, "2027-04-30")
    assert await life.command("2027-04-30 23:59", "accept-quote", quote=QUOTE) == "done"
    assert await life.phase() == "active"


async def test_its_own_card_is_charged_at_the_price_of_the_quote(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await issued(life, prices={life.number: 40000})
    assert await life.command("2027-02-10 10:00", "accept-quote", quote=QUOTE) == "done"
    assert await life.payments() == [f"payment 1 of EUR {12 * 40000} paid"]


async def test_the_letter_brings_the_quote_as_a_file(theatre: Theatre) -> None:
    life = await theatre.subscription(locale="fr-FR", name="Géomètres du Val-de-Loire")
    await issued(life)
    (mail,) = [each for each in list_mails(theatre.sink.directory) if "Devis" in each.subject]
    read = read_mail(theatre.sink.directory, mail.id)
    assert read is not None
    (raw,) = await life.rows("SELECT raw FROM notices WHERE kind = 'quote_issued'")
    message = message_from_bytes(bytes(raw["raw"]), policy=default)
    (enclosed,) = list(message.iter_attachments())
    assert (enclosed.get_content_type(), enclosed.get_filename()) == ("application/pdf", "quote-Q-1001.pdf")
    text = PdfReader(BytesIO(enclosed.get_content())).pages[0].extract_text()
    for words in ("Devis", QUOTE, "Géomètres du Val-de-Loire", "4 mars 2027", "832,00"):
        assert words in text
    assert BUYER not in text


async def test_with_all_of_temporals_data_lost_the_watchdog_follows_the_quote_again(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await issued(life)
    await life.client.get_workflow_handle(contract.quote_workflow_id(QUOTE)).terminate("lost")
    (row,) = await life.rows("SELECT next_step_at FROM quotes")
    watch = Watch(life.sessions, life.client)
    assert await watch._unwatched_quotes(row["next_step_at"]) == []
    late = row["next_step_at"] + timedelta(minutes=3)
    assert await watch._unwatched_quotes(late) == [QUOTE]
    await follow(life.client, QUOTE)
    assert await state_of_workflow(life) is WorkflowExecutionStatus.RUNNING
    assert await life.command("2027-02-10 10:00", "decline-quote", quote=QUOTE) == "done"
    await life.client.get_workflow_handle(contract.quote_workflow_id(QUOTE)).result()
    assert [row["state"] for row in await life.rows("SELECT state FROM quotes")] == ["declined"]


async def test_the_workflow_of_a_quote_that_there_is_not_ends(theatre: Theatre) -> None:
    await follow(theatre.client, "Q-9999")
    handle = theatre.client.get_workflow_handle(contract.quote_workflow_id("Q-9999"))
    with pytest.raises(Exception, match="failed"):
        await handle.result()
