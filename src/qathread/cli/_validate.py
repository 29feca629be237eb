"""``qathread validate``: whether sources can be read without damage or loss."""

import json
from typing import Literal

from .. import formats
from ..errors import FormatError, QathreadError
from ..formats import screen
from ._common import AssumeTz, From, Place, Quiet, counted, options
from ._many import expanded
from ._progress import Bar

__all__ = ["validate"]


def validate(
    source: Place,
    /,
    *more: Place,
    format: Literal["table", "json"] = "table",
    from_: From = None,
    assume_tz: AssumeTz = None,
    quiet: Quiet = False,
) -> int:
    """
    Read sources whole and say what is damaged or would be lost.

    The exit status is 1 if anything is.

    Parameters
    ----------
    source
        What to read: a file, a folder, or a pattern; - is standard input.
    more
        More of them.
    format
        How to print it: a line for each finding, or JSON.
    """
    found: list[dict[str, object]] = []
    with Bar(quiet=quiet) as bar:
        sources = expanded([source, *more], from_)
        for name in sources:
            found.append(_validated(name, from_, assume_tz))
        bar.stop()
    if format == "json":
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for each in found:
            _print(each)
    return 0 if all(each["sound"] for each in found) else 1


def _validated(
    source: str, format: str | None, assume_tz: str | None
) -> dict[str, object]:
    threads = posts = 0
    losses: list[dict[str, object]] = []
    refused: dict[str, object] | None = None
    try:
        with formats.read(source, format, **options(assume_tz)) as reading:
            try:
                for thread in reading:
                    threads += 1
                    posts += len(thread)
            finally:
                losses = [
                    {
                        "code": loss.code,
                        "message": loss.message,
                        "count": loss.count,
                        "where": list(loss.examples),
                    }
                    for loss in reading.report
                    if not loss.harmless
                ]
    except QathreadError as error:
        code = error.code if isinstance(error, FormatError) else "refused"
        refused = {"code": code, "message": str(error)}
    return {
        "source": source,
        "sound": refused is None and not losses,
        "threads": threads,
        "posts": posts,
        "refused": refused,
        "losses": losses,
    }


def _print(found: dict[str, object]) -> None:
    source, threads, posts = found["source"], found["threads"], found["posts"]
    assert isinstance(threads, int) and isinstance(posts, int)
    word = "sound" if found["sound"] else "not sound"
    _say(f"{source}: {word}, {counted(threads, 'thread')}, {counted(posts, 'post')}")
    refused, losses = found["refused"], found["losses"]
    if isinstance(refused, dict):
        _say(f"  {refused['code']}: {refused['message']}")
    assert isinstance(losses, list)
    for loss in losses:
        places = ", ".join(loss["where"][:3])
        _say(f"  {loss['code']} ({loss['count']}): {loss['message']} [{places}]")


def _say(line: str) -> None:
    print(screen.harmless(line))
