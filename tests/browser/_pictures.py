"""Pictures in the documentation: small files, each telling what it shows."""

import io
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 60_000
#: Under this name a picture tells what it shows.
DIGEST: Final = "Shows"


def slim(png: bytes, shows: str) -> bytes:
    """Return a picture with fewer colours, which tells what it shows."""
    from PIL import Image, PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_text(DIGEST, shows)
    flat = Image.open(io.BytesIO(png)).convert("RGB")
    out = io.BytesIO()
    few = flat.quantize(64, dither=Image.Dither.NONE)
    few.save(out, format="PNG", optimize=True, pnginfo=info)
    return out.getvalue()


def told(path: Path) -> str:
    """Return what a picture says it shows."""
    from PIL import Image

    with Image.open(path) as picture:
        return str(picture.info[DIGEST])


def size(path: Path) -> tuple[int, int]:
    """Return the width and height of a picture."""
    from PIL import Image

    with Image.open(path) as picture:
        width, height = picture.size
    return int(width), int(height)


def check(drawn: Path, kept: Path, frame: tuple[int, int], again: str) -> None:
    """Check that the documentation shows what was drawn just now."""
    assert kept.is_file(), again
    assert told(kept) == told(drawn), f"{kept.name} shows an older page: {again}"
    for picture in (drawn, kept):
        assert picture.stat().st_size < MOST_BYTES
        assert size(picture) == frame
