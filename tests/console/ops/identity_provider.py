"""A small OpenID provider that speaks the protocol over loopback HTTP: discovery, keys, authorization, tokens.

It checks what a provider checks (client, redirect address, PKCE, each code once); a test bends what it signs.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import create_server
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from cli.stack_servers import _served

CLIENT_ID, CLIENT_SECRET = "perennial", "a secret between the two"
_KEY, _OTHER_KEY = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}) for kid in ("one", "one"))


@dataclass
class Provider:
    """Who signs in next, and how its tokens are bent."""

    issuer: str
    claims: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "subject-1",
            "preferred_username": "mira",
            "email": "mira@vendor.example",
            "groups": ["everybody", "support"],
        }
    )
    bend: Callable[[dict[str, Any]], Any] = lambda claims: None
    signed_by_another: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, address: str, redirect_to: str) -> dict[str, str]:
        """What somebody who agrees there brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert (asked["response_type"], asked["client_id"], asked["redirect_uri"]) == ("code", CLIENT_ID, redirect_to)
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(asked["scope"].split())
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = self.claims | {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims["nonce"] = asked["nonce"]
        self.bend(claims)
        key = _OTHER_KEY if self.signed_by_another else _KEY
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


@asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    app = FastAPI()
    with create_server(("127.0.0.1", 0)) as web:
        provider = Provider(f"http://127.0.0.1:{web.getsockname()[1]}")
        _add_routes(app, provider)
        async with _served(app, web):
            yield provider


def _add_routes(app: FastAPI, provider: Provider) -> None:
    issuer = provider.issuer

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    @app.get("/keys")
    async def keys() -> dict[str, Any]:
        return {"keys": [_KEY.as_dict(private=False)]}

    @app.post("/token")
    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = provider.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if asked is None or asked["code_challenge"] != challenge.decode().rstrip("="):
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert form["redirect_uri"] == asked["redirect_uri"]
        return JSONResponse(
            {"access_token": "unused", "token_type": "Bearer", "id_token": provider.id_token(asked)},
            headers={"Cache-Control": "no-store"},
        )
