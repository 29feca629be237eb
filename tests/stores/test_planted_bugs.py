"""The contract finds what it is there to find: each store here is broken on purpose."""

from collections.abc import Callable
from inspect import getdoc
from typing import NamedTuple

import pytest
from hypothesis import Phase, settings

from qathread.stores import MemoryStore, ThreadQuery
from qathread.testing._samples import a_thread
from qathread.testing.stores import ThreadStoreContract
from tests.stores import _planted_erasing as erasing
from tests.stores import _planted_lists as lists
from tests.stores import _planted_saving as saving

MACHINE = "agrees_with_a_dict"

# Which test must fail on which store; True: the state machine must find it too.
PLANTED: list[tuple[type[MemoryStore], str, bool]] = [
    (saving.LastWriterWins, "a_stale_save_is_refused_and_changes_nothing", True),
    (saving.HandsOutItsOwnList, "what_is_handed_out_is_not_what_is_kept", False),
    (saving.LosesTheSecondOfThree, "events_are_kept_in_order_without_gaps", True),
    (saving.KeepsWhatFitted, "events_that_do_not_fit_are_refused_whole", False),
    (saving.AppliesAnOperationAgain, "an_operation_counts_once", True),
    (saving.ForgetsOperations, "an_op_id_belongs_to_one_change", True),
    (saving.TrustsTheOpId, "an_op_id_belongs_to_one_change", True),
    (saving.UsesOpIdsUp, "a_refused_save_does_not_use_its_op_id_up", False),
    (saving.SwallowsErrors, "a_new_thread_is_saved_once", True),
    (saving.KeepsTheHandedThread, "a_store_folds_what_it_holds_itself", False),
    (saving.ReturnsTheHandedThread, "a_new_thread_is_saved_once", True),
    (saving.ComparesPlacesOnly, "other_events_at_the_same_places_are_a_conflict", True),
    (saving.AcknowledgesHalf, "other_events_at_the_same_places_are_a_conflict", True),
    (saving.LoadsTheLatestAlways, "every_version_can_be_loaded", True),
    (saving.LoadsWhatItFoldedLast, "an_update_meets_other_writers", True),
    (saving.CountsFromOne, "events_are_kept_in_order_without_gaps", True),
    (saving.FoldsCase, "ids_that_look_alike_are_different", True),
    (saving.ChangesLineEnds, "text_comes_back_code_point_for_code_point", True),
    (saving.WorksOnWhenClosed, "a_closed_store_says_so", False),
    (lists.CountsVotesLater, "a_vote_counts_once", True),
    (lists.CountsARepeatedVote, "a_vote_counts_once", True),
    (lists.CountsWhatIsRefused, "events_that_do_not_fit_are_refused_whole", False),
    (lists.CountsDeletedAnswers, "summaries_follow_every_verb", False),
    (lists.ForgetsWhoCameLater, "summaries_follow_every_verb", True),
    (lists.ListsLastWeek, "a_vote_counts_once", True),
    (lists.TakesTagsInAnyCase, "lists_find_what_fits", False),
    (lists.SortsWithoutCase, "lists_compare_by_code_point", True),
    (lists.SortsAsDictionariesDo, "lists_compare_by_code_point", False),
    (lists.PutsTheUnknownFirst, "what_is_unknown_is_the_least", True),
    (lists.TakesTheUnknownForOld, "lists_find_what_fits", False),
    (lists.ListsWhatIsHidden, "lists_find_what_fits", True),
    (lists.SkipsTheFirstOfAPage, "pages_make_up_the_list", True),
    (lists.CountsPlaces, "a_walk_misses_and_repeats_nothing_beside_writers", False),
    (lists.TakesAnyCursor, "a_cursor_belongs_to_its_query", False),
    (lists.MendsCursors, "a_changed_cursor_is_refused", False),
    (lists.MendsLimits, "a_page_has_from_1_to_200_threads", False),
    (lists.MissesEdits, "what_can_no_longer_be_read_is_not_found", True),
    (lists.FindsWhatWasDeleted, "what_can_no_longer_be_read_is_not_found", False),
    (lists.ForgetsWhatWasRestored, "what_can_no_longer_be_read_is_not_found", False),
    (lists.TakesAnyWord, "words_are_found_wherever_they_stand", False),
    (lists.JoinsPosts, "words_are_found_wherever_they_stand", False),
    (lists.FindsPartsOfWords, "words_are_found_wherever_they_stand", False),
    (lists.HasOperators, "odd_searches_find_what_they_say", False),
    (lists.LeavesGaps, "the_feed_tells_every_event_once_and_in_order", True),
    (lists.FeedsThreadByThread, "the_feed_tells_every_event_once_and_in_order", True),
    (lists.FeedsFromThePosition, "the_feed_goes_on_from_any_position", True),
    (lists.FeedsRepeats, "what_was_not_saved_is_not_fed", True),
    (lists.FeedsAnyNumber, "the_feed_goes_on_from_any_position", True),
    (erasing.ForgetsTheHistory, "erasing_rewrites_every_log_in_place", True),
    (erasing.ForgetsTheSnapshot, "a_fold_from_before_is_not_used", True),
    (erasing.ForgetsTheWords, "an_erased_person_is_nowhere", False),
    (erasing.ForgetsThePeople, "an_erased_person_is_nowhere", False),
    (erasing.ForgetsTheSummary, "an_erased_person_is_nowhere", True),
    (erasing.FeedsAnew, "erasing_rewrites_every_log_in_place", True),
    (erasing.RaisesVersions, "erasing_rewrites_every_log_in_place", True),
    (erasing.KeepsFirstAnswers, "op_ids_answer_after_erasing", True),
    (erasing.BringsBack, "an_old_copy_brings_nobody_back", True),
    (
        erasing.RemembersTheLastWay,
        "copies_are_cleaned_in_each_way_that_was_asked_for",
        False,
    ),
    (erasing.InventsNewNames, "an_old_copy_brings_nobody_back", False),
    (erasing.ErasesForGood, "who_acts_again_is_somebody_new", True),
    (erasing.ErasesByHowNamesBegin, "what_is_unknown_is_not_changed", False),
    (erasing.LeavesOthersBehind, "erasing_rewrites_every_log_in_place", True),
    (erasing.TakesAnyKey, "arguments_of_erase_are_checked", False),
]
CASES = [
    *((store, name) for store, name, _ in PLANTED),
    *((store, MACHINE) for store, _, found in PLANTED if found),
]


class Row(NamedTuple):
    """One planted bug, for a table."""

    name: str
    what: str
    tests: tuple[str, ...]


def rows() -> list[Row]:
    """Return all planted bugs, each with the tests of the contract that fail on it."""
    found = []
    for store, name, by_machine in PLANTED:
        names = (name, MACHINE) if by_machine else (name,)
        what = " ".join((getdoc(store) or "").split())
        found.append(Row(store.__name__, what, tuple(f"test_{each}" for each in names)))
    return found


def contract(store: type[MemoryStore]) -> ThreadStoreContract:
    class Contract(ThreadStoreContract):
        # The same each time, and without the search for the smallest failure.
        settings = settings(
            ThreadStoreContract.settings,
            max_examples=200,
            stateful_step_count=20,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            report_multiple_bugs=False,
        )

        def make_store(self) -> MemoryStore:
            return store()

    return Contract()


def fails(test: Callable[[], None]) -> bool:
    try:
        test()
    except (Exception, pytest.fail.Exception):
        return True
    return False


@pytest.mark.parametrize(
    ("store", "name"), CASES, ids=[f"{store.__name__}-{name}" for store, name in CASES]
)
def test_the_contract_fails_on_a_broken_store(
    store: type[MemoryStore], name: str
) -> None:
    """A contract that a broken store passes promises nothing."""
    assert fails(getattr(contract(store), f"test_{name}"))


@pytest.mark.parametrize("store", [store for store, _, _ in PLANTED])
def test_a_broken_store_does_what_is_simple(store: type[MemoryStore]) -> None:
    """A store that can do nothing at all would fail any test."""
    broken = store()
    broken.save(a_thread())
    assert broken.load("q") == a_thread()
    assert len(broken.history("q")) == 1
    assert [each.id for each in broken.find(ThreadQuery()).items] in (["q"], [])
    assert [entry.event.version for entry in broken.feed()] == [1]
    assert broken.erase("nobody", "redact") == 0


def test_every_planted_bug_is_told_in_the_table() -> None:
    """The table names every one once, says what is wrong, and which test shows it."""
    found = rows()
    assert len({row.name for row in found}) == len(found) == len(PLANTED)
    for row in found:
        assert row.what.endswith(".")
        assert all(hasattr(ThreadStoreContract, name) for name in row.tests)
