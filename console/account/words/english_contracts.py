"""The account in English: contracts."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "contracts": "Contracts",
        "contracts.text": "What each customer bought, by way of purchase. Select a contract to see its "
        "subscriptions, its seats and its orders.",
        "contracts.none": "There is no contract of which you see a subscription.",
        "contract": "Contract",
        "contract.of": "Contract: {customer}, {mode}",
        "contract.csn": "Customer number (CSN)",
        "contract.mode": "Way of purchase",
        "contract.currency": "Currency",
        "contract.manager": "Contract manager (buyer)",
        "contract.in_state": "{state} ({count})",
        "contract.next_on": "Next renewal date",
        "contract.mode.direct_online": "bought online",
        "contract.mode.direct_sales": "bought from our sales team",
        "contract.mode.partner": "bought from a partner",
        "contract.mode.legacy": "from an older system",
        "contract.direct_online_text": "Seats, terms, payment and renewal are managed in this account.",
        "contract.direct_sales_text": "Renewal, terms and payment are managed in this account; seats through our "
        "sales team or our support.",
        "contract.partner_text": "Your partner renews these subscriptions and changes them.",
        "contract.legacy_text": "These orders come from an older system and are not changed here.",
        "contract.admin_only": "You see this contract as primary admin. Its manager changes and pays it: {managers}.",
        "contract.renew_together": "Renew together what can be renewed ({count})",
        "contract.older": "Older orders",
        "contract.newest": "Newest orders",
        "contract.add_seats": "Add seats",
        "contract.reduce_seats": "Reduce seats",
        "contract.change_term": "Change the term",
        "contract.renew": "Renew",
        "contract.do": "{what}: {product} {number}",
    }
)
