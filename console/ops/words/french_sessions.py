"""Sessions in French."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "sessions.own": "Où vous êtes connecté",
        "sessions.text": "Chaque navigateur dans lequel vous êtes connecté ici. Fermez aussitôt celui que vous ne "
        "connaissez pas, puis changez de mot de passe avec l’aide d’un administrateur.",
        "sessions.since": "Depuis",
        "sessions.used": "Dernier usage",
        "sessions.browser": "Navigateur",
        "sessions.end": "Fermer",
        "sessions.this": "celle-ci",
        "sessions.end_it": "Fermer",
        "sessions.end_of": "Fermer la session du {when}",
        "sessions.unknown": "Ferme toutes les sessions sauf celle où vous lisez ceci.",
        "sessions.end_others": "Fermer toutes les autres",
        "sessions.no_other": "Vous n’êtes connecté nulle part ailleurs.",
        "sessions.kept": "D’un navigateur seule la sorte est conservée, rien de l’endroit où il se trouve ; {days} "
        "jours après la session.",
        "sessions.of": "Où {name} est connecté",
        "sessions.none": "{name} n’est connecté nulle part.",
        "sessions.end_all": "Fermer toutes les sessions",
        "sessions.end_all_text": "Déconnexion immédiate partout ; les liens à usage unique non utilisés n’ouvrent plus "
        "rien. Qui connaît le mot de passe et le second facteur se reconnecte : pour écarter quelqu’un, désactivez le "
        "compte.",
        "sessions.see": "Sessions de {name}",
        "sessions.browser.edge": "Edge",
        "sessions.browser.firefox": "Firefox",
        "sessions.browser.chrome": "Chrome",
        "sessions.browser.safari": "Safari",
        "sessions.browser.other": "Un autre navigateur",
        "sessions.system.android": "Android",
        "sessions.system.ios": "iOS",
        "sessions.system.windows": "Windows",
        "sessions.system.macos": "macOS",
        "sessions.system.linux": "Linux",
        "sessions.system.other": "un autre système",
        "sessions.way.link": "Lien à usage unique",
        "sessions.way.password": "Mot de passe et second facteur",
        "sessions.way.provider": "Fournisseur d’identité",
        "act.session.end": "session fermée",
    }
)
