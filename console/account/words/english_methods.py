"""The account in English: payment methods, stored and edited."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "methods": "Payment methods",
        "methods.text": "Methods that are stored. Each subscription uses the one that is set on its page.",
        "methods.which": "Which method",
        "methods.named": "{name} ({method})",
        "methods.bar.policy": "Not offered for this purchase.",
        "methods.bar.currency": "Stores take yen only.",
        "methods.bar.sum": "Stores take from {least} to {most} at a time.",
        "methods.bar.at_once": "It cannot be charged at once.",
        "no_kind": "No other payment method is offered here. Our support can help.",
        "methods.stored": "stored on {day}",
        "methods.used_by": "Used by",
        "methods.used_by_many": "Used by {count} of your subscriptions",
        "methods.unused": "Used by none of your subscriptions.",
        "methods.edit": "Edit",
        "methods.name": "Name",
        "methods.label": "A name of your own",
        "methods.label_help": "Such as “Office card”, up to 40 characters; leave it empty to take it away. Never the "
        "card number.",
        "methods.save_name": "Save the name",
        "methods.expiry": "New expiry",
        "methods.save_expiry": "Save the new expiry",
        "methods.replace": "Use another method instead",
        "methods.save_replace": "Use that one",
        "methods.remove": "Remove",
        "methods.remove_text": "It can no longer be charged. Receipts keep what was paid with it. To use it again, "
        "add it anew.",
        "methods.save_remove": "Remove the method",
        "methods.remove_later": "It can be removed once none of your subscriptions uses it.",
        "methods.add": "Add a payment method",
        "methods.add_button": "Add the method",
        "methods.buyer_only": "Only a buyer adds or changes payment methods.",
        "methods.done.added": "The method is stored. Choose it on the page of a subscription.",
        "methods.done.named": "The name is stored.",
        "methods.done.expiry_some": "The new expiry is stored, but not all of your subscriptions use it: see below "
        "which do.",
        "methods.done.expiry": "The new expiry is stored, and your subscriptions use it from the next charge on.",
        "methods.done.replaced_some": "Not all of your subscriptions use the other method: see below which do.",
        "methods.done.replaced": "Your subscriptions use the other method from the next charge on.",
        "methods.done.removed": "The method is removed.",
        "methods.done.in_use": "The method was not removed: a subscription of your organisation uses it, or a payment "
        "with it is under way.",
        "wrong.label": "Write at most 40 characters, and at most eight digits among them: a card number must not stand "
        "here.",
    }
)
