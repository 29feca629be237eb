"""The types of members, as ``index.json`` of a corpus lists them."""

from collections.abc import Mapping
from typing import Final

__all__ = ["Index"]

_VERSION: Final = 1
_BINARY: Final = "bin"


class Index:
    """
    Collects the types of members while a corpus is written.

    Args:
        stated: The index of the corpus that is written again, if it is one.
    """

    def __init__(self, stated: Mapping[str, object]) -> None:
        self._stated = stated
        self._types: dict[str, dict[str, list[str]]] = {}
        for name in ("utterances", "speakers", "conversations", "overall"):
            known = stated.get(f"{name}-index")
            if known is None and name == "speakers":
                known = stated.get("users-index")
            self._types[name] = dict(_known(known))

    def add(self, name: str, meta: Mapping[str, object]) -> None:
        """Note the types of some members."""
        types = self._types[name]
        for key, value in meta.items():
            known = types.setdefault(key, [])
            if value is not None and (kind := str(type(value))) not in known:
                known.append(kind)

    def document(self) -> dict[str, object]:
        """Return what the file holds."""
        found: dict[str, object] = {
            f"{name}-index": types for name, types in self._types.items()
        }
        version = self._stated.get("version")
        found["version"] = version if type(version) is int else _VERSION
        found["vectors"] = []
        return found


def _known(types: object) -> dict[str, list[str]]:
    """Return what an index says of its members, but for what is pickled."""
    found: dict[str, list[str]] = {}
    if isinstance(types, dict):
        for key, several in types.items():
            several = [several] if isinstance(several, str) else several
            if isinstance(several, list) and all(isinstance(t, str) for t in several):
                found[key] = [each for each in several if each != _BINARY]
    return found
