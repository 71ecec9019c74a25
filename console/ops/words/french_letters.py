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
        "letters.sent_from": "Accepté du",
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
        "letters.state.undelivered": "refusé ou revenu",
        "letters.todo.waiting": "Il sera réessayé de lui-même. Si le serveur reste absent, consultez perennial doctor "
        "et les pauses.",
        "letters.todo.missed": "Il était en retard quand il aurait pu partir : il n’a pas été envoyé. Un courriel "
        "ultérieur en tient lieu.",
        "letters.todo.failed": "Prévenez l’acheteur autrement, et faites corriger l’adresse à sa source.",
        "letters.todo.bounced": "Prévenez l’acheteur autrement, et faites corriger l’adresse à sa source.",
        "act.letters.people": "liste des courriels consultée",
        "act.letters.export": "liste des courriels téléchargée",
        # why a mail was sent
        "mail_cause.calendar": "le calendrier de sa période",
        "mail_cause.renewal": "{way}, période à partir du {on}",
        "mail_cause.renewal_of_many": "{way}, {count} abonnements",
        "mail_cause.seats_added": "{seats} en plus pour la période à partir du {on}",
        "mail_cause.declined": "l’essai nº {n} a été refusé",
        "mail_cause.expired": "sa fin est venue, depuis « {phase} »",
        "mail_cause.command_of_buyer": "{command}, par l’acheteur",
        "mail_cause.command_of_operator": "{command}, par un opérateur",
        "mail_cause.voucher": "code de paiement pour la période à partir du {on}",
        "mail_cause.voucher_part": "une partie d’un code de paiement a été réglée",
        "mail_cause.voucher_unpaid": "le code de paiement pour la période à partir du {on} n’a pas été réglé",
        "mail_cause.voucher_unpaid_in_full": "le code de paiement pour la période à partir du {on} n’a pas été réglé "
        "en entier",
        "mail_cause.quote_issued": "le devis {quote} a été établi",
        "mail_cause.quote_ends": "le devis {quote} prend fin le {on}",
        "mail_cause.refund_paid_late": "un code de paiement a été réglé après son expiration",
        "mail_cause.refund_paid_in_part": "un code de paiement n’a été réglé qu’en partie",
        "mail_cause.refund_paid_too_much": "un code de paiement a été réglé au-delà de son montant",
        "mail_cause.refund_operator": "un opérateur l’a remboursé",
    }
)
