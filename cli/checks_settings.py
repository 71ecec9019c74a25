"""What `perennial doctor` looks at in the settings: what starts well and fails later, before buyers and operators."""

import platform
from collections.abc import Iterator
from importlib.metadata import version
from urllib.parse import urlsplit

from cli.findings import Finding, Health, Unwell
from renewals.addresses import ways_to_reach
from settings import PREFIX, BadSettings, Settings

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_EXAMPLE = "@example.com"


def program() -> Finding:
    """Which Perennial asks, so that two machines can be compared."""
    return Finding("program", Health.OK, f"Perennial {version('perennial')}, Python {platform.python_version()}")


def addresses(settings: Settings) -> Finding:
    """Do letters lead anywhere, and name somebody? A local stack leads to itself, and should."""
    faults = [] if settings.local_stack else list(_faults(settings))
    if not faults:
        return Finding("addresses", Health.OK, f"letters lead to {settings.account_url}")
    cure = "Set them to what buyers and operators can reach, as docs/operations.md does."
    return Finding("addresses", Health.WARN, "; ".join(faults), cure)


def _faults(settings: Settings) -> Iterator[str]:
    for name, root in (("account_url", "/account"), ("ops_url", "/ops")):
        told, parts = f"{PREFIX}{name.upper()}", urlsplit(getattr(settings, name))
        if parts.hostname in _HERE:
            yield f"{told} leads to this machine alone"
        elif parts.scheme != "https":
            yield f"{told} is not https, so that nobody stays signed in"
        elif (parts.path, parts.query, parts.fragment) != (root, "", ""):
            yield f"{told} does not end in {root} right behind the host, where the pages are"
    for name in ("mail_from", "support_contact", "sales_contact", "partner_contact"):
        if any(way.endswith(_EXAMPLE) for way, _ in ways_to_reach(getattr(settings, name))):
            yield f"{PREFIX}{name.upper()} is an example"


def mail_goes_in_the_clear(settings: Settings) -> bool:
    """Can the network read the letters, and the password?"""
    return settings.smtp_tls == "none" and settings.smtp_host not in _HERE


async def examine_provider(settings: Settings) -> str:
    """Does the identity provider answer as one, with its keys? Raises `Unwell`."""
    from console.ops.provider import IdentityProvider, ProviderAway  # loaded here, so that other commands answer sooner

    try:
        await IdentityProvider(settings).try_out()
    except BadSettings as bad:
        raise Unwell("not all of its settings are there", str(bad)) from None
    except ProviderAway:
        raise Unwell(f"{settings.oidc_issuer} does not answer as one", "Correct PERENNIAL_OIDC_ISSUER.") from None
    return f"{settings.oidc_issuer} answers"
