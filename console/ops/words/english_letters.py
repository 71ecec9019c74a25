"""The mails in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.letters": "Mails",
        "letters.text": "Every mail as it was sent or tried, whenever it was due, the newest first.",
        "letters.to": "To",
        "letters.to_help": "The whole address.",
        "letters.kind": "Mail",
        "letters.from": "Due from",
        "letters.due": "Due",
        "letters.reply": "The mail server said",
        "letters.tries": "{count} tries.",
        "letters.tried": "Tries",
        "letters.sent_at": "Accepted",
        "letters.next_at": "Next try",
        "letters.why": "Because of",
        "letters.as_sent": "The bytes below are those that were sent.",
        "letters.not_as_sent": "The bytes below are not those that were sent: report this.",
        "letters.not_written": "It was not written, so there is nothing to read.",
        "letters.state.sent": "sent",
        "letters.state.waiting": "waiting",
        "letters.state.missed": "missed",
        "letters.state.failed": "refused",
        "letters.state.bounced": "bounced",
        "letters.todo.waiting": "It is tried again by itself. If the server stays away, look at perennial doctor and "
        "at the pauses.",
        "letters.todo.missed": "It was overdue when it could first be sent, so it was not sent. A later mail stands "
        "in for it.",
        "letters.todo.failed": "Tell the buyer another way, and have the address corrected where it comes from.",
        "letters.todo.bounced": "Tell the buyer another way, and have the address corrected where it comes from.",
        "act.letters.people": "list of mails looked at",
        "act.letters.export": "list of mails downloaded",
    }
)
