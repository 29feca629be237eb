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
from .copying import CopyReport, copy, copy_async
from .following import (
    AsyncCheckpoint,
    Checkpoint,
    FileCheckpoint,
    MemoryCheckpoint,
    follow,
    follow_async,
)
from .memory import MemoryStore
from .offloading import InThreads, in_threads
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
from .updating import update, update_async
from .verifying import Difference, StorePart, VerifyReport, verify, verify_async

__all__ = [
    "AsyncCheckpoint",
    "AsyncErasesUsers",
    "AsyncListsThreads",
    "AsyncLoadsThreads",
    "AsyncReadsFeed",
    "AsyncReadsHistory",
    "AsyncRemembersOperations",
    "AsyncSavesThreads",
    "AsyncThreadStore",
    "Checkpoint",
    "CopyReport",
    "Difference",
    "EraseMode",
    "ErasesUsers",
    "FeedEntry",
    "FileCheckpoint",
    "InThreads",
    "ListsThreads",
    "LoadsThreads",
    "MemoryCheckpoint",
    "MemoryStore",
    "ReadsFeed",
    "ReadsHistory",
    "RemembersOperations",
    "SQLiteStore",
    "SavesThreads",
    "StorePart",
    "StoreStats",
    "ThreadOrder",
    "ThreadQuery",
    "ThreadStatus",
    "ThreadStore",
    "ThreadSummary",
    "VerifyReport",
    "copy",
    "copy_async",
    "follow",
    "follow_async",
    "in_threads",
    "update",
    "update_async",
    "verify",
    "verify_async",
]
