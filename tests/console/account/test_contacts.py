"""Whom to ask can be reached in more than one way, and each is a link where there can be one."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import Settings
from tests.console.account.browser import Browser
from tests.scenarios.theatre import SIGNING_KEY


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        local_stack=True,
        signing_key=SecretStr(SIGNING_KEY.decode()),
        support_contact="help@vendor.example, https://vendor.example/chat, (855) 937-3067, at our desk",
    )


async def test_every_way_to_reach_support_is_a_link_where_there_can_be_one(browser: Browser) -> None:
    page = await browser.page("/account/sign-in")
    for link in (
        '<a href="mailto:help@vendor.example">help@vendor.example</a>, ',
        '<a href="https://vendor.example/chat">https://vendor.example/chat</a>, ',
        '<a href="tel:8559373067">(855) 937-3067</a>, at our desk',
    ):
        assert link in page
