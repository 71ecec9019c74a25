"""What belongs to an act of the audit is said in words, in each language; of every act that there is."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from console.ops.act_words import told_of
from console.ops.desk import speech_in
from models.acts import Act
from tests.console.ops.test_words import audited_as

AT = datetime(2027, 2, 1, 12, tzinfo=UTC)
POLICY = {"sku": "DRAFT-3D", "country": "FR", "channel": "direct_online", "values": {"retry_days": [1, 3]}}
PRICE: dict[str, Any] = {"sku": "DRAFT-3D", "term": "year", "currency": "USD", "status": "active"}
PRICE |= {"list_price": 60000, "renewal_price": 50500}
STOPPED = {
    "rule": "declines",
    "since": "2027-02-01T11:00:00+00:00",
    "answered": 11,
    "declined": 5,
    "usual_answered": 100,
    "usual_declined": 2,
    "floor": 20,
    "factor": 400,
}

TOLD: list[tuple[str, dict[str, Any], str]] = [
    ("alarm.give", {"alarm": "1", "kind": "parked", "to": "operator:nils"}, "parked; to nils"),
    ("alarm.take", {"alarm": "1", "kind": "step_failed"}, "step failed"),
    (
        "api_key.create",
        {"name": "North", "scopes": ["partner"], "partner": "north-tools"},
        "North; issue a partner’s quotes; partner north-tools",
    ),
    ("audit.export", {"view": ""}, "all of it"),
    ("audit.export", {"view": "by=nils"}, "a part, by its filters"),
    ("breaker.accept", {"declined": 5, "answered": 11, "until": "2027-02-08T12:00:00+00:00"}, "5 of 11 declined count"),
    ("bulk_action", {"command": "park", "lines": 7}, "parked: 7 subscriptions"),
    ("bulk_action.export", {"command": "park", "lines": 7}, "parked: 7 subscriptions"),
    ("forecast.ask", {"from": "2027-02-01", "to": "2027-03-01"}, "from February 1, 2027 to March 1, 2027"),
    ("forecast.ask", {"import": "i-1", "days": 92}, "the first 92 days of an import"),
    ("forecast.export", {"what": "what=charge"}, "a part, by its filters"),
    ("go_live", {"import": "i-1", "subscriptions": 40}, "subscriptions: 40; of an import"),
    ("go_live", {"carried_on": True}, "carried on"),
    ("mail.read", {"notice": "n-1"}, "the mail"),
    ("operator.add", {"role": "finance"}, "finance"),
    ("operator.letters", {"alerts": True, "digest": False}, "yes"),
    ("operator.reseal", {"operators": 2, "webhooks": 1}, "second factors: 2; webhooks: 1"),
    ("operator.role", {"from": "viewer", "to": "admin"}, "viewer → admin"),
    ("partner.add", {"name": "North Tools"}, "North Tools"),
    ("partner.sells", {"subscriptions": 2, "numbers": ["S-1", "S-2"]}, "2 subscriptions; S-1, S-2"),
    ("pause", STOPPED, "5 of 11 first charges"),
    ("policy.version", {**POLICY, "version": 2, "effective_on": "2027-03-01"}, "version 2; from March 1, 2027"),
    ("portfolio.import", {"subscriptions": 12, "customers": 6, "skipped": 0}, "subscriptions: 12; customers: 6"),
    ("price.version", {**PRICE, "version": 3, "effective_on": "2027-03-01"}, "USD\u00a0505.00; "),
    ("receipt.read", {"order": "o-1"}, "order o-1"),
    (
        "second_person.decide",
        {"what": "resume-charges", "args": {"usual": True}, "asked_by": "operator:mira", "decision": "confirmed"},
        "Resume all charges; confirmed; asked by mira; the declines count as usual",
    ),
    ("sign_in", {"way": "link"}, "by a one-time link"),
    ("sign_in.refused", {"code": "no_role"}, "none of the groups has a role"),
    ("subscription.command", {"command": "park", "key": "ops:1"}, "parked"),
    ("usage.import", {"assigned": 17, "days": 31, "told_on": "2026-11-22"}, "new assignments: 17; days of use: 31; as"),
    ("view.save", {"query": "phase=expired"}, "a part, by its filters"),
    ("webhook.add", {"host": "crm.vendor.example", "types": []}, "crm.vendor.example; all events"),
    ("webhook.replay", {"from": 5, "to": 9, "events": 4}, "events 5 to 9: 4 sent again"),
    ("webhook.replay", {"failed": 4}, "4 that had failed"),
    ("what_if.ask", {**PRICE, "effective_on": "2027-03-01"}, "DRAFT-3D, "),
    ("park", {"name": "park", "outcome": "refused", "code": "lapsed"}, "It has lapsed"),
    ("park", {"name": "park", "outcome": "done", "code": None, "repeat": True}, "It was so already"),
]
NOTHING_MORE = {
    *("alarm.acknowledge", "alarm.end", "alarm.give_up", "api_key.revoke", "calendar.export", "compliance.export"),
    *("compliance.proof", "compliance.read", "customer.read", "forecast.compare", "letters.export", "letters.people"),
    *("operator.disable", "operator.link", "operator.reset", "operator.set_up", "partner.sells_no_more", "resume"),
    *("results.export", "second_person.ask", "session.end", "sign_in.failed", "sign_out", "subscription.read"),
    *("subscriptions.export", "subscriptions.people", "view.delete", "webhook.off", "webhook.on", "webhook.removed"),
    *("webhook.test", "what_if.export", "alarms.export", "customers.export", "charges.export"),
}
"""Acts that say no more, or the same as another of these."""


def said(deed: str, data: dict[str, Any], language: str) -> str:
    act = Act(AT, "audit", 1, "operator:mira", deed, None, None, data)
    return told_of(act, speech_in(language), "Europe/Paris").text


def test_every_act_is_known_here() -> None:
    assert audited_as() <= {deed for deed, *_ in TOLD} | NOTHING_MORE


@pytest.mark.parametrize(("deed", "data", "words"), TOLD)
def test_what_belongs_to_an_act_is_said_in_words(deed: str, data: dict[str, Any], words: str) -> None:
    english, french = said(deed, data, "en"), said(deed, data, "fr")
    assert words in english
    for text in (english, french):
        assert not re.search(r"[a-z]_[a-z]|[{}\[\]]|True|False|None|\d{4}-\d\d-\d\d", text), text


@pytest.mark.parametrize(
    "deed", ["alarm.take", "breaker.accept", "forecast.ask", "portfolio.import", "sign_in", "park"]
)
def test_it_is_said_in_french(deed: str) -> None:
    data = next(data for name, data, _ in TOLD if name == deed)
    assert said(deed, data, "fr") != said(deed, data, "en")


@pytest.mark.parametrize(
    ("deed", "data", "there"),
    [
        pytest.param("letters.export", {"view": "kind=renewed"}, "/ops/letters?kind=renewed", id="a view"),
        pytest.param("subscriptions.export", {"view": ""}, "/ops/subscriptions", id="everything"),
        pytest.param("view.save", {"query": "phase=expired"}, "/ops/subscriptions?phase=expired", id="a saved view"),
        pytest.param("go_live", {"import": "i-1", "subscriptions": 4}, "/ops/go-live/i-1", id="an import"),
        pytest.param("forecast.ask", {"import": "i-1", "days": 92}, "/ops/go-live/i-1", id="of a forecast"),
        pytest.param("go_live", {"import": None, "subscriptions": 4}, "", id="of no import"),
        pytest.param("mail.read", {"notice": "n-1"}, "/ops/letters/n-1", id="a mail"),
        pytest.param("operator.add", {"role": "viewer"}, "", id="nothing more to see"),
    ],
)
def test_it_leads_to_what_it_was_about(deed: str, data: dict[str, Any], there: str) -> None:
    act = Act(AT, "audit", 1, "operator:mira", deed, None, None, data)
    assert told_of(act, speech_in("en"), "Europe/Paris").leads_to == there
