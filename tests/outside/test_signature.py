"""The signature is that of Standard Webhooks: its own vectors."""

from datetime import UTC, datetime

from gateways.signature import signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_vector_of_the_specification() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    assert signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}') == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_part_bears_on_the_signature() -> None:
    at, later = datetime.fromtimestamp(1614265330, UTC), datetime.fromtimestamp(1614265331, UTC)
    all_ = [signed(SECRET, "a", at, b"b"), signed(SECRET, "a", later, b"b"), signed(SECRET, "b", at, b"b")]
    all_ += [signed(SECRET, "a", at, b"c"), signed("whsec_AAAA", "a", at, b"b")]
    assert len({each["webhook-signature"] for each in all_}) == len(all_)
