"""The page of benchmarks has a place for each part's table, and what is measured goes there and nowhere else."""

from benchmarks.__main__ import MEASURES, PAGE, with_table
from benchmarks.figures import Figure


def test_each_part_has_its_place_once() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in MEASURES:
        assert page.count(f"<!-- {name}: -->\n") == page.count(f"<!-- :{name} -->\n") == 1, name
        assert page.index(f"<!-- {name}: -->") < page.index(f"<!-- :{name} -->")


def test_a_part_measured_alone_leaves_the_others_as_they_are() -> None:
    page = "# Both\n<!-- one: -->\nbefore\n<!-- :one -->\nbetween\n<!-- two: -->\nkept\n<!-- :two -->\nend\n"
    written = with_table(page, "one", [Figure("starts", 1.5)])
    assert "before" not in written
    assert "| starts | 1.50 |" in written
    assert written.endswith("<!-- :one -->\nbetween\n<!-- two: -->\nkept\n<!-- :two -->\nend\n")
