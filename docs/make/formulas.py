"""The reference page of the ranking formulas, made of the formulas themselves."""

from collections.abc import Iterable, Iterator
from typing import Final

from qathread.ranking import formulas
from qathread.ranking.formulas import Formula, Parameter, describe

from .charts import Figure
from .docstrings import Parts, folded, parts_of
from .figures import FIGURES
from .latex import MATH

__all__ = ["page"]

_MODULES: Final = {
    "proportions": (
        "Shares of upvotes",
        "How good is what came of the votes so far, as a share? These keys need two "
        "counts and no time.",
    ),
    "ratings": (
        "Stars and reviews",
        "Means of ratings that have a size, or of good and bad reviews, pulled to "
        "something usual while there are few.",
    ),
    "sites": (
        "Link sites",
        "What Reddit, Lemmy, PieFed, Steem and Hive sort by, from votes and the time "
        "of posting.",
    ),
    "lobsters": (
        "Lobsters",
        "Stories and comments of Lobsters; here the smaller hotness is the hotter one.",
    ),
    "forums": (
        "Forums",
        "Sums of what happened to a post or topic, and times moved by what happened.",
    ),
    "decay": (
        "Link sites, falling with age",
        "What Hacker News, Lemmy and Mastodon sort by: the key of an untouched item "
        "falls, so it has to be computed anew.",
    ),
    "aging": (
        "Forums and Q&A sites, falling with age",
        "The same for questions, topics and articles.",
    ),
    "orders": (
        "Orders and places in a list",
        "Whole orders with their rules for ties, and keys that need more than one item "
        "or are more than one number.",
    ),
    "pairwise": (
        "Games between two",
        "Strengths from who beat whom; votes between two answers are such games.",
    ),
}

_HEAD: Final = """\
# Formulas

<!-- Written by `python -m docs.make` from the formulas: change them, not this page. -->

Every formula of `qathread.ranking.formulas`, as the code computes it: the formula in
math, what it takes and gives, where it has no value, and its source. Which one to take
when is in [ranking formulas](../explanation/ranking-formulas.md); how to use them on
tables is in [rank a table](../how-to/rank-a-table.md).

- *Static* keys change with votes and the item's own times only, so they can be stored
  and indexed. *Decaying* ones move with the clock.
- A larger key ranks first, except where the entry says otherwise.
- Times are Unix seconds in UTC or aware datetimes; in the math they are seconds.
- A flag is 1 in the math if it holds, else 0; so is a condition in square brackets.
  *round* has the decimals after the comma, if any; *trunc* cuts a fraction off.
- A *setting* is one value for all items of a call. With columns, the other parameters
  are names of columns.
- What is outside its range is a `ValidationError`; in a column it gives null.
"""


def page() -> str:
    """Return the page as it should be."""
    groups: dict[str, list[str]] = {name: [] for name in _MODULES}
    for name in formulas.__all__:
        module = getattr(formulas, name).__module__.rpartition(".")[2]
        groups[module].append(name)
    return "\n".join(_page(groups))


def _page(groups: dict[str, list[str]]) -> Iterator[str]:
    yield _HEAD
    for module, names in groups.items():
        links = ", ".join(f"[`{name}`](#{name})" for name in names)
        yield from _item(f"{_MODULES[module][0]}: {links}")
    for module, names in groups.items():
        title, words = _MODULES[module]
        yield from ("", f"## {title}", "", folded(words))
        for name in names:
            yield from _entry(name)


def _entry(name: str) -> Iterator[str]:
    known, told = describe(name), parts_of(getattr(formulas, name))
    yield from ("", f"### `{name}`", "", folded(told.summary), "")
    yield from ("$$", MATH[name].tex, "$$")
    for paragraph in (MATH[name].note, *told.text):
        if paragraph:
            yield from ("", folded(paragraph))
    yield ""
    yield from _table(known, told)
    yield ""
    yield from _item(f"Gives: {_lower(told.returns)}")
    for error, words in told.raises.items():
        yield from _item(f"`{error}`: {_lower(words)}")
    yield from _item(f"{_nature(known)}")
    yield from _item(f"Source: {told.source}")
    for figure in _figures(name):
        yield from ("", f"![{figure.alt}](figures/{figure.name}.svg)")
    imported = f">>> from qathread.ranking.formulas import {name}"
    yield from ("", "```python", imported, told.example, "", "```")


def _figures(name: str) -> Iterable[Figure]:
    return (figure for figure in FIGURES if name in figure.shows)


def _nature(known: Formula) -> str:
    pace = "Static" if known.pace == "static" else "Decaying"
    if known.row_wise:
        return f"{pace}. Takes numbers, NumPy arrays and columns of data frames."
    if known.arrays:
        return f"{pace}. Takes numbers and NumPy arrays, not columns."
    return f"{pace}. Takes one item or list at a time, no arrays or columns."


def _table(known: Formula, told: Parts) -> Iterator[str]:
    symbols = MATH[known.name].symbols
    yield "| parameter | in math | what it is | takes | default |"
    yield "| --- | --- | --- | --- | --- |"
    for each in known.parameters:
        symbol = f"${symbols[each.name]}$" if each.name in symbols else ""
        cells = (
            f"`{each.name}`",
            symbol,
            told.arguments[each.name].replace("|", "\\|").removesuffix("."),
            _takes(each),
            "" if each.required else f"`{each.default!r}`",
        )
        yield f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _takes(each: Parameter) -> str:
    words = "a list" if each.kind == "list" else each.accepts
    words += ", or `None`" if each.optional else ""
    return words + ("; a setting" if each.constant else "")


def _item(text: str) -> Iterator[str]:
    """Yield an item of a list."""
    yield "- " + folded(text).replace("\n", "\n  ")


def _lower(text: str) -> str:
    """Return a sentence as it goes on after a colon."""
    return (
        text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
    )
