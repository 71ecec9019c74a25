"""The operators' pages say the same in each language."""

from string import Formatter

import pytest

from console.ops.asking import Column
from console.ops.deeds import DEEDS
from console.ops.rooms import ROOMS
from console.ops.subscriptions import TOGETHER
from console.ops.words import WORDS
from models.at_risk import Cause
from models.bulk_actions import Outcome
from models.listing import Sort
from models.pauses import Pausable
from models.pipeline import Path
from models.staff import StaffRefused
from renewals.facts import AttemptState, Channel, Phase
from renewals.roles import Role


def test_every_language_has_the_same_words_with_the_same_parts() -> None:
    english = WORDS["en"]
    for language, said in WORDS.items():
        assert said.keys() == english.keys(), language
        for key in english:
            parts = [{part[1] for part in Formatter().parse(words[key]) if part[1]} for words in (english, said)]
            assert parts[0] == parts[1], (language, key)


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("room", [room.key for room in ROOMS]),
        ("role", list(Role)),
        ("cause", list(Cause)),
        ("path", list(Path)),
        ("phase", list(Phase)),
        ("outcome", list(AttemptState)),
        ("pause", list(Pausable)),
        ("deed", list(DEEDS)),
        ("col", ["number", *Column]),
        ("sort", list(Sort)),
        ("list.channel", list(Channel)),
        ("bulk", list(TOGETHER)),
        ("bulk.state", list(Outcome)),
        ("bulk.would", [each for each in Outcome if each is not Outcome.WAITING]),
    ],
)
def test_every_name_has_words(prefix: str, names: list[str]) -> None:
    assert {f"{prefix}.{name}" for name in names} <= WORDS["en"].keys()


def test_every_refusal_has_a_page() -> None:
    assert issubclass(StaffRefused, Exception)
    for code in ("unknown", "name_in_use", "provider", "last_admin"):
        assert {f"refused.{code}", f"refused.{code}_text"} <= WORDS["en"].keys()
