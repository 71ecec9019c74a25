"""Where the legal rules that come with the product come from, in French; titles of laws stay as they are."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "legal.source_of.us-ca-17602": "California BPC 17602 ; alerte du procureur général, "
        "crweworld.com/ca/trendingnow/news/3707956",
        "legal.source_of.us-ny-527-a": "New York GBL 527-a ; kr.law (25 juin 2025)",
        "legal.source_of.us-ny-5-903": "New York GOL 5-903, services ou entretien de biens ; morganlewis.com "
        "(décembre 2020)",
        "legal.source_of.us-va-59.1-207.46": "Virginia 59.1-207.46 ; legacylis.virginia.gov HB744 ; "
        "reclause-app.vercel.app/states/va",
        "legal.source_of.us-il-601-10": "Illinois 815 ILCS 601/10 ; legalfix.com act-815-ilcs-601",
        "legal.source_of.us-co-6-1-732": "Colorado 6-1-732, SB25-145 ; consumerprotectionreview.com (janvier 2022) ; "
        "pour la date, reclause-app.vercel.app",
        "legal.source_of.us-de-renewal": "Delaware ; consumerprotectionreview.com (janvier 2022)",
        "legal.source_of.us-ma-940-cmr-38": "Massachusetts 940 CMR 38 ; mondaq.com 1642916",
        "legal.source_of.us-wi-134.49": "Wisconsin 134.49 ; dewittllp.com, epiphanylaw.com",
        "legal.source_of.fr-l215-1": "Code de la consommation L215-1 ; juriblio.fr, doctrine.fr",
        "legal.source_of.visa-renewal": "Règles de Visa ; documentation de checkout.com, paysafe",
        "legal.source_of.mastercard-renewal": "Règles de Mastercard ; support.stripe.com, nets.eu",
        "legal.source_of.sepa-core": "SEPA Core rulebook, sauf délai plus court convenu ; abnamro.nl, epbf.be",
    }
)
