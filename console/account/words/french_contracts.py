"""The account in French: contracts."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "contracts": "Contrats",
        "contracts.text": "Ce que chaque client a acheté, par mode d’achat. Sélectionnez un contrat pour voir ses "
        "abonnements, ses postes et ses commandes.",
        "contracts.none": "Vous ne voyez d’abonnement dans aucun contrat.",
        "contract": "Contrat",
        "contract.of": "Contrat : {customer}, {mode}",
        "contract.csn": "Numéro de client (CSN)",
        "contract.mode": "Mode d’achat",
        "contract.currency": "Devise",
        "contract.manager": "Gestionnaire de contrat (acheteur)",
        "contract.in_state": "{state} ({count})",
        "contract.next_on": "Prochaine date de renouvellement",
        "contract.mode.direct_online": "acheté en ligne",
        "contract.mode.direct_sales": "acheté auprès de notre équipe commerciale",
        "contract.mode.partner": "acheté auprès d’un partenaire",
        "contract.mode.legacy": "issu d’un ancien système",
        "contract.direct_online_text": "Les postes, les durées, le paiement et le renouvellement se gèrent dans ce "
        "compte.",
        "contract.direct_sales_text": "Le renouvellement, les durées et le paiement se gèrent dans ce compte ; les "
        "postes, avec notre équipe commerciale ou notre assistance.",
        "contract.partner_text": "Votre partenaire renouvelle ces abonnements et les modifie.",
        "contract.legacy_text": "Ces commandes viennent d’un ancien système et ne se modifient pas ici.",
        "contract.admin_only": "Vous voyez ce contrat en tant qu’administrateur principal. Les modifications et les "
        "paiements reviennent au gestionnaire de contrat : {managers}.",
        "contract.renew_together": "Renouveler tout ce qui peut l’être ({count})",
        "contract.older": "Commandes plus anciennes",
        "contract.newest": "Dernières commandes",
        "contract.add_seats": "Ajouter des postes",
        "contract.reduce_seats": "Supprimer des postes",
        "contract.change_term": "Modifier la durée",
        "contract.renew": "Renouveler",
        "contract.do": "{what} : {product} {number}",
    }
)
