"""Where threads are kept: protocols, stores, and the way to change what is stored."""

from ._sqlite_upkeep import StoreStats
from .async_protocols import (
    AsyncErasesUsers,
    AsyncListsThreads,
    AsyncLoadsThreads,
    AsyncReadsFeed,
    AsyncReadsHistory,
    AsyncRemembersOperations,
    AsyncSavesThreads,
    AsyncThreadStore,
)
from .memory import MemoryStore
from .protocols import (
    ErasesUsers,
    ListsThreads,
    LoadsThreads,
    ReadsFeed,
    ReadsHistory,
    RemembersOperations,
    SavesThreads,
    ThreadStore,
)
from .queries import (
    EraseMode,
    FeedEntry,
    ThreadOrder,
    ThreadQuery,
    ThreadStatus,
    ThreadSummary,
)
from .sqlite import SQLiteStore
from .updating import update

__all__ = [
    "AsyncErasesUsers",
    "AsyncListsThreads",
    "AsyncLoadsThreads",
    "AsyncReadsFeed",
    "AsyncReadsHistory",
    "AsyncRemembersOperations",
    "AsyncSavesThreads",
    "AsyncThreadStore",
    "EraseMode",
    "ErasesUsers",
    "FeedEntry",
    "ListsThreads",
    "LoadsThreads",
    "MemoryStore",
    "ReadsFeed",
    "ReadsHistory",
    "RemembersOperations",
    "SQLiteStore",
    "SavesThreads",
    "StoreStats",
    "ThreadOrder",
    "ThreadQuery",
    "ThreadStatus",
    "ThreadStore",
    "ThreadSummary",
    "update",
]
