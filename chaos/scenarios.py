"""The scenarios of `make chaos`: which plug, how many mails it may double, and the run from import to verdict."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from chaos import plugs
from chaos.cast import Role
from chaos.evidence import gather
from chaos.judge import Story, Verdict, judge, story_of
from chaos.living import come_alive, live
from chaos.plugs import NotPulled, Plug
from chaos.world import World

IN_FLIGHT = 4
"""So many mails may be under way when a process dies, one on each connection to the mail server. The mail server may
have said yes to each and nobody heard it: these may be there twice, with the same bytes."""


AFTERWARDS_SECONDS = 60
"""How long a plug may take after all came to rest: to be put back."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One plug. `may_double` mails may be there twice because of it; `importing` is how the import dies first."""

    name: str
    plug: Plug
    may_double: int = IN_FLIGHT
    importing: str | None = None
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a scenario. `kept` is where its logs are, when something is wrong."""

    name: str
    verdict: Verdict
    seconds: float
    story: Story
    kept: Path | None = None


CALM = Scenario("nothing is pulled", plugs.none(), may_double=0)


def scenarios(*, outage: float) -> tuple[Scenario, ...]:
    """Every scenario; `outage` is for how many seconds a server is away."""
    return (
        *(Scenario(f"worker killed at {point}", plugs.worker_dies(point)) for point in _CHARGES),
        Scenario("worker killed at ask:before-record", plugs.worker_dies("ask:before-record", nth=1)),
        *(Scenario(f"worker killed at {point}", plugs.worker_dies(point)) for point in _MAILS),
        *(Scenario(f"worker killed at {point}", plugs.worker_dies(point)) for point in _DATA),
        Scenario("worker killed inside DATA", plugs.killed_inside_data()),
        *(Scenario(f"worker killed at {point}", plugs.worker_dies(point)) for point in _RUNS),
        Scenario("one of two workers killed", plugs.one_of_two_dies("charge:before-record")),
        Scenario("worker frozen at charge:before-call", plugs.worker_freezes("charge:before-call")),
        Scenario("worker frozen at charge:before-record", plugs.worker_freezes("charge:before-record")),
        *(Scenario(f"import killed {point}", plugs.none(), 0, importing=point, nth=nth) for point, nth in _IMPORTS),
        Scenario("PostgreSQL killed", plugs.postgres_is_killed(seconds=outage)),
        Scenario("PostgreSQL killed by a mail", plugs.postgres_is_killed_by_a_mail(seconds=outage)),
        Scenario("PostgreSQL frozen", plugs.postgres_freezes(seconds=outage), may_double=0),
        Scenario("Temporal killed", plugs.temporal_is_killed(seconds=outage), may_double=0),
        Scenario("both killed", plugs.postgres_is_killed(seconds=outage, with_temporal=True)),
        Scenario("Temporal's data lost", plugs.temporal_is_killed(seconds=0, lose_data=True), may_double=0),
        Scenario(
            "Temporal's data lost, worker killed", plugs.temporal_is_killed(seconds=0, lose_data=True, worker_too=True)
        ),
    )


_CHARGES = (
    "charge:before-claim",
    "charge:before-call",
    "charge:before-record",
    "charge:in-record",
    "charge:before-answer",
)
_MAILS = ("mail:before-claim", "mail:before-call", "mail:before-body", "mail:before-answer")
_DATA = ("mail:before-record", "mail:in-record")
_RUNS = ("continue-as-new:leaving", "continue-as-new:entering")
_IMPORTS = (("import:halfway", 4), ("import:before-commit", 1), ("import:after-commit", 1))

IN_SHORT = ("killed at charge:before-record", "inside DATA", "halfway", "both killed", "lost, worker killed")
"""Of these scenarios, by a part of their name, consists `make chaos QUICK=1`."""


async def run(scenario: Scenario, cast: Sequence[Role], *, calm: Story | None, patient: bool = False) -> Result:
    """Run a scenario in a world of its own, and judge it. The world is kept if the verdict is against it."""
    directory, before = Path(tempfile.mkdtemp(prefix="perennial-chaos-")), monotonic()
    story: Story = {}
    try:
        async with World(directory, cast, patient=patient) as world:
            await _import(world, scenario)
            await come_alive(world)
            await _live_while_plugs_are_pulled(world, scenario)
            evidence = await gather(world.url, world.sink.directory)
        story = story_of(evidence)
        verdict = judge(evidence, calm=calm, may_double=scenario.may_double)
    except* Exception as failures:
        verdict = Verdict(tuple(f"{type(each).__name__}: {each}" for each in _leaves(failures)), 0, 0, 0)
    if not verdict.violations:
        shutil.rmtree(directory, ignore_errors=True)
    kept = directory if verdict.violations else None
    return Result(scenario.name, verdict, monotonic() - before, story, kept)


async def _live_while_plugs_are_pulled(world: World, scenario: Scenario) -> None:
    """Until all is at rest and every plug was pulled and put back."""
    async with asyncio.TaskGroup() as group:
        plug = group.create_task(scenario.plug(world))
        await live(world)
        _, waiting = await asyncio.wait([plug], timeout=AFTERWARDS_SECONDS)
        if waiting:
            raise NotPulled("all is at rest, and the plug was never pulled")


async def _import(world: World, scenario: Scenario) -> None:
    """Import the cast; an import that was killed left everything or nothing, and the next one completes it."""
    if scenario.importing:
        killed = await world.import_portfolio("--die-at", scenario.importing, "--nth", str(scenario.nth))
        if killed.process.returncode != -signal.SIGKILL:
            raise NotPulled(f"the import ended with {killed.process.returncode}")
        for table, whole in (("subscriptions", len(world.cast)), ("customers", len(world.cast)), ("imports", 1)):
            found = await world.counted(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
            if found != (whole if scenario.importing == "import:after-commit" else 0):
                raise AssertionError(f"the killed import left {found} of {whole} {table}")
    done = await world.import_portfolio()
    if done.process.returncode != 0 or await world.counted("SELECT count(*) FROM subscriptions") != len(world.cast):
        raise AssertionError(f"the import ended with {done.process.returncode}: {done.log.read_text()}")


def _leaves(failures: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for each in failures.exceptions:
        found.extend(_leaves(each) if isinstance(each, BaseExceptionGroup) else [each])
    return found


async def run_all(
    chosen: Sequence[Scenario],
    cast: Sequence[Role],
    *,
    calm: Story,
    at_once: int,
    patient: bool,
    tell: Callable[[Result], None],
) -> list[Result]:
    """Run them, a few at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(scenario: Scenario) -> Result:
        async with gate:
            result = await run(scenario, cast, calm=calm, patient=patient)
        tell(result)
        return result

    return list(await asyncio.gather(*(one(scenario) for scenario in chosen)))
