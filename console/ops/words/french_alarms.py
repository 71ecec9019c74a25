"""The alarms in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.alarms": "Alarmes",
        "rooms.none": "Rien ne correspond.",
        "gravity.1": "tout de suite",
        "gravity.2": "aujourd’hui",
        "gravity.3": "dès que possible",
        "alarms.all": "Toutes les alarmes",
        "alarms.open": "{count} ouvertes",
        "alarms.open_one": "1 ouverte",
        "alarms.kinds": "Alarmes ouvertes par type",
        "alarms.of_them_new": "dont {count} nouvelles",
        "alarms.filter": "Filtrer",
        "alarms.kind": "Type",
        "alarms.state.open": "ouvertes",
        "alarms.state.new": "ouvertes, pas encore vues",
        "alarms.state.acknowledged": "ouvertes, déjà vues",
        "alarms.state.ended": "terminées",
        "alarms.shown.open": "Alarmes ouvertes, les plus graves puis les plus anciennes",
        "alarms.shown.new": "Alarmes ouvertes que personne n’a encore vues",
        "alarms.shown.acknowledged": "Alarmes ouvertes et déjà vues",
        "alarms.shown.ended": "Alarmes terminées, les plus récentes d’abord",
        "alarms.owner": "Qui s’en occupe",
        "alarms.nobody": "personne encore",
        "alarms.owned_by": "{who} s’en occupe.",
        "alarms.owned_by_nobody": "Personne ne s’en occupe encore.",
        "alarms.acknowledged_by": "Vue par {who}, {when}",
        "alarms.from_to": "du {since} au {until}",
        "alarms.ended_by": "Terminée par {who} : {why}",
        "alarms.ended_itself": "Terminée d’elle-même : sa cause a disparu.",
        "alarms.take": "Je m’en occupe",
        "alarms.take_one": "Je m’en occupe : {what}, {number}",
        "alarms.give": "Confier",
        "alarms.give_to": "Confier à",
        "alarms.give_up": "Ne plus s’en occuper",
        "alarms.what": "Ce qui s’est passé",
        "alarms.todo": "Que faire maintenant",
        "alarms.to_subscription": "Ouvrir {number}",
        "alarms.runbook": "Le manuel à ce sujet (en anglais)",
        "alarms.acknowledge": "Confirmer l’avoir vue",
        "alarms.acknowledge_text": "Dit à tous qu’elle a été vue. Elle reste ici jusqu’à ce que sa cause disparaisse. "
        "Qui la confirme s’en occupe, sauf si quelqu’un le fait déjà.",
        "alarms.note": "Ce qui est fait",
        "alarms.note_help": "Affiché à côté de l’alarme et conservé.",
        "alarms.end": "La terminer",
        "alarms.end_text": "Seulement quand ce qu’elle demande est fait : rien ne le rappellera ensuite.",
        "alarms.sure": "C’est fait.",
        "alarms.ends.itself": "Elle se termine d’elle-même quand sa cause disparaît.",
        "alarms.ends.release": "Elle se termine quand l’abonnement est libéré.",
        "alarms.ends.resume": "Elle se termine quand les prélèvements reprennent.",
        "alarms.ends.replay": "Elle se termine quand ce qui a échoué est renvoyé.",
        "alarms.ends.hand": "Terminez-la ensuite ci-dessous.",
        "alarms.history": "Celles qui sont terminées",
        "alarms.over": "Elle est terminée",
        "alarms.over_text": "Rien n’a été fait : l’alarme s’est terminée entre-temps.",
        "alarms.taken_meanwhile": "Quelqu’un a été plus rapide",
        "alarms.taken_meanwhile_text": "Rien n’a été fait : une autre personne s’en occupe depuis que vous avez ouvert "
        "la page. Regardez-la à nouveau.",
        "alarms.ends_itself": "Elle se termine d’elle-même",
        "alarms.ends_itself_text": "Rien n’a été fait : cette alarme se termine quand sa cause disparaît. Confirmez "
        "l’avoir vue en attendant.",
        "wrong.not_sure": "Dites que c’est fait",
        "wrong.not_sure_text": "Rien n’a été terminé : occupez-vous de la cause, revenez et cochez la case.",
        # what each kind means and asks for
        "alarm.means.renewal_may_be_missed": "La date de renouvellement est passée et rien n’est prévu, ou une étape a "
        "une heure de retard.",
        "alarm.means.charges_stopped": "Tous les prélèvements se sont arrêtés d’eux-mêmes : trop de refus, ou trop de "
        "prélèvements.",
        "alarm.means.webhook_given_up": "Une adresse n’a pas pris un événement pendant trois jours.",
        "alarm.means.parked": "Le délai de renouvellement tardif est écoulé, et personne n’avait tenté le prélèvement "
        "ni prévenu l’acheteur.",
        "alarm.means.quote_asked": "Un acheteur demande un devis : établissez-le ou retirez-le.",
        "alarm.means.mail_rejected": "Le serveur de courriel a refusé un courriel pour de bon ; l’acheteur n’a pas "
        "été prévenu.",
        "alarm.means.step_failed": "Une étape ou un ordre a rencontré une erreur qu’un nouvel essai immédiat ne "
        "résout pas.",
        "alarm.means.cancelled_after_payment": "Une résiliation visait un renouvellement qui venait d’être payé : "
        "proposez un remboursement.",
        "alarm.means.paid_after_all": "Le prestataire a encaissé une tentative tenue pour refusée ou abandonnée, ou un "
        "remboursement n’a pas été accepté.",
        "alarm.means.refund_refused": "Le prestataire de paiement a refusé un remboursement ; l’acheteur n’a pas été "
        "prévenu.",
        "alarm.means.voucher_in_doubt": "Depuis une heure, le prestataire ne dit pas si un code de paiement expiré a "
        "été payé, ou dit depuis des jours seulement que son paiement est en cours.",
        "alarm.means.gateway_fails": "Le prestataire de paiement échoue étrangement quand on lui demande ce qu’est "
        "devenu un paiement ; la question est reposée.",
        "alarm.means.seats_paid_late": "Des postes ont été payés pour une période alors terminée : proposez un "
        "remboursement.",
        "alarm.means.legal_notice_missing": "Rien de ce qui a été envoyé ou prévu ne satisfait une règle d’avis légal "
        "pour le prélèvement.",
        "alarm.todo.renewal_may_be_missed": "Lancez perennial doctor : y a-t-il un worker, la base répond-elle ? "
        "Cherchez la dernière erreur du workflow de l’abonnement dans Temporal.",
        "alarm.todo.charges_stopped": "Regardez l’état du prestataire de paiement et les codes des derniers refus. "
        "Une fois la cause passée, faites reprendre les prélèvements sous Pauses.",
        "alarm.todo.webhook_given_up": "Demandez à qui exploite ce système. Quand il reprend les événements, renvoyez "
        "ceux qui ont échoué.",
        "alarm.todo.parked": "Demandez au client. S’il renouvelle, enregistrez le renouvellement, puis libérez "
        "l’abonnement ; sinon, laissez-le de côté.",
        "alarm.todo.quote_asked": "Ouvrez l’abonnement, et établissez ou retirez le devis.",
        "alarm.todo.mail_rejected": "Lisez la réponse du serveur. Prévenez l’acheteur autrement, et faites corriger "
        "l’adresse à sa source.",
        "alarm.todo.step_failed": "Le journal du worker dit où. Corrigez les données si elles sont étranges, sinon "
        "signalez l’erreur avec ce journal.",
        "alarm.todo.cancelled_after_payment": "Proposez à l’acheteur un remboursement, depuis la page de l’abonnement.",
        "alarm.todo.paid_after_all": "Regardez d’abord les commandes : une autre tentative a-t-elle payé la même "
        "période ? Remboursez celle-ci depuis la page de l’abonnement. L’alarme cesse d’elle-même dès que tout cet "
        "argent a été rendu d’ici.",
        "alarm.todo.paid_after_all.refund": "Regardez dans les écritures du prestataire si l’argent est parti. Sinon, "
        "remboursez-le chez lui : d’ici, il n’est pas envoyé une seconde fois.",
        "alarm.todo.refund_refused": "Regardez les écritures du prestataire : l’argent est-il déjà rendu, ou pourquoi "
        "pas ? Rendez-le alors autrement ou, si un opérateur l’avait remboursé, à nouveau depuis la page de "
        "l’abonnement ; prévenez l’acheteur.",
        "alarm.todo.voucher_in_doubt": "Regardez les écritures du prestataire ou le relevé de banque, et tranchez : "
        "payé ou refusé.",
        "alarm.todo.gateway_fails": "Le journal du worker a l’erreur. Les écritures du prestataire disent ce qu’est "
        "devenu le paiement : tranchez s’il ne peut pas attendre, et signalez l’erreur à qui tient l’adaptateur.",
        "alarm.todo.seats_paid_late": "Proposez un remboursement, ou ajoutez les postes à la période en cours par une "
        "commande à part.",
        "alarm.todo.legal_notice_missing": "Mettez l’abonnement de côté avant le prélèvement si un juriste dit qu’il "
        "ne doit pas avoir lieu. La page de ses avis légaux dit jusqu’à quand un courriel serait à temps.",
        # what only shows when many rows are held beside each other
        "alarm.paid_twice": "payé deux fois",
        "alarm.locked_though_paid": "payé mais sans accès",
        "alarm.price_leaps": "saut de prix",
        "alarm.many_declines": "beaucoup de refus du même type",
        "alarm.many_refunds": "beaucoup de remboursements d’un opérateur",
        "alarm.cancelled_together": "beaucoup de résiliations ensemble",
        "alarm.many_cancelled": "beaucoup de clients résilient un produit",
        "alarm.many_lapse": "beaucoup d’abonnements se terminent",
        "alarm.many_locked": "beaucoup d’abonnements verrouillés par une règle",
        "alarm.many_rejected": "un domaine n’accepte aucun courriel",
        "alarm.policy_date_odd": "règle à une date étrange",
        "alarm.not_compared": "pas comparé",
        "alarm.watchdog_silent": "chien de garde muet",
        "alarms.elsewhere": "Voir de quoi il s’agit",
        "alarm.means.paid_twice": "Deux commandes, ou deux tentatives, ont payé la même période.",
        "alarm.means.locked_though_paid": "Une période payée court, et l’accès a pourtant pris fin ou est suspendu.",
        "alarm.means.price_leaps": "Des renouvellements vont être prélevés au double de leur dernier prix ou plus, "
        "ou à la moitié ou moins.",
        "alarm.means.many_declines": "Un code refuse bien plus de premiers prélèvements d’un jour que d’habitude, ou "
        "pas un seul d’une semaine n’a été payé.",
        "alarm.means.many_refunds": "Un opérateur a donné au moins 20 remboursements en une heure.",
        "alarm.means.cancelled_together": "Au moins 10 abonnements d’un client ont été résiliés en un jour.",
        "alarm.means.many_cancelled": "Bien plus de clients que d’habitude ont résilié un produit en un jour.",
        "alarm.means.many_lapse": "Bien plus d’abonnements que d’habitude se sont terminés en un jour, ou vont l’être.",
        "alarm.means.many_locked": "Bien plus d’abonnements en retard de paiement ont été verrouillés en un jour que "
        "dans la semaine d’avant, depuis qu’une règle a changé leur accès.",
        "alarm.means.many_rejected": "Au moins la moitié des courriels d’un jour vers un domaine, 10 ou plus, ont été "
        "refusés ou sont revenus.",
        "alarm.means.policy_date_odd": "Une nouvelle version d’une règle a commencé avant d’être créée, ou ne "
        "commence que dans plus d’un an.",
        "alarm.means.not_compared": "Une comparaison du chien de garde échoue, ou prend trop de temps : ce qu’elle "
        "dirait n’est pas connu.",
        "alarm.means.watchdog_silent": "Depuis longtemps, le chien de garde n’a terminé aucun tour : ce qui ne tourne "
        "pas n’est pas lancé, et personne n’en est averti.",
        "alarm.todo.watchdog_silent": "Lancez perennial doctor : Temporal répond-il, le chien de garde regarde-t-il ? "
        "Le journal du worker, ou son workflow dans Temporal, a la dernière erreur.",
        "alarm.todo.not_compared": "Le journal du worker dit quelle erreur et quand. Si la base est lente, voyez-y ; "
        "sinon signalez l’erreur.",
        "alarm.todo.paid_twice": "Regardez ses commandes, et remboursez-en une, sauf si deux périodes étaient voulues.",
        "alarm.todo.locked_though_paid": "Planifiez-le de nouveau sur sa page.",
        "alarm.todo.price_leaps": "Regardez les versions de l’offre. Si le prix est faux, suspendez les prélèvements "
        "et créez la version suivante.",
        "alarm.todo.price_leaps.coming": "Regardez les versions de l’offre. Si le prix est faux, créez la version "
        "suivante pour le même jour, ou plus tôt : rien n’est prélevé à ce prix avant son jour.",
        "alarm.todo.many_declines": "Regardez l’état du prestataire de paiement. Si la cause est chez lui, suspendez "
        "les prélèvements : les nouveaux essais s’épuiseraient.",
        "alarm.todo.many_refunds": "Demandez à qui les a donnés, par téléphone. Si ce n’était pas lui, désactivez le "
        "compte : ses sessions se terminent.",
        "alarm.todo.cancelled_together": "Appelez le client, à un numéro que vous aviez avant. L’accès reste "
        "jusqu’aux dates de renouvellement.",
        "alarm.todo.many_cancelled": "Demandez ce qui est arrivé au produit, et regardez son dernier prix et ses "
        "courriels : une erreur s’y corrige encore avant les dates de renouvellement.",
        "alarm.todo.many_lapse": "Si une règle a été changée par erreur : créez sa version suivante aujourd’hui, "
        "prolongez la fenêtre tardive des abonnements expirés, et rétablissez ceux qui sont terminés.",
        "alarm.todo.many_locked": "Si la règle a été changée par erreur, créez sa version suivante aujourd’hui. Un "
        "paiement rend l’accès aussitôt.",
        "alarm.todo.many_rejected": "Lisez la réponse du serveur dans l’un d’eux. S’il bloque l’expéditeur, écrivez au "
        "postmaster du domaine ; ce que la loi impose, dites-le aux acheteurs autrement.",
        "alarm.todo.policy_date_odd": "Demandez à qui l’a créée. Une version n’est jamais changée : créez la suivante "
        "au bon jour.",
    }
)
