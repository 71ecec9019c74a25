"""Settings come from the environment, then from the local stack; a fault is one clear sentence without its value."""

import json
from pathlib import Path

import pytest

import settings
from renewals.money import Money
from settings.sources import load


@pytest.fixture(autouse=True)
def _bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PERENNIAL_DATABASE_URL", raising=False)


def write_stack_file(folder: Path) -> None:
    folder.mkdir()
    values = {"database_url": "postgresql://stack", "smtp_port": 2525, "local_stack": True}
    (folder / settings.STACK_FILE).write_text(json.dumps(values))


def assert_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(f"PERENNIAL_{name}", value)
    with pytest.raises(settings.BadSettings) as fault:
        load()
    assert str(fault.value).startswith(sentence)
    assert str(fault.value).endswith((".", "?"))
    assert "\n" not in str(fault.value)
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize(
    "given",
    ["postgresql://u:p@host/db", "postgres://u:p@host/db", "postgresql+psycopg://u:p@host/db"],
    ids=["plain", "short", "with the driver"],
)
def test_every_form_of_the_database_address_becomes_one(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", given)
    assert load().database == "postgresql+psycopg://u:p@host/db"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "DATABASE_URL",
            "mysql://u:secret@h/d",
            "PERENNIAL_DATABASE_URL is no PostgreSQL address: write postgresql://",
        ),
        ("SMTP_PORT", "99999", "PERENNIAL_SMTP_PORT must be a whole number from 1 to 65535: correct it or unset it."),
        ("HTTP_PORT", "abc", "PERENNIAL_HTTP_PORT must be a whole number from 1 to 65535: correct it or unset it."),
        ("SMTP_TLS", "maybe", "PERENNIAL_SMTP_TLS must be 'none', 'starttls' or 'tls': correct it or unset it."),
        ("LOCAL_STACK", "maybe", "PERENNIAL_LOCAL_STACK must be true or false: correct it or unset it."),
        ("WATCH_EVERY_SECONDS", "9" * 20, "PERENNIAL_WATCH_EVERY_SECONDS must be a whole number from 1 to 86400:"),
        ("WATCH_EVERY_SECONDS", "9" * 5000, "PERENNIAL_WATCH_EVERY_SECONDS must be a whole number from 1 to 86400:"),
        ("ACCOUNT_URL", "ftp://account.example", "PERENNIAL_ACCOUNT_URL is no web address: write it as https://"),
        ("MAIL_FROM", "Renewals <a@b.example>", "PERENNIAL_MAIL_FROM is no mail address: write it without a name,"),
        ("MAIL_FROM", "jürg@b.example", "PERENNIAL_MAIL_FROM is no mail address: write it without a name,"),
        ("SECOND_PERSON_REFUND", "1000 EUR", "PERENNIAL_SECOND_PERSON_REFUND cannot be read: write whole"),
        ("SECOND_PERSON_GO_LIVE", "-1", "PERENNIAL_SECOND_PERSON_GO_LIVE must be a whole number from 0 to 1000000:"),
        ("SUPPORT_CONTACT", "", "PERENNIAL_SUPPORT_CONTACT is empty: write something, or unset it."),
        ("SALES_CONTACT", "a\nb", "PERENNIAL_SALES_CONTACT has a line break or another character"),
        ("PARTNER_CONTACT", " ", "PERENNIAL_PARTNER_CONTACT is empty: write something, or unset it."),
        ("DATA_DIR", "x" * 5000, "PERENNIAL_DATA_DIR is too long for a directory: write a shorter one."),
        ("DATA_DIR", "x/" * 2500, "PERENNIAL_DATA_DIR is too long for a directory: write a shorter one."),
        ("SMPT_PORT", "25", "PERENNIAL_SMPT_PORT is no setting: did you mean PERENNIAL_SMTP_PORT?"),
        ("XYZZY", "1", "PERENNIAL_XYZZY is no setting: unset it."),
    ],
    ids=[
        "database",
        "port too high",
        "port no number",
        "choice",
        "yes or no",
        "watch too seldom",
        "watch of too many digits",
        "web address",
        "sender with a name",
        "sender not ASCII",
        "bound with a currency behind",
        "bound below none",
        "contact empty",
        "contact of two lines",
        "contact blank",
        "directory name too long",
        "directory path too long",
        "typing error",
        "unknown",
    ],
)
def test_a_bad_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    assert_one_sentence(monkeypatch, name, value, sentence)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://u:secret@localhost:notaport/db", "has a host or port that cannot be read: write postgresql://"),
        ("postgresql://u:secret@localhost:99999/db", "has a host or port that cannot be read: write postgresql://"),
        ("postgresql://u:secret@[::1/db", "has a host or port that cannot be read: write postgresql://"),
        ("postgresql://u:secret@a..b/db", "names a host that cannot exist: write postgresql://"),
        ("postgresql://u:my@secret/x@localhost/db", "has a second @: write one that belongs to the password or user"),
        ("postgresql://u:secret\udcff@localhost/db", "has a line break or another character that cannot be printed:"),
    ],
    ids=["port no number", "port too high", "bracket open", "host", "at in the password", "bytes that are no UTF-8"],
)
def test_a_database_address_that_cannot_be_called_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    assert_one_sentence(monkeypatch, "DATABASE_URL", url, f"PERENNIAL_DATABASE_URL {sentence}")


@pytest.mark.parametrize(
    "address",
    [
        "localhost",
        "localhost:notaport",
        "localhost:0",
        "localhost:70000",
        "http://localhost:7233",
        "::1:7233",
        "a..b:7",
    ],
)
def test_temporals_address_is_a_host_with_its_port(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    sentence = "PERENNIAL_TEMPORAL_ADDRESS is no host with its port: write it without http://, such as"
    assert_one_sentence(monkeypatch, "TEMPORAL_ADDRESS", address, sentence)


@pytest.mark.parametrize("host", ["a..b", "h" * 300, "a b", "-a.example"], ids=["dots", "long", "space", "hyphen"])
def test_a_mail_server_is_a_host(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert_one_sentence(monkeypatch, "SMTP_HOST", host, "PERENNIAL_SMTP_HOST is no host: write a name such as")


@pytest.mark.parametrize("value", ["a\nb", "a\udcff", "\x1b[31m"], ids=["two lines", "no UTF-8", "colour"])
@pytest.mark.parametrize(
    "name", ["TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "SMTP_HOST", "SMTP_USERNAME", "SMTP_PASSWORD", "DATA_DIR"]
)
def test_a_text_is_one_line_that_can_be_printed(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert_one_sentence(monkeypatch, name, value, f"PERENNIAL_{name} has a line break or another character")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql+psycopg://postgres@/perennial?host=/run/postgresql"),
        ("DATABASE_URL", "postgresql+psycopg://u:p%40@[::1]:5432/db"),
        ("DATABASE_URL", "postgresql+psycopg://u@one.example,two.example/db"),
        ("TEMPORAL_ADDRESS", "[::1]:7233"),
        ("TEMPORAL_ADDRESS", "my_temporal:7233"),
        ("SMTP_HOST", "::1"),
        ("SMTP_HOST", "mail.example.com."),
    ],
    ids=["socket", "database over IPv6", "two hosts", "Temporal over IPv6", "underscore", "mail over IPv6", "root dot"],
)
def test_less_common_addresses_are_good_too(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PERENNIAL_{name}", value)
    assert getattr(load(), name.lower()) == value


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[1]", "cannot be read"),
        ("{", "cannot be read"),
        ('{"x": 1}', "is of another version"),
        ('{"http_port": 0}', "is of"),
    ],
    ids=["a list", "cut off", "unknown", "bad"],
)
def test_a_spoilt_file_of_the_stack_is_one_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    write_stack_file(tmp_path / ".perennial")
    (tmp_path / ".perennial" / settings.STACK_FILE).write_text(content)
    with pytest.raises(
        settings.BadSettings, match=rf"stack\.json {sentence}.*: delete it and run `perennial up` again"
    ):
        load()


def test_a_second_terminal_finds_the_local_stack(tmp_path: Path) -> None:
    write_stack_file(tmp_path / ".perennial")
    found = load()
    assert (found.database, found.smtp_port, found.local_stack) == ("postgresql+psycopg://stack", 2525, True)


def test_what_the_environment_says_wins_over_the_local_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_stack_file(tmp_path / "elsewhere")
    monkeypatch.setenv("PERENNIAL_DATA_DIR", "elsewhere")
    monkeypatch.setenv("PERENNIAL_SMTP_PORT", "2600")
    found = load()
    assert (found.database, found.smtp_port) == ("postgresql+psycopg://stack", 2600)


def test_a_database_of_ones_own_leaves_the_local_stack_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_stack_file(tmp_path / ".perennial")
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", "postgresql://production")
    assert load().local_stack is False
    assert load().smtp_port == 587


def test_without_a_database_the_sentence_says_how_to_get_one() -> None:
    with pytest.raises(settings.BadSettings, match=r"or run `perennial up`\.$"):
        _ = load().database


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", "postgresql://u:hidden@host/db")
    monkeypatch.setenv("PERENNIAL_SMTP_PASSWORD", "hidden")
    assert "hidden" not in repr(load())


def test_every_setting_is_documented() -> None:
    assert [name for name, field in settings.Settings.model_fields.items() if not field.description] == []


def test_a_second_person_is_asked_beyond_a_bound_and_where_it_is_0_never(monkeypatch: pytest.MonkeyPatch) -> None:
    now = load()
    assert [now.go_live_takes_two(count) for count in (100, 101)] == [False, True]
    assert [now.bulk_takes_two(count) for count in (50, 51)] == [False, True]
    amounts = (Money(100_000, "EUR"), Money(100_001, "EUR"), Money(150_000, "JPY"), Money(150_001, "JPY"))
    assert [now.refund_takes_two(money) for money in amounts] == [False, True, False, True]
    for name in ("GO_LIVE", "BULK", "REFUND"):
        monkeypatch.setenv(f"PERENNIAL_SECOND_PERSON_{name}", "0")
    never = load()
    assert not never.go_live_takes_two(10**6)
    assert not never.bulk_takes_two(10**6)
    assert not never.refund_takes_two(Money(10**9, "EUR"))
    monkeypatch.setenv("PERENNIAL_SECOND_PERSON_REFUND", "JPY=0, 500")
    assert load().refund_takes_two(Money(50_001, "USD"))
    assert not load().refund_takes_two(Money(10**9, "JPY"))


def test_on_a_local_stack_one_person_is_enough_unless_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stack_file(tmp_path / ".perennial")
    assert not load().go_live_takes_two(10**6)
    monkeypatch.setenv("PERENNIAL_SECOND_PERSON_GO_LIVE", "3")
    assert load().go_live_takes_two(4)
    assert not load().bulk_takes_two(1000)
