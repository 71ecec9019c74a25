"""The audit in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.audit": "Journal d’audit",
        "audit.text": "Qui a fait ou lu quoi, quand et pourquoi : sur ces pages et par des ordres aux abonnements. Il "
        "ne fait que grandir.",
        "audit.deed": "Quoi",
        "audit.about": "Au sujet de",
        "audit.details": "Détails",
        "audit.from": "Du",
        "audit.to": "Au (inclus)",
        "audit.by_help": "Un nom, comme mira.",
        "audit.about_help": "Le numéro ou le nom entier.",
        "audit.why_help": "Une partie quelconque.",
        "rooms.csv_help": "Tout ce que ces filtres trouvent. C’est noté au journal d’audit.",
        # what stands on the audit
        "act.breaker.accept": "part de refus acceptée",
        "act.alarm.acknowledge": "alarme vue",
        "act.alarm.end": "alarme terminée",
        "act.alarm.give": "alarme confiée",
        "act.alarm.give_up": "alarme délaissée",
        "act.alarm.take": "alarme prise en charge",
        "act.audit.export": "journal d’audit téléchargé",
        "act.bulk_action": "action groupée donnée",
        "act.go_live": "mise en service",
        "act.mail.read": "courriel lu",
        "act.operator.add": "opérateur ajouté",
        "act.operator.disable": "opérateur désactivé",
        "act.operator.link": "lien créé pour un opérateur",
        "act.operator.reseal": "secrets scellés sous la nouvelle clé",
        "act.operator.reset": "opérateur réinitialisé",
        "act.operator.role": "rôle changé",
        "act.operator.set_up": "compte mis en place",
        "act.pause": "mis en pause",
        "act.receipt.read": "reçu lu",
        "act.resume": "repris",
        "act.second_person.ask": "seconde personne demandée",
        "act.second_person.decide": "seconde personne a décidé",
        "act.sign_in": "connexion",
        "act.sign_in.failed": "connexion échouée",
        "act.sign_in.refused": "connexion refusée",
        "act.sign_out": "déconnexion",
        "act.subscription.command": "ordre donné sur sa page",
        "act.subscription.read": "abonnement consulté",
        "act.subscriptions.export": "liste téléchargée",
        "act.subscriptions.people": "personnes de la liste consultées",
        "act.view.delete": "vue supprimée",
        "act.view.save": "vue enregistrée",
    }
)
