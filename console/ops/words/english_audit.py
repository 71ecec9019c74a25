"""The audit in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.audit": "Audit",
        "audit.text": "Who did or read what, when and why: at these pages and by commands to subscriptions. It only "
        "grows.",
        "audit.deed": "What",
        "audit.about": "About",
        "audit.details": "Details",
        "audit.from": "From",
        "audit.to": "Up to and including",
        "audit.by_help": "A name, such as mira.",
        "audit.about_help": "The whole number or name.",
        "audit.why_help": "Any part of it.",
        "rooms.csv_help": "All that these filters find. It stands on the audit.",
        # what stands on the audit
        "act.breaker.accept": "share of declines accepted",
        "act.alarm.acknowledge": "alarm acknowledged",
        "act.alarm.end": "alarm ended",
        "act.alarm.give": "alarm given to somebody",
        "act.alarm.give_up": "alarm given up",
        "act.alarm.take": "alarm taken",
        "act.audit.export": "audit downloaded",
        "act.bulk_action": "bulk action given",
        "act.go_live": "taken live",
        "act.mail.read": "mail read",
        "act.operator.add": "operator added",
        "act.operator.disable": "operator disabled",
        "act.operator.link": "link made for an operator",
        "act.operator.reseal": "secrets closed under the newest key",
        "act.operator.reset": "operator reset",
        "act.operator.role": "role changed",
        "act.operator.set_up": "account set up",
        "act.pause": "paused",
        "act.receipt.read": "receipt read",
        "act.resume": "resumed",
        "act.second_person.ask": "second person asked",
        "act.second_person.decide": "second person decided",
        "act.sign_in": "signed in",
        "act.sign_in.failed": "sign-in failed",
        "act.sign_in.refused": "sign-in refused",
        "act.sign_out": "signed out",
        "act.subscription.command": "command given at its page",
        "act.subscription.read": "subscription looked at",
        "act.subscriptions.export": "list downloaded",
        "act.subscriptions.people": "people in the list looked at",
        "act.view.delete": "view deleted",
        "act.view.save": "view saved",
    }
)
