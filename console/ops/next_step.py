"""The next step of a subscription in the reader's language: its row keeps it in words of `renewals.plan.in_words`.

A list reads them back instead of planning fifty subscriptions anew. What cannot be read is shown as it is kept.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from console.ops.timeline import step_in_words
from console.speech import Speech
from renewals.facts import Phase
from renewals.letters import Kind
from renewals.money import parse_amount
from renewals.plan import Do, NoticeRef, Step, in_words

_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)
_DEEDS: Mapping[str, Do] = {in_words(Step(_WHENEVER, do)): do for do in Do}
"""What each kind of step begins with; two kinds of mail begin alike, and are said alike."""

_KINDS: Mapping[str, Kind] = {kind.replace("_", " "): kind for kind in Kind}


def _one_of(texts: Mapping[str, object]) -> str:
    return "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))


_SHAPE = re.compile(rf"({_one_of(_DEEDS)})(?: (.+))?")
_NAMED = re.compile(rf"(?:{_one_of(_KINDS)})(?= |$)")


def step_said(kept: str, t: Speech) -> str:
    """The step that is kept so."""
    step = _read(kept)
    return step_in_words(step, t) if step else kept


def _read(kept: str) -> Step | None:
    """None unless these are the very words of a step."""
    found = _SHAPE.fullmatch(kept)
    if found is None:
        return None
    do, rest = _DEEDS[found[1]], found[2] or ""
    try:
        match do:
            case Do.ENTER_PHASE:
                step = Step(_WHENEVER, do, phase=Phase(rest.replace(" ", "_")))
            case Do.SEND_NOTICE | Do.SEND_QUEUED | Do.MISS_NOTICES:
                step = Step(_WHENEVER, do, notices=tuple(NoticeRef(kind, "") for kind in _kinds(rest)))
            case Do.CHARGE | Do.SEND_BACK:
                currency, _, amount = rest.partition(" ")
                money = parse_amount(amount.replace(",", ""), currency)
                step = Step(_WHENEVER, do, amount=money.minor, currency=currency)
            case _:
                step = Step(_WHENEVER, do)
    except ValueError:
        return None
    return step if in_words(step) == kept else None


def _kinds(rest: str) -> Sequence[Kind]:
    return [_KINDS[name] for name in _NAMED.findall(rest)]
