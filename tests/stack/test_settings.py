"""Settings come from the environment, then from the local stack; a fault is one clear sentence without its value."""

import json
from pathlib import Path

import pytest

import settings


@pytest.fixture(autouse=True)
def _bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PERENNIAL_DATABASE_URL", raising=False)


def write_stack_file(folder: Path) -> None:
    folder.mkdir()
    values = {"database_url": "postgresql://stack", "smtp_port": 2525, "local_stack": True}
    (folder / settings.STACK_FILE).write_text(json.dumps(values))


@pytest.mark.parametrize(
    "given",
    ["postgresql://u:p@host/db", "postgres://u:p@host/db", "postgresql+psycopg://u:p@host/db"],
    ids=["plain", "short", "with the driver"],
)
def test_every_form_of_the_database_address_becomes_one(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", given)
    assert settings.load().database == "postgresql+psycopg://u:p@host/db"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "DATABASE_URL",
            "mysql://u:secret@h/d",
            "PERENNIAL_DATABASE_URL is no PostgreSQL address: write postgresql://",
        ),
        ("SMTP_PORT", "99999", "PERENNIAL_SMTP_PORT cannot be used: input should be less than or equal to 65535;"),
        ("SMTP_TLS", "maybe", "PERENNIAL_SMTP_TLS cannot be used: input should be 'none', 'starttls' or 'tls';"),
        ("MAIL_FROM", "Renewals <a@b.example>", "PERENNIAL_MAIL_FROM is no mail address: write it without a name,"),
        ("SMPT_PORT", "25", "PERENNIAL_SMPT_PORT is no setting: did you mean PERENNIAL_SMTP_PORT?"),
        ("XYZZY", "1", "PERENNIAL_XYZZY is no setting: unset it."),
    ],
    ids=["database", "port", "choice", "sender", "typing error", "unknown"],
)
def test_a_bad_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(f"PERENNIAL_{name}", value)
    with pytest.raises(settings.BadSettings) as fault:
        settings.load()
    assert str(fault.value).startswith(sentence)
    assert "\n" not in str(fault.value)
    assert "secret" not in str(fault.value)


def test_a_second_terminal_finds_the_local_stack(tmp_path: Path) -> None:
    write_stack_file(tmp_path / ".perennial")
    found = settings.load()
    assert (found.database, found.smtp_port, found.local_stack) == ("postgresql+psycopg://stack", 2525, True)


def test_what_the_environment_says_wins_over_the_local_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_stack_file(tmp_path / "elsewhere")
    monkeypatch.setenv("PERENNIAL_DATA_DIR", "elsewhere")
    monkeypatch.setenv("PERENNIAL_SMTP_PORT", "2600")
    found = settings.load()
    assert (found.database, found.smtp_port) == ("postgresql+psycopg://stack", 2600)


def test_a_database_of_ones_own_leaves_the_local_stack_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_stack_file(tmp_path / ".perennial")
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", "postgresql://production")
    assert settings.load().local_stack is False
    assert settings.load().smtp_port == 587


def test_without_a_database_the_sentence_says_how_to_get_one() -> None:
    with pytest.raises(settings.BadSettings, match=r"or run `perennial up`\.$"):
        _ = settings.load().database


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", "postgresql://u:hidden@host/db")
    monkeypatch.setenv("PERENNIAL_SMTP_PASSWORD", "hidden")
    assert "hidden" not in repr(settings.load())


def test_every_setting_is_documented() -> None:
    assert [name for name, field in settings.Settings.model_fields.items() if not field.description] == []
