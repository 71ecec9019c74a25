"""The `perennial` command in a second terminal, on a stack that runs: what it prints, and with which status it ends."""

import asyncio
import csv
import io
import json
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from cli.main import app
from renewals.permission import BUYER_MAY
from tests.stack.conftest import PATIENCE_SECONDS, ROOT, Stacks, free_ports


@dataclass(frozen=True)
class Said:
    """What a command said, and the status it ended with."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Terminal:
    """A second terminal beside a stack."""

    environment: dict[str, str]

    def __call__(self, *words: str, **variables: str) -> Said:
        done = CliRunner().invoke(app, words, env=self.environment | variables)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="module")
async def terminal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Terminal]:
    stacks = Stacks(tmp_path_factory.mktemp("stack") / "data")
    await (await stacks.start()).running()
    yield Terminal(stacks.environment())
    await stacks.end_all()


def test_a_command_is_done_shown_and_its_repeat_under_the_same_key_acts_once(terminal: Terminal) -> None:
    words = ("reduce-seats", "S-1001", "--to", "9", "--by", "ada@northwind.example", "--key", "mine")
    first = terminal(*words)
    assert (first.status, first.out, first.err) == (0, "reduce-seats of S-1001: done.\n", "")
    again = terminal(*words, "--json")
    answer = {"command": "reduce-seats", "subscription": "S-1001", "outcome": "done", "code": None}
    answer |= {"hint": None, "possible_on": None}
    assert (again.status, again.json) == (0, answer)
    shown = terminal("show", "S-1001", "--json").json
    assert shown["pending seats"] == 9
    commands = [event for event in shown["past"] if event["event"] == "command"]
    assert [(event["name"], event["by"], event["outcome"]) for event in commands] == [
        ("reduce-seats", "ada@northwind.example", "done")
    ]


def test_a_bulk_renewal_names_each_line_and_ends_with_1_unless_all_are_renewed(terminal: Terminal) -> None:
    words = ("bulk-renew", "S-0000", "S-1006", "S-0000", "--by", "ines@lumiere.example", "--key", "together")
    first = terminal(*words)
    assert first.status == 1
    assert [line.split()[:2] for line in first.out.splitlines()[1:]] == [["S-0000", "refused"], ["S-1006", "refused"]]
    assert "sold_by_partner: Ask the partner" in first.out
    again = terminal(*words, "--json")
    assert (again.status, again.json["command"], again.json["orders"]) == (1, "bulk-renew", [])
    assert [(line["subscription"], line["outcome"], line["code"]) for line in again.json["lines"]] == [
        ("S-0000", "refused", "unknown_subscription"),
        ("S-1006", "refused", "sold_by_partner"),
    ]
    many = terminal("bulk-renew", *(f"S-{n}" for n in range(101)), "--by", "ada@northwind.example")
    assert (many.status, "bulk_over_100" in many.err) == (1, True)
    assert terminal("bulk-renew", "--by", "ada@northwind.example").status == 2
    assert terminal("bulk-renew", "--all-of", "0", "--by", "ada@northwind.example").status == 1


def test_a_bulk_renewal_takes_its_numbers_from_a_file_or_does_nothing(terminal: Terminal, tmp_path: Path) -> None:
    file, buyer = tmp_path / "mine.csv", ("--by", "ines@lumiere.example")
    file.write_text("subscription\nS-1006\nS-0000\nno number\n")
    bad = terminal("bulk-renew", "--from", str(file), *buyer)
    assert (bad.status, bad.out) == (1, "")
    assert "mine.csv:3: there is no subscription S-0000; correct it or drop the line." in bad.err
    assert "mine.csv:4: " in bad.err
    assert "Nothing was renewed: 2 bad lines" in bad.err
    file.write_text("S-1006\n")
    good = terminal("bulk-renew", "--from", str(file), *buyer, "--json")
    assert [line["subscription"] for line in good.json["lines"]] == ["S-1006"]
    missing = terminal("bulk-renew", "--from", str(tmp_path / "none"), *buyer)
    assert (missing.status, missing.err) == (1, "none: cannot be read (No such file or directory); check the path.\n")
    assert terminal("bulk-renew", "S-1006", "--from", str(file), *buyer).status == 2
    piped = CliRunner().invoke(
        app, ["bulk-renew", "--from", "-", *buyer], input="S-0000\n", env=dict(terminal.environment)
    )
    assert "stdin:1: there is no subscription S-0000" in piped.stderr


def test_a_refused_command_says_why_on_stderr_and_ends_with_1(terminal: Terminal) -> None:
    said = terminal("cancel-auto-renew", "S-1001", "--by", "mallory@elsewhere.example")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("cancel-auto-renew of S-1001 refused (not_buyer): Only the buyer")
    said = terminal("park", "S-1001", "--by", "operator:ana", "--json")
    assert (said.status, said.json["code"]) == (1, "bad_arguments")
    assert "reason" in said.json["hint"]
    said = terminal("cancel-auto-renew", "S-0000", "--by", "operator:ana")
    assert (said.status, "unknown_subscription" in said.err) == (1, True)


def test_bad_usage_ends_with_2(terminal: Terminal) -> None:
    for words in (("reduce-seats", "S-1001", "--to", "nine", "--by", "x@y.example"), ("no-such-command",), ("show",)):
        said = terminal(*words)
        assert (said.status, said.out) == (2, "")
        assert "Traceback" not in said.err


def test_the_list_is_filtered_and_paged(terminal: Terminal) -> None:
    rows = terminal("list", "--json").json
    assert len(rows) == 12
    assert [row["number"] for row in rows] == sorted(row["number"] for row in rows)
    page = terminal("list", "--limit", "2", "--after", rows[0]["number"], "--json").json
    assert page == rows[1:3]
    phase = rows[0]["phase"]
    assert terminal("list", "--phase", phase, "--json").json == [row for row in rows if row["phase"] == phase]
    assert {row["number"] for row in terminal("list", "--customer", "5100000001", "--json").json} >= {"S-1001"}
    assert terminal("list", "--phase", "lapsed").out == "No subscription matches.\n"
    assert terminal("list", "--limit", "1").out.startswith("1 subscription\n")


def test_the_list_says_of_what_is_on_where_nothing_is_charged(terminal: Terminal) -> None:
    rows = {row["number"]: row for row in terminal("list", "--json").json}
    by_partner, by_card = rows["S-1006"], rows["S-1005"]
    assert (by_partner["auto_renew"], by_partner["renews_automatically"]) == ("on", "no")
    assert (by_card["auto_renew"], by_card["renews_automatically"]) == ("on", "yes")
    assert "on, not charged" in terminal("list", "--customer", "5100000003").out


@pytest.mark.parametrize("command", [("list",), ("ledger",), ("ledger", "--format", "csv"), ("usage", "report")])
@pytest.mark.parametrize(("csn", "shown"), [("nobody", "nobody"), ("", "''")], ids=["unknown", "blank"])
def test_an_unknown_customer_is_no_empty_list(
    terminal: Terminal, command: tuple[str, ...], csn: str, shown: str
) -> None:
    said = terminal(*command, "--customer", csn)
    assert (said.status, said.err) == (
        1, f"There is no customer {shown}; `perennial show` names the customer of a subscription.\n",
    )  # fmt: skip


def test_what_is_coming_is_forecast_with_amounts(terminal: Terminal) -> None:
    one = terminal("forecast", "S-1005", "--until", "2028-12-31", "--json").json
    assert {coming["subscription"] for coming in one} == {"S-1005"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", coming["at"]) for coming in one)
    assert all(coming["amount"] > 0 for coming in one if coming["what"] == "charge")
    past = terminal("forecast", "--until", "2020-01-01")
    assert (past.status, past.out, "2020-01-01 is past" in past.err) == (2, "", True)
    table = terminal("forecast", "--until", "2028-12-31")
    assert (table.status, table.err) == (0, "")
    assert "S-1005" in table.out


def test_a_command_is_explained_without_being_given(terminal: Terminal) -> None:
    said = terminal("explain", "S-1010", "change-term", "--json")
    assert (said.status, said.json["answer"]) == (0, "refused")
    assert said.json["hint"]
    asked = terminal("explain", "S-1010", "change-term", PERENNIAL_SUPPORT_CONTACT="help@vendor.example")
    assert asked.out.endswith("cannot be changed here; ask support. Support: help@vendor.example.\n")
    seats = terminal("explain", "S-1005", "add-seats")
    assert re.fullmatch(r"add-seats of S-1005: allowed until \d{4}-\d\d-\d\d\.\n", seats.out)
    of_buyer = terminal("explain", "S-1006", "--json")
    assert {each["ask"]["who"] for each in of_buyer.json if each["answer"] == "refused"} == {"partner"}
    assert {each["command"] for each in of_buyer.json} == set(BUYER_MAY)
    assert "record-renewal" in terminal("explain", "S-1006", "--by", "operator:ana").out
    assert "record-renewal" not in terminal("explain", "S-1006").out
    assert terminal("show", "S-9999").err == (
        "There is no subscription S-9999; `perennial list` shows those that exist.\n"
    )


@pytest.mark.parametrize("command", ["forecast", "ledger", "legal", "show"])
def test_a_blank_number_is_no_subscription(terminal: Terminal, command: str) -> None:
    said = terminal(command, "")
    assert (said.status, said.out) == (1, "")
    assert said.err == "There is no subscription ''; `perennial list` shows those that exist.\n"


def test_legal_rules_and_the_duties_of_one_subscription_are_shown_with_what_they_are_not(terminal: Terminal) -> None:
    said = terminal("legal", "--json")
    assert (said.status, said.err, said.json["advice"]) == (0, "", "This is help, not legal advice.")
    rules = {rule["id"]: rule for rule in said.json["rules"]}
    assert (rules["fr-l215-1"]["window"], rules["fr-l215-1"]["verified_on"]) == ("3 to 1 months", "2026-11-22")
    assert "not legal advice" in terminal("legal").out
    duties = terminal("legal", "S-1001", "--json").json["duties"]
    assert {duty["rule"] for duty in duties} == {"mastercard-renewal", "visa-renewal"}
    table = terminal("legal", "S-1001").out
    assert "mastercard-renewal" in table
    assert "not legal advice" in table
    assert "No rule binds" in terminal("legal", "S-1004").out
    assert (terminal("legal", "S-0000").status, "perennial list" in terminal("legal", "S-0000").err) == (1, True)


def test_an_import_can_be_tried_and_is_then_unchanged(terminal: Terminal) -> None:
    said = terminal("import", str(ROOT / "examples" / "portfolio"), "--dry-run")
    assert (said.status, said.err) == (0, "")
    assert "0 subscriptions, 0 customers, 0 prices and 0 new versions of prices would be added" in said.out
    again = terminal("import", str(ROOT / "examples" / "portfolio"))
    assert (again.status, again.out.splitlines()[-1], again.err) == (
        0,
        "Nothing new; 12 subscriptions were there already; 0 lines skipped.",
        "",
    )
    bad = terminal("import", str(ROOT / "nowhere"))
    assert (bad.status, bad.out) == (
        1,
        "Nothing was written: correct these lines, or leave them out with --skip-bad.\n",
    )


def test_go_live_wants_an_operator_a_reason_and_a_choice(terminal: Terminal) -> None:
    why = ("--by", "operator:ana", "--reason", "season")
    for words, said in (
        (("--all", "--by", "ada@northwind.example", "--reason", "x"), "only an operator may do this"),
        (("--all", "--reason", "x"), "Missing option '--by'"),
        (("--all", "--by", "operator:ana"), "Missing option '--reason'"),
        (("--all", "--by", "operator:ana", "--reason", "4242 4242 4242 4242"), "it holds a card number"),
        (("--all", "--by", "operator:ana", "--reason", " "), "it is blank"),
        (why, "--all"),
        (("--all", "S-1001", *why), "either subscription numbers"),
    ):
        refused = terminal("go-live", *words)
        assert (refused.status, refused.out, said in refused.err) == (2, "", True), refused
    for choice, said in (
        (("--customer", "C-none"), "There is no customer C-none; "),
        (("--import", "6f4e4c0e-6d4b-4a53-9c0f-6a2f0f6f0b11"), "There is no import 6f4e4c0e"),
        (("--import", "mine"), "There is no import mine; "),
        (("S-0000",), "There is no subscription S-0000; "),
    ):
        unknown = terminal("go-live", *choice, *why)
        assert (unknown.status, unknown.out, unknown.err.startswith(said)) == (1, "", True), unknown
    live = terminal("go-live", "--all", *why)
    assert (live.status, live.out) == (0, "0 subscriptions went live.\n")


def test_charges_are_paused_shown_everywhere_and_resumed(terminal: Terminal) -> None:
    why = ("--by", "operator:ana", "--reason", "migration")
    for too_little in ((), ("--by", "operator:ana"), ("--by", "ada@northwind.example", "--reason", "x")):
        assert [terminal(command, "charges", *too_little).status for command in ("pause", "resume")] == [2, 2]
    said = terminal("pause", "charges", *why)
    assert (said.status, said.out.startswith("All charges are paused")) == (0, True)
    assert terminal("pause", "charges", *why, "--json").json["changed"] is False
    for words in (("show", "S-1001"), ("list",), ("forecast", "S-1001")):
        shown = terminal(*words, "--json")
        assert shown.json
        assert "ALL CHARGES ARE PAUSED" in shown.err
        assert "operator:ana: migration" in shown.err
    assert "charge" not in {each["what"] for each in terminal("forecast", "S-1001", "--json").json}
    assert "charge" in {each["what"] for each in terminal("forecast", "S-1001", "--resumed", "--json").json}
    assert "all charges by operator:ana: migration" in terminal("doctor").out
    assert terminal("resume", "charges", *why).status == 0
    assert terminal("list").err == ""
    (pause,) = terminal("pauses", "--json").json
    assert (pause["began_by"], pause["ended_by"]) == ("operator:ana", "operator:ana")


def test_prices_are_told_with_their_versions_and_policies_as_far_as_there_are_any(terminal: Terminal) -> None:
    told = terminal("prices", "DRAFT-STD", "--json").json
    assert {(each["sku"], each["version"], each["until"]) for each in told} == {("DRAFT-STD", 1, None)}
    assert {each["term"] for each in told} >= {"month", "year"}
    assert "DRAFT-STD year USD" in terminal("prices").out
    unknown = terminal("prices", "DRAFT-4D")
    assert (unknown.status, unknown.out) == (1, "")
    assert unknown.err == "There is no offering DRAFT-4D; `perennial prices` shows those that exist.\n"
    assert terminal("policies", "--json").json == []
    assert "the defaults hold for everybody" in terminal("policies").out


def test_the_time_machine_tells_what_happened_on_the_way(terminal: Terminal) -> None:
    said = terminal("advance", "S-1003", "--to", "2027-03-01", "--json")
    assert said.status == 0
    told = [event for event in said.json if event["event"] in ("payment", "phase")]
    assert [event.get("code") or event.get("to") for event in told] == ["renewable", "lost_card", "past_due"]
    again = terminal("advance", "S-1003", "--to", "2027-03-01")
    assert (again.status, again.out.splitlines()[0]) == (
        0,
        "The clock of S-1003 shows 2027-03-01 already; nothing happened on the way.",
    )
    onward = terminal("advance", "S-1003", "--to", "2027-03-02")
    assert (onward.status, onward.err) == (0, "S-1003 goes from 2027-03-01 to 2027-03-02 …\n")
    beyond = terminal("advance", "S-1003", "--to", "2057-03-03")
    assert (beyond.status, "name 2057-03-02 or an earlier day" in beyond.err) == (2, True)
    back = terminal("advance", "S-1003", "--to", "2027-02-01")
    assert (back.status, "never runs back" in back.err) == (1, True)
    elsewhere = terminal("advance", "S-1003", "--to", "2028-01-01", PERENNIAL_LOCAL_STACK="false")
    assert (elsewhere.status, "Only a local stack" in elsewhere.err) == (1, True)


def test_the_ledger_holds_every_order_attempt_and_settlement(terminal: Terminal) -> None:
    terminal("advance", "S-1002", "--to", "2026-12-04")
    entries = terminal("ledger", "S-1002", "--json").json
    assert [(entry["entry"], entry["attempt"], entry["state"], entry["amount"]) for entry in entries] == [
        ("order", None, "paid", 21000),
        ("attempt", 1, "declined", 21000),
        ("attempt", 2, "declined", 21000),
        ("attempt", 3, "paid", 21000),
        ("settlement", None, "settled", 21000),
    ]
    rows = list(csv.DictReader(io.StringIO(terminal("ledger", "S-1002", "--format", "csv").out)))
    assert [row["entry"] for row in rows] == [entry["entry"] for entry in entries]
    assert {row["amount"] for row in rows} == {"21000"}
    assert terminal("ledger", "S-9999").status == 1


def test_a_doctor_finds_what_is_wrong_and_says_what_to_do(terminal: Terminal) -> None:
    said = terminal("doctor", "--json")
    assert (said.status, {finding["health"] for finding in said.json} <= {"ok", "warn"}) == (0, True)
    assert {
        "database",
        "schema",
        "temporal",
        "worker",
        "watchdog",
        "search attributes",
        "mail server",
        "zone data",
    } <= {finding["part"] for finding in said.json}
    said = terminal("doctor", "--json", PERENNIAL_SMTP_PORT="1", PERENNIAL_TEMPORAL_ADDRESS="127.0.0.1:1")
    wrong = {finding["part"]: finding["cure"] for finding in said.json if finding["health"] == "wrong"}
    assert (said.status, set(wrong)) == (1, {"mail server", "temporal"})
    assert all(wrong.values())


def test_a_key_of_the_api_is_told_once_used_over_http_and_revoked(terminal: Terminal) -> None:
    why = ("--by", "operator:ana", "--reason", "the shop")
    created = terminal("api-key", "create", "--name", "shop", "--scope", "read", "--scope", "write", *why)
    assert (created.status, created.err) == (0, "")
    secret = created.out.splitlines()[0]
    base = f"http://127.0.0.1:{terminal.environment['PERENNIAL_HTTP_PORT']}/api/v1"
    with httpx.Client(headers={"Authorization": f"Bearer {secret}"}) as caller:
        preview = caller.get(f"{base}/subscriptions/S-1001/preview/add-seats?seats=2").json()
        headers = {"Perennial-Actor": "ada@northwind.example", "Idempotency-Key": "basket-17"}
        body = {"command": "add-seats", "args": {"seats": 2}}
        given = caller.post(f"{base}/subscriptions/S-1001/commands", json=body, headers=headers)
        assert (given.status_code, given.json()["outcome"]) == (200, "done")
        paid = [
            entry
            for entry in terminal("ledger", "S-1001", "--json").json
            if (entry["way"], entry["entry"]) == ("seats", "attempt")
        ]
        assert [(entry["amount"], entry["state"]) for entry in paid] == [(preview["amount"], "paid")]
        (listed,) = terminal("api-key", "list", "--json").json
        assert (listed["scopes"], listed["revoked_at"]) == (["read", "write"], None)
        assert secret not in json.dumps(listed) + terminal("api-key", "list").out
        revoked = terminal("api-key", "revoke", listed["prefix"], *why)
        assert (revoked.status, revoked.out) == (0, f"The key {listed['prefix']} is revoked.\n")
        assert caller.get(f"{base}/subscriptions/S-1001").status_code == 401
    assert terminal("api-key", "revoke", listed["prefix"], *why).out.endswith("was revoked already.\n")
    assert terminal("api-key", "revoke", "nobodys", *why).status == 1
    assert terminal("api-key", "create", "--name", "x", "--scope", "all", *why).status == 2


def test_an_operator_is_added_let_in_reset_and_disabled(terminal: Terminal) -> None:
    why = ("--by", "operator:ana", "--reason", "new colleague")
    added = terminal("operator", "add", "nils", "--email", "nils@vendor.example", "--role", "viewer", *why)
    assert (added.status, added.err) == (0, "")
    link = added.out.splitlines()[0]
    assert link.startswith(f"http://localhost:{terminal.environment['PERENNIAL_HTTP_PORT']}/ops/enter/")
    assert httpx.get(link).status_code == 200
    found = {row["name"]: row for row in terminal("operator", "list", "--json").json}
    assert found["nils"] | {"role": "viewer", "created_by": "operator:ana"} == found["nils"]
    assert found["admin"]["created_by"] == "operator:perennial-up"
    assert not any("password" in name or "totp" in name for name in found["nils"])
    assert terminal("operator", "role", "nils", "finance", *why).out == "nils is finance from now on.\n"
    reset = terminal("operator", "reset", "nils", "--role", "operator", *why, "--json").json
    assert reset["link"] != link
    assert httpx.get(link).status_code == 410
    assert terminal("operator", "sign-out", "nils", *why).out == "nils is signed out everywhere.\n"
    assert terminal("operator", "disable", "nils", *why).out == "nils is disabled.\n"
    assert "disabled by operator:ana: new colleague" in terminal("operator", "list").out
    assert httpx.get(reset["link"]).status_code == 410
    for words, sentence in (
        (("add", "nils", "--email", "a@b.example", "--role", "viewer"), "names are never given twice"),
        (("disable", "nobody"), "There is no operator of that name"),
        (("disable", "admin"), "This is the last admin"),
    ):
        said = terminal("operator", *words, *why)
        assert (said.status, said.out, sentence in said.err) == (1, "", True)
    bad = (
        ("add", "a b", "--email", "a@b.example", "--role", "viewer"),
        ("add", "ab", "--email", "x", "--role", "viewer"),
    )
    for wrong in (*bad, ("role", "nils", "king")):
        assert terminal("operator", *wrong, *why).status == 2


def test_a_database_is_brought_up_to_date_once(terminal: Terminal) -> None:
    said = terminal("migrate")
    assert (said.status, said.out) == (0, "The database is up to date.\n")


async def test_the_console_is_served_by_a_command_of_its_own(terminal: Terminal) -> None:
    (port,) = free_ports(1)
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from cli.entry import main; main()", "web"),
        env=terminal.environment | {"PERENNIAL_HTTP_PORT": str(port)},
        stdout=asyncio.subprocess.PIPE,
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as browser, asyncio.timeout(PATIENCE_SECONDS):
        while not await _ready(browser):
            assert serving.returncode is None
            await asyncio.sleep(0.05)
        assert (await browser.get("/")).headers["location"] == "/ops/"
        assert (await browser.get("/ops/sign-in")).is_success
    serving.terminate()
    output, _ = await serving.communicate()
    assert output.decode() == f"Console on http://127.0.0.1:{port}\n"


async def _ready(browser: httpx.AsyncClient) -> bool:
    try:
        return (await browser.get("/readyz")).is_success
    except httpx.TransportError:
        return False


def test_what_cannot_be_reached_is_one_sentence(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("list", PERENNIAL_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert "PERENNIAL_DATABASE_URL" in said.err
    said = terminal("park", "S-1001", "--by", "operator:ana", "--reason", "x", PERENNIAL_TEMPORAL_ADDRESS="127.0.0.1:1")
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert said.err.startswith("Temporal cannot be reached at 127.0.0.1:1: check PERENNIAL_TEMPORAL_ADDRESS")
    said = terminal("list", PERENNIAL_DATA_DIR=str(tmp_path))
    assert (said.status, said.err.count("\n")) == (1, 1)
    assert "perennial up" in said.err
    said = terminal("list", PERENNIAL_DATABSE_URL="x")
    assert (said.status, said.err) == (1, "PERENNIAL_DATABSE_URL is no setting: did you mean PERENNIAL_DATABASE_URL?\n")


def test_stored_methods_are_named_replaced_and_removed(terminal: Terminal) -> None:
    ada = ("--by", "ada@northwind.example")
    assert terminal("set-payment-method", "S-1001", "--kind", "paypal", "--token", "ok", *ada).status == 0
    listed = terminal("payment-method", "list", "5100000001", "--json").json
    by_use = {tuple(each["used_by"]): each["id"] for each in listed}
    old, new = by_use[("S-1001",)], by_use[("S-1011",)]
    assert terminal("payment-method", "name", old, "Office card", *ada).out == f"{old} is called Office card.\n"
    assert "Office card" in terminal("payment-method", "list", "5100000001").out
    assert terminal("payment-method", "name", old, "4111 1111 1111 1111", *ada).status == 2
    used = terminal("payment-method", "remove", old, *ada)
    assert (used.status, "is not removed (method_in_use): A subscription uses" in used.err) == (1, True)
    replaced = terminal("payment-method", "replace", old, "--with", new, *ada, "--json")
    assert [(each["subscription"], each["outcome"]) for each in replaced.json] == [("S-1001", "done")]
    again = terminal("payment-method", "replace", old, "--with", new, *ada)
    assert (again.status, again.out) == (0, "No subscription of this buyer uses it.\n")
    assert terminal("payment-method", "remove", old, *ada).out == f"{old} is removed.\n"
    assert terminal("payment-method", "remove", old, *ada).out == f"{old} was removed already.\n"
    assert old not in terminal("payment-method", "list", "5100000001").out
    nobodys = terminal("payment-method", "name", new, "mine", "--by", "mallory@elsewhere.example")
    assert (nobodys.status, "(not_buyer)" in nobodys.err) == (1, True)
    assert terminal("payment-method", "replace", new, "--with", old, *ada).status == 1
    assert terminal("payment-method", "list", "0").status == 1


def test_a_partner_is_made_known_given_what_it_sold_and_a_key(terminal: Terminal, tmp_path: Path) -> None:
    why = ("--by", "operator:ana", "--reason", "it has signed")
    assert terminal("partner", "add", "North Tools", "--name", "North", *why).status == 2
    assert "north-tools is known." in terminal("partner", "add", "north-tools", "--name", "North Tools", *why).out
    assert terminal("partner", "add", "north-tools", "--name", "North Tools", *why).status == 1
    assert "North Tools" in terminal("partner", "list").out
    assert [each["code"] for each in terminal("partner", "list", "--json").json] == ["north-tools"]
    sold = terminal("partner", "sells", "north-tools", "S-1006", *why)
    assert sold.out == "1 of 1 subscriptions are newly sold by north-tools.\n"
    others = terminal("partner", "sells", "north-tools", "S-1006", "S-1001", *why)
    assert (others.status, others.err.endswith("of the channel partner: S-1001.\n")) == (1, True)
    numbers = tmp_path / "sold.txt"
    numbers.write_text("S-1006\n")
    assert terminal("partner", "sells", "north-tools", "--from", str(numbers), *why).out.startswith("0 of 1")
    assert terminal("partner", "sells-no-more", "S-1006", *why).out == (
        "1 of 1 subscriptions are newly of no partner.\n"
    )
    assert terminal("partner", "sells", "south-tools", "S-1006", *why).status == 1
    assert terminal("partner", "sells", "north-tools", *why).status == 2
    past = [each for each in terminal("show", "S-1006", "--json").json["past"] if each["event"] == "partner"]
    assert [(each["partner"], each["by"], each["reason"]) for each in past] == [
        ("north-tools", "operator:ana", "it has signed"),
        (None, "operator:ana", "it has signed"),
    ]
    create = ("api-key", "create", "--name", "North Tools", *why)
    assert terminal(*create, "--scope", "partner").status == 2
    assert terminal(*create, "--scope", "partner", "--scope", "read", "--partner", "north-tools").status == 2
    assert terminal(*create, "--scope", "read", "--partner", "north-tools").status == 2
    assert terminal(*create, "--scope", "partner", "--partner", "south-tools").status == 1
    made = terminal(*create, "--scope", "partner", "--partner", "north-tools", "--json").json
    assert (made["scopes"], made["partner"]) == (["partner"], "north-tools")
    assert "partner north-tools" in terminal("api-key", "list").out
