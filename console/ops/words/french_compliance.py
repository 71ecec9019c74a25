"""Legal notices in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.compliance": "Avis légaux",
        "legal.advice": "Ceci est une aide, non un conseil juridique.",
        "legal.text": "Les prélèvements automatiques qu’une règle concerne, par date de renouvellement. Un courriel "
        "satisfait une règle s’il est parti entre ses deux jours.",
        "legal.charges": "Prélèvements à venir",
        "legal.charge": "Date de renouvellement",
        "legal.charge_on": "Prélèvement pour la période à partir du {day}",
        "legal.rule": "Règle",
        "legal.rules": "Règles et ce qui les satisfait",
        "legal.rules_in_force": "Les {count} règles en vigueur",
        "legal.place": "Où et qui",
        "legal.audience.any": "tous",
        "legal.audience.business": "entreprises",
        "legal.audience.consumer": "consommateurs",
        "legal.terms_from": "périodes d’au moins {months} mois",
        "legal.window": "Fenêtre",
        "legal.from_to": "du {first} au {last}",
        "legal.window.day": "de {earliest} à {latest} jours avant {anchor}",
        "legal.window.day.open": "au moins {latest} jours avant {anchor}",
        "legal.window.month": "de {earliest} à {latest} mois avant {anchor}",
        "legal.window.month.open": "au moins {latest} mois avant {anchor}",
        "legal.anchor.renewal": "la date de renouvellement",
        "legal.anchor.cancel_deadline": "le dernier jour pour résilier",
        "legal.anchor.charge": "le prélèvement",
        "legal.says": "Doit dire ou être",
        "legal.source": "Source",
        "legal.state.met": "satisfaite",
        "legal.state.coming": "à venir",
        "legal.state.missing": "manquante",
        "legal.until": "peut être satisfaite jusqu’au {day}",
        "legal.too_late": "son dernier jour était le {day}",
        "legal.missing_now": "Prélèvements sans avis légal : {count}",
        "legal.missing_todo": "Écrivez vous-même à l’acheteur et gardez la preuve, ou coupez le renouvellement "
        "automatique ou mettez de côté avant le prélèvement.",
        "legal.none": "Aucun prélèvement à venir n’est concerné par une règle.",
        "legal.none_so_far": "Aucun parmi les {count} abonnements examinés. Continuez ci-dessous, ou resserrez les "
        "dates.",
        "legal.looked_at": "{count} abonnements examinés jusqu’ici.",
        "legal.none_of_one": "Aucune règle ne concerne son prochain prélèvement, ni ceux de ses dernières périodes.",
        "legal.csv_help": "Avec ce qui prouve chacune ; au plus 5 000 prélèvements. C’est noté au journal d’audit.",
        "legal.of": "Avis légaux de {number}",
        "legal.as_pdf": "Preuve en PDF",
        "legal.as_pdf_help": "Sa création est notée au journal d’audit.",
        # the paper
        "legal.proof": "Preuve d’avis légaux",
        "legal.proof_note": "Établi d’après les archives : ce qui a été envoyé, quand, à qui, et la réponse du "
        "serveur. Les empreintes sont celles des octets envoyés.",
        "legal.file_stopped": "Incomplet : le fichier s’arrête ici. Demandez la suite à partir de la date de "
        "renouvellement {since}, ou pour une seule règle.",
        "legal.page": "Page {{page}} sur {{pages}}",
        "legal.product": "Produit",
        "legal.zone": "Fuseau horaire",
        "legal.made": "Établi le",
        "legal.sent_at": "Accepté par le serveur",
        "legal.planned_on": "Prévu le",
        "act.compliance.export": "avis légaux téléchargés",
        "act.compliance.read": "avis légaux d’un abonnement lus",
        "act.compliance.proof": "preuve d’avis légaux établie",
    }
)
