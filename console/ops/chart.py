"""Charts as SVG by pygal, in the page itself: their colours are those of `ops.css`, and no style or script comes along.

A chart is never alone: its page has the same figures as a table.
"""

from collections.abc import Callable, Mapping, Sequence
from xml.etree import ElementTree

import pygal
from markupsafe import Markup

_MARGIN, _ROOM_FOR_MARK = 8, 24
_FEW = 6
"""So many are counted one by one at the side."""


def stacked(
    labels: Sequence[str],
    major: Sequence[str],
    stacks: Mapping[str, Sequence[int]],
    *,
    width: int,
    height: int,
    description: str,
    value: Callable[[int], str],
    names: Mapping[str, str],
    mark: tuple[int, str] | None = None,
) -> Markup:
    """Columns, one per label, of stacks from below. `major` labels are those that are written.

    Each stack's name is the class of its bars; `names` has its words, for those who point at a bar. `mark` is a column
    before which a line stands, and what is written at it.
    """
    chart = pygal.StackedBar(
        width=width,
        height=height,
        css=[],
        js=[],
        show_legend=False,
        margin=_MARGIN,
        margin_top=_ROOM_FOR_MARK,
        spacing=12,
        show_minor_x_labels=False,
        min_scale=3,
        max_scale=6,
        truncate_label=-1,
        print_values=False,
    )
    chart.value_formatter = value
    chart.x_labels, chart.x_labels_major = list(labels), list(major)
    highest = max((sum(parts) for parts in zip(*stacks.values(), strict=True)), default=0)
    if highest <= _FEW:
        chart.y_labels = list(range(highest + 1))
    for name, values in stacks.items():
        chart.add(name, list(values))
    drawn = chart.render_tree()
    _clear(drawn)
    for group in list(drawn.iter()):
        if "series" in group.get("class", "").split():
            name = list(stacks)[int(group.get("class", "").split()[1].removeprefix("serie-"))]
            group.set("class", f"series {name}")
            counted = zip(labels, stacks[name], strict=True)
            _say(group, [f"{label}: {names[name]}, {value(count)}" for label, count in counted])
    if mark:
        _mark(drawn, *mark)
    _leave_out_empty(drawn)
    drawn.attrib.pop("id", None)
    for key, text in (("class", "chart"), ("role", "img"), ("aria-label", description)):
        drawn.set(key, text)
    return Markup(ElementTree.tostring(drawn, encoding="unicode"))  # noqa: S704 - made of numbers and our own words


def _clear(drawn: ElementTree.Element) -> None:
    """Leave only shapes and texts: no styles, no scripts, nothing that waits for one."""
    for parent in list(drawn.iter()):
        for child in list(parent):
            waits = "overlay" in child.get("class", "")
            if not isinstance(child.tag, str) or waits or child.tag in ("defs", "script", "style", "desc", "title"):
                parent.remove(child)


def _bars(group: ElementTree.Element) -> list[ElementTree.Element]:
    return [each for each in group.iter() if each.get("class") == "bar"]


def _say(group: ElementTree.Element, said: Sequence[str]) -> None:
    """Each bar says what it is when it is pointed at."""
    for bar, words in zip(_bars(group), said, strict=True):
        ElementTree.SubElement(bar, "title").text = words


def _leave_out_empty(drawn: ElementTree.Element) -> None:
    """Bars of no height are not sent."""
    for bars in [each for each in drawn.iter() if each.get("class") == "bars"]:
        for bar in list(bars):
            if any(each.tag == "rect" and float(each.get("height", "1")) == 0 for each in bar):
                bars.remove(bar)


def _mark(drawn: ElementTree.Element, column: int, words: str) -> None:
    """A line before a column."""
    plot = next(each for each in drawn.iter() if each.get("class") == "plot")
    height = next(each.get("height", "0") for each in plot if each.get("class") == "background")
    first = next(each for each in plot.iter() if "series" in each.get("class", "").split())
    bar = next(each for each in _bars(first)[column] if each.tag == "rect")
    at = float(bar.get("x", "0")) - 1
    group = ElementTree.SubElement(plot, "g", {"class": "mark"})
    ElementTree.SubElement(group, "path", {"d": f"M{at:.1f} 0v{float(height):.1f}"})
    ElementTree.SubElement(group, "text", {"x": f"{at + 4:.1f}", "y": "-7"}).text = words
