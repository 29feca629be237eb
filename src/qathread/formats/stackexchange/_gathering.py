"""The rows of threads, from where they are in the files of a dump."""

from collections.abc import Iterable, Mapping, Sequence

from .._report import Collector
from ._bundle import Rows
from ._decoding import Row
from ._index import PARTS, PLACE, Found, places_in, votes_in
from ._places import Places
from ._tables import Table

__all__ = ["Gatherer", "is_sound"]


class Gatherer:
    """
    Brings together the rows of threads.

    Args:
        places: The files of the tables that are there.
        report: What hears of what is lost or double.
    """

    def __init__(self, places: Mapping[Table, Places], report: Collector) -> None:
        self._places, self._report = places, report

    def rows(self, found: Sequence[Found], parts: Sequence[int]) -> list[Rows]:
        """
        Return the rows of some threads; none of a thread without a post to read.

        Args:
            found: Where the rows of each are.
            parts: What was looked for on their posts, by number.
        """
        posts = self._at("Posts", [place for each in found for place in each.posts])
        held: dict[Table, dict[int, Row]] = {}
        for table in ("Comments", "PostHistory", "PostLinks"):
            part = PARTS[table]
            if table in self._places and part in parts:
                held[table] = self._places[table].rows(
                    place
                    for each in found
                    for data in each.parts.get(part, {}).values()
                    for place in places_in(data)
                )
        with_history = PARTS["PostHistory"] in parts
        with_votes = PARTS["Votes"] in parts
        several = []
        for each in found:
            own = [posts[place] for _, place, _ in each.posts if place in posts]
            known = {row["Id"] for row in own}
            if len(own) < len(each.posts):
                self._lost(each, known)
            if not own:
                continue
            several.append(
                Rows(
                    str(each.question),
                    own,
                    self._listed(each, "Comments", held, known),
                    self._by_post(each, "PostHistory", held, known)
                    if with_history
                    else None,
                    self._votes(each, known) if with_votes else None,
                    self._listed(each, "PostLinks", held, known),
                )
            )
        return several

    def _lost(self, found: Found, known: set[str]) -> None:
        """Tell of the rows on posts that cannot be read."""
        count = sum(
            data.count(b"\n") if part == PARTS["Votes"] else len(data) // PLACE.size
            for part, held in found.parts.items()
            for post, data in held.items()
            if str(post) not in known
        )
        if count:
            self._report.damage(
                "missing-parent",
                "rows on posts that cannot be read, left out",
                f"question {found.question}",
                kind="skipped",
                count=count,
            )

    def _votes(self, found: Found, known: set[str]) -> dict[str, list[Row]]:
        votes: dict[str, list[Row]] = {}
        for post, data in found.parts.get(PARTS["Votes"], {}).items():
            if str(post) not in known:
                continue
            several = sorted(votes_in(post, data), key=_by_id)
            single = {row["Id"]: row for row in several}
            if len(single) < len(several):
                self._report.damage(
                    "duplicate-id",
                    "rows with the id of another one: the last one stands",
                    f"votes on post {post}",
                    count=len(several) - len(single),
                )
                several = list(single.values())
            votes[str(post)] = several
        return votes

    def _at(
        self, table: Table, places: Iterable[tuple[int, int, int]]
    ) -> dict[int, Row]:
        rows = self._places[table].rows((place, size) for _, place, size in places)
        return {place: row for place, row in rows.items() if "Id" in row}

    def _listed(
        self,
        found: Found,
        table: Table,
        held: Mapping[Table, Mapping[int, Row]],
        known: set[str],
    ) -> list[Row]:
        by_post = self._by_post(found, table, held, known)
        rows = [row for rows in by_post.values() for row in rows]
        rows.sort(key=_by_id)
        return rows

    def _by_post(
        self,
        found: Found,
        table: Table,
        held: Mapping[Table, Mapping[int, Row]],
        known: set[str],
    ) -> dict[str, list[Row]]:
        rows = held.get(table)
        if not rows:
            return {}
        by_post: dict[str, list[Row]] = {}
        for post, data in found.parts.get(PARTS[table], {}).items():
            if str(post) in known:
                several = [
                    rows[place]
                    for place, _ in places_in(data)
                    if place in rows and is_sound(rows[place])
                ]
                several.sort(key=_by_id)
                by_post[str(post)] = several
        return by_post


def _by_id(row: Row) -> int:
    return int(row["Id"])


def is_sound(row: Row) -> bool:
    """Whether the ids that the index read are still there after decoding."""
    return row.get("Id", "").isdigit() and "PostId" in row
