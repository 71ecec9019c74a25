"""Signatures of what is sent to webhooks, by the scheme of Standard Webhooks (version 1.0): three headers, HMAC-SHA256.

By hand rather than by its library, which verifies more than it signs and brings a second HTTP client: these are all
its lines. The tests have its vectors.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

_PREFIX = "whsec_"


def signed(secret: str, id_: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """The headers that go with the body. `secret` is written `whsec_` and Base64; `id_` is that of the event."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    mark = hmac.new(key, b".".join([id_.encode(), stamp.encode(), body]), hashlib.sha256).digest()
    return {
        "webhook-id": id_,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }
