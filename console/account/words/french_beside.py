"""The account in French: the pages beside that of a subscription."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "yes": "oui",
        "no": "non",
        "questions_sales": "Pour acheter davantage, ou pour d’autres façons de payer comme le financement, contactez "
        "notre équipe commerciale :",
        "usage": "Utilisation des postes",
        "usage.text": "Qui a un poste, qui s’en est servi au cours des 30 et des 90 derniers jours, et combien de "
        "jours.",
        "usage.by_product": "Par produit",
        "usage.by_subscription": "Par abonnement",
        "usage.by_user": "Par utilisateur",
        "usage.assigned": "Utilisateurs affectés",
        "usage.active_30": "Actifs sur 30 jours",
        "usage.active_90": "Actifs sur 90 jours",
        "usage.often": "{days} j chacun",
        "usage.on_day": "1 jour",
        "usage.on_days": "{count} jours",
        "usage.days_30": "Jours d’utilisation sur 30 jours",
        "usage.days_90": "Jours d’utilisation sur 90 jours",
        "usage.products_file": "Les produits dans un fichier (CSV)",
        "usage.users_file": "Tous les utilisateurs dans un fichier (CSV)",
        "csn": "Numéro de client",
        "usage.told_on": "Données jusqu’au",
        "usage.never_told": "aucune donnée",
        "usage.some_untold": "{day} ; {count} sans donnée",
        "usage.user": "Utilisateur",
        "usage.assigned_on": "Poste depuis",
        "usage.used_on": "Dernière utilisation",
        "usage.never_used": "jamais",
        "usage.nobody": "Aucun utilisateur n’est connu pour ces postes.",
        "usage.none": "Il n’y a aucun abonnement à présenter.",
        "usage.exceeds": "Plus d’utilisateurs ({assigned}) que de postes : {seats}. Retirez une "
        "affectation ou ajoutez des postes.",
        "usage.of": "Utilisation des postes de {product}",
        "usage.link": "Utilisateurs et utilisation des postes",
        "usage.unused": "Postes utilisés sur les {days} jours jusqu’au {told_on} inclus : {used} sur {seats}.",
        "calendar": "Calendrier",
        "calendar.text": "Retrouvez dans votre calendrier les dates de tous vos abonnements : l’ouverture du "
        "renouvellement, la date de renouvellement et le dernier jour pour renouveler en retard.",
        "calendar.none": "Vous n’avez pas encore d’adresse de calendrier.",
        "calendar.since": "Vous avez une adresse de calendrier depuis le {day}. Elle ne peut plus être affichée ; "
        "si vous l’avez perdue, créez-en une nouvelle.",
        "calendar.address": "Votre adresse de calendrier",
        "calendar.once": "Ajoutez-la dans votre logiciel de calendrier, comme un calendrier internet. Notez-la "
        "maintenant : elle n’est affichée qu’une fois.",
        "calendar.secret": "Quiconque connaît l’adresse peut lire ces dates sans se connecter. Une nouvelle "
        "adresse met fin à l’ancienne.",
        "calendar.make": "Créer une adresse",
        "calendar.renew": "Créer une nouvelle adresse",
        "calendar.end": "Supprimer l’adresse",
        "calendar.name": "Renouvellements",
        "calendar.window_opens": "{product} ({number}) : le renouvellement est ouvert",
        "calendar.renews": "{product} ({number}) se renouvelle",
        "calendar.expires": "{product} ({number}) expire",
        "calendar.late_window_ends": "{product} ({number}) : dernier jour pour renouveler en retard",
        "wrong.month_over": "Ce mois est passé. Indiquez celui qui figure maintenant sur la carte.",
        "happened.older": "Plus ancien",
        "happened.newest": "Plus récent",
    }
)
