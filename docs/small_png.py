"""A picture of a page in 256 colours: less than half of the bytes, and nobody sees the difference.

A page has few colours, besides the many shades that smooth its letters. Shades that differ by little become the most
frequent of them; a colour that only a few points have stays apart from all others.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST = 256
"""As many colours as one byte can name."""
_RGB, _RGBA, _PALETTE = 2, 6, 3


def shrunk(png: bytes) -> bytes:
    """The same picture with a palette. Raises ValueError unless it is of 8 bits a channel, and not interlaced."""
    chunks = dict(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if depth != 8 or interlaced or kind not in (_RGB, _RGBA):
        raise ValueError("no picture of a page")
    size = 3 if kind == _RGB else 4
    rows = [
        [bytes(row[at : at + 3]) for at in range(0, len(row), size)]
        for row in _rows(zlib.decompress(chunks[b"IDAT"]), width * size, size)
    ]
    found = Counter(pixel for row in rows for pixel in row)
    chosen = _chosen([colour for colour, _ in found.most_common()])
    palette = list(dict.fromkeys(chosen.values()))
    place = {colour: palette.index(stands) for colour, stands in chosen.items()}
    lines = b"".join(b"\0" + bytes([place[pixel] for pixel in row]) for row in rows)
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _PALETTE, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(palette)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chosen(colours: Sequence[bytes]) -> dict[bytes, bytes]:
    """For each colour the one that stands for it, at most `MOST`; `colours` begin with the most frequent."""
    for dropped in range(8):
        stands: dict[tuple[int, ...], bytes] = {}
        chosen = {each: stands.setdefault(tuple(part >> dropped for part in each), each) for each in colours}
        if len(stands) <= MOST:
            break
    return chosen


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk by its name; those of the image data as one."""
    at, image = len(SIGNATURE), b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if name == b"IDAT":
            image += data
        else:
            yield name, data
        at += length + 12
    yield b"IDAT", image


def _rows(data: bytes, length: int, size: int) -> Iterator[bytearray]:
    """The rows as they were before they were filtered (PNG, third edition, 9.2)."""
    before = bytearray(length)
    for at in range(0, len(data), length + 1):
        row = bytearray(data[at + 1 : at + 1 + length])
        match data[at]:
            case 1:
                for i in range(size, length):
                    row[i] = (row[i] + row[i - size]) & 255
            case 2:
                row = bytearray((a + b) & 255 for a, b in zip(row, before, strict=True))
            case 3:
                for i in range(length):
                    row[i] = (row[i] + ((row[i - size] if i >= size else 0) + before[i]) // 2) & 255
            case 4:
                for i in range(length):
                    left, corner = (row[i - size], before[i - size]) if i >= size else (0, 0)
                    row[i] = (row[i] + _nearest(left, before[i], corner)) & 255
        yield row
        before = row


def _nearest(left: int, above: int, corner: int) -> int:
    """Paeth's guess: whichever is nearest to what the three lead one to expect."""
    guess = left + above - corner
    by_left, by_above, by_corner = abs(guess - left), abs(guess - above), abs(guess - corner)
    if by_left <= by_above and by_left <= by_corner:
        return left
    return above if by_above <= by_corner else corner
