"""Where `perennial` begins: little is loaded here, so that Ctrl-C is heard while the rest is."""

import os
import signal
from types import FrameType


def main() -> None:
    before = signal.signal(signal.SIGINT, _leave)
    zone = os.environ.pop("TZ", None)  # Babel reads it as it is loaded, and fails on an odd one; no rule here uses it
    from cli.main import app
    from cli.usage import end_at_once

    if zone is not None:
        os.environ["TZ"] = zone
    signal.signal(signal.SIGINT, before)
    try:
        app()
    except SystemExit as ended:
        end_at_once(ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1)


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: a `KeyboardInterrupt` raised in the midst of an import may come out as any other error."""
    os.write(2, b"Interrupted; nothing was done or written.\n")
    os._exit(128 + number)
