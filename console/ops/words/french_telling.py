"""Telling others in French: webhooks, letters to operators, the breaker."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        # webhooks
        "room.webhooks": "Webhooks",
        "webhooks_text": "Les autres systèmes informés de ce qui se passe, par des événements signés. Chacun est "
        "informé au moins une fois, pendant trois jours ; ce qu’il n’a jamais accepté reste ici et peut être renvoyé.",
        "webhooks_none": "Aucun autre système n’est encore informé. Ajoutez-en un ci-dessous.",
        "webhook_url": "Adresse",
        "webhook_url_help": "En https, par exemple https://crm.vendor.example/hooks/perennial.",
        "webhook_types": "Seulement ces événements",
        "webhook_types_help": "Sans aucune coche, tous lui sont envoyés, y compris ceux qui s’ajouteront.",
        "webhook_all": "tous les événements",
        "webhook_some": "{count} types d’événements",
        "webhook_add": "Ajouter un point de réception",
        "webhook_add_button": "Ajouter",
        "webhook_waiting": "En attente",
        "webhook_given_up": "Abandonnés",
        "webhook_state.on": "actif",
        "webhook_state.off": "arrêté",
        "webhook_state.removed": "supprimé",
        "webhook_secret": "Le secret de ce point de réception",
        "webhook_secret_text": "Chaque événement est signé avec lui (Standard Webhooks). Il n’est montré que "
        "maintenant : conservez-le là-bas.",
        "webhook_back": "Tous les webhooks",
        "webhook_told_up_to": "Le registre a été lu jusqu’à l’événement {event}.",
        "webhook_held": "Il n’a rien accepté {count} fois de suite : aucun essai avant le {when}.",
        "webhook_away": "{host} n’a pris aucun événement depuis le {when}",
        "webhook_away_todo": "Demandez à qui exploite ce système. Chaque événement est gardé trois jours avant d’être "
        "abandonné.",
        "webhook_test": "L’essayer",
        "webhook_test_text": "Envoie maintenant un événement du type perennial.test et montre la réponse.",
        "webhook_test_button": "L’envoyer",
        "webhook_taken": "L’événement a été accepté.",
        "webhook_not_taken": "L’événement n’a pas été accepté.",
        "webhook_came": "{what}, après {ms} ms",
        "webhook_status": "statut {status}",
        "webhook_turn.on": "Le remettre en marche",
        "webhook_turn.off": "L’arrêter",
        "webhook_turn.removed": "Le supprimer",
        "webhook_turn_text.on": "Il sera aussi informé de ce qui s’est passé entre-temps.",
        "webhook_turn_text.off": "Il n’est plus informé jusqu’à sa remise en marche ; rien n’est perdu.",
        "webhook_turn_text.removed": "Définitivement : son secret est effacé, et rien ne lui sera plus envoyé.",
        "webhook_sure": "J’en suis sûr",
        "webhook_replay": "Renvoyer",
        "webhook_replay_failed": "Tout ce qui a échoué",
        "webhook_replay_range": "Des événements, par leurs numéros",
        "webhook_first": "De l’événement",
        "webhook_last": "À l’événement",
        "webhook_range_help": "Au plus {most} à la fois. Ils gardent leur identifiant : qui en a vu un le reconnaît.",
        "webhook_replay_button": "Renvoyer",
        "webhook_events": "Événements",
        "webhook_event": "Événement {event}",
        "webhook_no_events": "Il n’y a rien ici.",
        "webhook_any": "tous",
        "webhook_type": "Type",
        "webhook_about": "Au sujet de",
        "webhook_tries": "Essais",
        "webhook_next": "Prochain essai",
        "webhook_no_tries": "Il n’a pas encore été essayé.",
        "webhook_older": "Plus anciens",
        "webhook_sent": "Ce qui est envoyé",
        "webhook_answer": "Réponse",
        "delivery.waiting": "en attente",
        "delivery.delivered": "remis",
        "delivery.given_up": "abandonné",
        "wrong.webhook_url": "Ce n’est pas une adresse",
        "wrong.webhook_url_text": "Rien n’a été fait : écrivez une adresse comme https://crm.vendor.example/hooks.",
        "wrong.webhook_https": "Ce n’est pas en https",
        "wrong.webhook_https_text": "Rien n’a été fait : les événements ne sortent qu’en https. Écrivez https://…",
        "wrong.webhook_credentials": "Ni utilisateur ni mot de passe",
        "wrong.webhook_credentials_text": "Rien n’a été fait : enlevez l’utilisateur et le mot de passe ; les "
        "événements sont signés.",
        "wrong.webhook_host": "Personne ne porte ce nom",
        "wrong.webhook_host_text": "Rien n’a été fait : aucune adresse n’est connue pour cet hôte. Corrigez-le.",
        "wrong.webhook_private": "Dans un réseau privé",
        "wrong.webhook_private_text": "Rien n’a été fait : l’hôte mène dans un réseau privé. Seul le réglage "
        "PERENNIAL_WEBHOOK_PRIVATE_ADDRESSES le permet.",
        "wrong.webhook_no_key": "Aucune clé n’ouvre ni ne ferme son secret",
        "wrong.webhook_no_key_text": "Rien n’a été fait : chaque événement est signé, et le secret pour cela est gardé "
        "scellé. Qui exploite cette console doit régler PERENNIAL_SEAL_KEYS.",
        "wrong.webhook_sure": "Confirmez en cochant la case",
        "wrong.webhook_sure_text": "Rien n’a été fait : cochez la case pour confirmer. La suppression est définitive.",
        "wrong.webhook_range": "Ce n’est pas une plage",
        "wrong.webhook_range_text": "Rien n’a été fait : écrivez deux numéros d’événements, le plus petit d’abord, "
        "éloignés d’au plus 10 000.",
        # letters to operators
        "room.letters_to_me": "Courriels pour moi",
        "letters_text": "Ce que la console envoie à {email}. Vous seul en décidez.",
        "letters_alerts": "Les alarmes graves, tout de suite",
        "letters_alerts_help": "Plusieurs en quelques minutes font un seul courriel.",
        "letters_digest": "Chaque matin, ce qu’apporte la journée",
        "letters_digest_help": "À {time}, heure de {zone} : échéances, risques, échecs, alarmes ouvertes, pauses.",
        "letters_button": "Enregistrer",
        "event.alert": "les opérateurs ont été avertis de {count} alarmes graves",
        # the breaker
        "breaker.declines": "Les prélèvements se sont arrêtés d’eux-mêmes : depuis le {since}, {declined} premiers "
        "prélèvements sur {answered} ont été refusés ({share} %). L’habitude est de {usual} % ; au-delà de {limit} % "
        "ils s’arrêtent. Regardez d’abord chez le prestataire de paiement.",
        "breaker.volume": "Les prélèvements se sont arrêtés d’eux-mêmes : {tries} ont été faits depuis le {since}. On "
        "en attendait {expected} ; au-delà de {limit} ils s’arrêtent. Regardez d’abord ce qui a été prélevé deux fois.",
        "breaker.accept": "Cette part de refus est désormais l’habitude : pendant {days} jours elle n’arrête aucun "
        "prélèvement ; ils ne s’arrêtent que si moins de la moitié de la part payée cette fois-ci est payée. À ne pas "
        "cocher après une panne.",
        "breaker.accepts": "La part de refus qui a arrêté les prélèvements compte alors comme l’habitude pendant "
        "{days} jours.",
        "alarm.charges_stopped": "prélèvements arrêtés d’eux-mêmes",
        "alarm.webhook_given_up": "webhook abandonné",
    }
)
