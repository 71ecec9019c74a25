"""Go-live in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.golive": "Mise en service",
        "golive.text": "Ce qui a été importé et n’est pas encore en service est suivi, jamais prélevé ni relancé. "
        "Choisissez un import pour voir ses anomalies et ce qu’apporteraient ses premiers jours.",
        "golive.waits": "En attente de mise en service",
        "golive.import": "Importé",
        "golive.came": "Importés",
        "golive.live": "En service",
        "golive.waiting": "En attente",
        "golive.lapsed": "Terminés avant la mise en service",
        "golive.everything": "Tout est en service. perennial import DOSSIER en apporte d’autres ; ils attendent alors "
        "ici.",
        "golive.given": "Mis en service ici dernièrement",
        "golive.when": "Quand",
        "golive.count": "Abonnements",
        "golive.of": "Import du {when}",
        "golive.by": "par {who}, {id}",
        "golive.all_live": "Tout cet import est en service.",
        "golive.odd": "À regarder d’abord",
        "golive.odd_text": "Ce qui peut mal tourner une fois en service. Un même abonnement peut figurer à plusieurs "
        "titres.",
        "golive.looked_at": "Seuls les {count} premiers par date de renouvellement sont examinés ; les suivants le "
        "seront quand ceux-ci seront en service.",
        "golive.oddity": "Anomalie",
        "golive.odd.past": "Date de renouvellement passée : prélevé ou expiré aussitôt",
        "golive.odd.soon": "Date de renouvellement d’ici sept jours",
        "golive.odd.no_method": "Renouvellement automatique, sans moyen de paiement utilisable",
        "golive.odd.card_ends": "La carte expire avant la date de renouvellement",
        "golive.odd.no_price": "Pas de prix pour la période suivante dans la devise du client",
        "golive.odd.shared": "L’adresse de l’acheteur est celle de plus de {many} clients",
        "golive.odd.parked": "Mis de côté pour décision",
        "golive.those": "En attente, par date de renouvellement",
        "golive.do": "Mettre en service",
        "golive.do_text": "La page suivante montre ce qu’apporteraient les sept premiers jours, et demande "
        "confirmation. {most} au plus à la fois.",
        "golive.preview_ticked": "Prévoir pour les cochés",
        "golive.preview_first": "Prévoir pour les {count} premiers",
        "golive.preview_all": "Prévoir pour tous ({count})",
        "golive.not_yours": "Une personne au rôle d’exploitation ou d’administration peut les mettre en service.",
        "golive.preview": "Mettre en service : {count} ?",
        "golive.nothing": "Plus aucun n’attend : ils sont en service, ou terminés.",
        "golive.week": "Les sept premiers jours",
        "golive.week_text": "Ce qui serait prélevé et envoyé s’ils étaient mis en service maintenant, et si chaque "
        "prélèvement était payé.",
        "golive.week_of": "Calculé pour les {most} premiers par date de renouvellement seulement.",
        "golive.forecast": "La prévision de ce qui est en service",
        "golive.what": "Quoi",
        "golive.how_many": "Nombre",
        "golive.charges_in": "Prélèvements en {currency}",
        "golive.mail": "Courriel : {kind}",
        "golive.missed": "{count} avis dont l’heure est passée sont notés manqués, et ne partent pas.",
        "golive.unpriced": "{count} d’entre eux n’ont pas de prix pour une période à venir : ils ne sont pas comptés "
        "ici. Fixez d’abord le prix.",
        "golive.confirm_text": "Dès lors ils sont prélevés et relancés. On ne revient pas en arrière ; une pause "
        "arrête aussitôt tous les prélèvements ou courriels.",
        "golive.sure": "J’ai regardé les anomalies et les sept premiers jours.",
        "golive.because": "Motif : {reason}",
        "golive.confirm": "Mettre en service ({count})",
        "golive.named": "Ceux-ci sont mis en service",
        "golive.run": "Mise en service de {count}",
        "golive.back": "L’import",
        "golive.progress": "{done} sur {count} sont en service.",
        "golive.again": "Cette page se recharge d’elle-même. Vous pouvez la quitter, et revenir voir si c’est fini.",
        "golive.late": "Plus personne ne semble s’en occuper. Ce qui est en service le reste ; reprenez pour les "
        "autres.",
        "golive.carry_on": "Reprendre pour {count}",
        "golive.through": "{done} sont en service.",
        "golive.over": "{count} étaient déjà terminés.",
        "golive.next": "Voir ce qui attend encore de cet import",
        "wrong.none_waits": "Aucun n’attend la mise en service",
        "wrong.none_waits_text": "Rien n’a été fait : ils sont déjà en service, terminés, ou d’un autre import.",
        "wrong.not_sure_of_go_live": "Dites que vous avez regardé",
        "wrong.not_sure_of_go_live_text": "Rien n’a été mis en service : regardez les sept premiers jours, revenez et "
        "cochez la case.",
        # the first month and quarter
        "quarter.title": "Le premier mois et le premier trimestre",
        "quarter.all": "Ce qui serait prélevé et envoyé si tout ce qui attend de cette importation était mis en "
        "service maintenant, et chaque prélèvement payé.",
        "quarter.these": "De ceux-ci seulement : ce qui serait prélevé et envoyé, selon la prévision de toute "
        "l’importation.",
        "quarter.unpriced_of_all": "De toute l’importation, {count} abonnements n’ont pas de prix et n’ont pas pu être "
        "prévus ; ceux d’entre eux qui sont parmi ceux-ci manquent ici.",
        "quarter.month": "31 jours",
        "quarter.quarter": "92 jours",
        "quarter.sum_in": "Au total en {currency}",
        "quarter.days": "Jour par jour, ligne par ligne",
        "quarter.watch": "Voir où cela en est",
        "quarter.ask": "Prévoir le trimestre",
        "quarter.again": "Prévoir de nouveau",
        "quarter.go_on": "Poursuivre la mise en service",
        "quarter.others": "Elle porte sur les {then} qui attendaient alors ; {now} attendent à présent.",
        "quarter.other_rules": "Prix, règles ou obligations légales ont changé depuis : prévoyez de nouveau.",
        "quarter.assumes": "Comme si tout avait été mis en service au moment du calcul, chaque prélèvement payé et "
        "sans aucun ordre.",
    }
)
