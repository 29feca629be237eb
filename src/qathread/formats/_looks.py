"""Says what bytes look like when they are not what was expected."""

from ._report import Collector

__all__ = ["decode", "looks_like", "refuse_foreign"]

_MAGIC = (
    (b"\x1f\x8b", "gzip data: give a path that ends in .gz, or unpack it"),
    (b"BZh", "bzip2 data: give a path that ends in .bz2, or unpack it"),
    (b"\xfd7zXZ\0", "xz data: give a path that ends in .xz, or unpack it"),
    (b"\x28\xb5\x2f\xfd", "zstd data: give a path that ends in .zst, or unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: give a path that ends in .7z"),
    (b"PK\x03\x04", "a zip archive: unpack it"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
# Control characters that no text has: C0 without \t \n \v \f \r and ESC, and DEL.
_CONTROLS = bytes({*range(32), 127} - {9, 10, 11, 12, 13, 27})


def looks_like(head: bytes) -> str | None:
    """
    Name what *head* is the start of, if it is no text of people.

    Args:
        head: The first bytes of the input, a few thousand at most.

    Returns:
        A phrase such as ``"a PNG image"``, or None.
    """
    body = head.removeprefix(_UTF8_MARK).lstrip()
    if not body:
        return "empty input"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith(_UTF16):
        return None  # text, in an encoding that decode names
    if body.startswith(b"version https://git-lfs.github.com/spec/"):
        return "a Git LFS pointer: run 'git lfs pull' to get the file itself"
    start = body[:512].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page, perhaps an error page of a server"
    if start.startswith(b"<?xml") and b"<html" in start:
        return "an HTML page, perhaps an error page of a server"
    foreign = len(head) - len(head.translate(None, _CONTROLS))
    if foreign * 10 > len(head):
        return "binary data"
    # A character cut at the end of the head is no sign of anything.
    broken = head.decode("utf-8", "replace").count("\ufffd") - head.count(
        b"\xef\xbf\xbd"
    )
    if broken > 1 and broken * 4 > len(head):
        return "binary data"
    return None


def refuse_foreign(head: bytes, report: Collector, wanted: str) -> None:
    """
    Refuse what is no text at all.

    Args:
        head: The first bytes of the input.
        report: Where errors get their names from.
        wanted: What was expected, for the message.

    Raises:
        FormatError: ``not-this-format``, saying what it looks like.
    """
    found = looks_like(head)
    if found is not None:
        raise report.error("not-this-format", f"{wanted} expected, this is {found}")


def decode(data: bytes, report: Collector) -> str:
    """
    Decode UTF-8; what is broken or forbidden becomes U+FFFD and is counted.

    Args:
        data: The whole text; one leading mark is dropped.
        report: What counts repairs, or refuses the first.

    Returns:
        Text without U+0000 and lone surrogates.

    Raises:
        FormatError: ``encoding`` if it is UTF-16, or broken and strict;
            ``forbidden-character`` for U+0000 when strict.
    """
    if data.startswith(_UTF16):
        raise report.error(
            "encoding", "this is UTF-16: convert it to UTF-8 first", "byte 0"
        )
    data = data.removeprefix(_UTF8_MARK)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "replace")
        report.damage(
            "encoding",
            "bytes that are not UTF-8 (strict reading refuses them, lenient "
            "reading puts U+FFFD): convert the file to UTF-8",
            f"byte {error.start}",
            count=text.count("\ufffd") - data.count(b"\xef\xbf\xbd"),
        )
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        report.damage(
            "forbidden-character",
            "U+0000 in the text (strict reading refuses it, lenient reading puts "
            "U+FFFD): remove it",
            f"line {line}",
            count=text.count("\0"),
        )
        text = text.replace("\0", "\ufffd")
    return text
