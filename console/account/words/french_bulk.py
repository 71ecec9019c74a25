"""The account in French: renewing several subscriptions together."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "choose": "Sélectionner {product} {number}",
        "refused.not_carried_out": "Une erreur de notre côté l’a empêché ; rien n’a été prélevé. Réessayez plus tard.",
        "choose_every": "Sélectionner tout ce qui peut être renouvelé sur cette page",
        "choose_more": "En sélectionner d’autres à la page suivante",
        "chosen_elsewhere": "Sélectionnés sur d’autres pages : {count}",
        "renew_together": "Renouveler la sélection",
        "not_together": "Pas maintenant : {why}",
        "cart": "Renouveler plusieurs abonnements",
        "cart.empty": "Rien n’est sélectionné. Revenez à vos abonnements et cochez ceux que vous voulez renouveler.",
        "cart.left": "Non retenus",
        "cart.channel.direct_online": "Achetés en ligne ; payés en une fois, par une seule commande.",
        "cart.channel.direct_sales": "Achetés auprès de notre équipe commerciale ; payés en une fois, par une seule "
        "commande.",
        "cart.channel.partner": "Achetés auprès d’un partenaire.",
        "cart.channel.legacy": "Issus d’un ancien système.",
        "cart.pay_with": "Payer pour {customer} ({csn}) avec",
        "cart.method_once": "Ce moyen de paiement ne sert qu’à cette commande. Chaque abonnement garde le sien pour "
        "le renouvellement automatique.",
        "cart.binding": "Ce bouton vaut commande avec obligation de paiement. Les dates de renouvellement ne changent "
        "pas : chaque nouvelle période fait suite à la précédente.",
        "cart.confirm": "Renouveler pour {amount}",
        "result": "Renouvellement groupé",
        "result.going_on": "C’est en cours. La page se recharge d’elle-même.",
        "result.done": "C’est fait. Renouvellements : {renewed} sur {all}. Un message confirme chaque commande.",
        "result.refused": "Renouvellements : {renewed} sur {all}. Le reste figure ci-dessous avec son motif.",
        "result.waiting": "Renouvellements pour l’instant : {renewed} sur {all}. Un paiement est encore en attente.",
        "result.failed": "Le paiement de {amount} n’a pas abouti. Rien n’a été acheté.",
        "result.in_doubt": "Le résultat du paiement de {amount} n’est pas encore connu. Nous nous renseignons et vous "
        "écrirons ; rien n’est prélevé deux fois.",
        "result.again": "Revoir ceux-ci et choisir comment payer",
        "result.outcome": "Résultat",
        "outcome.waiting": "en attente",
        "outcome.pending": "paiement en cours",
        "outcome.awaiting_payment": "en attente de votre paiement",
        "outcome.renewed": "renouvelé",
        "outcome.refused": "non retenu",
        "outcome.payment_failed": "échec du paiement",
        "cart.over_100": "100 abonnements au plus peuvent être renouvelés ensemble ; vous en avez sélectionné {count}. "
        "Retirez-en.",
        "command.bulk-renew": "renouvellement avec d’autres",
        "order.way.bulk": "renouvellement avec d’autres",
    }
)
