"""An operator's commands in French: what each does, asks and says, and why it is not possible."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        # commands
        "commands": "Ce que vous pouvez faire",
        "look_first": "Voir ce que cela ferait",
        "for_buyers": "Ce que l’acheteur peut faire dans son compte",
        "for_buyers_text": "Réservé à l’acheteur. Voici ce que le compte répond maintenant.",
        "possible": "possible maintenant",
        "nothing_to_do": "rien à faire",
        "possible_on": "Possible à partir du {day}.",
        "held_until": "Jusqu’au {when} au plus tard.",
        "asked_at": "Le prestataire sera de nouveau interrogé le {when}.",
        "needs_right.steer": "Votre rôle ne pilote pas les renouvellements : demandez à l’exploitation ou à "
        "l’administration.",
        "needs_right.money": "Votre rôle ne touche pas à l’argent : demandez aux finances ou à l’administration.",
        "form_used": "Ce formulaire a déjà servi",
        "form_used_text": "Il a déjà été envoyé avec d’autres valeurs, qui restent. Rouvrez sa page pour donner "
        "l’ordre de nouveau.",
        "answer.done": "Fait : {what}",
        "answer.refused": "Non effectué : {what}",
        "answer.waiting": "Reçu ; exécuté dès que son workflow répond : {what}. Inutile de le redonner.",
        "what_will_happen": "Ce qui va se passer",
        "not_possible": "Impossible maintenant",
        "back_to": "Retour à {number}",
        "steps_gone": "Ne sera plus fait",
        "steps_new": "Sera fait",
        "given_because": "Donné par {who}, motif : {why}",
        "rather_not": "Finalement non",
        "will_phase": "Il passe aussitôt de {before} à {after}.",
        "will_access": "L’accès prend fin le {after} au lieu du {before}.",
        "will_term": "Il donne droit à la période {span}.",
        "do.cancel-auto-renew": "Désactiver le renouvellement automatique",
        "do.cancel-auto-renew_text": "Le prochain renouvellement impayé n’est pas prélevé ; dès la date de "
        "renouvellement, l’abonnement prend fin aussitôt. L’acheteur reçoit un courriel.",
        "do.resume-auto-renew": "Activer le renouvellement automatique",
        "do.resume-auto-renew_text": "Le prélèvement est de nouveau prévu. L’acheteur reçoit un courriel.",
        "do.record-renewal": "Enregistrer un renouvellement",
        "do.record-renewal_text": "Un renouvellement commandé ailleurs, chez un partenaire par exemple, est "
        "enregistré au prix de renouvellement. L’acheteur reçoit un courriel.",
        "do.park": "Mettre de côté",
        "do.park_text": "Arrête ses courriels et prélèvements jusqu’à sa libération ; la phase reste.",
        "do.release": "Libérer",
        "do.release_text": "Il continue. De ses courriels en retard le dernier part, et un prélèvement en retard "
        "se fait aussitôt.",
        "do.go-live": "Mettre en service",
        "do.go-live_text": "Désormais il est prélevé et relancé ; ce qui est en retard se fait aussitôt.",
        "do.resolve-payment": "Clarifier le paiement sans réponse",
        "do.resolve-payment_text": "Dites ce que montrent les écritures du prestataire pour le paiement sans réponse.",
        "do.issue-quote": "Établir le devis",
        "do.issue-quote_text": "Offre ce qui est demandé ; il engage jusqu’à son dernier jour et bloque la "
        "prochaine période. L’acheteur reçoit un courriel.",
        "do.withdraw-quote": "Retirer le devis",
        "do.withdraw-quote_text": "Retire ce qui est demandé ou offert ; le blocage de la prochaine période prend fin.",
        "do.release-hold": "Mettre fin au blocage de la prochaine période",
        "do.release-hold_text": "Met fin à la commande, au devis ou au code de paiement en cours ; l’acheteur ne peut "
        "plus le régler.",
        "do.extend-late-window": "Prolonger le renouvellement tardif",
        "do.extend-late-window_text": "Sa période de renouvellement tardif finit plus tard que ne le dit la règle, ou "
        "de nouveau comme elle le dit. Prix catalogue, sans accès ; les courriels d’avant la fin suivent le nouveau "
        "jour.",
        "do.refund": "Rembourser",
        "do.refund_text": "Renvoie ce qui a été payé pour la commande, en tout ou en partie, là d’où c’est venu. La "
        "période reste comme elle est. L’acheteur reçoit un courriel.",
        "do.reinstate": "Rétablir",
        "do.reinstate_text": "Pour un abonnement terminé à tort : il est de nouveau expiré, sans accès, et peut être "
        "renouvelé en retard jusqu’au jour indiqué. L’acheteur ne reçoit pas de courriel maintenant.",
        "do.change-buyer": "Changer d’acheteur",
        "do.change-buyer_text": "Une autre personne de l’organisation achète, décide et reçoit les courriels désormais "
        "; l’ancien acheteur ne peut plus rien. Ni l’un ni l’autre ne reçoit de courriel : prévenez-les.",
        "do.change-contact": "Corriger un contact",
        "do.change-contact_text": "Une adresse, un nom ou une langue à corriger, pour tous les abonnements de ce "
        "client. Les courriels en attente vont à la bonne adresse ; ceux qui ont échoué ne repartent pas.",
        "do.re-plan": "Planifier de nouveau",
        "do.re-plan_text": "Planifie à partir des faits et réveille le workflow. Ne change rien d’autre, sans risque.",
        "do.renew": "Renouveler",
        "do.add-seats": "Ajouter des postes",
        "do.reduce-seats": "Réduire le nombre de postes",
        "do.change-term": "Changer la durée",
        "do.withdraw-pending": "Annuler une modification prévue",
        "do.set-payment-method": "Choisir le moyen de paiement",
        "do.hand-over-admin": "Transmettre le rôle d’administrateur",
        "do.ask-for-quote": "Demander un devis",
        "do.accept-quote": "Accepter un devis",
        "do.decline-quote": "Refuser un devis",
        "already_so.cancel-auto-renew": "Le renouvellement automatique est déjà désactivé.",
        "already_so.resume-auto-renew": "Le renouvellement automatique est déjà activé.",
        "already_so.record-renewal": "Ce renouvellement est déjà enregistré.",
        "already_so.park": "Il est déjà mis de côté.",
        "already_so.release": "Il n’est pas mis de côté.",
        "already_so.go-live": "Il est déjà en service.",
        "already_so.resolve-payment": "Aucun paiement n’est sans réponse.",
        "already_so.issue-quote": "Le devis est déjà établi.",
        "already_so.withdraw-quote": "Le devis est déjà retiré.",
        "already_so.release-hold": "Rien ne bloque la prochaine période.",
        "already_so.extend-late-window": "Il peut déjà être renouvelé jusqu’à ce jour, et pas plus tard.",
        "already_so.refund": "C’est déjà remboursé.",
        "already_so.reinstate": "Il n’est pas terminé.",
        "already_so.change-buyer": "Cette personne est déjà l’acheteur.",
        "already_so.change-contact": "Le contact est déjà enregistré ainsi.",
        "already_so.re-plan": "Il est planifié.",
        "will.cancel-auto-renew": "Le renouvellement automatique est désactivé ; celui du {day} n’est pas prélevé. "
        "Un courriel le confirme à l’acheteur.",
        "will.resume-auto-renew": "Le renouvellement automatique est activé ; celui du {day} est prélevé "
        "automatiquement. Un courriel le confirme à l’acheteur.",
        "will.record-renewal": "La période à partir du {day} compte comme payée, sans prélèvement. Un courriel "
        "l’annonce à l’acheteur.",
        "will.park": "Ni courriel ni prélèvement jusqu’à ce que quelqu’un le libère ; la phase reste.",
        "will.release": "Il continue là où le temps l’a mené ; ce qui est en retard se fait aussitôt.",
        "will.go-live": "Désormais il est prélevé et relancé. Ce qui est en retard se fait aussitôt.",
        "will.resolve-payment.paid": "Le paiement du {when} compte comme payé : sa commande est réglée, et "
        "l’acheteur reçoit un reçu. Rien n’est prélevé maintenant.",
        "will.resolve-payment.declined": "Le paiement du {when} compte comme refusé : l’essai suivant est un "
        "nouvel essai, qui peut prélever l’acheteur.",
        "will.issue-quote": "Le devis {quote} est établi et envoyé à l’acheteur ; jusqu’à sa fin rien n’est "
        "prélevé automatiquement.",
        "will.withdraw-quote": "Le devis {quote} ne peut plus être accepté et ne bloque plus la prochaine période.",
        "will.release-hold": "Ce qui bloque la prochaine période, commande, devis ou code de paiement, prend fin sans "
        "règlement ; un prélèvement dont l’heure est venue se fait aussitôt. Aucun courriel ne le dit à l’acheteur : "
        "prévenez-le.",
        "will.extend-late-window": "Le renouvellement du {day} peut être acheté en retard jusqu’au {to} inclus, au "
        "prix catalogue une fois expiré. L’acheteur ne reçoit pas de courriel maintenant.",
        "will.refund": "{amount} de la commande du {when} retourne à l’acheteur, là d’où c’est venu ; un courriel le "
        "lui dit. La période reste comme elle est : pour y mettre fin, désactivez aussi le renouvellement automatique.",
        "will.reinstate": "Le renouvellement du {day} peut de nouveau être acheté en retard, jusqu’au {to} inclus, au "
        "prix catalogue ; l’accès reste fermé d’ici là. Sans renouvellement il se termine de nouveau, et l’acheteur en "
        "est de nouveau averti.",
        "will.change-buyer": "{email} devient l’acheteur : les courriels y vont désormais, et l’acheteur actuel ne "
        "peut plus rien. Moyens de paiement et commandes en cours restent.",
        "will.touches": "Abonnements dont c’est l’acheteur ou l’administrateur principal : {count}. L’historique de "
        "chacun le dira.",
        "will.change-contact": "Ce qui est enregistré de {email} est corrigé, pour tous les abonnements de ce client.",
        "will.re-plan": "Il est planifié de nouveau à partir des faits, et son workflow réveillé. Rien d’autre ne "
        "change.",
        "sure.cancel-auto-renew": "J’ai vérifié que l’acheteur ne veut pas de renouvellement, et je sais quand "
        "l’accès prend fin.",
        "sure.release": "Je sais que les prélèvements et courriels en retard se font aussitôt.",
        "sure.go-live": "Je sais que les prélèvements et courriels en retard se font aussitôt.",
        "sure.record-renewal": "J’ai la commande sous les yeux, et je sais qu’elle donne droit à la période sans "
        "prélèvement.",
        "sure.resolve-payment": "J’ai vérifié dans les écritures du prestataire.",
        "sure.issue-quote": "Les prix sont convenus et nous engagent jusqu’à la fin du devis.",
        "sure.release-hold": "Je sais que l’acheteur ne pourra plus le régler.",
        "sure.refund": "Le montant et la commande sont justes ; ce qui est remboursé ne revient pas.",
        "sure.reinstate": "Il s’est terminé à tort, et peut être renouvelé en retard jusqu’à ce jour.",
        "sure.change-buyer": "J’ai vérifié auprès de l’organisation que cette personne peut acheter pour elle.",
        "sure.change-contact": "J’ai vérifié auprès de l’organisation : qui lit les courriels à cette adresse "
        "se connecte à sa place.",
        "arg.reference": "Référence de la commande",
        "arg.reference_help": "Telle que là où elle a été passée, comme PO-4711.",
        "arg.seats": "Postes",
        "arg.otherwise": "Seulement si la commande dit autre chose.",
        "arg.term": "Durée",
        "arg.as_planned": "comme prévu",
        "arg.outcome": "Les écritures du prestataire disent",
        "arg.outcome.paid": "payé",
        "arg.outcome.declined": "pas payé",
        "arg.last_day": "Dernier jour pour renouveler en retard",
        "arg.last_day_help": "Du {first} au {last}. Celui de la règle est le {usual}.",
        "arg.refunded": "Montant",
        "arg.refunded_help": "En {currency} ; laissez vide pour tout ce qui reste, {left}.",
        "order_of": "Commande du {when} : {paid} payés, {gone} remboursés ou en chemin.",
        "taken_of": "Une tentative de la commande du {when} s’est terminée impayée, et {paid} ont été encaissés malgré "
        "tout ; {gone} remboursés ou en chemin.",
        "arg.new_buyer": "Adresse du nouvel acheteur",
        "arg.new_name": "Nom",
        "arg.new_name_help": "Seulement pour qui n’est pas encore un contact de l’organisation.",
        "arg.contact": "Contact",
        "arg.right_email": "La bonne adresse",
        "arg.right_name": "Le bon nom",
        "arg.as_kept": "Vide : inchangé.",
        "arg.language": "Langue des courriels",
        "arg.language.": "inchangée",
        "arg.language.en": "anglais",
        "arg.language.fr": "français",
        "arg.language.ja": "japonais",
        "arg.price": "Prix de {number} par poste et période",
        "arg.price_help": "En {currency} ; laissez vide pour le prix en vigueur.",
        "arg.expires_on": "Dernier jour pour l’accepter",
        "arg.expires_on_help": "Laissez vide pour celui de la règle.",
        "arg.invoice": "Un bon de commande suffit",
        "wrong.reference": "Quelle référence ?",
        "wrong.reference_text": "Rien n’a été fait : écrivez une référence de 100 caractères au plus. Revenez en "
        "arrière et recommencez.",
        "wrong.seats": "Ce n’est pas un nombre de postes",
        "wrong.seats_text": "Rien n’a été fait : écrivez un nombre entier de postes à partir de 1, ou rien. "
        "Revenez en arrière et recommencez.",
        "wrong.amount": "Ce n’est pas un montant",
        "wrong.amount_text": "Rien n’a été fait : écrivez un montant comme 486.00, ou rien pour tout. Revenez en "
        "arrière et recommencez.",
        "wrong.price": "Ce n’est pas un prix",
        "wrong.price_text": "Rien n’a été fait : écrivez un montant comme 486.00, ou rien. Revenez en arrière et "
        "recommencez.",
        "wrong.day": "Ce n’est pas une date",
        "wrong.day_text": "Rien n’a été fait : écrivez une date comme 2027-03-31. Revenez en arrière et recommencez.",
        "wrong.sure": "Confirmez en cochant la case",
        "wrong.sure_text": "Rien n’a été fait : cet ordre touche à l’argent ou à l’accès et demande aussi la case "
        "cochée. Revenez en arrière et cochez-la.",
        "wrong.arguments": "Illisible",
        "wrong.arguments_text": "Rien n’a été fait. Revenez en arrière et corrigez ceci :",
        # why not
        "why_not.bad_arguments": "Le formulaire contient une erreur.",
        "why_not.unknown_subscription": "Cet abonnement n’existe pas.",
        "why_not.not_buyer": "Réservé à l’acheteur.",
        "why_not.not_operator": "Réservé à l’exploitation.",
        "why_not.lapsed": "Il est terminé : racheter, c’est un nouvel abonnement.",
        "why_not.not_lapsed": "Il n’est pas terminé.",
        "why_not.parked": "Il est mis de côté : libérez-le d’abord.",
        "why_not.sold_by_partner": "Vendu par un partenaire, qui le renouvelle et le modifie.",
        "why_not.legacy_order": "La commande vient d’un ancien système.",
        "why_not.sold_by_sales": "Vendu par l’équipe commerciale, qui le modifie.",
        "why_not.maintenance_plan": "Les plans de maintenance ne se modifient ni ne se renouvellent dans le compte.",
        "why_not.product_retired": "Le produit n’est plus vendu.",
        "why_not.country_not_served": "Cela n’est pas proposé dans ce pays.",
        "why_not.payment_in_doubt": "Un paiement est encore sans réponse.",
        "why_not.hold_open": "Une commande, un devis ou un code de paiement bloque la prochaine période.",
        "why_not.already_renewed": "La prochaine période est payée.",
        "why_not.window_not_open": "La fenêtre de renouvellement n’est pas encore ouverte.",
        "why_not.term_not_paid": "La période en cours n’est pas payée.",
        "why_not.too_late": "C’est trop tard : il a expiré, ou la date de renouvellement est arrivée.",
        "why_not.too_late.resume-auto-renew": "La date de renouvellement est arrivée : à l’acheteur de renouveler "
        "manuellement.",
        "why_not.too_late.extend-late-window": "Le plus long délai pour le renouveler en retard est passé.",
        "why_not.too_late.reinstate": "C’est trop tard : le plus long délai pour le renouveler est passé.",
        "why_not.day_out_of_range": "Ce jour n’est pas possible : le formulaire dit de quand à quand.",
        "why_not.hold_open.extend-late-window": "Ce qui bloque la prochaine période finit après ce jour : libérez-le "
        "d’abord.",
        "why_not.auto_renew_off": "Le renouvellement automatique est désactivé : activez-le d’abord.",
        "why_not.method_cannot_auto_charge": "Le moyen de paiement ne peut pas être prélevé : l’acheteur en choisit "
        "d’abord un autre.",
        "why_not.term_not_offered": "Le produit n’a pas de prix pour cette durée dans cette devise.",
        "why_not.method_not_accepted": "Le moyen de paiement n’accepte pas ce montant ou cette devise.",
        "why_not.not_a_reduction": "Il n’y a pas autant de postes.",
        "why_not.below_one_seat": "Il doit rester au moins un poste.",
        "why_not.bulk_over_100": "Au plus 100 abonnements à la fois.",
        "why_not.preview_stale": "Le prix affiché n’est plus à jour.",
        "why_not.preview_stale.refund": "Une autre partie de cette commande a été remboursée entre-temps. Regardez-la "
        "à nouveau, puis décidez.",
        "why_not.preview_stale.release-hold": "Autre chose bloque désormais la prochaine période. Regardez à nouveau, "
        "puis décidez.",
        "why_not.quote_expired": "Le devis a expiré.",
        "why_not.quote_not_open": "Le devis n’est pas ouvert.",
        "why_not.payment_declined": "Le paiement a été refusé.",
        "why_not.nothing_in_doubt": "Aucun paiement n’est sans réponse.",
        "why_not.nothing_to_refund": "Rien de ce qui a été payé ici ne reste à rembourser.",
        "why_not.more_than_paid": "C’est plus qu’il ne reste de ce qui a été payé.",
        "why_not.second_person_needed": "Avec cela, ce qui est remboursé sur cette commande demande une seconde "
        "personne. Demandez-le à nouveau.",
        "why_not.not_carried_out": "Une erreur l’a empêché : l’alarme step_failed la nomme.",
        "why_not.no_quote": "Aucun devis de cet abonnement n’attend cela.",
    }
)
