"""Le compte en français : les devis."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "quotes": "Devis",
        "quote": "Devis",
        "no_quotes": "Vous n’avez pas encore demandé de devis. Vous pouvez le faire sur la page d’un abonnement.",
        "quote.for": "Pour",
        "quote.until": "jusqu’au {day}",
        "quote.open": "Ouvrir le devis {quote}",
        "quote.lines": "Ce qu’il propose",
        "quote.as_it_is": "la prochaine période telle que prévue",
        "quote.term": "{term}, {span}",
        "quote.pdf": "Devis (PDF)",
        "quote.include": "demander un devis pour celui-ci",
        "quote.ask_text": "Choisissez ce que le devis doit couvrir, avec les postes et la durée de la prochaine "
        "période. Notre équipe commerciale l’établit ; vous le recevez par e-mail et ses prix valent jusqu’à son "
        "dernier jour. La demande est gratuite et n’interrompt rien.",
        "quote.ask_partner_text": "Choisissez ce que le devis doit couvrir, avec les postes et la durée de la "
        "prochaine période. Le partenaire qui vous a vendu l’abonnement établit le devis ; vous le recevez par e-mail "
        "et ses prix valent jusqu’à son dernier jour. La demande est gratuite et n’interrompt rien.",
        "quote.asked_of_partner_text": "Le partenaire qui vous a vendu l’abonnement a reçu votre demande. Vous "
        "recevrez le devis par e-mail dès qu’il sera établi.",
        "quote.partner_invoices": "Le partenaire qui vous a vendu l’abonnement envoie la facture.",
        "quote.nothing_to_ask": "Il n’y a aucun abonnement pour lequel un devis peut être demandé en ce moment.",
        "quote.on_invoice": "par bon de commande, sur facture :",
        "quote.purchase_order": "Numéro de votre bon de commande",
        "quote.accept_button": "Accepter pour {amount}",
        "quote.state.asked": "demandé",
        "quote.state.issued": "ouvert",
        "quote.state.accepted": "accepté",
        "quote.state.declined": "refusé",
        "quote.state.withdrawn": "retiré",
        "quote.state.expired": "expiré",
        "quote.state.void": "caduc",
        "quote.asked_text": "Notre équipe commerciale a votre demande. Vous recevrez le devis par e-mail dès qu’il "
        "sera établi.",
        "quote.issued_text": "Les prix valent jusqu’à la fin du {day}. D’ici là, rien n’est prélevé automatiquement "
        "pour ses abonnements.",
        "quote.held_text": "Vous l’avez accepté, et nous attendons votre paiement. Dès sa réception, les périodes "
        "sont renouvelées ; s’il n’arrive pas à temps, le devis est de nouveau ouvert jusqu’à la fin du {day}.",
        "quote.release_text": "Le code de paiement devient caduc, et le devis est de nouveau ouvert : vous pouvez "
        "alors l’accepter autrement.",
        "quote.accepted_text": "Vous l’avez accepté ; les périodes sont renouvelées.",
        "quote.declined_text": "Vous l’avez refusé. Ses abonnements continuent comme s’il n’y avait pas eu de devis.",
        "quote.withdrawn_text": "Il a été retiré. Ses abonnements continuent comme s’il n’y avait pas eu de devis.",
        "quote.expired_text": "Il pouvait être accepté jusqu’au {day}. Ses abonnements continuent comme s’il n’y "
        "avait pas eu de devis.",
        "quote.void_text": "Un de ses abonnements a été renouvelé autrement ; il est donc caduc.",
        "panel.quoted": "Le devis {quote} est ouvert pour la prochaine période, jusqu’au {day}.",
        "panel.quote_yields": "Un renouvellement ici rend le devis caduc.",
        "do.ask-for-quote": "Demander un devis",
        "do.ask-for-quote_text": "Avec d’autres postes ou une autre durée si vous le souhaitez, pour un ou "
        "plusieurs abonnements ; payable par bon de commande.",
        "do.ask-for-quote_button": "Demander un devis",
        "do.accept-quote": "Accepter le devis",
        "do.decline-quote": "Refuser le devis",
        "do.decline-quote_text": "Le devis prend fin aussitôt, et ses abonnements continuent comme s’il n’y en "
        "avait pas eu.",
        "do.decline-quote_button": "Refuser",
        "command.ask-for-quote": "demande de devis",
        "command.accept-quote": "acceptation du devis",
        "command.decline-quote": "refus du devis",
        "command.issue-quote": "établissement d’un devis",
        "command.withdraw-quote": "retrait d’un devis",
        "refused.bulk_over_100": "Choisissez au plus 100 abonnements.",
        "refused.quote_expired": "Le devis a expiré. Demandez-en un nouveau.",
        "refused.quote_not_open": "Le devis n’est pas ouvert. Demandez-en un nouveau.",
        "refused.too_late.ask-for-quote": "Il est trop tard pour un devis. Renouvelez ici.",
        "refused.window_not_open.ask-for-quote": "Il est trop tôt pour un devis.",
        "dated.window_not_open.ask-for-quote": "Il est trop tôt pour un devis. Revenez le {day}.",
        "refused.method_cannot_auto_charge.accept-quote": "Choisissez un moyen de paiement, ou indiquez un bon de "
        "commande.",
        "refused.too_late.accept-quote": "Le code de paiement aurait expiré avant d’être émis. Demandez un nouveau "
        "devis.",
        "refused.method_not_accepted.accept-quote": "Ce moyen de paiement n’est pas possible pour ce devis. "
        "Choisissez-en un autre.",
        "wrong.no_line": "Choisissez au moins un abonnement.",
        "wrong.purchase_order": "Indiquez le numéro de votre bon de commande.",
        "preview.basis.quoted_price": "au prix convenu",
        "preview.basis.announced_price": "au prix annoncé",
        "coming.quote_ends": "Fin du devis, si personne ne l’accepte",
        "happened.quote.asked": "Devis {quote} demandé",
        "happened.quote.issued": "Devis {quote} établi",
        "happened.quote.accepted": "Devis {quote} accepté",
        "happened.quote.declined": "Devis {quote} refusé",
        "happened.quote.withdrawn": "Devis {quote} retiré",
        "happened.quote.expired": "Devis {quote} expiré",
        "happened.quote.void": "Devis {quote} caduc",
        "order.receipt": "Reçu (PDF)",
        "order.way.quote": "devis",
    }
)
