"""What must be changed in one plain value to get another: small where they agree."""

from collections.abc import Mapping
from typing import Final

__all__ = ["BadChange", "changed", "changes"]

#: What names the members of a list, if they are records.
_KEYS: Final = ("id", "post_id")


class BadChange(Exception):
    """A change that does not fit the value that it is for."""


def changes(old: object, new: object) -> dict[str, object]:
    """
    Return what makes *new* of *old*; both are shallow JSON values.

    >>> changes({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3}})
    {'of': {'b': {'of': {'c': {'is': 3}}}}}
    >>> changes([{"id": "x", "n": 1}], [{"id": "x", "n": 2}, {"id": "y"}])
    {'list': ['x', {'is': {'id': 'y'}}], 'at': {'x': {'of': {'n': {'is': 2}}}}}
    """
    if isinstance(old, dict) and isinstance(new, dict) and set(old) == set(new):
        return {
            "of": {
                name: changes(old[name], value)
                for name, value in new.items()
                if old[name] != value
            }
        }
    mine, theirs = _keyed(old), _keyed(new)
    if mine is None or theirs is None:
        return {"is": new}
    found: dict[str, object] = {}
    if list(mine) != list(theirs):
        found["list"] = [
            key if key in mine else {"is": value} for key, value in theirs.items()
        ]
    found["at"] = {
        key: changes(mine[key], value)
        for key, value in theirs.items()
        if key in mine and mine[key] != value
    }
    return found


def changed(old: object, change: object) -> object:
    """
    Return *old* with a change made to it.

    Raises:
        BadChange: If it does not fit.

    >>> changed({"a": 1}, {"of": {"a": {"is": 2}}})
    {'a': 2}
    """
    if not isinstance(change, dict):
        raise BadChange
    if "is" in change:
        return change["is"]
    if isinstance(old, dict) and isinstance(change.get("of"), dict):
        if not change["of"].keys() <= old.keys():
            raise BadChange
        new = {name: changed(old[name], one) for name, one in change["of"].items()}
        return {**old, **new}
    mine = _keyed(old)
    at, listed = change.get("at"), change.get("list")
    if mine is None or not isinstance(at, dict) or not at.keys() <= mine.keys():
        raise BadChange
    found = {**mine, **{key: changed(mine[key], one) for key, one in at.items()}}
    if listed is None:
        return list(found.values())
    if not isinstance(listed, list):
        raise BadChange
    return [_item(found, one) for one in listed]


def _item(found: Mapping[str, object], one: object) -> object:
    if isinstance(one, str) and one in found:
        return found[one]
    if isinstance(one, dict) and "is" in one:
        return one["is"]
    raise BadChange


def _keyed(value: object) -> dict[str, object] | None:
    """Return a list of records by their names, if each has one of its own."""
    if not isinstance(value, list):
        return None
    found: dict[str, object] = {}
    for one in value:
        keys = [one[name] for name in _KEYS if name in one] if _is_record(one) else []
        if not keys or not isinstance(keys[0], str) or keys[0] in found:
            return None
        found[keys[0]] = one
    return found


def _is_record(value: object) -> bool:
    return isinstance(value, dict)
