"""The operators' pages in French: frame, signing in, people, pauses, second person, keys, mails."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        # the frame
        "operations": "Opérations",
        "skip": "Aller au contenu",
        "menu": "Menu",
        "languages": "Langues",
        "sign_out": "Se déconnecter",
        "at_time": "{day} à {time}",
        "to_start": "Aller à la vue d’ensemble",
        "reason": "Pourquoi",
        "reason_help": "Cela reste consigné.",
        "who": "Qui",
        "when": "Quand",
        "on_every_page": "Sur chaque page",
        "group.now": "Maintenant",
        "group.subscriptions": "Abonnements",
        "group.ahead": "À venir",
        "group.letters": "Correspondance",
        "group.house": "Intendance",
        "room.overview": "Vue d’ensemble",
        "room.second": "Seconde personne",
        "room.pauses": "Pauses",
        "room.people": "Personnes",
        "room.keys": "Clés d’API",
        "room.mails": "Courriels d’essai",
        "role.viewer": "lecture",
        "role.operator": "exploitation",
        "role.finance": "finances",
        "role.admin": "administration",
        # what a page says instead
        "not_found": "Introuvable",
        "not_found_text": "Cette page n’existe pas.",
        "refused_form": "Cela n’a pas fonctionné",
        "refused_form_text": "Le formulaire avait expiré ou provenait d’une autre page. Rien n’a été fait. Veuillez "
        "rouvrir la page.",
        "not_your_role": "Votre rôle ne suffit pas",
        "not_your_role_text": "Votre rôle ne le permet pas. Demandez à l’administration de le faire, ou de vous "
        "donner un "
        "autre rôle.",
        "no_factor_key": "Impossible de configurer un second facteur pour l’instant",
        "no_factor_key_text": "Qui exploite cette console doit d’abord définir PERENNIAL_SEAL_KEYS : les secrets "
        "des seconds facteurs ne sont gardés que scellés sous cette clé. Ouvrez ensuite cette page à nouveau.",
        "link_over": "Ce lien ne fonctionne plus",
        "link_over_text": "Il a déjà été utilisé, ou sa demi-heure de validité est écoulée. Demandez-en un autre à "
        "l’administration : perennial operator reset.",
        "refused.unknown": "Personne inconnue",
        "refused.unknown_text": "Aucune personne ne porte ce nom ici.",
        "refused.name_in_use": "Ce nom est pris",
        "refused.name_in_use_text": "Ce nom existe déjà ; un nom n’est jamais donné deux fois.",
        "refused.provider": "Ce compte n’est pas géré ici",
        "refused.provider_text": "Cette personne se connecte par le fournisseur d’identité ; réinitialisez le compte "
        "là-bas.",
        "refused.last_admin": "La dernière personne qui administre",
        "refused.last_admin_text": "Il ne resterait personne pour administrer. Nommez d’abord quelqu’un d’autre.",
        "wrong.reason": "Dites pourquoi",
        "wrong.reason_text": "Rien n’a été fait : écrivez un motif, en 500 caractères au plus et sans numéro de carte. "
        "Revenez en arrière et recommencez.",
        "wrong.name": "Ce n’est pas un nom",
        "wrong.name_text": "Rien n’a été fait : un nom se compose de lettres, chiffres, points, tirets et traits bas, "
        "comme mira.",
        "wrong.email": "Ce n’est pas une adresse",
        "wrong.email_text": "Rien n’a été fait : écrivez une seule adresse, comme mira@vendor.example.",
        "wrong.other_pause": "C’était une autre pause",
        "wrong.other_pause_text": "Rien n’a été fait : les prélèvements ont repris depuis cette demande, puis ont été "
        "arrêtés de nouveau. Rejetez la demande, voyez pourquoi ils ont été arrêtés, et demandez de nouveau.",
        "wrong.choice": "Valeur inconnue",
        "wrong.choice_text": "Rien n’a été fait : choisissez une des valeurs du formulaire.",
        # signing in
        "sign_in": "Se connecter",
        "sign_in_provider": "Se connecter avec votre organisation",
        "or_local": "Ou avec un compte de cette console :",
        "name": "Nom",
        "password": "Mot de passe",
        "code": "Code",
        "code_help": "Six chiffres de votre application, ou un code de secours.",
        "wrong.sign_in": "Le nom, le mot de passe ou le code est faux, ou le code a déjà servi.",
        "wrong.too_many": "Trop d’essais ont échoué. Veuillez attendre un quart d’heure.",
        "enter": "Ouvrir la console des opérations",
        "enter_text": "Le lien est valable. Il sert une fois : appuyez sur le bouton pour vous connecter sur cet "
        "appareil.",
        "provider_failed": "La connexion n’a pas abouti",
        "provider_failed_text": "La réponse du fournisseur d’identité n’a pas pu être vérifiée. Rien n’a été fait ; "
        "veuillez recommencer.",
        "provider_away": "Le fournisseur d’identité ne répond pas",
        "provider_away_text": "Réessayez dans une minute, ou connectez-vous avec un compte local.",
        "no_role": "Pas d’accès",
        "no_role_text": "Votre organisation vous connaît, mais aucun de vos groupes n’a de rôle ici. Demandez-en un à "
        "l’administration.",
        "disabled": "Pas d’accès",
        "disabled_text": "Votre compte est désactivé ici. Demandez à l’administration.",
        "no_name": "Pas de nom utilisable",
        "no_name_text": "Le nom que votre organisation vous donne est pris par un autre compte, ou ne peut pas servir. "
        "Demandez à l’administration.",
        # setting up
        "set_up": "Configurer votre compte",
        "set_up_text": "Ce lien ne sert qu’une fois. Désormais, vous vous connectez avec un mot de passe et un code "
        "d’une application de votre téléphone.",
        "set_up_password": "Nouveau mot de passe",
        "set_up_password_help": "Au moins 12 caractères.",
        "set_up_again": "Le même mot de passe, encore une fois",
        "set_up_app": "Lisez cette image avec une application d’authentification, ou saisissez son texte :",
        "set_up_picture": "Image pour une application d’authentification ; le texte ci-dessous dit la même chose.",
        "set_up_code": "Les six chiffres que l’application affiche maintenant",
        "set_up_button": "Configurer",
        "wrong.password": "Écrivez un mot de passe de 12 à 200 caractères qui ne soit pas votre nom.",
        "wrong.again": "Les deux mots de passe diffèrent.",
        "wrong.code": "Ce n’est pas le code du moment. Regardez encore l’application, et l’heure de votre téléphone.",
        "errors": "Veuillez corriger ceci :",
        "recovery": "Vos codes de secours",
        "recovery_text": "Chacun remplace un code de votre application, une fois. Ils ne sont montrés que maintenant : "
        "imprimez-les, ou gardez-les en lieu sûr.",
        # people
        "people_text": "Qui peut entrer, et pour quoi faire. Un autre rôle, ou une désactivation, met fin aussitôt à "
        "toutes les sessions.",
        "people_local": "compte local",
        "people_provider": "fournisseur d’identité",
        "people_not_set_up": "pas encore configuré",
        "people_disabled": "désactivé",
        "role": "Rôle",
        "email": "Adresse",
        "way_in": "Se connecte par",
        "state": "État",
        "added": "Ajouté",
        "active": "actif",
        "add_operator": "Ajouter une personne",
        "add_button": "Ajouter",
        "change_role": "Donner un autre rôle à {name}",
        "change_role_button": "Changer le rôle",
        "disable": "Désactiver {name}",
        "disable_text": "Met fin aussitôt à toutes les sessions. Une réinitialisation laisse la personne rentrer.",
        "disable_button": "Désactiver",
        "reset": "Réinitialiser {name}",
        "reset_text": "Mot de passe et second facteur sont oubliés, et toutes les sessions prennent fin.",
        "reset_button": "Créer un nouveau lien",
        "link": "Le lien pour {name}",
        "link_text": "Remettez-le vous-même. Il sert une fois, pendant une demi-heure, et n’est montré que maintenant.",
        "change": "Modifier",
        # pauses
        "pauses_text": "Une pause arrête aussitôt tous les prélèvements ou tous les courriels, de chaque abonnement. "
        "Reprendre les prélèvements demande une seconde personne.",
        "pause.charges": "Prélèvements",
        "pause.mails": "Courriels",
        "pause_state.charges": "Tous les prélèvements sont en pause",
        "pause_state.mails": "Tous les courriels sont en pause",
        "pause_running.charges": "Les prélèvements se font comme prévu.",
        "pause_running.mails": "Les courriels partent comme prévu.",
        "pause_button.charges": "Suspendre tous les prélèvements",
        "pause_button.mails": "Suspendre tous les courriels",
        "resume_button.charges": "Demander à une seconde personne de reprendre les prélèvements",
        "resume_button.mails": "Reprendre les courriels",
        "pause_since": "depuis le {when}, par {who} : {why}",
        "asked_already": "Une seconde personne doit encore confirmer.",
        "asked_holds": "Redemander n’y change rien : la demande vaut comme elle a été faite.",
        "asked_accepting": "Elle accepte les refus.",
        "asked_plainly": "Elle n’accepte pas les refus : pour cela, retirez-la là et demandez de nouveau.",
        # second person
        "second_text": "Ce qui est dangereux se fait à deux : qui demande, et quelqu’un d’autre qui confirme dans la "
        "journée.",
        "second_none": "Rien n’attend une seconde personne.",
        "second_asked": "demandé par {who}, {when} : {why}",
        "second_until": "jusqu’au {when}",
        "second_own": "Vous l’avez demandé vous-même : quelqu’un d’autre confirme.",
        "second_no_right": "Votre rôle ne permet pas de confirmer.",
        "second_one_hand": "Jusqu’au {when}, quelqu’un d’autre doit confirmer : au cours de la dernière journée, l’un "
        "de vous a créé ou réinitialisé le compte de l’autre, ou une même personne les deux.",
        "second_confirm": "Confirmer",
        "second_reject": "Refuser",
        "second_withdraw": "Retirer",
        "second_over": "Ce n’est plus ouvert",
        "second_over_text": "La demande a été décidée entre-temps, a expiré, ou n’est pas à vous de décider. Rien "
        "n’a été "
        "fait.",
        "deed.resume-charges": "Reprendre tous les prélèvements",
        # keys
        "keys_text": "Clés avec lesquelles d’autres systèmes appellent l’API. On les crée en ligne de commande : "
        "perennial api-key.",
        "keys_none": "Il n’y a pas encore de clé.",
        "key_prefix": "Clé",
        "key_name": "De qui",
        "key_scopes": "Sert à",
        "key_created": "Créée",
        "key_revoked": "Révoquée",
        "scope.read": "lire",
        "scope.write": "agir pour les acheteurs",
        "key_revoke": "Révoquer une clé",
        "key_revoke_text": "L’une a fuité, ou plus personne ne s’en sert ? Dès lors, plus personne n’entre avec elle "
        "; on "
        "ne peut pas revenir en arrière, seulement en créer une autre.",
        "key_revoke_one": "Révoquer {prefix} de {name}",
        "key_revoke_sure": "Ce qui appelle avec elle n’obtient plus de réponse.",
        "key_revoke_button": "La révoquer",
        "wrong.not_sure_of_key": "Dites que vous en êtes sûr",
        "wrong.not_sure_of_key_text": "Rien n’a été révoqué : ce qui appelle avec la clé n’obtiendrait plus de "
        "réponse. "
        "Revenez en arrière et cochez la case.",
        "scope.operate": "exploiter",
        "scope.partner": "établir les devis d’un partenaire",
        # mails
        "mails_text": "Ce que la pile locale a envoyé. Sa boîte garde chaque courriel et n’en remet aucun. En lire un "
        "reste consigné.",
        "mails_none": "Aucun courriel n’a encore été envoyé.",
        "no_subject": "(sans objet)",
        "mail_to": "à {to}, {when}",
        "mail_frame": "Le courriel tel que son destinataire le voit",
        "mail_text": "Texte",
        "mail_no_text": "Ce courriel n’a pas de texte.",
        "mail_headers": "En-têtes",
    }
)
