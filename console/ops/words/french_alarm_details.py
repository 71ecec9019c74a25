"""What happened, of each kind of alarm, in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "alarm.said.renewal_may_be_missed": "{phase}, échéance le {renews_on}, prochaine étape {next_step_at}.",
        "alarm.said.renewal_may_be_missed.unplanned": "{phase}, échéance le {renews_on}, et rien n’est prévu.",
        "alarm.said.webhook_given_up": "{host} n’a pris aucun événement pendant trois jours (dernière réponse : "
        "{said}).",
        "alarm.said.parked": "La fenêtre tardive s’est fermée sans que personne n’ait tenté de prélever ni averti "
        "l’acheteur.",
        "alarm.said.quote_asked": "L’acheteur demande le devis {quote}.",
        "alarm.said.quote_asked.partner": "L’acheteur demande le devis {quote} au partenaire {partner}.",
        "alarm.said.mail_rejected": "{kind} : le serveur de messagerie a dit « {reply} ».",
        "alarm.said.step_failed": "« {what} » a échoué ({error}). Un nouvel essai aura lieu plus tard ; le journal du "
        "worker dit où.",
        "alarm.said.step_failed.quote": "Le devis {quote} a échoué ({error}). Un nouvel essai aura lieu plus tard ; le "
        "journal du worker dit où.",
        "alarm.said.step_failed.basket": "« {what} » de la commande groupée {basket} a échoué ({error}) ; le journal "
        "du worker dit où.",
        "alarm.said.step_failed.ungrouped": "La commande groupée {basket} n’a pas pu être répartie ({error}) ; lignes "
        "refusées : {refused}.",
        "alarm.said.cancelled_after_payment": "Résilié pour le {renewal}, qui venait d’être payé.",
        "alarm.said.paid_after_all": "La tentative {n} de la commande {order} compte comme {state}, mais le "
        "prestataire a encaissé {amount} : tentative {attempt}.",
        "alarm.said.paid_after_all.refund": "{amount} de la tentative {attempt} n’ont pas pu être rendus : personne "
        "n’a répondu, et l’argent est peut-être parti.",
        "alarm.said.refund_refused": "{amount} de la tentative {attempt} n’ont pas été rendus ; le prestataire répond "
        "« {says} ».",
        "alarm.said.refund_refused.unheard": "{amount} de la tentative {attempt} ont peut-être été rendus malgré tout, "
        "car un appel est resté sans réponse ; le prestataire répond « {says} ».",
        "alarm.said.voucher_in_doubt": "Le prestataire ne dit pas si le bon {attempt} a été payé ; le renouvellement "
        "attend sa réponse.",
        "alarm.said.voucher_in_doubt.days": "Le paiement du bon {attempt} est en cours depuis {days} jours.",
        "alarm.said.gateway_fails": "Le prestataire échoue quand on l’interroge sur la tentative {attempt} ({error}). "
        "La question est reposée ; le journal du worker dit où.",
        "alarm.said.watchdog_silent": "Depuis {minutes} minutes, aucun tour du chien de garde n’est allé à son terme.",
        "alarm.said.seats_paid_late": "La commande {order} a payé {amount} pour {seats} postes d’une période alors "
        "terminée.",
        "alarm.said.legal_notice_missing": "Aucun avis de prélèvement ne satisfait {duties}. La période à partir du "
        "{renews_on} va être prélevée.",
        "alarm.said.paid_twice": "La période à partir du {starts_on} a été payée plus d’une fois.",
        "alarm.said.locked_though_paid": "{phase}, payé jusqu’au {renews_on}, et sans accès depuis le {since}.",
        "alarm.said.price_leaps": "{sku}, {term} : {price} par poste, face à ce qui a été payé en dernier ; {count} "
        "seront prélevés à ce prix sous {days} jours, le premier le {first}.",
        "alarm.said.price_leaps.coming": "{sku}, {term} : {price} par poste à partir du {effective_on}, contre "
        "{before_price} aujourd’hui.",
        "alarm.said.many_declines": "{count} des {answered} premiers prélèvements d’un jour ont été refusés avec "
        "{code} ; les quatre semaines d’avant, {before} sur {usually}.",
        "alarm.said.many_declines.week": "Aucun des {answered} premiers prélèvements d’une semaine n’a été payé ; "
        "{count} ont été refusés avec {code}.",
        "alarm.said.many_refunds": "{by} a accordé {count} remboursements en une heure.",
        "alarm.said.many_cancelled": "{count} clients ont résilié {sku} en un jour ; {before} dans les quatre semaines "
        "précédentes.",
        "alarm.said.many_lapse": "{count} abonnements sont terminés depuis moins d’un jour ou le seront sous {days} "
        "jours ; {before} dans les quatre semaines d’avant.",
        "alarm.said.many_lapse.policy": "{count} abonnements sont terminés depuis moins d’un jour ou le seront sous "
        "{days} jours ; {before} dans les quatre semaines d’avant. Depuis le {effective_on}, la version {version} de "
        "la règle pour {for_whom} ferme autrement les fenêtres tardives.",
        "alarm.said.many_locked": "{count} abonnements en retard de paiement ont été verrouillés en un jour ; {before} "
        "dans la semaine d’avant. Depuis le {effective_on}, la version {version} de la règle pour {for_whom} donne un "
        "autre accès.",
        "alarm.said.many_rejected": "{count} des {mailed} courriels d’un jour vers {domain} ne sont pas arrivés.",
        "alarm.said.cancelled_together": "{count} abonnements de {csn} ont été résiliés en un jour.",
        "alarm.said.policy_date_odd.before": "La version {version} de la politique pour {for_whom} est datée du "
        "{effective_on}, avant le jour où elle a été faite, le {made_on}.",
        "alarm.said.policy_date_odd.later": "La version {version} de la politique pour {for_whom} est datée du "
        "{effective_on}, longtemps après le jour où elle a été faite, le {made_on}.",
        "alarm.said.policy_date_odd.all": "tous",
        "alarm.said.not_compared": "Ce qui donnerait « {kind} » n’a pas pu être comparé ({error}) ; le journal du "
        "worker dit quand.",
        # what failed
        "doing.planning": "La planification de la période",
        "doing.reserving": "La réservation d’une commande",
        "doing.paying": "Le paiement d’une commande",
        "doing.command": "L’ordre {name}",
        "doing.signal": "L’ordre {name}",
    }
)
