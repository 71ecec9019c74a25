"""Renewal rate and recovered revenue in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.results": "Renewal rate",
        "results.text": "Terms by the month of their renewal date, this month’s up to today: how many are renewed by "
        "now, and by which way. The latest may still be paid.",
        "results.chart": "Stacked columns of terms by the month of their renewal date: renewed by each way, and not "
        "renewed. The table below has the same figures.",
        "results.by_month": "The last twelve months",
        "results.month": "Month",
        "results.ended": "Terms ended",
        "results.rate": "Renewal rate",
        "results.recovered": "Recovered",
        "results.recovered_in": "Recovered in {currency}",
        "results.recovered_text": "Recovered: a payment for it was declined first, and it was paid later.",
        "results.csv_help": "These twelve months. It stands on the audit.",
        "results.by.automatic": "automatically",
        "results.by.by_hand": "by hand",
        "results.by.partner": "with a partner",
        "results.by.legacy": "older system",
        "results.by.not_renewed": "not renewed",
        "results.none": "No renewal date of a live subscription lies in the last twelve months.",
    }
)
