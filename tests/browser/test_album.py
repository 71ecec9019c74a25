"""The eyes of these tests see what they are there for."""

from pathlib import Path

from playwright.async_api import Browser, Route

from tests.browser.album import AXE, NARROW, Album

ADDRESS = "http://localhost/page"
PAGE = """
    <!doctype html><html lang="en"><head><title>A page</title></head>
    <body><main>
    <h1>A page</h1><section><div style="width: 500px">wide</div></section><img src="data:,">
    </main></body></html>
"""


async def test_a_page_that_is_too_wide_or_without_words_for_a_picture_is_at_fault(
    chromium: Browser, tmp_path: Path
) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(body=PAGE, content_type="text/html")

    async with (
        await chromium.new_context(java_script_enabled=False) as looking,
        await chromium.new_context(viewport=NARROW) as reading,
    ):
        await reading.add_init_script(AXE)
        page, album = await looking.new_page(), Album(tmp_path / "pictures", await reading.new_page())
        await page.route(ADDRESS, answer)
        await page.goto(ADDRESS)
        await album.keep(page, "page")
        page_wide, section_wide, picture = await album.everything_read()
    assert page_wide.startswith("page: 508 px wide in 390 px")
    assert section_wide == "page: 500 px wide in 374 px: wide"
    assert picture.startswith("page: critical: image-alt: img")
    assert sorted(each.name for each in album.folder.iterdir()) == ["01-page-1200.png", "01-page-390.png"]


CLEAN = """
    <!doctype html><html lang="en"><head><title>Another page</title></head>
    <body><main><h1>A page</h1></main></body></html>
"""
PALE = CLEAN.replace("<h1>", '<h1 style="color: #bbb">')
AGAIN = CLEAN.replace("<title>", '<meta http-equiv="refresh" content="1"><title>')


async def test_pages_that_are_read_one_after_the_other_have_each_its_own_faults(
    chromium: Browser, tmp_path: Path
) -> None:
    pages = {"pale": PALE, "clean": CLEAN, "again": AGAIN, "pale-again": PALE, "clean-again": CLEAN}

    async def answer(route: Route) -> None:
        await route.fulfill(body=pages[route.request.url.rpartition("/")[2]], content_type="text/html")

    async with (
        await chromium.new_context(java_script_enabled=False) as looking,
        await chromium.new_context() as reading,
    ):
        await reading.add_init_script(AXE)
        page, album = await looking.new_page(), Album(tmp_path / "pictures", await reading.new_page(), pictured=())
        await page.route("http://localhost/**", answer)
        for name in pages:
            await page.goto(f"http://localhost/{name}")
            await album.keep(page, name)
        found = await album.everything_read()
        assert album.reader.url == "http://localhost/clean-again"
    assert [each.split(": ")[:3] for each in found] == [
        ["pale", "serious", "color-contrast"],
        ["again", "critical", "meta-refresh"],
        ["pale-again", "serious", "color-contrast"],
    ]
