"""All tables, and their first rows."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from ..fields import KeyField
from ._search import MakeSearch

_UNKNOWN = -(2**63)
_FIRST_ROWS = (
    "INSERT INTO qathread_settings (name, value) VALUES ('schema', '1')",
    "INSERT INTO qathread_feed (id, position) VALUES (1, 0)",
)


class Migration(migrations.Migration):
    """Can be undone; then all threads are gone."""

    initial = True

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="ErasedRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "digest",
                        "mode",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("digest", KeyField()),
                ("mode", models.CharField(max_length=16)),
            ],
            options={
                "db_table": "qathread_erased",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="FeedRow",
            fields=[
                ("id", models.IntegerField(primary_key=True, serialize=False)),
                ("position", models.BigIntegerField()),
            ],
            options={
                "db_table": "qathread_feed",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="OperationRow",
            fields=[
                ("op_id", KeyField(primary_key=True, serialize=False)),
                ("thread_id", KeyField()),
                ("base", models.BigIntegerField()),
                ("version", models.BigIntegerField()),
            ],
            options={
                "db_table": "qathread_operations",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PartRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "thread_id",
                        "version",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("thread_id", KeyField()),
                ("version", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("body", models.BinaryField()),
            ],
            options={
                "db_table": "qathread_parts",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ProjectionRow",
            fields=[
                (
                    "name",
                    models.CharField(max_length=32, primary_key=True, serialize=False),
                ),
                ("policy", models.CharField(max_length=64)),
                ("start", models.BigIntegerField()),
                ("position", models.BigIntegerField()),
                ("rewrites", models.BigIntegerField(db_default=0, default=0)),
                ("seen", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "qathread_projections",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SettingRow",
            fields=[
                (
                    "name",
                    models.CharField(max_length=32, primary_key=True, serialize=False),
                ),
                ("value", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "qathread_settings",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SnapshotRow",
            fields=[
                ("thread_id", KeyField(primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
            ],
            options={
                "db_table": "qathread_snapshots",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="EventRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "thread_id",
                        "version",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("thread_id", KeyField()),
                ("version", models.BigIntegerField()),
                ("position", models.BigIntegerField()),
                ("body", models.BinaryField()),
            ],
            options={
                "db_table": "qathread_events",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("position",), name="qathread_events_position"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id",
                        "thread_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("user_id", KeyField()),
                ("thread_id", KeyField()),
            ],
            options={
                "db_table": "qathread_people",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["thread_id"], name="qathread_people_thread")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchedRow",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("thread_id", KeyField()),
                ("post_id", KeyField()),
                ("words", models.TextField()),
            ],
            options={
                "db_table": "qathread_searched",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("thread_id", "post_id"), name="qathread_searched_post"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("user_id", KeyField(primary_key=True, serialize=False)),
                ("reputation", models.BigIntegerField()),
            ],
            options={
                "db_table": "qathread_standings",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["reputation", "user_id"],
                        name="qathread_standings_reputation",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TagRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tag",
                        "thread_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tag", KeyField()),
                ("thread_id", KeyField()),
            ],
            options={
                "db_table": "qathread_tags",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["thread_id"], name="qathread_tags_thread")
                ],
            },
        ),
        migrations.CreateModel(
            name="ThreadRow",
            fields=[
                ("id", KeyField(primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("version", models.BigIntegerField()),
                ("tail_bytes", models.BigIntegerField()),
                ("rewrites", models.BigIntegerField(db_default=0, default=0)),
                ("snapshot_version", models.BigIntegerField(null=True)),
                ("snapshot_bytes", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=16)),
                ("title", models.TextField(null=True)),
                ("author_id", KeyField(null=True)),
                (
                    "created",
                    models.BigIntegerField(db_default=_UNKNOWN, default=_UNKNOWN),
                ),
                (
                    "active",
                    models.BigIntegerField(db_default=_UNKNOWN, default=_UNKNOWN),
                ),
                (
                    "score",
                    models.BigIntegerField(db_default=_UNKNOWN, default=_UNKNOWN),
                ),
                ("answers", models.BigIntegerField(db_default=0, default=0)),
                ("comments", models.BigIntegerField(db_default=0, default=0)),
                ("accepted", models.SmallIntegerField()),
                ("flags", models.IntegerField()),
            ],
            options={
                "verbose_name": "thread",
                "db_table": "qathread_threads",
                "permissions": (("moderate", "Can moderate threads"),),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["created", "id"], name="qathread_threads_created"
                    ),
                    models.Index(
                        fields=["active", "id"], name="qathread_threads_active"
                    ),
                    models.Index(fields=["score", "id"], name="qathread_threads_score"),
                    models.Index(
                        fields=["answers", "id"], name="qathread_threads_answers"
                    ),
                    models.Index(
                        fields=["author_id", "created"], name="qathread_threads_author"
                    ),
                ],
            },
        ),
        MakeSearch(),
        *(migrations.RunSQL(row, migrations.RunSQL.noop) for row in _FIRST_ROWS),
    ]
