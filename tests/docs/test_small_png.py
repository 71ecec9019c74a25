"""A picture keeps its pixels on the way into a palette, whatever filters its rows came with."""

import struct
import zlib

import pytest

from docs.small_png import SIGNATURE, _chunk, _chunks, _nearest, shrunk

WIDTH, HEIGHT = 4, 5
SHADES = [[(16 * x, 40 * y, (x * y) % 3) for x in range(WIDTH)] for y in range(HEIGHT)]


def filtered(kind: int, row: bytes, before: bytes, size: int) -> bytes:
    """A row as a PNG holds it, filtered in that way (PNG, third edition, 9.2)."""
    left, corner = bytes(size) + row[:-size], bytes(size) + before[:-size]
    guesses = {
        0: bytes(len(row)),
        1: left,
        2: before,
        3: bytes((a + b) // 2 for a, b in zip(left, before, strict=True)),
        4: bytes(map(_nearest, left, before, corner)),
    }
    return bytes([kind]) + bytes((a - b) & 255 for a, b in zip(row, guesses[kind], strict=True))


def png(alpha: bytes, depth: int = 8) -> bytes:
    size = 3 + len(alpha)
    rows = [b"".join(bytes(pixel) + alpha for pixel in row) for row in SHADES]
    data = b"".join(
        filtered(kind, row, before, size)
        for kind, (row, before) in enumerate(zip(rows, [bytes(WIDTH * size), *rows], strict=False))
    )
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, 6 if alpha else 2, 0, 0, 0)
    image = zlib.compress(data)
    parts = (_chunk(b"IDAT", image[:9]), _chunk(b"IDAT", image[9:]))
    return b"".join((SIGNATURE, _chunk(b"IHDR", head), *parts, _chunk(b"IEND", b"")))


@pytest.mark.parametrize("alpha", [pytest.param(b"", id="RGB"), pytest.param(b"\xff", id="RGBA")])
def test_every_pixel_has_its_colour(alpha: bytes) -> None:
    chunks = dict(_chunks(shrunk(png(alpha))))
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    palette, data = chunks[b"PLTE"], zlib.decompress(chunks[b"IDAT"])
    rows = [data[at + 1 : at + 1 + WIDTH] for at in range(0, len(data), WIDTH + 1)]
    assert [[tuple(palette[3 * place : 3 * place + 3]) for place in row] for row in rows] == SHADES


def test_other_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="no picture of a page"):
        shrunk(png(b"", depth=16))
