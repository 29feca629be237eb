"""
Threads as tables, for data frames, Parquet and whatever reads Arrow.

Each function takes an iterable of threads, such as a
:class:`~qathread.formats.reading.Reading`, goes through it once and keeps none of
them. It returns a :class:`Table`, which needs no library until it is turned into the
frame of one: :meth:`Table.to_polars`, :meth:`Table.to_pandas`,
:meth:`Table.to_arrow`. Columns and their types are the same whatever the threads
hold, also for none. What is not known is null, never 0 or "".

Of a post that was deleted or removed, tables show only that something stood there:
its ids, kind and place, and the votes on it. Who wrote it, what and when is null, and
it counts for nothing but ``threads.gone``. The texts are still in the threads.

The files of a Stack Exchange data dump also become tables without threads in between:
:func:`stackexchange`, :func:`vote_counts`, and on Spark :mod:`qathread.frames.spark`.

>>> from datetime import UTC, datetime
>>> from qathread import User, posting
>>> ada, now = User(id="ada", name="Ada"), datetime(2026, 1, 1, tzinfo=UTC)
>>> thread = posting.ask("q", title="Why?", body="Say.", by=ada, at=now)
>>> posts([thread]).select(["post_id", "kind", "score", "created_at"]).to_dict()
{'post_id': ['q.1'], 'kind': ['question'], 'score': [0], 'created_at': \
[datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)]}
"""

from collections.abc import Iterable
from os import PathLike
from typing import Literal

from ..limits import Limits
from ..thread import Thread
from ._back import to_threads
from ._batches import TableName, batches, write_parquet
from ._dump import DumpTable, DumpTableName
from ._posts import edge_rows, post_rows
from ._rows import built
from ._schema import Column, ColumnType, Schema
from ._schemas import EDGES, POSTS, REVISIONS, THREADS, USERS, VOTES
from ._stored import stored
from ._table import Table
from ._threads import thread_rows
from ._users import KnowsUsers, user_table
from ._votes import revision_rows, vote_rows

__all__ = [
    "EDGES",
    "POSTS",
    "REVISIONS",
    "THREADS",
    "USERS",
    "VOTES",
    "Column",
    "ColumnType",
    "DumpTable",
    "DumpTableName",
    "KnowsUsers",
    "Schema",
    "Table",
    "TableName",
    "batches",
    "edges",
    "from_frame",
    "posts",
    "revisions",
    "stackexchange",
    "stored",
    "threads",
    "to_threads",
    "users",
    "vote_counts",
    "votes",
    "write_parquet",
]


def posts(threads: Iterable[Thread]) -> Table:
    """
    Return one row for each post.

    Threads come in the order given, the posts of one in preorder, as
    :func:`qathread.trees.walk` has them. What is not at hand (a stub) has no row,
    though posts under it name it as their parent.

    Args:
        threads: Threads, read once; one thread is ``[thread]``.

    Returns:
        A table with the columns of ``frames.POSTS``: ``depth`` is 0 at the root,
        ``order`` counts the posts of a thread from 0; ``author_name`` is the name
        shown then, or else the one shown now; ``accepted`` is null but for answers;
        ``since_parent`` and ``since_question`` are the time since those were made,
        negative where clocks differ.

    Raises:
        ValidationError: If it is one thread, or holds something else.
    """
    return built(POSTS, threads, post_rows)


def threads(threads: Iterable[Thread]) -> Table:
    """
    Return one row for each thread.

    Args:
        threads: Threads, read once; one thread is ``[thread]``.

    Returns:
        A table with the columns of ``frames.THREADS``. Title to ``down`` are those
        of the question, null where it is gone or not at hand. ``answers`` and
        ``comments`` count what stands, ``gone`` what was deleted or removed,
        ``participants`` who wrote what stands. ``first_answer_at`` is null unless
        the times of all answers are known; ``last_activity_at`` is the latest known
        time at which a post was written or edited. ``accepted_id`` is the answer
        accepted first, and ``closed`` to ``hidden`` are the marks on the thread.

    Raises:
        ValidationError: If it is one thread, or holds something else.
    """
    return built(THREADS, threads, thread_rows)


def users(threads: Iterable[Thread]) -> Table:
    """
    Return one row for each person who appears in any thread.

    People come in the order in which they appear first, with the face that they had
    last. Where the threads are a reading of a whole site that knows its users (see
    :class:`KnowsUsers`), all of these come first, in the site's order and with their
    whole records; only such records have a reputation and ``joined_at``.

    Args:
        threads: Threads, read once; one thread is ``[thread]``.

    Returns:
        A table with the columns of ``frames.USERS``. Counts are of posts that
        stand: ``score`` is the sum over those whose score is known, and ``scored``
        how many these are; it is null if there are none.

    Raises:
        ValidationError: If it is one thread, or holds something else.
    """
    return user_table(threads)


def votes(threads: Iterable[Thread]) -> Table:
    """
    Return one row for each standing vote whose voter is known.

    Where a source gives only counts there are no rows: they are in :func:`posts`. The
    votes of a thread come in the order of post and voter.

    Args:
        threads: Threads, read once; one thread is ``[thread]``.

    Returns:
        A table with the columns of ``frames.VOTES``; ``kind``, ``author_id`` and
        ``since_post`` are of the post that is voted on.

    Raises:
        ValidationError: If it is one thread, or holds something else.
    """
    return built(VOTES, threads, vote_rows)


def revisions(threads: Iterable[Thread]) -> Table:
    """
    Return one row for each wording that a thread keeps.

    A post that never changed has none; where a source gives only the last wordings,
    the first ``number`` is above 1. They come in the order of post and number.

    Args:
        threads: Threads, read once; one thread is ``[thread]``.

    Returns:
        A table with the columns of ``frames.REVISIONS``.

    Raises:
        ValidationError: If it is one thread, or holds something else.
    """
    return built(REVISIONS, threads, revision_rows)


def edges(threads: Iterable[Thread]) -> Table:
    """
    Return one row for each post that stands under another.

    They come in the order of :func:`posts`. ``parent_kind`` and
    ``parent_author_id`` are null where the parent is not at hand.

    Args:
        threads: Threads, read once; one thread is ``[thread]``.

    Returns:
        A table with the columns of ``frames.EDGES``, replies to what they answer.

    Raises:
        ValidationError: If it is one thread, or holds something else.
    """
    return built(EDGES, threads, edge_rows)


def from_frame(
    frame: object,
    schema: Schema | None = None,
    *,
    assume_tz: Literal["UTC"] | None = None,
) -> Table:
    """
    Return a frame as a table: ``from_frame(table.to_polars()) == table``.

    Types of columns are those of the frame. Where it does not say (pandas has only
    objects for lists, a column of nulls may have no type), a column named like one of
    ours has the type that it has there. The index of a pandas frame is no column. For
    threads see :func:`to_threads`.

    Args:
        frame: Any frame that Narwhals takes, lazy ones too; what is an Arrow stream;
            or a mapping of columns, as :meth:`Table.to_dict` makes it.
        schema: The columns to keep and their types, where the frame's own will not
            do: pandas, for instance, reads integers with gaps as floats.
        assume_tz: ``"UTC"`` takes times without a zone as UTC.

    Returns:
        A table; integers of any width are int64, categories are text, what is NaN
        is null.

    Raises:
        ValidationError: If it is no frame, a column is missing or of no type that
            tables have, times have no zone, or a value does not fit; it names the
            column and, counted from 0, the row.
        MissingExtraError: If Narwhals is not installed (extra ``frames``); tables
            and mappings do without.
    """
    from ._taken import taken

    return taken(frame, schema, assume_tz)


def stackexchange(
    path: str | PathLike[str],
    table: DumpTableName = "posts",
    *,
    columns: Iterable[str] | None = None,
    workers: int = 1,
    strict: bool = False,
    limits: Limits | None = Limits(),
    batch_rows: int | None = None,
) -> DumpTable:
    """
    Open a table of a Stack Exchange data dump, without building threads.

    ==============  =============================================================
    table           columns, beside ``id`` and ``extra``
    ==============  =============================================================
    posts           post_type_id, accepted_answer_id, parent_id, creation_date,
                    score, view_count, body, owner_user_id, owner_display_name,
                    last_editor_user_id, last_editor_display_name,
                    last_edit_date, last_activity_date, title, tags,
                    answer_count, comment_count, favorite_count, closed_date,
                    community_owned_date, content_license
    comments        post_id, score, text, creation_date, user_display_name,
                    user_id, content_license
    users           reputation, creation_date, display_name, email_hash,
                    last_access_date, website_url, location, about_me, views,
                    up_votes, down_votes, profile_image_url, age, account_id
    votes           post_id, vote_type_id, user_id, creation_date, bounty_amount
    badges          user_id, name, date, class, tag_based
    tags            tag_name, count, excerpt_post_id, wiki_post_id,
                    is_moderator_only, is_required
    post_history    post_history_type_id, post_id, revision_guid, creation_date,
                    user_id, user_display_name, comment, text, content_license
    post_links      creation_date, post_id, related_post_id, link_type_id
    ==============  =============================================================

    These are the dump's own names in small letters, in its order. Numbers are int64,
    times are UTC, ``tags`` of posts are lists, and what a row lacks is null. The last
    column, ``extra``, is canonical JSON of what the others do not hold: attributes
    that are not known yet, and texts that are not what their column is of. Ids are
    those of :func:`posts` as numbers, except that comments have a ``c`` before theirs
    there; ``creation_date`` is ``created_at`` there, and ``last_edit_date`` is
    ``edited_at``.

    Args:
        path: A folder of XML files, one file, or an archive. What is packed is
            unpacked into a temporary folder, which goes when the table is closed or
            no longer used.
        table: Which table.
        columns: The wanted columns, in this order; None: all. What is not asked for
            is not decoded, which without bodies takes half the time, and damage in it
            is not reported.
        workers: How many processes read; 1: this one. More pay for files from about
            100 MB on. A script that starts them has to keep what it does under
            ``if __name__ == "__main__":``.
        strict: Whether damage is an error; else what can be mended is mended, what
            cannot be read is left out, and ``report`` says so.
        limits: The largest row and the ratio of packed data; None: any.
        batch_rows: The rows of each record batch; None: those of about a megabyte.

    Returns:
        A table, read from the file at each use, in a memory of its own that does not
        depend on the size of the file.

    Raises:
        OSError: If the path cannot be opened.
        NotFoundError: If there is no such table or column.
        ValidationError: If an option is not of its kind.
        FormatError: If it is no dump.
        MissingExtraError: If PyArrow is not installed (extra ``arrow``), or what
            unpacks the files.
    """
    from ._dump_files import opened

    return opened(
        path,
        table,
        columns=columns,
        workers=workers,
        strict=strict,
        limits=limits,
        batch_rows=batch_rows,
    )


def vote_counts(
    path: str | PathLike[str],
    *,
    by_day: bool = True,
    workers: int = 1,
    strict: bool = False,
    limits: Limits | None = Limits(),
) -> Table:
    """
    Count the votes of a Stack Exchange data dump, several times as fast as rows.

    Needs no library. What is counted is held in memory: a whole site of millions of
    votes by day is better grouped by DuckDB or Polars, from
    ``stackexchange(path, "votes")``.

    Args:
        path: A folder of XML files, ``Votes.xml``, or an archive.
        by_day: Whether votes of different days are counted apart.
        workers: As for :func:`stackexchange`.
        strict: Whether damage is an error; else what cannot be read is left out.
        limits: The largest row and the ratio of packed data; None: any.

    Returns:
        A table with the columns ``post_id``, ``vote_type_id`` (2 is up, 3 is down, 1
        is accepted), ``day`` if asked for, and ``count``, in order of them.

    Raises:
        OSError: If the path cannot be opened.
        NotFoundError: If it has no votes.
        FormatError: If it is no dump; if strict, at any damage.
    """
    from ._dump_votes import counts

    return counts(path, by_day=by_day, workers=workers, strict=strict, limits=limits)
