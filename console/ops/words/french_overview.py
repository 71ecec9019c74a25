"""The overview in French, with the words for phases, ways, outcomes and events that other rooms share."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "as_of": "situation au {when}",
        "refresh": "Actualiser",
        "subscriptions_in_all": "{count} abonnements",
        "not_live": "{count} pas encore en service : suivis, jamais prélevés ni relancés.",
        "parked_ones": "{count} mis de côté pour décision.",
        "unplanned_ones": "{count} en attente d’un plan.",
        "no_subscriptions": "Il n’y a pas encore d’abonnement. perennial import DOSSIER apporte un portefeuille, "
        "perennial "
        "go-live le met en service.",
        # alarms
        "alarms": "Alarmes",
        "no_alarms": "Aucune alarme n’est ouverte.",
        "alarms_more": "et {count} de plus",
        "since": "depuis le {when}",
        "waits_for_second": "{count} en attente d’une seconde personne",
        # pipeline
        "find": "Trouver par numéro, CSN, nom ou adresse",
        "pipeline": "Renouvellements en cours",
        "pipeline_text": "Par date de renouvellement, d’il y a 45 jours à dans 90 jours : combien, et pour quel "
        "montant.",
        "pipeline_empty": "Aucune date de renouvellement entre il y a 45 jours et dans 90 jours.",
        "chart_text": "Colonnes empilées des renouvellements par date, comptés en {of} par {per}. Les tableaux "
        "ci-dessous "
        "donnent les mêmes chiffres.",
        "show_of": "Compter",
        "of_count": "renouvellements",
        "show_per": "Par",
        "per.day": "jour",
        "per.week": "semaine",
        "chart_as_table": "Le graphique en tableau",
        "begins_on": "À partir du",
        "renewals": "Renouvellements",
        "total": "Total",
        "stack.paid": "payés",
        "stack.automatic": "automatiques",
        "stack.by_hand": "manuels",
        "stack.past_due": "en retard",
        "stack.expired": "expirés",
        "stage.paid": "Payé",
        "stage.active": "Pas encore ouvert",
        "stage.renewable": "Ouvert",
        "stage.past_due": "En retard",
        "stage.expired": "Expiré",
        "path.automatic": "automatique",
        "path.by_hand": "manuel",
        "path.partner": "par un partenaire",
        "path.legacy": "ancien système",
        # at risk
        "at_risk": "Revenu menacé",
        "at_risk_text": "Renouvellements en cours et impayés, selon ce qui leur fait obstacle. Un même renouvellement "
        "peut figurer sous plusieurs causes.",
        "cause": "Cause",
        "cause.declined": "Paiement refusé",
        "cause.authentication": "L’acheteur doit confirmer le paiement",
        "cause.no_method": "Automatique, sans moyen de paiement utilisable",
        "cause.card_ends": "La carte expire avant la date",
        "cause.hold_ends": "Devis ou code de paiement près d’expirer",
        "cause.auto_renew_off": "Renouvellement automatique désactivé",
        "cause.parked": "Mis de côté pour décision",
        "cause.mail_failed": "Un courriel n’est pas parti",
        "cause.legal_notice": "Avis légal manquant",
        "cause.expired": "Expiré, encore renouvelable",
        "cause.todo.declined": "Chaque page porte le code du refus et la date du prochain essai. S’il n’y en a pas, "
        "demandez un autre moyen de paiement à l’acheteur : il est essayé aussitôt.",
        "cause.todo.authentication": "Un courriel a demandé à l’acheteur de confirmer le paiement dans son compte. "
        "Voyez sur sa page s’il est parti, et appelez si l’enjeu est grand.",
        "cause.todo.no_method": "Il ne se prélève pas de lui-même, quoi que dise l’interrupteur. Demandez à "
        "l’acheteur d’enregistrer un moyen qui le permet, ou de renouveler en ligne.",
        "cause.todo.card_ends": "L’acheteur est prévenu 30 jours avant, et la carte est essayée quand même, car "
        "beaucoup sont renouvelées. Si l’enjeu est grand, demandez-en une autre.",
        "cause.todo.hold_ends": "Demandez s’il sera accepté ou payé. S’il finit impayé, le prélèvement automatique a "
        "lieu si son heure est venue.",
        "cause.todo.auto_renew_off": "Ses rappels disent à l’acheteur comment renouveler en ligne. Demandez pourquoi "
        "si l’enjeu est grand, et ne le réactivez que si l’acheteur le veut.",
        "cause.todo.parked": "Chacun dit pourquoi il a été mis de côté. Libérez-le quand c’est réglé.",
        "cause.todo.mail_failed": "La réponse du serveur est avec le courriel. Prévenez l’acheteur autrement, et "
        "corrigez le contact sur sa page.",
        "cause.todo.legal_notice": "Son alarme nomme la règle, et ses avis légaux jusqu’à quand la satisfaire. "
        "Mettez-le de côté avant le prélèvement si un juriste dit qu’il ne peut avoir lieu.",
        "cause.todo.expired": "Deux courriels relancent l’acheteur avant que la fenêtre tardive ferme. Si l’enjeu est "
        "grand, appelez l’acheteur ou le partenaire vendeur ; sa page permet de leur laisser plus de temps.",
        "largest": "Les plus grands",
        "largest_text": "Dans chaque devise, les renouvellements dont la perte coûterait le plus ; un par montant.",
        "largest_more": "et encore {count} du même montant",
        # today
        "today": "Aujourd’hui",
        "charges": "Prélèvements",
        "no_charges": "Rien n’a été prélevé aujourd’hui.",
        "mails": "Courriels",
        "mails_sent": "envoyés",
        "mails_failed": "échoués",
        "mails_waiting": "en attente",
        # what comes and what was
        "next_steps": "Ce qui vient",
        "no_steps": "Rien n’est prévu.",
        "subscription": "Abonnement",
        "customer": "Client",
        "step": "Prochaine étape",
        "due": "Échéance",
        "its_clock": "son horloge avance de {days} jours",
        "last_events": "Derniers événements",
        "no_events": "Rien ne s’est encore passé.",
        # phases, outcomes, events
        "phase.active": "actif",
        "phase.renewable": "à renouveler",
        "phase.renewed": "renouvelé",
        "phase.past_due": "en retard",
        "phase.expired": "expiré",
        "phase.lapsed": "terminé",
        "outcome.open": "ouvert",
        "outcome.unknown": "sans réponse",
        "outcome.pending": "en cours",
        "outcome.issued": "code de paiement ouvert",
        "outcome.paid": "payé",
        "outcome.declined": "refusé",
        "outcome.expired": "expiré",
        "outcome.abandoned": "non envoyé",
        "outcome.given_up": "abandonné",
        "outcome.sent": "envoyé",
        "outcome.missed": "manqué",
        "outcome.failed": "échoué",
        "outcome.bounced": "rejeté",
        "outcome.done": "fait",
        "outcome.refused": "refusé",
        "event.begins": "commence : {phase}",
        "event.notice": "courriel {kind} : {outcome}",
        "event.payment": "prélèvement de {amount}",
        "event.voucher": "code de paiement de {amount}",
        "event.refund": "remboursement de {amount}",
        "event.refund_refused": "remboursement de {amount}, refusé par le prestataire",
        "event.term": "nouvelle période {span}",
        "event.alarm": "alarme : {kind}",
        "alarm.parked": "mis de côté",
        "alarm.legal_notice_missing": "avis légal manquant",
        "alarm.mail_rejected": "courriel refusé",
        "alarm.step_failed": "étape échouée",
        "alarm.paid_after_all": "payé malgré tout",
        "alarm.refund_refused": "remboursement refusé",
        "alarm.quote_asked": "devis demandé",
        "alarm.renewal_may_be_missed": "renouvellement peut-être manqué",
    }
)
