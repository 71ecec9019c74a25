"""The account in English: the pages beside that of a subscription."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "yes": "yes",
        "no": "no",
        "questions_sales": "To buy more, or for other ways of paying such as financing, ask our sales team:",
        "usage": "Use of seats",
        "usage.text": "Who has a seat, who used it in the last 30 and 90 days, and on how many of them.",
        "usage.by_product": "By product",
        "usage.by_subscription": "By subscription",
        "usage.by_user": "By user",
        "usage.assigned": "Users with a seat",
        "usage.active_30": "Used in 30 days",
        "usage.active_90": "Used in 90 days",
        "usage.often": "{days} days each",
        "usage.on_day": "on 1 day",
        "usage.on_days": "on {count} days",
        "usage.days_30": "Days of use in 30 days",
        "usage.days_90": "Days of use in 90 days",
        "usage.products_file": "The products as a file (CSV)",
        "usage.users_file": "Every user as a file (CSV)",
        "csn": "Customer number",
        "usage.told_on": "Told up to",
        "usage.never_told": "never told",
        "usage.some_untold": "{day}; {count} never told",
        "usage.user": "User",
        "usage.assigned_on": "Seat since",
        "usage.used_on": "Used last",
        "usage.never_used": "never",
        "usage.nobody": "Nobody is known to have a seat.",
        "usage.none": "There is no subscription to report on.",
        "usage.exceeds": "More users than seats: {assigned} users, {seats}. Unassign somebody, or add seats.",
        "usage.of": "Use of seats of {product}",
        "usage.link": "Users and use of seats",
        "usage.unused": "{seats}, {used} used in the {days} days up to {told_on}.",
        "calendar": "Calendar",
        "calendar.text": "Have the renewal dates of all your subscriptions in your calendar program: when renewal "
        "opens, the renewal date, and the last day to renew late.",
        "calendar.none": "You have no calendar address yet.",
        "calendar.since": "You have had a calendar address since {day}. It cannot be shown again; make a new one "
        "if you have lost it.",
        "calendar.address": "Your calendar address",
        "calendar.once": "Subscribe to it in your calendar program, as a calendar from the internet. Keep it now: "
        "it is shown this once.",
        "calendar.secret": "Whoever knows the address can read these dates without signing in. A new address ends "
        "the old one.",
        "calendar.make": "Make an address",
        "calendar.renew": "Make a new address",
        "calendar.end": "End the address",
        "calendar.name": "Renewals",
        "calendar.window_opens": "{product} ({number}): renewal opens",
        "calendar.renews": "{product} ({number}) renews",
        "calendar.expires": "{product} ({number}) expires",
        "calendar.late_window_ends": "{product} ({number}): last day to renew late",
        "wrong.month_over": "That month is over. Write the month that stands on the card now.",
        "happened.older": "Older",
        "happened.newest": "Newest",
    }
)
