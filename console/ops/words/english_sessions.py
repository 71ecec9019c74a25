"""Sessions in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "sessions.own": "Where you are signed in",
        "sessions.text": "Each browser in which you are signed in here. End one that you do not know "
        "at once, then change your password with an admin’s help.",
        "sessions.since": "Since",
        "sessions.used": "Last used",
        "sessions.browser": "Browser",
        "sessions.end": "End",
        "sessions.this": "this one",
        "sessions.end_it": "End",
        "sessions.end_of": "End the session of {when}",
        "sessions.unknown": "Ends all but the one in which you read this.",
        "sessions.end_others": "End all others",
        "sessions.no_other": "You are signed in nowhere else.",
        "sessions.kept": "Of a browser only its kind is kept, and nothing of where it is; {days} days after the "
        "session.",
        "sessions.of": "Where {name} is signed in",
        "sessions.none": "{name} is signed in nowhere.",
        "sessions.end_all": "End all sessions",
        "sessions.end_all_text": "Signed out everywhere at once; one-time links that were not used open nothing any "
        "more. Whoever knows password and second factor signs in again: to keep somebody out, disable the account.",
        "sessions.see": "Sessions of {name}",
        "sessions.browser.edge": "Edge",
        "sessions.browser.firefox": "Firefox",
        "sessions.browser.chrome": "Chrome",
        "sessions.browser.safari": "Safari",
        "sessions.browser.other": "Another browser",
        "sessions.system.android": "Android",
        "sessions.system.ios": "iOS",
        "sessions.system.windows": "Windows",
        "sessions.system.macos": "macOS",
        "sessions.system.linux": "Linux",
        "sessions.system.other": "another system",
        "sessions.way.link": "One-time link",
        "sessions.way.password": "Password and second factor",
        "sessions.way.provider": "Identity provider",
        "act.session.end": "session ended",
    }
)
