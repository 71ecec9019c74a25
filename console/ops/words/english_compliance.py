"""Legal notices in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.compliance": "Legal notices",
        "legal.advice": "This is help, not legal advice.",
        "legal.text": "Automatic charges that a rule binds, by renewal date. A mail meets a rule when it went out "
        "between its two days.",
        "legal.charges": "Coming charges",
        "legal.charge": "Renewal date",
        "legal.charge_on": "Charge for the term from {day}",
        "legal.rule": "Rule",
        "legal.rules": "Rules and what meets them",
        "legal.rules_in_force": "The {count} rules in force",
        "legal.place": "Where and who",
        "legal.audience.any": "everybody",
        "legal.audience.business": "businesses",
        "legal.audience.consumer": "consumers",
        "legal.terms_from": "terms from {months} months",
        "legal.window": "Window",
        "legal.from_to": "{first} to {last}",
        "legal.window.day": "{earliest} to {latest} days before {anchor}",
        "legal.window.day.open": "{latest} days or more before {anchor}",
        "legal.window.month": "{earliest} to {latest} months before {anchor}",
        "legal.window.month.open": "{latest} months or more before {anchor}",
        "legal.anchor.renewal": "the renewal date",
        "legal.anchor.cancel_deadline": "the last day to cancel",
        "legal.anchor.charge": "the charge",
        "legal.says": "Must say or be",
        "legal.source": "Source",
        "legal.state.met": "met",
        "legal.state.coming": "coming",
        "legal.state.missing": "missing",
        "legal.until": "can be met until {day}",
        "legal.too_late": "its last day was {day}",
        "legal.missing_now": "Charges without a legal notice: {count}",
        "legal.missing_todo": "Write to the buyer yourself and keep the proof, or cancel auto-renew or park it before "
        "the charge.",
        "legal.none": "No coming charge is bound by a rule.",
        "legal.none_so_far": "None among the {count} subscriptions that were looked at. Look on below, or narrow the "
        "days.",
        "legal.looked_at": "{count} subscriptions were looked at so far.",
        "legal.none_of_one": "No rule binds its next charge, and none bound those of its last terms.",
        "legal.csv_help": "With what proves each; at most 5,000 charges. It stands on the audit.",
        "legal.of": "Legal notices of {number}",
        "legal.as_pdf": "Proof as PDF",
        "legal.as_pdf_help": "That it was made stands on the audit.",
        # the paper
        "legal.proof": "Proof of legal notices",
        "legal.proof_note": "Made from the record: what was sent, when, to whom, and what the mail server answered. "
        "Digests are of the bytes that were sent.",
        "legal.file_stopped": "Not complete: the file stopped here. Ask for the rest with a first renewal date of "
        "{since}, or for one rule.",
        "legal.page": "Page {{page}} of {{pages}}",
        "legal.product": "Product",
        "legal.zone": "Time zone",
        "legal.made": "Made",
        "legal.sent_at": "Accepted by the mail server",
        "legal.planned_on": "Planned for",
        "act.compliance.export": "legal notices downloaded",
        "act.compliance.read": "legal notices of a subscription read",
        "act.compliance.proof": "proof of legal notices made",
    }
)
