"""The calendar in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.calendar": "Calendrier",
        "calendar.text": "Ce qui se renouvelle chaque jour : combien, pour quel montant et comment. Un jour mène à "
        "ses abonnements ; ceux payés pour une date passée figurent dans la liste à la suivante.",
        "calendar.earlier": "Mois précédent",
        "calendar.later": "Mois suivant",
        "calendar.now": "Ce mois-ci",
        "calendar.in_all": "{count} renouvellements",
        "calendar.none": "Rien ne se renouvelle ce mois-ci.",
        "calendar.day": "{day} : {count} renouvellements",
        "calendar.as_table": "Le mois sous forme de tableau",
        "calendar.date": "Jour",
        "calendar.amounts": "Montants",
        "calendar.csv_help": "Chaque jour par voie, état et devise. C’est noté au journal d’audit.",
    }
)
