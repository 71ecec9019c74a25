"""The secrets of second factors are closed under keys that the database does not hold, and the keys can be changed."""

import pytest
import sqlalchemy as sa
from pydantic import SecretStr, ValidationError

from cli import checks
from models.engine import Sessions
from models.resealing import Resealed, reseal
from models.sealing import Seal
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import SECRET, People, Person, acts, now, words

OLD, NEW = "the old key of 32 characters or more", "the new key of 32 characters or more"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"seal_keys": SecretStr(OLD)})


@pytest.fixture
async def mira(people: People) -> Person:
    await people.add("mira", Role.OPERATOR, password=True)
    return people.stranger("mira")


async def closed(sessions: Sessions) -> str:
    async with sessions() as session:
        return str(await session.scalar(sa.text("SELECT totp_secret FROM operators WHERE name = 'mira'")))


def test_what_is_closed_opens_for_its_owner_under_each_key_and_otherwise_for_nobody() -> None:
    secret = Seal([OLD]).close(SECRET, "mira")
    assert SECRET not in secret
    assert Seal([NEW, OLD]).open(secret, "mira") == SECRET
    assert Seal([NEW, OLD]).open(secret, "nils") is None
    assert Seal([NEW]).open(secret, "mira") is None
    assert Seal([NEW]).open("as it was", "mira") is None
    assert not Seal([NEW, OLD]).is_newest(secret)


async def test_a_code_lets_in_although_its_secret_stands_nowhere_in_the_database(
    mira: Person, sessions: Sessions
) -> None:
    assert SECRET not in await closed(sessions)
    assert (await mira.sign_in()).status_code == 303


async def test_setting_up_stores_nothing_that_can_be_read(people: People, sessions: Sessions) -> None:
    nils = await people.signed_in("nils")
    shown = (await nils.page("/ops/set-up")).partition('<code class="address">')[2].partition("<")[0].replace(" ", "")
    async with sessions() as session:
        stored = await session.scalar(sa.text("SELECT totp_offered FROM operator_sessions"))
    assert Seal([OLD]).open(str(stored), "nils") == shown


async def test_keys_are_changed_without_anybody_setting_up_anew(mira: Person, sessions: Sessions) -> None:
    both = Seal([NEW, OLD])
    for changed in (1, 0):
        async with sessions.begin() as session:
            found = await reseal(session, both, by="operator:ana", reason="yearly", now=now())
            assert found == Resealed(changed, 0, [], [])
    assert Seal([NEW]).open(await closed(sessions), "mira") == SECRET
    assert await acts(sessions) == [("operator:ana", "operator.reseal", "", "yearly")]
    async with sessions.begin() as session:
        found = await reseal(session, Seal([OLD]), by="operator:ana", reason="back", now=now())
        assert found == Resealed(0, 0, ["mira"], [])


class TestWithoutAKey:
    @pytest.fixture
    def people(self, people: People) -> People:
        people.base = "https://localhost"
        return people

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"seal_keys": None, "local_stack": False, "ops_url": "https://localhost/ops"})

    async def test_nothing_is_set_up_and_the_page_says_what_is_missing(self, people: People) -> None:
        nils = await people.signed_in("nils")
        answer = await nils.get("/ops/set-up")
        assert (answer.status_code, "must set PERENNIAL_SEAL_KEYS first" in words(answer.text)) == (503, True)

    async def test_a_code_opens_nothing(self, mira: Person) -> None:
        assert (await mira.sign_in()).status_code == 422


@pytest.mark.parametrize("keys", ["short", f"{OLD},short", f"{OLD},"])
def test_each_key_is_long_enough(keys: str) -> None:
    with pytest.raises(ValidationError, match="too short"):
        Settings(seal_keys=SecretStr(keys))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        pytest.param(OLD, ("ok", "1 closed"), id="its key"),
        pytest.param(f"{NEW},{OLD}", ("warn", "some are closed under an older key"), id="an older key"),
        pytest.param(NEW, ("warn", "no key opens those of mira"), id="lost"),
        pytest.param(None, ("warn", "PERENNIAL_SEAL_KEYS is not set: nobody can set up or use one"), id="none"),
    ],
)
async def test_the_doctor_says_whether_they_can_be_opened(
    mira: Person, sessions: Sessions, keys: str | None, told: tuple[str, str]
) -> None:
    assert mira.name
    engine = sessions.kw["bind"]
    found = await checks._factors(Settings(seal_keys=SecretStr(keys) if keys else None), engine)
    assert (found.health, found.seen) == told
