"""Go-live in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.golive": "Go-live",
        "golive.text": "What was imported and is not live yet is watched and never charged or mailed. Choose an import "
        "to see what is odd about it and what its first days would bring.",
        "golive.waits": "Waiting for go-live",
        "golive.import": "Imported",
        "golive.came": "Came with it",
        "golive.live": "Live",
        "golive.waiting": "Waiting",
        "golive.lapsed": "Lapsed before go-live",
        "golive.everything": "Everything is live. perennial import FOLDER brings in more; it waits here then.",
        "golive.given": "Taken live here lately",
        "golive.when": "When",
        "golive.count": "Subscriptions",
        "golive.of": "Import of {when}",
        "golive.by": "by {who}, {id}",
        "golive.all_live": "Everything of this import is live.",
        "golive.odd": "Look at these first",
        "golive.odd_text": "What may go wrong once it is live. One may stand under several.",
        "golive.looked_at": "Only the first {count} by renewal date are looked at; the next come up when these are "
        "live.",
        "golive.oddity": "Oddity",
        "golive.odd.past": "Renewal date has passed: charged or expired at once",
        "golive.odd.soon": "Renewal date within seven days",
        "golive.odd.no_method": "Auto-renew is on, without a usable method",
        "golive.odd.card_ends": "Card ends before the renewal date",
        "golive.odd.no_price": "No price for the next term in the customer’s currency",
        "golive.odd.shared": "Buyer’s address is that of more than {many} customers",
        "golive.odd.parked": "Parked for an operator",
        "golive.those": "Those that wait, by renewal date",
        "golive.do": "Go live",
        "golive.do_text": "The next page shows what the first seven days would bring, and asks again. At most {most} "
        "go live at once.",
        "golive.preview_ticked": "Preview those ticked",
        "golive.preview_first": "Preview the first {count}",
        "golive.preview_all": "Preview all {count}",
        "golive.not_yours": "Somebody with the role of operator or admin can let them go live.",
        "golive.preview": "Go live with {count}?",
        "golive.nothing": "None of these waits any more: they are live, or have lapsed.",
        "golive.week": "The first seven days",
        "golive.week_text": "What would be charged and mailed if these went live now, and every charge were paid.",
        "golive.week_of": "Walked for the first {most} by renewal date only.",
        "golive.forecast": "The forecast of what is live",
        "golive.what": "What",
        "golive.how_many": "Count",
        "golive.charges_in": "Charges in {currency}",
        "golive.mail": "Mail: {kind}",
        "golive.missed": "{count} notices whose time has passed are recorded as missed, and not sent.",
        "golive.unpriced": "{count} of these have no price for a coming term: nothing of them is counted here. Set the "
        "price first.",
        "golive.confirm_text": "From then on these are charged and mailed. It cannot be taken back; a pause stops all "
        "charges or mails in an instant.",
        "golive.sure": "I have looked at the oddities and the first seven days.",
        "golive.because": "Why: {reason}",
        "golive.confirm": "Go live with {count}",
        "golive.named": "These go live",
        "golive.run": "Go-live of {count}",
        "golive.back": "The import",
        "golive.progress": "{done} of {count} are live.",
        "golive.again": "This page loads itself again. You may leave it, and come back to see whether it is through.",
        "golive.late": "Nobody seems to be about it any more. What is live stays live; carry on with the rest.",
        "golive.carry_on": "Carry on with {count}",
        "golive.through": "{done} are live.",
        "golive.over": "{count} had lapsed by then.",
        "golive.next": "See what still waits of this import",
        "wrong.none_waits": "None of these waits for go-live",
        "wrong.none_waits_text": "Nothing was done: they are live already, have lapsed, or are of another import.",
        "wrong.not_sure_of_go_live": "Please say that you have looked",
        "wrong.not_sure_of_go_live_text": "Nothing went live: look at the first seven days, go back and set the tick.",
        # the first month and quarter
        "quarter.title": "The first month and quarter",
        "quarter.all": "What would be charged and mailed if everything that waits of this import went live now, "
        "and every charge were paid.",
        "quarter.these": "Of these alone: what would be charged and mailed, as the forecast of the whole import has "
        "it.",
        "quarter.unpriced_of_all": "Of the whole import, {count} subscriptions have no price and could not be "
        "foreseen; those of them that are among these are missing here.",
        "quarter.month": "31 days",
        "quarter.quarter": "92 days",
        "quarter.sum_in": "Together in {currency}",
        "quarter.days": "Day by day, line by line",
        "quarter.watch": "See how far it is",
        "quarter.ask": "Foresee the quarter",
        "quarter.again": "Foresee it anew",
        "quarter.go_on": "Go on with the go-live",
        "quarter.others": "It is of the {then} that waited then; by now {now} wait.",
        "quarter.other_rules": "Prices, policies or legal rules have changed since: foresee it anew.",
        "quarter.assumes": "As if all of it had gone live when this was walked, every charge were paid and nobody gave "
        "a command.",
    }
)
