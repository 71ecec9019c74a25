"""Les mots d'un document en français."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "quote": "Devis",
        "receipt": "Reçu",
        "quote_for": "Devis {reference} pour {customer}",
        "receipt_for": "Reçu {reference} pour {customer}",
        "customer": "Client",
        "csn": "Numéro de client",
        "buyer": "Acheteur",
        "issued_on": "Émis le",
        "settled_on": "Réglé le",
        "accept_until": "Peut être accepté jusqu’au",
        "ordered_as": "Numéro de commande",
        "purchase_order": "Bon de commande",
        "on_invoice": "Paiement",
        "by_invoice": "sur facture",
        "elsewhere": "commandé ailleurs",
        "paid_with": "Payé par",
        "code": "Code de paiement",
        "of_quote": "Devis",
        "what": "Désignation",
        "computed": "Calcul",
        "amount": "Montant",
        "total": "Total",
        "renewal": "Prochaine période\u00a0: {term}, {span}",
        "seats": "Postes ajoutés jusqu’au {day}",
        "next_seats": "Postes ajoutés à la prochaine période, {span}",
        "basis.renewal_price": "prix de renouvellement",
        "basis.announced_price": "prix annoncé",
        "basis.list_price": "prix catalogue",
        "basis.quoted_price": "prix convenu",
        "days": "{days} jours sur {all_days}, aujourd’hui compris",
        "page": "Page {page} sur {pages}",
        "binds": "Les prix sont garantis jusqu’à la fin du {day}. D’ici là, rien de ceci n’est débité automatiquement.",
        "accept": "Acceptez-le dans votre compte, où vous le trouvez sous son numéro, en le payant.",
        "accept_or_order": "Acceptez-le dans votre compte, où vous le trouvez sous son numéro, en le payant ou par un "
        "bon de commande, qui sera facturé.",
        "dates": "Les dates de renouvellement ne changent pas\u00a0: chaque nouvelle période commence le jour où la "
        "précédente se termine.",
        "adds_up": "Les montants sont en {currency}. Les taxes éventuelles figurent sur la facture.",
    }
)
