"""Which countries and subdivisions there are (ISO 3166-1 and 3166-2, by pycountry, whose data comes with it).

Its tables are large, so they are read when they are first asked for: in an import, and nowhere else.
"""

from functools import cache

_MOST_NAMED = 5


@cache
def _countries() -> frozenset[str]:
    import pycountry

    return frozenset(each.alpha_2 for each in pycountry.countries)


@cache
def _subdivisions() -> frozenset[str]:
    import pycountry

    return frozenset(each.code for each in pycountry.subdivisions)


def is_country(code: str) -> bool:
    return code in _countries()


def is_subdivision(code: str) -> bool:
    return code in _subdivisions()


def some_subdivisions(country: str) -> str | None:
    """The first few of a country, to show what they look like; empty if it has none, None if there is no such country.

    >>> some_subdivisions("AU")
    'AU-ACT, AU-NSW, AU-NT, AU-QLD, AU-SA, …'
    """
    if not is_country(country):
        return None
    all_of_it = sorted(each for each in _subdivisions() if each.startswith(f"{country}-"))
    more = ", …" if len(all_of_it) > _MOST_NAMED else ""
    return ", ".join(all_of_it[:_MOST_NAMED]) + more
