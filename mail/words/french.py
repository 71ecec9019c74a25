"""The labels and phrases of a French letter."""

from collections.abc import Mapping
from types import MappingProxyType

from renewals.facts import MethodKind, Term

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "product": "Produit",
        "number": "Abonnement",
        "customer": "Client",
        "seats": "Postes",
        "term": "Durée",
        "period": "Prochaine période",
        "lost_period": "Période non réglée",
        "renews_on": "Date de renouvellement",
        "expires_on": "Date d’expiration",
        "expired_on": "Expiré le",
        "price": "Prix de renouvellement",
        "list_price": "Prix catalogue",
        "charge": "Montant à prélever",
        "charge_on": "Prélèvement le",
        "method": "Moyen de paiement",
        "retry_on": "Prochaine tentative",
        "access_ends_on": "Fin de l’accès",
        "late_until": "Renouvellement tardif jusqu’au",
        "paid": "Montant réglé",
        "paid_with": "Réglé par",
        "paid_period": "Période réglée",
        "reference": "Référence",
        "next_charge": "Prochain prélèvement",
        "next_charge_on": "Prélèvement le",
        "at_checkout": "à choisir lors de la commande",
        "if_nothing": "Si vous ne faites rien",
        "questions": "Questions",
        "link": "Ou suivez ce lien :",
        "why": "Vous recevez ce message en tant qu’acheteur de cet abonnement.",
        "1_seat": "1 poste",
        "seats_many": "{count} postes",
        Term.MONTH: "1 mois",
        Term.YEAR: "1 an",
        Term.THREE_YEARS: "3 ans",
        MethodKind.CARD: "carte",
        MethodKind.PAYPAL: "compte PayPal",
        MethodKind.DIRECT_DEBIT: "prélèvement bancaire",
        MethodKind.KONBINI: "Konbini",
        MethodKind.BANK_TRANSFER: "virement bancaire",
        "valid_through": "{method}, valable jusqu’au {day}",
        "by_hand": "{method}, à la main à chaque renouvellement",
        "not_automatic": "{method}, sans prélèvement automatique",
        "from": "{now} ; {later} à partir du {day}",
        "span": "du {first} au {last}",
        "midnight": "{day} à 0 h",
    }
)
