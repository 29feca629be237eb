"""Where threads are kept: protocols, stores, and the way to change what is stored."""

from .memory import MemoryStore
from .protocols import (
    LoadsThreads,
    ReadsHistory,
    RemembersOperations,
    SavesThreads,
    ThreadStore,
)
from .sqlite import SQLiteStore
from .updating import update

__all__ = [
    "LoadsThreads",
    "MemoryStore",
    "ReadsHistory",
    "RemembersOperations",
    "SQLiteStore",
    "SavesThreads",
    "ThreadStore",
    "update",
]
