"""Names for ids. All are plain ``str``; the markers tell them apart by type."""

from typing import Annotated, TypeAlias

__all__ = ["PersonName", "PostId", "ThreadId", "UserId"]

#: Names one thread.
ThreadId: TypeAlias = str
#: Names one post or stub within its thread.
PostId: TypeAlias = str
#: Names one person. Erasure finds these fields by their type.
UserId: TypeAlias = Annotated[str, "person id"]
#: A name that a person was shown under. Erasure finds these fields too.
PersonName: TypeAlias = Annotated[str, "person name"]
