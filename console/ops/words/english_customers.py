"""The customers in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.customers": "Customers",
        "customers.search_help": "How a CSN begins, or any part of a name or of somebody’s mail address.",
        "customers.name": "Name",
        "customers.country": "Country",
        "customers.country_help": "Two letters, such as FR.",
        "customers.language": "Language",
        "customers.zone": "Time zone",
        "customers.audience": "Buys as",
        "customers.none": "There are no customers yet. perennial import FOLDER brings a portfolio in.",
        "customers.listed": "In the list",
        "customers.no_subscriptions": "It has no subscription.",
        "customers.orders": "Newest orders",
        "customers.no_orders": "It has ordered nothing yet.",
        "customers.quotes": "Newest quotes",
        "customers.no_quotes": "It has asked for no quote.",
        "customers.asked": "asked for {when}, until {last}",
        "customers.facts": "Facts",
        "customers.people": "People",
        "customers.cut": "Only the first 100 are shown.",
        "customers.methods": "Payment methods",
        "customers.no_methods": "No method is stored.",
        "act.customer.read": "customer looked at",
    }
)
