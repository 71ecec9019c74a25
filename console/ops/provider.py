"""Signing in by an identity provider: OpenID Connect's code flow with PKCE, state and nonce, by Authlib.

All three follow from one secret in the browser's cookie, so that nothing has to be stored while somebody is away at the
provider, and an answer is good only in the browser that asked. No page and no row is made here.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from models.tokens import digest, same
from settings import BadSettings, Settings

ANSWER = "/provider/answer"
"""Below the address of the console: where the provider sends people back to."""

_SCOPE = "openid profile email"
_KNOWN_FOR_SECONDS = 60 * 60
_PATIENCE_SECONDS = 10.0
_LEEWAY_SECONDS = 60
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key that only the provider has; never one by a shared secret, or none."""


class ProviderAway(Exception):
    """The provider does not answer, or not as one does."""


class ProviderFailed(Exception):
    """The answer cannot be relied on. What was wrong is for the log, not for the person."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, by the provider's word. `groups` are the values of the role claim."""

    issuer: str
    subject: str
    name: str
    email: str
    groups: tuple[str, ...]


class IdentityProvider:
    """The one provider of an installation. What it says of itself, and its keys, are kept for an hour."""

    def __init__(self, settings: Settings) -> None:
        """Raises `BadSettings` where something is missing."""
        missing = [
            name for name in ("oidc_client_id", "oidc_client_secret", "oidc_roles") if getattr(settings, name) is None
        ]
        if missing:
            names = " and ".join(f"PERENNIAL_{name.upper()}" for name in missing)
            raise BadSettings(f"PERENNIAL_OIDC_ISSUER is set, but not {names}: set it as well, or unset the issuer.")
        self._settings = settings
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._known_since = -_KNOWN_FOR_SECONDS * 1.0

    async def try_out(self) -> None:
        """Ask it what it says of itself, and for its keys. Raises `ProviderAway`."""
        await self._described()
        await self._fetch_keys()

    async def address(self, secret: str) -> str:
        """Where to send the browser that keeps this secret. Raises `ProviderAway`."""
        metadata = await self._described()
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=_state(secret),
                nonce=_nonce(secret),
                code_verifier=_verifier(secret),
            )
        return str(url)

    async def identity(self, answer: Mapping[str, str], secret: str) -> Identity:
        """Who came back with that answer. Raises `ProviderFailed`, `ProviderAway`."""
        if not secret or not same(answer.get("state", ""), _state(secret)):
            raise ProviderFailed("state")
        if "error" in answer or not answer.get("code"):
            raise ProviderFailed("no code")
        metadata = await self._described()
        if answer.get("iss", metadata["issuer"]) != metadata["issuer"]:
            raise ProviderFailed("issuer of the answer")
        token = await self._token(metadata, answer["code"], secret)
        return await self._verified(metadata, token, secret)

    async def _token(self, metadata: Mapping[str, Any], code: str, secret: str) -> Mapping[str, Any]:
        try:
            async with self._client() as client:
                found: dict[str, Any] = await client.fetch_token(
                    metadata["token_endpoint"],
                    code=code,
                    code_verifier=_verifier(secret),
                    grant_type="authorization_code",
                )
        except OAuthError as error:
            raise ProviderFailed(f"code refused: {error.error}") from None
        except (httpx2.HTTPError, ValueError):
            raise ProviderAway("token") from None
        if not isinstance(found.get("id_token"), str):
            raise ProviderFailed("no ID token")
        return found

    async def _verified(self, metadata: Mapping[str, Any], token: Mapping[str, Any], secret: str) -> Identity:
        issuer, client_id = metadata["issuer"], self._settings.oidc_client_id
        said = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        registry = JWSRegistry(algorithms=[each for each in _ALGORITHMS if each in said], strict_check_header=False)
        try:
            decoded = await self._decoded(token["id_token"], registry)
            options = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
            params = {"nonce": _nonce(secret), "client_id": client_id, "access_token": token.get("access_token")}
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderFailed(f"{type(error).__name__}: {error}") from None
        groups = claims.get(self._settings.oidc_role_claim) or ()
        return Identity(
            issuer=issuer,
            subject=str(claims["sub"]),
            name=str(claims.get(self._settings.oidc_name_claim) or ""),
            email=str(claims.get("email") or ""),
            groups=(groups,) if isinstance(groups, str) else tuple(map(str, groups)),
        )

    async def _decoded(self, token: str, registry: JWSRegistry) -> jwt.Token:
        """The token, if it is signed by a key of the provider; one that is not known is asked for once."""
        keys = self._keys or await self._fetch_keys()
        try:
            return jwt.decode(token, keys, registry=registry)
        except (JoseError, ValueError):
            return jwt.decode(token, await self._fetch_keys(), registry=registry)

    async def _described(self) -> Mapping[str, Any]:
        """What the provider says of itself."""
        if time.monotonic() - self._known_since >= _KNOWN_FOR_SECONDS:
            issuer = str(self._settings.oidc_issuer)
            found = await self._get(f"{issuer}/.well-known/openid-configuration")
            needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(isinstance(found.get(name), str) for name in needed) or found["issuer"].rstrip("/") != issuer:
                raise ProviderAway("description")
            self._metadata, self._keys, self._known_since = found, None, time.monotonic()
        return self._metadata

    async def _fetch_keys(self) -> KeySet:
        try:
            keys = KeySet.import_key_set(await self._get(self._metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProviderAway("keys") from None
        self._keys = keys
        return keys

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(timeout=_PATIENCE_SECONDS) as client:
                answer = await client.get(url)
                found = answer.raise_for_status().json()
        except (httpx2.HTTPError, ValueError):
            raise ProviderAway(url) from None
        if not isinstance(found, dict):
            raise ProviderAway(url)
        return found

    def _client(self) -> Any:
        secret = self._settings.oidc_client_secret
        methods = self._metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = "client_secret_basic"
        return AsyncOAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            token_endpoint_auth_method=basic if basic in methods else "client_secret_post",
            redirect_uri=f"{self._settings.ops_url}{ANSWER}",
            scope=_SCOPE,
            code_challenge_method="S256",
            timeout=_PATIENCE_SECONDS,
        )


def _state(secret: str) -> str:
    return digest(f"state:{secret}")


def _nonce(secret: str) -> str:
    return digest(f"nonce:{secret}")


def _verifier(secret: str) -> str:
    return digest(f"verifier:{secret}")
