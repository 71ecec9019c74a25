"""The menu of the operators: few groups, one of them open, the current room marked, and nothing beyond the role."""

import re

import pytest

from console.ops.rooms import ROOMS, Group, menu_for
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import People, words

LOCAL = Settings(local_stack=True)


def groups(page: str) -> dict[str, str]:
    """Each group of a page by its name, as HTML."""
    (menu,) = re.findall(r'<nav class="rooms".*?</nav>', page, re.S)
    found = re.findall(r"<details.*?</details>", menu, re.S)
    return {words(re.findall(r"<summary>.*?</summary>", each, re.S)[0]).strip(): each for each in found}


def marked(page: str) -> list[tuple[str, str]]:
    """The rooms of the menu that are marked, and how."""
    found = [re.findall(r'href="([^"]+)" aria-current="(\w+)"', each) for each in groups(page).values()]
    return [each for some in found for each in some]


def test_every_room_stands_once_under_one_group() -> None:
    menu = menu_for(Role.ADMIN, LOCAL, "/ops/")
    assert [each.group for each in menu] == list(Group)
    assert [room for each in menu for room in each.rooms] == list(ROOMS)
    assert max(len(each.rooms) for each in menu) <= 7


def test_a_group_in_which_there_is_nothing_for_a_role_is_not_there() -> None:
    house = menu_for(Role.VIEWER, Settings(), "/ops/")[-1]
    assert [room.key for room in house.rooms] == ["second", "audit", "letters_to_me"]


@pytest.mark.parametrize(
    ("path", "group", "mark"),
    [
        pytest.param("/ops/", "Now", [("/ops/", "page")], id="the overview"),
        pytest.param("/ops/alarms", "Now", [("/ops/alarms", "page")], id="a room of the same group"),
        pytest.param("/ops/what-if", "Ahead", [("/ops/what-if", "page")], id="of another one"),
        pytest.param("/ops/policies/new?country=FR", "Ahead", [("/ops/policies", "true")], id="a page inside a room"),
        pytest.param("/ops/letters-to-me", "House", [("/ops/letters-to-me", "page")], id="not its namesake"),
        pytest.param("/ops/runbooks/parked_subscriptions", "Now", [], id="a page of no room"),
    ],
)
async def test_the_group_of_the_page_is_open_and_its_room_marked(
    people: People, path: str, group: str, mark: list[tuple[str, str]]
) -> None:
    mira = await people.signed_in("mira", Role.ADMIN)
    page = await mira.page(path)
    assert list(groups(page)) == ["Now", "Subscriptions", "Ahead", "Letters", "House"]
    assert [name for name, html in groups(page).items() if re.match(r"<details[^>]* open", html)] == [group]
    assert marked(page) == mark


async def test_whoever_has_not_signed_in_finds_no_menu(people: People) -> None:
    assert 'class="rooms"' not in await people.stranger().page("/ops/sign-in")
