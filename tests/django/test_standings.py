"""The table of standings follows the events, each once."""

import pytest

pytest.importorskip("django")

from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread import DOWN, UP, Thread, User, posting, reputation, voting
from qathread.contrib.django import standings
from qathread.contrib.django.models import ProjectionRow, Standing
from qathread.contrib.django.standings import (
    Rules,
    catch_up,
    ledger,
    recompute,
    standing_of,
)
from qathread.contrib.django.stores import DjangoStore
from qathread.errors import StoreUnavailableError, ValidationError
from qathread.events import replay
from qathread.policies import LEMMY, STACK_EXCHANGE
from qathread.testing import strategies
from qathread.testing._samples import START, a_thread, a_vote
from tests.django import _project


def table(alias: str) -> dict[str, int]:
    rows = Standing.objects.using(alias)
    return dict(rows.values_list("user_id", "reputation"))


def expected(alias: str, policy: Rules) -> dict[str, int]:
    """Return what the ledger of all events says, made without the app."""
    store = DjangoStore(alias)
    events, after = [], 0
    while entries := store.feed(after, 200):
        events += [entry.event for entry in entries]
        after = entries[-1].position
    return reputation.ledger(events, policy).standings()


def forget() -> None:
    """Be a process that has just started."""
    standings._KEPT.clear()


def test_points_follow_saves(alias: str) -> None:
    store = DjangoStore(alias)
    thread = store.save(a_thread())
    assert standing_of("ada", using=alias) is None
    assert catch_up(STACK_EXCHANGE, using=alias) == 1
    assert standing_of("ada", using=alias) == 1
    thread = store.save(a_vote(thread, "li"))
    assert catch_up(STACK_EXCHANGE, using=alias) == 2
    assert table(alias)["ada"] == 11
    thread = store.save(a_vote(thread, "li", DOWN))
    assert catch_up(STACK_EXCHANGE, using=alias) == 3
    assert table(alias) == expected(alias, STACK_EXCHANGE)
    assert standing_of("stranger", using=alias) == 1


def test_each_event_counts_once(alias: str) -> None:
    """However often, and from however many processes, it is called."""
    store = DjangoStore(alias)
    thread = store.save(a_thread())
    for number in range(6):
        thread = store.save(a_vote(thread, f"u{number}"))
        if number % 2:
            forget()
        for _ in range(2):
            assert catch_up(STACK_EXCHANGE, using=alias) == number + 2
        assert table(alias)["ada"] == 11 + 10 * number


def test_any_threads_are_paid_as_by_the_ledger() -> None:
    """Whatever happens between two calls, the table is that of the whole ledger."""
    alias = _project.sqlite()
    values = st.lists(
        st.one_of(strategies.open_threads(), strategies.moderated_threads()),
        min_size=1,
        max_size=3,
        unique_by=lambda value: value.id,
    )
    turns = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), max_size=6)

    @settings(max_examples=40, deadline=None)
    @given(values=values, turns=turns)
    def check(values: list[Thread], turns: list[tuple[int, int]]) -> None:
        _project.empty(alias)
        store = DjangoStore(alias)
        left = {value.id: list(value.pending) for value in values}
        saved: dict[str, Thread] = {}
        rest = [(place, 99) for place in range(len(values))]
        for place, size in (*turns, *rest):
            thread_id = values[place % len(values)].id
            events = left[thread_id][:size]
            if events:
                del left[thread_id][:size]
                thread = replay(events, saved.get(thread_id))
                saved[thread_id] = store.save(thread)
            catch_up(STACK_EXCHANGE, using=alias)
            assert table(alias) == expected(alias, STACK_EXCHANGE)

    check()
    connections[alias].close()


def test_a_save_and_its_points_are_one_transaction(alias: str) -> None:
    store = DjangoStore(alias)
    thread = store.save(a_thread())
    catch_up(STACK_EXCHANGE, using=alias)
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=alias):
        store.save(a_vote(thread, "li"))
        assert catch_up(STACK_EXCHANGE, using=alias) == 2
        assert standing_of("ada", using=alias) == 11
        raise ZeroDivisionError
    assert standing_of("ada", using=alias) == 1
    # Neither does the ledger in memory know what was rolled back.
    store.save(a_vote(thread, "bo", DOWN))
    assert catch_up(STACK_EXCHANGE, using=alias) == 2
    assert table(alias) == expected(alias, STACK_EXCHANGE)
    with transaction.atomic(using=alias):
        store.save(a_vote(store.load("q"), "cy"))
        catch_up(STACK_EXCHANGE, using=alias)
    assert table(alias) == expected(alias, STACK_EXCHANGE)


def test_another_policy_makes_the_table_anew(alias: str) -> None:
    store = DjangoStore(alias)
    store.save(a_vote(a_thread(), "li"))
    catch_up(STACK_EXCHANGE, using=alias)
    catch_up(LEMMY, using=alias)
    assert table(alias) == expected(alias, LEMMY)
    schedule = [(START, STACK_EXCHANGE)]
    catch_up(schedule, using=alias)
    assert table(alias) == expected(alias, schedule)


def test_an_erasure_makes_the_table_anew(alias: str) -> None:
    store = DjangoStore(alias)
    store.save(a_vote(a_thread(), "li"))
    catch_up(STACK_EXCHANGE, using=alias)
    assert store.erase("li", "purge") == 1
    catch_up(STACK_EXCHANGE, using=alias)
    assert table(alias)["ada"] == 1
    assert store.erase("ada", "pseudonymise", key=b"k" * 32) == 1
    catch_up(STACK_EXCHANGE, using=alias)
    assert "ada" not in table(alias)
    assert table(alias) == expected(alias, STACK_EXCHANGE)


def test_recompute_mends_what_somebody_changed(alias: str) -> None:
    store = DjangoStore(alias)
    store.save(a_vote(a_thread(), "li"))
    catch_up(STACK_EXCHANGE, using=alias)
    Standing.objects.using(alias).update(reputation=999)
    Standing.objects.using(alias).create(user_id="ghost", reputation=1)
    seen: list[int] = []
    assert recompute(STACK_EXCHANGE, using=alias, step=seen.append) == 2
    assert table(alias) == expected(alias, STACK_EXCHANGE)
    assert seen == [2]


def test_a_table_newer_than_the_events_is_made_anew(alias: str) -> None:
    """As after the events alone were brought back from a backup."""
    DjangoStore(alias).save(a_vote(a_thread(), "li"))
    catch_up(STACK_EXCHANGE, using=alias)
    ProjectionRow.objects.using(alias).update(position=99)
    Standing.objects.using(alias).update(reputation=999)
    assert catch_up(STACK_EXCHANGE, using=alias) == 2
    assert table(alias) == expected(alias, STACK_EXCHANGE)


def test_the_ledger_tells_quotas_and_reasons(alias: str) -> None:
    store = DjangoStore(alias)
    store.save(a_vote(a_thread(), "li"))
    catch_up(STACK_EXCHANGE, using=alias)
    forget()
    found = ledger(STACK_EXCHANGE, using=alias)
    assert found.standing("ada") == 11
    assert "question_upvoted" in found.explain("ada")
    usage = found.usage("li", START)
    by = User(id="li", reputation=500)
    thread = posting.ask("r", title="Why not?", body="?", by=User(id="bo"), at=START)
    voting.cast(thread, "r.1", UP, by=by, at=START, policy=STACK_EXCHANGE, usage=usage)


def test_nothing_new_costs_three_statements(alias: str) -> None:
    DjangoStore(alias).save(a_thread())
    catch_up(STACK_EXCHANGE, using=alias)
    queries = CaptureQueriesContext(connections[alias])
    with transaction.atomic(using=alias), queries:
        catch_up(STACK_EXCHANGE, using=alias)
    about = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
    locks = [each for each in about if each.startswith("UPDATE qathread_feed")]
    assert len(about) - len(locks) == 3, about


def test_calls_at_the_same_time_wait_for_each_other(alias: str) -> None:
    store = DjangoStore(alias)
    thread = store.save(a_thread())
    for number in range(5):
        thread = store.save(a_vote(thread, f"u{number}"))
    forget()
    others = [
        _project.in_a_thread(lambda: catch_up(STACK_EXCHANGE, using=alias))
        for _ in range(3)
    ]
    with others[0] as a, others[1] as b, others[2] as c:
        pass
    assert a == b == c == [6]
    assert table(alias) == expected(alias, STACK_EXCHANGE)


def test_what_is_wrong_is_told() -> None:
    with pytest.raises(ValidationError, match="alias"):
        catch_up(STACK_EXCHANGE, using="none")
    with pytest.raises(ValidationError):
        catch_up([])
    alias = _project.add_database(
        ENGINE="django.db.backends.sqlite3", NAME=str(_project.FOLDER / "empty.db")
    )
    with pytest.raises(StoreUnavailableError, match="migrate"):
        standing_of("ada", using=alias)
    with pytest.raises(StoreUnavailableError, match="migrate"):
        catch_up(STACK_EXCHANGE, using=alias)
    connections[alias].close()
