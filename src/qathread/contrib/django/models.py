"""
The tables of the store, and of what is made of its feed.

Only :class:`Standing` is for the code of a project to read. All the others are written
by ``DjangoStore`` alone: what is changed by hand no longer follows from the events.
They are the tables of ``qathread.stores.sqlalchemy``, so a program without Django can
open the same database with ``SQLAlchemyStore``.
"""

from typing import Final, TypeAlias

from django.db import models

from ...stores._summaries import UNKNOWN
from .fields import KeyField

# What a type checker should know of the columns; without its plugin it cannot see it.
_Number: TypeAlias = "models.Field[int, int]"
_Maybe: TypeAlias = "models.Field[int | None, int | None]"
_Text: TypeAlias = "models.Field[str, str]"
_Title: TypeAlias = "models.Field[str | None, str | None]"
_Bytes: TypeAlias = "models.Field[bytes, bytes]"

#: What the projection of the standings is called in its table.
STANDINGS: Final = "standings"


class ThreadRow(models.Model):
    """A stored thread, as lists show it; an unknown number is the smallest one."""

    id = KeyField(primary_key=True)
    first: _Number = models.BigIntegerField()
    version: _Number = models.BigIntegerField()
    tail_bytes: _Number = models.BigIntegerField()
    rewrites: _Number = models.BigIntegerField(default=0, db_default=0)
    snapshot_version: _Maybe = models.BigIntegerField(null=True)
    snapshot_bytes: _Maybe = models.BigIntegerField(null=True)
    kind: _Text = models.CharField(max_length=16)
    title: _Title = models.TextField(null=True)
    author_id = KeyField(null=True)
    created: _Number = models.BigIntegerField(default=UNKNOWN, db_default=UNKNOWN)
    active: _Number = models.BigIntegerField(default=UNKNOWN, db_default=UNKNOWN)
    score: _Number = models.BigIntegerField(default=UNKNOWN, db_default=UNKNOWN)
    answers: _Number = models.BigIntegerField(default=0, db_default=0)
    comments: _Number = models.BigIntegerField(default=0, db_default=0)
    accepted: _Number = models.SmallIntegerField()
    flags: _Number = models.IntegerField()

    class Meta:
        """Its permission ``moderate`` makes a user a moderator; see ``user_for``."""

        db_table = "qathread_threads"
        verbose_name = "thread"
        default_permissions = ("view",)
        permissions = (("moderate", "Can moderate threads"),)
        indexes = (
            models.Index(fields=("created", "id"), name="qathread_threads_created"),
            models.Index(fields=("active", "id"), name="qathread_threads_active"),
            models.Index(fields=("score", "id"), name="qathread_threads_score"),
            models.Index(fields=("answers", "id"), name="qathread_threads_answers"),
            models.Index(
                fields=("author_id", "created"), name="qathread_threads_author"
            ),
        )

    def __str__(self) -> str:
        return self.title or self.id


class EventRow(models.Model):
    """One event of a thread; positions are the order of commit."""

    pk = models.CompositePrimaryKey("thread_id", "version")
    thread_id = KeyField()
    version: _Number = models.BigIntegerField()
    position: _Number = models.BigIntegerField()
    body: _Bytes = models.BinaryField()

    class Meta:
        """Positions are unique, and looked for."""

        db_table = "qathread_events"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("position",), name="qathread_events_position"
            ),
        )


class SnapshotRow(models.Model):
    """A whole thread at some version, so that loading need not fold all events."""

    thread_id = KeyField(primary_key=True)
    body: _Bytes = models.BinaryField()

    class Meta:
        """One for each thread."""

        db_table = "qathread_snapshots"
        default_permissions = ()


class PartRow(models.Model):
    """A part of a body that ``SQLAlchemyStore`` found too long for one row."""

    pk = models.CompositePrimaryKey("thread_id", "version", "number")
    thread_id = KeyField()
    version: _Number = models.BigIntegerField()
    number: _Number = models.IntegerField()
    body: _Bytes = models.BinaryField()

    class Meta:
        """Empty, unless another program writes here."""

        db_table = "qathread_parts"
        default_permissions = ()


class OperationRow(models.Model):
    """What took effect under an op id."""

    op_id = KeyField(primary_key=True)
    thread_id = KeyField()
    base: _Number = models.BigIntegerField()
    version: _Number = models.BigIntegerField()

    class Meta:
        """Kept for as long as the events."""

        db_table = "qathread_operations"
        default_permissions = ()


class TagRow(models.Model):
    """A tag of a thread."""

    pk = models.CompositePrimaryKey("tag", "thread_id")
    tag = KeyField()
    thread_id = KeyField()

    class Meta:
        """Looked for from both sides."""

        db_table = "qathread_tags"
        default_permissions = ()
        indexes = (models.Index(fields=("thread_id",), name="qathread_tags_thread"),)


class PersonRow(models.Model):
    """Somebody who appears in a thread."""

    pk = models.CompositePrimaryKey("user_id", "thread_id")
    user_id = KeyField()
    thread_id = KeyField()

    class Meta:
        """Looked for from both sides."""

        db_table = "qathread_people"
        default_permissions = ()
        indexes = (models.Index(fields=("thread_id",), name="qathread_people_thread"),)


class SearchedRow(models.Model):
    """The words by which a post is found; an index of the server's own reads them."""

    number: _Number = models.BigAutoField(primary_key=True)
    thread_id = KeyField()
    post_id = KeyField()
    words: _Text = models.TextField()

    class Meta:
        """One for each post."""

        db_table = "qathread_searched"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("thread_id", "post_id"), name="qathread_searched_post"
            ),
        )


class ErasedRow(models.Model):
    """That somebody was erased; the digest leads to nobody."""

    pk = models.CompositePrimaryKey("digest", "mode")
    digest = KeyField()
    mode: _Text = models.CharField(max_length=16)

    class Meta:
        """Read when threads are imported."""

        db_table = "qathread_erased"
        default_permissions = ()


class SettingRow(models.Model):
    """The version of the tables, and the salt that ids are digested with."""

    name: _Text = models.CharField(max_length=32, primary_key=True)
    value: _Text = models.CharField(max_length=64)

    class Meta:
        """A few rows."""

        db_table = "qathread_settings"
        default_permissions = ()


class FeedRow(models.Model):
    """The last position of the feed: one row, locked by whoever adds events."""

    id: _Number = models.IntegerField(primary_key=True)
    position: _Number = models.BigIntegerField()

    class Meta:
        """One row."""

        db_table = "qathread_feed"
        default_permissions = ()


class Standing(models.Model):
    """
    The points of a user, as the last ``standings.catch_up`` counted them.

    Attributes:
        user_id: The id of the user as a text: ``str(user.pk)``.
        reputation: The points.
    """

    user_id = KeyField(primary_key=True)
    reputation: _Number = models.BigIntegerField()

    class Meta:
        """Sorted lists of people come from here."""

        db_table = "qathread_standings"
        default_permissions = ("view",)
        indexes = (
            models.Index(
                fields=("reputation", "user_id"), name="qathread_standings_reputation"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.reputation}"


class ProjectionRow(models.Model):
    """
    How far something that is made of the feed got.

    Attributes:
        name: What it is.
        policy: A digest of the policy that it was made by.
        start: The points of a user whom no event concerns.
        position: The last event that is in it.
        rewrites: How often events were rewritten in place, as erasure does.
        seen: How often when it was made: less means that it must be made anew.
    """

    name: _Text = models.CharField(max_length=32, primary_key=True)
    policy: _Text = models.CharField(max_length=64)
    start: _Number = models.BigIntegerField()
    position: _Number = models.BigIntegerField()
    rewrites: _Number = models.BigIntegerField(default=0, db_default=0)
    seen: _Number = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        """One row for each."""

        db_table = "qathread_projections"
        default_permissions = ()
