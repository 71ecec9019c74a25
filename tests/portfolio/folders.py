"""A copy of the example portfolio that a test may spoil."""

import csv
import io
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "portfolio"


class Folder:
    """A copy of the example portfolio. Lines are counted as in an editor: the header is line 1."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def text(self, file: str) -> str:
        return (self.path / file).read_text()

    def write(self, file: str, content: str | bytes) -> None:
        raw = content.encode() if isinstance(content, str) else content
        (self.path / file).write_bytes(raw)

    def replace(self, file: str, old: str | bytes, new: str | bytes) -> None:
        """Replace the first occurrence, which must be there."""
        old, new = (each.encode() if isinstance(each, str) else each for each in (old, new))
        raw = (self.path / file).read_bytes()
        assert old in raw
        self.write(file, raw.replace(old, new, 1))

    def set(self, file: str, line: int, **columns: str) -> None:
        """Change columns of one line."""
        lines = self.text(file).splitlines(keepends=True)
        header = next(csv.reader([lines[0]]))
        values = dict(zip(header, next(csv.reader([lines[line - 1]])), strict=True))
        assert columns.keys() <= values.keys()
        lines[line - 1] = self._line({**values, **columns})
        self.write(file, "".join(lines))

    def add(self, file: str, like: int, **columns: str) -> int:
        """Add a line like another one, with other columns; says where it stands."""
        lines = self.text(file).splitlines(keepends=True)
        self.write(file, "".join([*lines, lines[like - 1]]))
        self.set(file, len(lines) + 1, **columns)
        return len(lines) + 1

    @staticmethod
    def _line(values: dict[str, str]) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(values.values())
        return out.getvalue()
