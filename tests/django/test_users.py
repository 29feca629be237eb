"""Users of a project, with keys of several types, as users of threads."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

pytest.importorskip("django")

from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.test.utils import override_settings
from django.utils.functional import SimpleLazyObject

from qathread import UP, posting, voting
from qathread.contrib.django.standings import catch_up
from qathread.contrib.django.stores import DjangoStore
from qathread.contrib.django.users import ANONYMOUS_ID, user_for
from qathread.errors import PolicyViolation
from qathread.policies import STACK_EXCHANGE
from qathread.testing._samples import START
from qathread.users import UserKind
from tests.django.project.models import Member

pytestmark = pytest.mark.usefixtures("project")


def member(**parts: Any) -> Member:
    made: Member = Member.objects.create(
        **{"id": "m-1", "username": "ada", "full_name": "Ada L.", **parts}
    )
    return made


def test_a_user_has_what_the_project_knows() -> None:
    joined = datetime(2025, 3, 1, tzinfo=UTC)
    made = member(date_joined=joined)
    made.groups.add(Group.objects.create(name="editors"))
    found = user_for(SimpleLazyObject(lambda: made))
    assert (found.id, found.name, found.handle) == ("m-1", "Ada L.", "ada")
    assert found.roles == {"editors"}
    assert found.joined_at == joined
    assert found.reputation is None
    assert found.kind is UserKind.REGISTERED


def test_the_username_stands_in_for_a_name() -> None:
    assert user_for(member(full_name=" ")).name == "ada"


def test_an_address_that_people_sign_in_with_stays_private(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Member, "USERNAME_FIELD", "email")
    found = user_for(member(email="ada@example.org"))
    assert (found.name, found.handle) == ("Ada L.", None)
    nameless = user_for(
        member(id="m-2", username="li", email="li@example.org", full_name="")
    )
    assert (nameless.name, nameless.handle) == (None, None)


def test_a_moderator_has_the_permission_not_the_staff_flag() -> None:
    assert user_for(member(is_staff=True)).roles == frozenset()
    chosen = member(id="m-2", username="bo")
    chosen.user_permissions.add(Permission.objects.get(codename="moderate"))
    assert user_for(Member.objects.get(pk="m-2")).roles == {"moderator"}
    team = Group.objects.create(name="team")
    team.permissions.add(Permission.objects.get(codename="moderate"))
    member(id="m-3", username="cy").groups.add(team)
    assert user_for(Member.objects.get(pk="m-3")).roles == {"moderator", "team"}
    root = member(id="m-4", username="root", is_superuser=True)
    assert user_for(root).roles == {"moderator"}
    gone = member(id="m-5", username="ex", is_superuser=True, is_active=False)
    assert user_for(gone).roles == frozenset()


def test_nobody_signed_in_is_anonymous() -> None:
    found = user_for(AnonymousUser())
    assert found.id == ANONYMOUS_ID
    assert found.kind is UserKind.ANONYMOUS
    thread = posting.ask("q", title="Why?", body="b", by=user_for(member()), at=START)
    with pytest.raises(PolicyViolation):
        voting.cast(thread, "q.1", UP, by=found, at=START, policy=STACK_EXCHANGE)


def test_keys_of_any_type_are_texts() -> None:
    """A model needs no more than a key and ``is_anonymous``."""

    class Bare:
        is_anonymous = False

        def __init__(self, pk: object) -> None:
            self.pk = pk

    number = UUID("12345678-1234-5678-1234-567812345678")
    assert user_for(Bare(7)).id == "7"
    assert user_for(Bare(number)).id == str(number)
    assert user_for(Bare("a/b")).name is None


def test_a_naive_date_is_of_the_project_s_zone() -> None:
    class Naive:
        pk, is_anonymous = 1, False
        date_joined = datetime(2025, 3, 1, 12)

    with override_settings(TIME_ZONE="Europe/Berlin"):
        found = user_for(Naive())
    assert found.joined_at == datetime(2025, 3, 1, 11, tzinfo=UTC)


def test_points_come_from_the_table_of_standings() -> None:
    ada, store = member(), DjangoStore()
    thread = posting.ask("q", title="Why?", body="b", by=user_for(ada), at=START)
    thread = voting.cast(
        thread, "q.1", UP, by=user_for(member(id="2", username="b")), at=START
    )
    store.save(thread)
    assert user_for(ada).reputation is None
    catch_up(STACK_EXCHANGE)
    assert user_for(ada).reputation == 11
    assert user_for(member(id="3", username="new")).reputation == 1
    assert user_for(ada, reputation=5).reputation == 5
    assert user_for(ada, reputation=None).reputation is None
