"""The customers in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.customers": "Clients",
        "customers.search_help": "Le début d’un CSN, ou une partie d’un nom ou d’une adresse.",
        "customers.name": "Nom",
        "customers.country": "Pays",
        "customers.country_help": "Deux lettres, comme FR.",
        "customers.language": "Langue",
        "customers.zone": "Fuseau horaire",
        "customers.audience": "Achète en tant que",
        "customers.none": "Il n’y a pas encore de clients. perennial import DOSSIER importe un portefeuille.",
        "customers.listed": "Dans la liste",
        "customers.no_subscriptions": "Il n’a pas d’abonnement.",
        "customers.orders": "Dernières commandes",
        "customers.no_orders": "Il n’a encore rien commandé.",
        "customers.quotes": "Derniers devis",
        "customers.no_quotes": "Il n’a demandé aucun devis.",
        "customers.asked": "demandé le {when}, jusqu’au {last}",
        "customers.facts": "Données",
        "customers.people": "Personnes",
        "customers.cut": "Seules les 100 premières sont montrées.",
        "customers.methods": "Moyens de paiement",
        "customers.no_methods": "Aucun moyen de paiement n’est enregistré.",
        "act.customer.read": "client consulté",
    }
)
