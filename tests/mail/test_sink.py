"""The local mail server's folder: what is listed, and that an id reads nothing else."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mail.message import compose
from mail.render import Rendered
from mail.sink import Sink, list_mails, read_mail


def raw_mail(number: int) -> bytes:
    return compose(
        Rendered(f"Été {number}", "<p>Bonjour</p>", "Bonjour\n", "fr-FR"),
        sender="billing@vendor.example",
        recipient="ada@northwind.example",
        recipient_name="Ada",
        message_id=f"<{number}/../x@vendor.example>",
        date=datetime(2027, 3, 1, 9, 0, tzinfo=UTC),
    )


@pytest.fixture
def folder(sink: Sink) -> Path:
    for number in range(12):
        sink.store(raw_mail(number))
    return sink.directory


def test_the_newest_mails_are_listed_first(folder: Path) -> None:
    assert [mail.subject for mail in list_mails(folder, limit=3)] == ["Été 11", "Été 10", "Été 9"]
    newest = list_mails(folder)[0]
    assert (newest.to, newest.message_id) == ("Ada <ada@northwind.example>", "<11/../x@vendor.example>")
    assert newest.received_at.tzinfo is UTC


def test_a_stored_mail_is_read_in_all_its_forms(folder: Path) -> None:
    summary = list_mails(folder)[0]
    stored = read_mail(folder, summary.id)
    assert stored is not None
    assert stored.mail == summary
    assert (stored.html, stored.text) == ("<p>Bonjour</p>\n", "Bonjour\n")
    assert stored.raw == raw_mail(11)


def test_a_folder_that_was_deleted_is_made_anew(folder: Path, sink: Sink) -> None:
    shutil.rmtree(folder)
    sink.store(raw_mail(12))
    assert [mail.subject for mail in list_mails(folder)] == ["Été 12"]


@pytest.mark.parametrize(
    "mail_id", ["", ".", "../secret", "/etc/passwd", "secret", "20270301T090000000000Z-000001-../x"]
)
def test_an_id_that_is_not_ours_reads_nothing(folder: Path, mail_id: str) -> None:
    (folder / "secret.eml").write_bytes(raw_mail(1))
    (folder.parent / "secret.eml").write_bytes(raw_mail(1))
    assert read_mail(folder, mail_id) is None


def test_a_mail_that_is_gone_reads_as_none(folder: Path) -> None:
    assert read_mail(folder, "20270301T090000000000Z-000001-x") is None


def test_a_folder_that_is_not_there_yet_holds_no_mails(tmp_path: Path) -> None:
    assert list_mails(tmp_path / "nowhere") == []


def test_files_of_others_are_left_out_of_the_list(folder: Path) -> None:
    (folder / "notes.eml").write_text("not ours")
    assert len(list_mails(folder)) == 12
