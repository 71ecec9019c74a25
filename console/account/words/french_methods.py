"""The account in French: payment methods, stored and edited."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "methods": "Moyens de paiement",
        "methods.text": "Les moyens de paiement enregistrés. Chaque abonnement utilise celui qui est choisi sur sa "
        "page.",
        "methods.which": "Quel moyen de paiement",
        "methods.named": "{name} ({method})",
        "methods.bar.policy": "Non proposé pour cet achat.",
        "methods.bar.currency": "Les magasins n’acceptent que le yen.",
        "methods.bar.sum": "Les magasins acceptent de {least} à {most} par paiement.",
        "methods.bar.at_once": "Ce moyen de paiement ne permet pas de payer immédiatement.",
        "no_kind": "Aucun autre moyen de paiement n’est proposé ici. Notre assistance peut vous aider.",
        "methods.stored": "enregistrement le {day}",
        "methods.used_by": "Utilisé par",
        "methods.used_by_many": "Utilisé par {count} de vos abonnements",
        "methods.unused": "Aucun de vos abonnements ne l’utilise.",
        "methods.edit": "Modifier",
        "methods.name": "Nom",
        "methods.label": "Un nom de votre choix",
        "methods.label_help": "Par exemple « Carte du bureau », 40 caractères au plus ; laissez vide pour l’enlever. "
        "Jamais le numéro de la carte.",
        "methods.save_name": "Enregistrer le nom",
        "methods.expiry": "Nouvelle date d’expiration",
        "methods.save_expiry": "Enregistrer la nouvelle date d’expiration",
        "methods.replace": "Utiliser un autre moyen à la place",
        "methods.save_replace": "Utiliser celui-là",
        "methods.remove": "Supprimer",
        "methods.remove_text": "Plus rien ne pourra être prélevé sur ce moyen de paiement. Les reçus gardent la trace "
        "de ce qui a été payé ainsi. Pour l’utiliser de nouveau, ajoutez-le encore une fois.",
        "methods.save_remove": "Supprimer ce moyen de paiement",
        "methods.remove_later": "Il pourra être supprimé dès qu’aucun de vos abonnements ne l’utilisera plus.",
        "methods.add": "Ajouter un moyen de paiement",
        "methods.add_button": "Ajouter",
        "methods.buyer_only": "Seul un acheteur ajoute ou modifie des moyens de paiement.",
        "methods.done.added": "Le moyen de paiement est enregistré. Choisissez-le sur la page d’un abonnement.",
        "methods.done.named": "Le nom est enregistré.",
        "methods.done.expiry_some": "La nouvelle date d’expiration est enregistrée, mais vos abonnements ne "
        "l’utilisent pas tous : voyez ci-dessous lesquels l’utilisent.",
        "methods.done.expiry": "La nouvelle date d’expiration est enregistrée ; vos abonnements l’utilisent dès le "
        "prochain prélèvement.",
        "methods.done.replaced_some": "Vos abonnements n’utilisent pas tous l’autre moyen de paiement : voyez "
        "ci-dessous lesquels l’utilisent.",
        "methods.done.replaced": "Vos abonnements utilisent l’autre moyen de paiement dès le prochain prélèvement.",
        "methods.done.removed": "Le moyen de paiement est supprimé.",
        "methods.done.in_use": "Le moyen de paiement n’a pas été supprimé : un abonnement de votre organisation "
        "l’utilise, ou un paiement est en cours avec lui.",
        "wrong.label": "Écrivez 40 caractères au plus, dont huit chiffres au plus : aucun numéro de carte ne doit "
        "figurer ici.",
    }
)
