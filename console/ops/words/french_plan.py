"""The plan in French: what each step does, why it has its date; letters and commands by name."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        # steps
        "step.enter_phase": "Devient {phase}",
        "step.miss_notices": "Noté comme manqué : {kinds}",
        "step.roll_over": "La période payée commence",
        "step.end_hold": "Le blocage de la prochaine période prend fin",
        "step.send_queued": "Courriel : {kinds}",
        "step.send_notice": "Courriel : {kinds}",
        "step.send_back": "{amount} sont remboursés à l’acheteur",
        "step.ask_gateway": "Le prestataire est interrogé sur ce qu’est devenu le paiement",
        "step.charge": "Prélèvement de {amount}",
        "step.suspend_access": "L’accès est suspendu",
        "step.park": "Mis de côté pour décision",
        # why this date
        "because.window": "La fenêtre de renouvellement ouvre {days} jours avant la date de renouvellement, le {on}.",
        "because.window_of_term": "Jamais plus d’une période d’avance : la fenêtre ouvre avec la période, le {on}, "
        "bien que la règle permette {days} jours.",
        "because.notice_opening": "À l’heure des avis, {clock}, {days} jours avant la date de renouvellement, ou "
        "le jour où la fenêtre ouvre s’il vient après, le {on}.",
        "because.notice_before": "{days} jours avant la date de renouvellement, le {on}, à l’heure des avis, {clock}.",
        "because.notice_law": "{days} jours avant la date de renouvellement, le {on} : le premier jour conforme à "
        "une règle légale que les courriels habituels ne couvrent pas ({names}).",
        "because.notice_card": "La carte expire avant la date de renouvellement, le {on} ; l’acheteur en est "
        "averti {days} jours avant, à {clock}.",
        "because.notice_expired": "À la date de renouvellement, le {on}, à l’heure des avis, {clock}, sauf "
        "renouvellement.",
        "because.notice_closing": "{days} jours avant le dernier jour du délai tardif, le {on}, à {clock}.",
        "because.notice_lapsed": "Le lendemain du dernier jour du délai tardif, le {on}, à {clock}.",
        "because.caused": "Un ordre ou un paiement l’a causé ; un tel courriel part aussitôt.",
        "because.resent": "Le serveur de courriel ne l’a pas pris ; nouvel essai à ce moment.",
        "because.missed": "De plusieurs courriels en retard, seul le dernier part ; les autres sont abandonnés.",
        "because.charge": "À la date de renouvellement, le {on}, à l’heure des prélèvements, {clock}, plus "
        "{minutes} min qui lui sont propres et répartissent la matinée.",
        "because.retry": "Un refus passager est retenté {days} jours après la date de renouvellement, le {on}, à "
        "l’heure des prélèvements.",
        "because.new_method": "Un moyen de paiement jamais essayé l’est dès qu’il est choisi.",
        "because.after_hold": "Le prélèvement attend la fin du blocage de la prochaine période.",
        "because.call_again": "Le prestataire était injoignable et rien n’a été envoyé : le même essai est refait, "
        "à intervalles croissants.",
        "because.at_once": "Il est déjà dû et se fait aussitôt, dans le délai tardif.",
        "because.ask": "Le prestataire est interrogé sur un paiement sans réponse après 5 minutes, après une heure, "
        "puis chaque jour.",
        "because.ask_voucher": "Un code de paiement est suivi jusqu’à son règlement ou son expiration.",
        "because.send_back": "Ce qui n’a rien acheté est remboursé aussitôt, et retenté jusqu’à ce que le prestataire "
        "l’accepte.",
        "because.ask_late": "Un code expiré est encore suivi chaque jour pendant deux semaines, car l’argent peut "
        "encore arriver.",
        "because.unwanted": "On dit au prestataire que personne ne veut plus d’un code, jusqu’à ce qu’il réponde ou "
        "que le code expire.",
        "because.quote_ends": "Le devis {names} peut être accepté jusque-là.",
        "because.hold_ends": "Ce qui bloque la prochaine période prend fin alors, payé ou non.",
        "because.suspension": "En retard, l’accès reste {days} jours après la date de renouvellement, le {on}.",
        "because.past_due": "Ce qui n’est pas payé à la fin de la date de renouvellement, le {on}, est en retard.",
        "because.declined": "Un prélèvement a été refusé ; dès la date de renouvellement, le {on}, c’est en retard.",
        "because.expires": "Rien ne le renouvelle de lui-même : il prend fin à 0 h à la date de renouvellement, le "
        "{on}.",
        "because.gives_up": "Le dernier essai est {days} jours après la date de renouvellement, le {on} ; sans "
        "succès, il prend fin alors.",
        "because.lapses": "Le délai tardif dure {days} jours, jusqu’au {on} compris ; le lendemain, c’est fini "
        "pour de bon.",
        "because.term_begins": "Renouveler ne déplace jamais la date : la période payée commence à l’ancienne "
        "date, le {on}.",
        "because.parked": "Le délai tardif se termine après le {on} sans que personne ait été prélevé ni averti : "
        "à l’exploitation de décider.",
        "because.due_already": "Les faits le disent déjà ; c’est fait aussitôt.",
        "kind.window_open": "renouvellement ouvert",
        "kind.reminder": "rappel",
        "kind.advance_charge_notice": "annonce du prélèvement",
        "kind.card_expiring": "carte bientôt expirée",
        "kind.renewed": "reçu du renouvellement",
        "kind.payment_failed": "paiement refusé",
        "kind.action_required": "action requise de l’acheteur",
        "kind.auto_renew_cancelled": "renouvellement automatique désactivé",
        "kind.auto_renew_resumed": "renouvellement automatique activé",
        "kind.seats_reduction_scheduled": "réduction du nombre de postes prévue",
        "kind.term_change_scheduled": "changement de durée prévu",
        "kind.change_withdrawn": "modification annulée",
        "kind.method_changed": "moyen de paiement modifié",
        "kind.expired": "abonnement expiré",
        "kind.late_window_closing": "dernière chance de renouveler",
        "kind.lapsed": "abonnement terminé",
        "kind.voucher_issued": "comment payer",
        "kind.voucher_expired": "code de paiement expiré",
        "kind.voucher_part_received": "une partie reçue",
        "kind.seats_added": "postes ajoutés",
        "kind.order_confirmation": "commande confirmée",
        "kind.refund": "remboursement",
        "kind.quote_issued": "devis",
        "kind.quote_expiring": "devis bientôt expiré",
        "command.cancel-auto-renew": "renouvellement automatique désactivé",
        "command.resume-auto-renew": "renouvellement automatique activé",
        "command.reduce-seats": "réduction du nombre de postes",
        "command.change-term": "changement de durée",
        "command.withdraw-pending": "modification annulée",
        "command.set-payment-method": "moyen de paiement choisi",
        "command.add-seats": "postes en plus",
        "command.renew": "renouvellement par l’acheteur",
        "command.release-hold": "paiement en cours abandonné",
        "command.hand-over-admin": "rôle d’administrateur transmis",
        "command.ask-for-quote": "devis demandé",
        "command.accept-quote": "devis accepté",
        "command.decline-quote": "devis refusé",
        "command.issue-quote": "devis établi",
        "command.withdraw-quote": "devis retiré",
        "command.record-renewal": "renouvellement enregistré",
        "command.park": "mis de côté",
        "command.release": "libéré",
        "command.go-live": "mise en service",
        "command.resolve-payment": "paiement sans réponse clarifié",
        "command.extend-late-window": "renouvellement tardif déplacé",
        "command.refund": "remboursement",
        "command.reinstate": "rétabli",
        "command.change-buyer": "autre acheteur",
        "command.change-contact": "contact corrigé",
        "command.re-plan": "planifié de nouveau",
        "command.bulk-renew": "achat groupé",
        "alarm.seats_paid_late": "postes payés trop tard",
        "alarm.gateway_fails": "prestataire en échec quand on l’interroge",
        "alarm.voucher_in_doubt": "code de paiement sans réponse",
        "alarm.cancelled_after_payment": "résilié après paiement",
    }
)
