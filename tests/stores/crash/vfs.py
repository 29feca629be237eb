"""
Looks between SQLite and its files, in this process, with the standard library alone.

SQLite speaks to the system through tables of functions; some of the functions of the
table that it uses are replaced here. It is the very library that ``sqlite3`` uses, and
the functions behind are the ones that it had: nothing else changes.

A process that is watched stays so: use a child.
"""

import _sqlite3
import ctypes
import os
import sys
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from itertools import count
from typing import Any, Final

OK: Final = 0


class Watcher:
    """
    Is told of every change of a file with a name; subclass it.

    A number that is returned instead of None is given to SQLite as an error, and
    nothing is done.
    """

    def opened(self, file: int, name: str) -> None:
        """A file was opened; a new file has a new number."""

    def write(self, file: int, offset: int, data: bytes) -> int | None:
        """Bytes are about to be written."""

    def truncate(self, file: int, size: int) -> int | None:
        """A file is about to be cut."""

    def sync(self, file: int) -> int | None:
        """A file is about to be synced."""

    def remove(self, name: str) -> int | None:
        """A name is about to be removed."""

    def sync_folder(self) -> int | None:
        """The folder is about to be synced."""


# A path is passed on as the pointer that it is: SQLite keeps it, and reads behind it.
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_Delete = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_Close = CFUNCTYPE(c_int, c_void_p)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)
_SetCall = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)
_GetCall = CFUNCTYPE(c_void_p, c_void_p, c_char_p)
_OpenFolder = CFUNCTYPE(c_int, c_void_p, POINTER(c_int))


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", c_int),
        ("size_of_file", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _Open),
        ("delete", _Delete),
        # Access, FullPathname, DlOpen, DlError, DlSym, DlClose, Randomness, Sleep,
        # CurrentTime, GetLastError, CurrentTimeInt64
        ("others", c_void_p * 11),
        ("set_call", _SetCall),
        ("get_call", _GetCall),
        ("next_call", c_void_p),
    )


class _Methods(ctypes.Structure):
    _fields_ = (
        ("version", c_int),
        ("close", _Close),
        ("read", c_void_p),
        ("write", _Write),
        ("truncate", _Truncate),
        ("sync", _Sync),
        # FileSize, Lock, Unlock, CheckReservedLock, FileControl, SectorSize,
        # DeviceCharacteristics, ShmMap, ShmLock, ShmBarrier, ShmUnmap, Fetch, Unfetch
        ("others", c_void_p * 13),
    )


class _File(ctypes.Structure):
    _fields_ = (("methods", POINTER(_Methods)),)


def watch(watcher: Watcher) -> None:
    """Let a watcher see what SQLite does, from now on, in this process."""

    def fail(what: object) -> None:
        # Nobody else would hear of an error in what SQLite calls.
        print(what, file=sys.stderr, flush=True)
        os._exit(1)

    sys.unraisablehook = fail
    # With all that the module is linked with, or is linked with itself.
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    assert vfs.version >= 3, "this SQLite cannot be watched"
    _Watch(vfs, watcher)


class _Watch:
    """The functions that stand before those of SQLite."""

    # SQLite keeps pointers to what must not be collected.
    kept: list[object] = []  # noqa: RUF012

    def __init__(self, vfs: Any, watcher: Watcher) -> None:
        self.vfs, self.watcher = vfs, watcher
        self.files: dict[int, int] = {}  # of addresses, which are used again
        self.names: dict[str, int] = {}
        self.numbers = count(1)
        self.methods: dict[int, Any] = {}
        self.open, self.delete = _same(_Open, vfs.open), _same(_Delete, vfs.delete)
        address = vfs.get_call(ctypes.addressof(vfs), b"openDirectory")
        self.open_folder = _OpenFolder(address)
        replaced = (
            _Open(self.on_open),
            _Delete(self.on_delete),
            _OpenFolder(self.on_open_folder),
        )
        vfs.open, vfs.delete = replaced[:2]
        vfs.set_call(
            ctypes.addressof(vfs),
            b"openDirectory",
            ctypes.cast(replaced[2], c_void_p),
        )
        self.kept.append((self, replaced))

    def on_open(
        self, vfs: int, path: int | None, file: int, flags: int, out: Any
    ) -> int:
        text = None if path is None else os.fsdecode(ctypes.string_at(path))
        new = text is not None and not os.path.exists(text)
        status = self.open(vfs, path, file, flags, out)
        opened = ctypes.cast(file, POINTER(_File)).contents
        if status != OK or text is None or not opened.methods:
            return int(status)
        name = os.path.basename(text)
        if new or name not in self.names:
            self.names[name] = next(self.numbers)
        self.files[file] = self.names[name]
        self.watcher.opened(self.names[name], name)
        opened.methods = ctypes.pointer(self.patched(opened.methods))
        return OK

    def patched(self, pointer: Any) -> Any:
        """Return a copy of a file's methods, with some of them replaced."""
        address = ctypes.addressof(pointer.contents)
        if address not in self.methods:
            old = pointer.contents
            new = _Methods.from_buffer_copy(old)
            write, truncate = _same(_Write, old.write), _same(_Truncate, old.truncate)
            sync = _same(_Sync, old.sync)

            def on_write(file: int, data: int, size: int, offset: int) -> int:
                content = ctypes.string_at(data, size)
                status = self.watcher.write(self.files[file], offset, content)
                return int(status or write(file, data, size, offset))

            def on_truncate(file: int, size: int) -> int:
                status = self.watcher.truncate(self.files[file], size)
                return int(status or truncate(file, size))

            def on_sync(file: int, flags: int) -> int:
                status = self.watcher.sync(self.files[file])
                return int(status or sync(file, flags))

            new.write, new.truncate = _Write(on_write), _Truncate(on_truncate)
            new.sync = _Sync(on_sync)
            self.methods[address] = new
        return self.methods[address]

    def on_delete(self, vfs: int, path: int, sync_folder: int) -> int:
        text = os.fsdecode(ctypes.string_at(path))
        there = os.path.exists(text)
        status = self.watcher.remove(os.path.basename(text)) if there else None
        return int(status or self.delete(vfs, path, sync_folder))

    def on_open_folder(self, path: int, out: Any) -> int:
        # It is opened for nothing but to be synced.
        status = self.watcher.sync_folder()
        return int(status or self.open_folder(path, out))


def _same(kind: Any, function: Any) -> Any:
    """Return a function of a table so that replacing it there does not change it."""
    return kind(ctypes.cast(function, c_void_p).value)
