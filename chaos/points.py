"""Where a process dies: exact points, patched into it from outside. The product has no hooks for this.

A point that is passed for the n-th time ends the process as a pulled plug does, or freezes it.
"""

import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from temporalio import activity, workflow

from activities import answers, charging, notices, planning, till
from cli import portfolios
from gateways.sandbox import SandboxGateway
from mail import sender
from models.store import Stored
from portfolio import importing
from workflows.contract import TermPlan

Pull = Callable[[], None]
Install = Callable[[Pull], None]


def arm(point: str, nth: int, how: signal.Signals = signal.SIGKILL, alone: Path | None = None) -> None:
    """Let this process die (or freeze) when it passes the point for the n-th time.

    Of several that are armed with the same file `alone` only the first to come there.
    """
    passed = 0

    def pull() -> None:
        nonlocal passed
        passed += 1
        if passed == nth and (alone is None or _is_first(alone)):
            os.kill(os.getpid(), how)

    POINTS[point](pull)


def _is_first(mark: Path) -> bool:
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _before(owner: Any, name: str) -> Install:
    """Die when the coroutine function `name` of `owner` is called."""

    def install(pull: Pull) -> None:
        real = getattr(owner, name)

        @functools.wraps(real)
        async def patched(*args: Any, **kwargs: Any) -> Any:
            pull()
            return await real(*args, **kwargs)

        setattr(owner, name, patched)

    return install


def _after(owner: Any, name: str) -> Install:
    """Die when the coroutine function `name` of `owner` has done its work and its caller does not know yet."""

    def install(pull: Pull) -> None:
        real = getattr(owner, name)

        @functools.wraps(real)
        async def patched(*args: Any, **kwargs: Any) -> Any:
            result = await real(*args, **kwargs)
            pull()
            return result

        setattr(owner, name, patched)

    return install


def _leaving_a_run(pull: Pull) -> None:
    """The workflow has decided to continue as new; the server does not know."""
    real = workflow.continue_as_new

    def patched(*args: Any, **kwargs: Any) -> Any:
        pull()
        return real(*args, **kwargs)

    workflow.continue_as_new = patched


def _entering_a_run(pull: Pull) -> None:
    """The new run of a workflow makes its first plan."""
    real, runs = planning.plan_stored, dict[str, str]()

    def patched(stored: Stored) -> TermPlan:
        if activity.in_activity():
            info = activity.info()
            if runs.setdefault(info.workflow_id or "", info.workflow_run_id or "") != info.workflow_run_id:
                runs[info.workflow_id or ""] = info.workflow_run_id or ""
                pull()
        return real(stored)

    planning.plan_stored = patched


POINTS: dict[str, Install] = {
    "charge:before-claim": _before(charging, "begin_attempt"),
    "charge:before-call": _before(SandboxGateway, "charge"),
    "charge:before-record": _after(SandboxGateway, "charge"),
    "charge:in-record": _after(answers, "settle_paid"),
    "charge:before-answer": _after(till, "record_answer"),
    "ask:before-record": _after(SandboxGateway, "look_up"),
    "mail:before-claim": _before(notices.Notices, "_freeze"),
    "mail:before-call": _before(sender.Mailer, "send"),
    "mail:before-body": _before(sender._Client, "data"),
    "mail:before-record": _after(sender.Mailer, "send"),
    "mail:in-record": _after(notices, "_record_delivery"),
    "mail:before-answer": _after(notices.Notices, "_deliver"),
    "continue-as-new:leaving": _leaving_a_run,
    "continue-as-new:entering": _entering_a_run,
    "import:halfway": _before(importing, "copy_rows"),
    "import:before-commit": _after(portfolios, "import_portfolio"),
    "import:after-commit": _before(portfolios, "tell_watchdog"),
}
"""Every point by its name."""
