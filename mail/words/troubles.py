"""What an operator looks into, by name: the same words on the pages of the console and in the letter of a morning."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "trouble.paid_twice": "Paid twice",
        "trouble.locked": "Paid, but without access",
        "trouble.overdue": "A step overdue by more than 10 minutes",
        "trouble.price_leaps": "Charged within 14 days at twice the last price or more, or half",
        "trouble.no_price": "The next term has no price, or is not sold any more",
        "trouble.refund_owed": "A refund that nobody takes",
        "trouble.in_doubt": "A payment without an answer for more than a day",
        "trouble.unanswered": "A command or an order line left lying",
        "trouble.voucher_ends": "A voucher paid in part that ends within a day",
        "trouble.card_ended": "Charged within 7 days to a card that has ended",
        "trouble.not_live": "Renews within 14 days and is not live",
        "trouble.letter_waits": "A letter that has waited for more than an hour",
        "trouble.other_zone": "Planned in another time zone than the customer’s",
        "trouble.same_buyer": "One person is charged within 30 days for the same offering under two customers",
        "trouble.more_users": "Renews within 30 days with more users than seats",
        "trouble.seats_fall": "Renews within 14 days with a tenth of its seats, or fewer",
        "trouble.parked_long": "Parked for more than 30 days",
        "trouble.declined_lately": "Declined in the last 24 hours",
        "troubles_uncounted": "it took too long to count them",
    }
)

FRENCH: Mapping[str, str] = MappingProxyType(
    {
        "trouble.paid_twice": "Payé deux fois",
        "trouble.locked": "Payé, mais sans accès",
        "trouble.overdue": "Une étape en retard de plus de 10 minutes",
        "trouble.price_leaps": "Prélevé sous 14 jours au double du dernier prix ou plus, ou à la moitié ou moins",
        "trouble.no_price": "La période suivante n’a pas de prix, ou n’est plus vendue",
        "trouble.refund_owed": "Un remboursement que personne n’accepte",
        "trouble.in_doubt": "Un paiement sans réponse depuis plus d’un jour",
        "trouble.unanswered": "Un ordre ou une ligne de commande restés en plan",
        "trouble.voucher_ends": "Un code de paiement réglé en partie qui expire sous un jour",
        "trouble.card_ended": "Prélevé sous 7 jours sur une carte expirée",
        "trouble.not_live": "Se renouvelle sous 14 jours sans être en service",
        "trouble.letter_waits": "Un courriel qui attend depuis plus d’une heure",
        "trouble.other_zone": "Planifié dans un autre fuseau que celui du client",
        "trouble.same_buyer": "Une personne est prélevée sous 30 jours pour la même offre chez deux clients",
        "trouble.more_users": "Se renouvelle sous 30 jours avec plus d’utilisateurs que de postes",
        "trouble.seats_fall": "Se renouvelle sous 14 jours avec un dixième de ses postes, ou moins",
        "trouble.parked_long": "Mis de côté depuis plus de 30 jours",
        "trouble.declined_lately": "Refusé ces dernières 24 heures",
        "troubles_uncounted": "trop long à compter",
    }
)
