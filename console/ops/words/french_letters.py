"""The mails in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.letters": "Courriels",
        "letters.text": "Chaque courriel tel qu’il a été envoyé ou tenté, selon son échéance, les plus récents "
        "d’abord.",
        "letters.to": "À",
        "letters.to_help": "L’adresse entière.",
        "letters.kind": "Courriel",
        "letters.from": "Prévu du",
        "letters.due": "Prévu",
        "letters.reply": "Le serveur a répondu",
        "letters.tries": "{count} essais.",
        "letters.tried": "Essais",
        "letters.sent_at": "Accepté",
        "letters.next_at": "Prochain essai",
        "letters.why": "En raison de",
        "letters.as_sent": "Les octets ci-dessous sont ceux qui ont été envoyés.",
        "letters.not_as_sent": "Les octets ci-dessous ne sont pas ceux envoyés : signalez-le.",
        "letters.not_written": "Il n’a pas été rédigé : il n’y a rien à lire.",
        "letters.state.sent": "envoyé",
        "letters.state.waiting": "en attente",
        "letters.state.missed": "manqué",
        "letters.state.failed": "refusé",
        "letters.state.bounced": "revenu",
        "letters.todo.waiting": "Il sera réessayé de lui-même. Si le serveur reste absent, consultez perennial doctor "
        "et les pauses.",
        "letters.todo.missed": "Il était en retard quand il aurait pu partir : il n’a pas été envoyé. Un courriel "
        "ultérieur en tient lieu.",
        "letters.todo.failed": "Prévenez l’acheteur autrement, et faites corriger l’adresse à sa source.",
        "letters.todo.bounced": "Prévenez l’acheteur autrement, et faites corriger l’adresse à sa source.",
        "act.letters.people": "liste des courriels consultée",
        "act.letters.export": "liste des courriels téléchargée",
    }
)
