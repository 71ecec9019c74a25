"""From what kind of browser somebody signed in: enough to know it again. What else a browser says is not kept."""

from models.operators import BROWSERS, SYSTEMS

_BROWSER_MARKS = (
    *(("edge", "Edg"), ("firefox", "Firefox/"), ("firefox", "FxiOS/")),
    *(("chrome", "Chrome/"), ("chrome", "CriOS/"), ("safari", "Safari/")),
)
"""What says which, in this order: most say what others are as well."""

_SYSTEM_MARKS = (
    *(("android", "Android"), ("ios", "iPhone"), ("ios", "iPad"), ("windows", "Windows")),
    *(("macos", "Macintosh"), ("linux", "Linux"), ("linux", "CrOS")),
)


def kind_of(agent: str) -> tuple[str, str]:
    """The browser and its system, of what it says of itself.

    >>> kind_of("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    ('firefox', 'linux')
    >>> kind_of("curl/8.5.0")
    ('other', 'other')
    """
    browser = next((name for name, mark in _BROWSER_MARKS if mark in agent), BROWSERS[-1])
    return browser, next((name for name, mark in _SYSTEM_MARKS if mark in agent), SYSTEMS[-1])
