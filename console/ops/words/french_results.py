"""Renewal rate and recovered revenue in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.results": "Taux de renouvellement",
        "results.text": "Périodes par mois de leur date de renouvellement, ce mois-ci jusqu’à aujourd’hui : combien "
        "sont renouvelées à présent, et comment. Les dernières peuvent encore être payées.",
        "results.chart": "Colonnes empilées des périodes par mois de leur date de renouvellement : renouvelées, selon "
        "la façon, et non renouvelées. Le tableau ci-dessous donne les mêmes chiffres.",
        "results.by_month": "Les douze derniers mois",
        "results.month": "Mois",
        "results.ended": "Périodes échues",
        "results.rate": "Taux de renouvellement",
        "results.recovered": "Récupérés",
        "results.recovered_in": "Récupéré en {currency}",
        "results.recovered_text": "Récupéré : un paiement a d’abord été refusé, puis le renouvellement a été payé.",
        "results.csv_help": "Ces douze mois. C’est noté au journal d’audit.",
        "results.by.automatic": "automatiquement",
        "results.by.by_hand": "manuellement",
        "results.by.partner": "par un partenaire",
        "results.by.legacy": "ancien système",
        "results.by.not_renewed": "non renouvelés",
        "results.none": "Aucune date de renouvellement d’un abonnement en service dans les douze derniers mois.",
    }
)
