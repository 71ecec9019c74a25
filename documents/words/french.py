"""The words of a French paper."""

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
        "paid_with": "Réglé par",
        "code": "Code de paiement",
        "of_quote": "Devis",
        "refunded": "Remboursé",
        "refunded_on": "{amount} le {day}",
        "what": "Désignation",
        "computed": "Calcul",
        "amount": "Montant",
        "total": "Total",
        "renewal": "Renouvellement\u00a0: {term}, {span}",
        "seats": "Postes ajoutés jusqu’au {day}",
        "next_seats": "Postes ajoutés à la prochaine période, {span}",
        "basis.renewal_price": "prix de renouvellement",
        "basis.announced_price": "prix annoncé",
        "basis.list_price": "prix catalogue",
        "basis.quoted_price": "prix convenu",
        "days": "{days} des {all_days} jours, jour de l’achat compris",
        "priced": "{factors} ({basis})",
        "priced_by_days": "{factors} ({basis}\u202f; {days})",
        "page": "Page {page} sur {pages}",
        "binds": "Les prix sont garantis jusqu’à la fin du {day}. D’ici là, rien n’est prélevé automatiquement pour "
        "ces abonnements.",
        "accept": "Vous l’acceptez dans votre compte, où il figure sous son numéro, en le réglant.",
        "accept_or_order": "Vous l’acceptez dans votre compte, où il figure sous son numéro\u00a0: en le réglant, ou "
        "par un bon de commande, qui donne lieu à une facture.",
        "order": "Vous l’acceptez dans votre compte, où il figure sous son numéro, par un bon de commande\u202f; le "
        "partenaire qui vous a vendu les abonnements envoie la facture.",
        "dates": "Les dates de renouvellement ne changent pas\u00a0: chaque nouvelle période fait suite à la "
        "précédente.",
        "adds_up": "Les montants sont en {currency}. Les taxes éventuelles figurent sur la facture.",
    }
)
