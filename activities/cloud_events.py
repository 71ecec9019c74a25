"""An event as other systems are told of it: CloudEvents 1.0 in JSON, signed, and posted."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from gateways.outbound import Outbound, Posted
from gateways.signature import signed
from models.history import in_utc
from models.records import EventRow
from renewals.published import TEST, told, type_of


def event_key(source: str, row: EventRow) -> str:
    """The id of an event: the same whenever it is sent, also to another endpoint.

    It follows from what the event is, not from its number alone: a restored database numbers other events alike.
    """
    return str(uuid5(NAMESPACE_URL, f"{source}#{row.id}/{row.at.isoformat()}/{row.event}/{row.subscription}"))


def cloud_event(source: str, row: EventRow) -> dict[str, Any]:
    """The event as CloudEvents 1.0 in JSON has it. `sequence` grows with the order in which things were recorded."""
    event = {
        "specversion": "1.0",
        "id": event_key(source, row),
        "source": source,
        "type": type_of(row.event, row.data),
        "time": in_utc(row.at),
        "datacontenttype": "application/json",
        "sequence": f"{row.id:020}",
        "data": told(row.event, row.data, row.caused_by),
    }
    subject = row.subscription or row.customer
    return event | {"subject": subject} if subject else event


def trial_event(source: str, now: datetime) -> dict[str, Any]:
    """An event of nothing, to try an endpoint out."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": source,
        "type": TEST,
        "time": in_utc(now),
        "datacontenttype": "application/json",
        "data": {},
    }


async def post_event(outbound: Outbound, url: str, secret: str, event: Mapping[str, Any], now: datetime) -> Posted:
    """Sign and post one event. `now` is the time of the signature."""
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/cloudevents+json; charset=utf-8", **signed(secret, event["id"], now, body)}
    return await outbound.post(url, body, headers)
