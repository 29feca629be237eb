"""``qathread schema``: the JSON Schema of what is written."""

import json
from typing import Literal

__all__ = ["schema"]


def schema(document: Literal["thread", "event", "all"] = "thread", /) -> None:
    """
    Print the JSON Schema (2020-12) of what is written as JSON.

    Parameters
    ----------
    document
        A thread, an event, or the schemas of all values by name.
    """
    from .. import schema

    if document == "thread":
        found = schema.thread()
    elif document == "event":
        found = schema.event()
    else:
        parts = schema.components(schema.TEMPLATE)
        found = {"$schema": schema.DIALECT, "$defs": parts}
    print(json.dumps(found, ensure_ascii=False, indent=1))
