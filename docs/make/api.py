"""The reference of all public names, a page for each module that is their home."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Final

import qathread

__all__ = ["HOMES", "home_of", "page", "public", "unlisted", "write"]

#: The modules that public names are documented in, with what is on the page.
HOMES: Final = {
    "qathread.thread": "A thread",
    "qathread.posts": "Posts",
    "qathread.users": "Users",
    "qathread.bodies": "Bodies",
    "qathread.feedback": "Votes and reactions",
    "qathread.status": "Marks, flags, bounties, links",
    "qathread.revisions": "Revisions",
    "qathread.provenance": "Provenance",
    "qathread.content": "The content of a thread",
    "qathread.ids": "Ids",
    "qathread.limits": "Limits",
    "qathread.losses": "Losses",
    "qathread.pages": "Pages and cursors",
    "qathread.errors": "Errors",
    "qathread.events": "Events",
    "qathread.policy": "What a policy is made of",
    "qathread.policies": "Policies by name",
    "qathread.rules": "Rules",
    "qathread.posting": "Posting",
    "qathread.voting": "Voting",
    "qathread.moderation": "Moderation",
    "qathread.trees": "Trees",
    "qathread.history": "History",
    "qathread.reputation": "Reputation",
    "qathread.notices": "Notices",
    "qathread.badges": "Badges",
    "qathread.erasure": "Erasure",
    "qathread.ranking": "Ranking",
    "qathread.ranking.formulas": "Ranking formulas",
    "qathread.ranking.columns": "Ranking formulas on data frames",
    "qathread.ranking.aggregation": "Rankings of many people as one",
    "qathread.ranking.ordering": "What an order may be",
    "qathread.serialization": "Serialization",
    "qathread.serialization.lines": "JSON Lines",
    "qathread.formats": "Formats",
    "qathread.formats.registry": "Formats of one's own",
    "qathread.formats.screen": "Threads on a screen",
    "qathread.formats.stackexchange": "Stack Exchange dumps",
    "qathread.formats.schema_org": "schema.org",
    "qathread.formats.convokit": "ConvoKit",
    "qathread.stores": "Stores",
    "qathread.stores.sqlite": "Stores in a file",
    "qathread.stores.sqlalchemy": "Stores on SQL servers",
    "qathread.stores.async_sqlalchemy": "The same on an event loop",
    "qathread.stores.jetstream": "Stores on NATS",
    "qathread.frames": "Tables",
    "qathread.frames.spark": "Tables on Spark",
    "qathread.metrics": "Metrics",
    "qathread.graphs": "Graphs",
    "qathread.charts": "Charts",
    "qathread.preferences": "Preference data",
    "qathread.html": "HTML",
    "qathread.http": "HTTP",
    "qathread.schema": "JSON Schema",
    "qathread.contrib.pydantic": "Fields of pydantic and FastAPI",
    "qathread.testing.strategies": "Strategies for tests",
    "qathread.testing.stores": "Contracts of stores",
    "qathread.testing.faults": "Faults for tests",
}
_PAGE: Final = """\
# {title}

<!-- Written by `python -m docs.make`: change the docstrings, not this. -->

```{{eval-rst}}
{body}
```
"""


def page(module: str) -> str:
    """Return the page of one module."""
    found = importlib.import_module(module)
    values = {name: getattr(found, name) for name in found.__all__}
    # What has its home on another page is told there, and so are modules.
    elsewhere = [
        name for name, value in values.items() if home_of(name, value) != module
    ]
    # Constants and aliases have no docstring: Sphinx passes over them by itself.
    plain = [
        name
        for name, value in values.items()
        if name not in elsewhere
        and not isinstance(value, type | FunctionType | ModuleType)
        and not hasattr(value, "__wrapped__")
    ]
    lines = [f".. automodule:: {module}"]
    if elsewhere or plain:
        lines.append(f"   :exclude-members: {', '.join([*elsewhere, *plain])}")
    for name in plain:
        # One of another library's class would be told of in that library's words.
        foreign = type(values[name]).__module__.startswith("sqlalchemy")
        kind = "py:data" if foreign else "autodata"
        lines += ["", f".. {kind}:: {name if foreign else f'{module}.{name}'}"]
        if not foreign:
            lines.append("   :no-value:")
    return _PAGE.format(title=HOMES[module], body="\n".join(lines))


def unlisted() -> list[str]:
    """Return public names without a home; those of formats are found by name."""
    return [
        f"{module}.{name}"
        for module, name, value in public()
        if not isinstance(value, ModuleType)
        and name != "FORMAT"
        and home_of(name, value) is None
    ]


def public() -> Iterator[tuple[str, str, object]]:
    """Yield every public name: its module, itself, and what it names."""
    found = [qathread.__name__]
    for info in pkgutil.walk_packages(qathread.__path__, "qathread."):
        parts = info.name.split(".")
        if any(part.startswith("_") for part in parts):
            continue
        # The program is no module for others, and Django asks for its settings.
        if parts[1] not in ("cli", "contrib"):
            found.append(info.name)
    for name in found:
        module = importlib.import_module(name)
        for each in getattr(module, "__all__", ()):
            yield name, each, getattr(module, each)


def home_of(name: str, value: object) -> str | None:
    """Return the module that a public name is documented in, if there is one."""
    for home in HOMES:
        module = importlib.import_module(home)
        if name in module.__all__ and getattr(module, name) is value:
            return home
    return None


def write(folder: Path) -> None:
    """Write all pages, and take away those of modules that are gone."""
    folder.mkdir(exist_ok=True)
    for module in HOMES:
        path = folder / f"{module}.md"
        path.write_text(page(module), "utf-8", newline="\n")
    for path in folder.glob("*.md"):
        if path.stem not in HOMES:
            path.unlink()
