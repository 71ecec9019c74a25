"""What to look into, in French."""

from collections.abc import Mapping
from types import MappingProxyType

from mail.words import troubles

WORDS: Mapping[str, str] = MappingProxyType(
    {
        **troubles.FRENCH,
        "troubles": "À regarder",
        "troubles_none": "Rien d’étrange : aucun double paiement, aucun accès perdu, rien en retard.",
        "trouble": "Quoi",
        "filter.trouble": "À regarder",
        "trouble.todo": "Que faire",
        "trouble.todo.paid_twice": "Sa page montre les deux commandes. Demandez au client laquelle il voulait, et "
        "remboursez l’autre.",
        "trouble.todo.locked": "Planifiez-le de nouveau sur sa page ; il retrouve l’accès de sa période.",
        "trouble.todo.overdue": "S’il y en a beaucoup : y a-t-il un worker ? perennial doctor. Un seul : "
        "planifiez-le de "
        "nouveau.",
        "trouble.todo.price_leaps": "Comparez avec les versions de l’offre. Si le prix est faux, suspendez les "
        "prélèvements, puis créez la version suivante.",
        "trouble.todo.no_price": "Donnez un prix à cette durée, ou faites retirer le changement par l’acheteur.",
        "trouble.todo.refund_owed": "Regardez chez le prestataire s’il est parti. Il est tenté pendant près d’un "
        "jour, ou jusqu’à un refus du prestataire, puis il vous revient de le faire.",
        "trouble.todo.in_doubt": "Cherchez-le dans les écritures du prestataire, et tranchez : payé ou refusé.",
        "trouble.todo.unanswered": "La surveillance le délivre en quelques minutes. Sinon : y a-t-il un worker, et "
        "Temporal ? perennial doctor.",
        "trouble.todo.voucher_ends": "Dites à l’acheteur ce qui manque ; ce qui est arrivé est remboursé à "
        "l’expiration.",
        "trouble.todo.card_ended": "Beaucoup de cartes sont renouvelées, on essaie donc. Demandez un autre moyen de "
        "paiement aux acheteurs.",
        "trouble.todo.not_live": "Mettez-le en service, sinon personne ne le renouvelle.",
        "trouble.todo.letter_waits": "Chacun porte la dernière réponse du serveur. Ils partent d’eux-mêmes dès qu’il "
        "les accepte.",
        "trouble.todo.other_zone": "Planifiez-le de nouveau sur sa page : ses dates suivent alors le fuseau du client.",
        "trouble.todo.same_buyer": "Demandez à l’acheteur si les deux sont voulus. Sinon : désactivez le "
        "renouvellement automatique de l’un, avant sa date.",
        "trouble.todo.more_users": "Dites à l’acheteur d’ajouter des postes ou d’en libérer avant le renouvellement.",
        "trouble.todo.seats_fall": "Demandez à l’acheteur s’il en voulait si peu. Lui seul peut retirer ce "
        "changement ; mettez-le de côté s’il ne répond pas avant sa date.",
        "trouble.todo.parked_long": "Chacun dit pourquoi il a été mis de côté. Libérez-le quand c’est réglé.",
        "trouble.todo.declined_lately": "Chaque page porte le code du refus. Un même code sur beaucoup est un défaut "
        "chez le prestataire.",
    }
)
