"""The charges in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.charges": "Prélèvements",
        "charges.text": "Chaque tentative de prélèvement et où elle en est, les plus récentes d’abord.",
        "charges.from": "Tenté du",
        "charges.more": "et {count} autres",
        "charges.none": "Rien n’a encore été prélevé.",
        "act.charges.export": "liste de prélèvements téléchargée",
    }
)
