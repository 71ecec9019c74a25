"""What takes a second person, in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "deed.go-live": "Mettre en service",
        "deed.bulk-action": "Un ordre pour plusieurs",
        "deed.refund": "Rembourser",
        "second_takes_two": "Au-delà de {count} à la fois, il faut une seconde personne : rien ne se passe avant que "
        "quelqu’un d’autre ait confirmé, dans la journée.",
        "second_ask": "Demander à une seconde personne",
        "second_terms_in": "Périodes suivantes en {currency}",
        "second_sum": "{count} : {amount}",
        "second_first": "Les premiers :",
        "second_bound": "La confirmation vaut pour ceci exactement : si un prix, un poste, un moyen de paiement ou "
        "autre chose change d’ici là, rien n’est fait.",
        "second_refund_takes_two": "Autant sur une seule commande demande une seconde personne : rien n’est remboursé "
        "avant que quelqu’un d’autre ait confirmé, dans la journée.",
        "second_refund": "{amount} sont remboursés sur la commande du {when}, dont {paid} ont été payés et {gone} déjà "
        "remboursés ou en route.",
        "second_bound_refund": "Là d’où l’argent est venu ; un courriel en informe l’acheteur. Si autre chose de cette "
        "commande est remboursé d’ici là, rien n’est fait.",
        "second_confirmed": "Confirmé par {who}.",
        "second_one_mailbox": "Quelqu’un d’autre doit confirmer : le compte qui a demandé a votre adresse de courriel.",
        "wrong.second_asker": "Qui l’a demandé n’en a plus le droit",
        "wrong.second_asker_text": "Rien n’a été fait : le compte qui a demandé a été désactivé ou a changé de rôle. "
        "Refusez la demande ; quelqu’un qui en a le droit la refait.",
        "wrong.second_stale": "Cela a changé depuis que c’était affiché",
        "wrong.second_stale_text": "Rien n’a été fait : quelque chose n’est plus comme affiché. Regardez de nouveau et "
        "refaites la demande ; une demande ouverte se refuse ou se retire.",
    }
)
