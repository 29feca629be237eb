"""ConvoKit corpora: a real one, older forms, and what goes wrong in them."""

import json
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from qathread import (
    Comment,
    Question,
    Thread,
    User,
    from_json,
    posting,
    to_json,
    voting,
)
from qathread.errors import FormatError, LossError, ValidationError
from qathread.feedback import UP
from qathread.formats import Reading, read, sniff, write
from qathread.formats.convokit import Corpus
from qathread.limits import Limits
from qathread.posts import Stub
from qathread.users import UserKind

NAME = "convokit"


def said(id: str = "a", **members: Any) -> dict[str, Any]:
    return {
        "id": id,
        "conversation_id": "a",
        "text": "Hello",
        "speaker": "ada",
        "meta": {},
        "reply-to": None if id == "a" else "a",
        "timestamp": 1_500_000_000 + len(id),
        "vectors": [],
        **members,
    }


def encoded(*utterances: object) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in utterances)


def reading(*utterances: object, **options: Any) -> Reading:
    return read(encoded(*utterances), NAME, **options)


def threads(*utterances: object, **options: Any) -> list[Thread]:
    found = list(reading(*utterances, **options))
    for thread in found:
        assert from_json(to_json(thread)) == thread
    return found


def one(*utterances: object, **options: Any) -> Thread:
    (thread,) = threads(*utterances, **options)
    return thread


def told(*utterances: object, **options: Any) -> dict[str, int]:
    found = reading(*utterances, **options)
    list(found)
    return {loss.code: loss.count for loss in found.report}


def refused(*utterances: object) -> FormatError:
    with pytest.raises(FormatError) as caught:
        list(reading(*utterances, strict=True))
    return caught.value


def folder_of(path: Path, *utterances: object, **files: object) -> Path:
    path.mkdir(exist_ok=True)
    (path / "utterances.jsonl").write_bytes(encoded(*utterances))
    for name, value in files.items():
        (path / f"{name}.json").write_text(json.dumps(value))
    return path


# -- the sample ----------------------------------------------------------------------


@pytest.fixture(scope="session")
def sample(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "convokit" / "cornell_a"
    if not folder.is_dir():
        pytest.skip("no corpus in the folder of reference samples")
    return folder


def test_the_sample_gives_its_conversations(sample: Path) -> None:
    with read(sample) as found:
        assert found.format == NAME
        whole = list(found)
    assert (len(whole), sum(map(len, whole))) == (25, 750)
    assert not any(thread.stubs for thread in whole)
    first = whole[0]
    assert first.question.title == "oh look.. a picture!"
    assert first.score("o0ss4") == 24
    assert first.provenance is not None
    assert dict(first.provenance.declared) == {"comments": 45}
    assert first.question.created_at == datetime.fromtimestamp(1325571377, UTC)
    gone = [
        p for t in whole for p in t.posts if t.author(p.id).kind is UserKind.DELETED
    ]
    assert gone and len({post.author_id for post in gone}) == len(gone)
    assert isinstance(found.site, Corpus)
    assert found.site.meta["num_posts"] == 10744
    (counts,) = found.report
    assert counts.code == "count-differs" and counts.harmless
    assert counts.examples == (
        "num_posts 10744, here 25",
        "num_comments 63723, here 725",
    )


def test_the_sample_is_written_again_as_it_was(sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "again"
    with read(sample) as found:
        assert not write(found, target, NAME)
    for name in ("conversations", "speakers", "corpus"):
        path = f"{name}.json"
        first, second = sample / path, target / path
        assert json.loads(first.read_text()) == json.loads(second.read_text())
    lines = [
        sorted((folder / "utterances.jsonl").read_text().splitlines(), key=_id_of)
        for folder in (sample, target)
    ]
    first_lines, second_lines = (list(map(json.loads, each)) for each in lines)
    assert first_lines == second_lines
    stated = json.loads((sample / "index.json").read_text())
    written = json.loads((target / "index.json").read_text())
    for name, types in stated.items():
        if isinstance(types, dict):
            # Some members of the sample are not in its own index.
            assert types.items() <= written[name].items()
    assert list(read(target)) == list(read(sample))


def _id_of(line: str) -> str:
    return str(json.loads(line)["id"])


def test_utterances_alone_are_read_too(sample: Path) -> None:
    path = sample / "utterances.jsonl"
    assert sniff(path) == sniff(path.read_bytes()) == NAME
    found = list(read(path))
    assert (len(found), sum(map(len, found))) == (25, 750)
    assert found[0].question.title is None


# -- utterances ----------------------------------------------------------------------


def test_older_names_and_a_list_are_read(tmp_path: Path) -> None:
    older = [
        {"id": "a", "root": "a", "user": "ada", "text": "x", "reply_to": None},
        {"id": "b", "root": "a", "user": "bob", "text": "y", "reply_to": "a"},
    ]
    (tmp_path / "utterances.json").write_text(json.dumps(older))
    (tmp_path / "users.json").write_text('{"ada": {"sex": "f"}, "bob": {}}')
    (tmp_path / "conversations.json").write_text('{"a": {"title": "Why?"}}')
    (thread,) = read(tmp_path, NAME)
    assert thread.question.title == "Why?"
    assert thread["b"].parent_id == "a"
    assert thread.provenance is not None
    assert thread.provenance.members() == {"speakers": {"ada": {"meta": {"sex": "f"}}}}
    write(thread, tmp_path / "new", NAME)
    speakers = json.loads((tmp_path / "new" / "speakers.json").read_text())
    assert speakers == {
        "ada": {"meta": {"sex": "f"}, "vectors": []},
        "bob": {"meta": {}, "vectors": []},
    }
    assert list(read(tmp_path / "new", NAME)) == [thread]


def test_without_conversations_the_first_utterance_names_them() -> None:
    bare = {"text": "x", "speaker": "ada"}
    found = threads(
        {"id": "b", "reply-to": "a", **bare},
        {"id": "a", "reply-to": None, **bare},
        {"id": "c", "reply-to": "b", **bare},
        {"id": "d", "reply-to": "gone", **bare},
    )
    assert [thread.id for thread in found] == ["a", "gone"]
    assert len(found[0]) == 3
    assert found[1].root == Stub(id="gone")


@pytest.mark.parametrize(
    "stamp", [1_500_000_000, 1.5e9, "1500000000"], ids=["int", "float", "text"]
)
def test_a_time_is_a_number_or_its_digits(stamp: object) -> None:
    post = one(said(timestamp=stamp)).question
    assert post.created_at == datetime.fromtimestamp(1_500_000_000, UTC)
    origin = post.provenance
    assert origin is not None
    assert origin.members() == ({} if type(stamp) is int else {"timestamp": stamp})


def test_a_time_that_is_none_stays_beside_the_post() -> None:
    post = one(said(timestamp="yesterday")).question
    assert post.created_at is None
    assert post.provenance is not None
    assert post.provenance.members() == {"timestamp": "yesterday"}
    assert refused(said(timestamp="yesterday")).code == "instant"
    assert one(said(timestamp=None), strict=True).question.created_at is None


def test_a_parent_that_is_absent_is_a_stub() -> None:
    thread = one(said(), said("b", **{"reply-to": "gone"}))
    assert thread["b"].parent_id == "gone"
    assert thread.stubs == (Stub(id="gone"),)
    assert refused(said(), said("b", **{"reply-to": "gone"})).code == "missing-parent"


def test_utterances_that_reply_to_themselves_or_in_a_circle_are_cut() -> None:
    thread = one(
        said(),
        said("b", **{"reply-to": "b"}),
        said("d", **{"reply-to": "c"}),
        said("c", **{"reply-to": "d"}),
    )
    assert {p.id: p.parent_id for p in thread.posts} == {
        "a": None,
        "b": "a",
        "c": "a",
        "d": "c",
    }
    assert refused(said(**{"reply-to": "a"})).code == "cycle"


def test_a_conversation_has_one_first_utterance() -> None:
    several = (said("b", **{"reply-to": None}), said(), said("c", **{"reply-to": None}))
    thread = one(*several)
    assert thread.question.id == "a"
    assert told(*several) == {"second-root": 2}
    # Where none has the id of the conversation it is the earliest.
    renamed = [{**each, "conversation_id": "x"} for each in several]
    assert one(*renamed).question.id == "a"
    assert one(*renamed).id == "x"


def test_a_speaker_may_be_unknown_or_gone() -> None:
    thread = one(
        said(speaker=None), said("b", speaker="[deleted]"), said("c", speaker=7)
    )
    assert thread.author("a").kind is UserKind.ANONYMOUS
    assert thread.author("b") == User(id="gone:b", kind=UserKind.DELETED)
    assert thread.author("c") == User(id="7")


def test_only_our_own_writer_can_make_answers() -> None:
    foreign = said("b", meta={"type": "answer", "score": 3})
    thread = one(said(), foreign)
    assert isinstance(thread["b"], Comment)
    assert thread.score("b") == 3
    assert thread["b"].provenance is not None
    assert thread["b"].provenance.members() == {"meta": {"type": "answer"}}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"text": 5}, "field"),
        ({"meta": []}, "field"),
        ({"meta": {"score": "high"}}, "number"),
        ({"vectors": 5}, None),
        ({"text": "a\0b"}, "forbidden-character"),
        ({"more": {"x": 1}}, None),
        ({"speaker": []}, "field"),
    ],
)
def test_members_of_other_kinds_stay_beside_the_post(
    members: dict[str, Any], code: str | None
) -> None:
    assert len(one(said(**members))) == 1
    if code is None:
        assert one(said(**members), strict=True).question.provenance is not None
    else:
        assert refused(said(**members)).code == code


def test_what_has_no_id_is_left_out() -> None:
    assert told(said(), {"text": "x"}, 5, [said()]) == {"field": 3}
    assert refused(said(), {"text": "x"}).code == "field"


def test_a_line_that_is_broken_is_left_out() -> None:
    data = encoded(said()) + b'{"id": "b", "conv\n' + encoded(said("c"))
    found = read(data, NAME)
    assert [post.id for thread in found for post in thread.posts] == ["a", "c"]
    assert [loss.code for loss in found.report] == ["syntax"]


@pytest.mark.parametrize("data", [b"", b"5", b'{"a": 1}\n', b"<html>", b"null"])
def test_what_is_no_corpus_is_refused_or_empty(data: bytes) -> None:
    try:
        assert list(read(data, NAME)) == []
    except FormatError as error:
        assert error.code == "not-this-format"


def test_limits_are_kept() -> None:
    deep = "[" * 300 + "]" * 300
    with pytest.raises(FormatError) as caught:
        list(read(encoded(said())[:-2] + f', "x": {deep}}}\n'.encode(), NAME))
    assert caught.value.code == "too-deep"
    with pytest.raises(FormatError) as caught:
        list(reading(said(), limits=Limits(record=50)))
    assert caught.value.code == "too-large"


# -- folders -------------------------------------------------------------------------


class Bomb:
    """Loading it would be seen."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was loaded",))


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    import pickle

    folder = folder_of(
        tmp_path / "c",
        said(meta={"parse": "<##bin{0}&&@**>"}),
        index={"utterances-index": {"parse": ["bin"]}, "version": 1},
    )
    (folder / "parse-bin.p").write_bytes(pickle.dumps(Bomb()))
    (folder / "vectors.bert.p").write_bytes(pickle.dumps(Bomb()))
    (folder / "info.tokens.jsonl").write_text("{}")
    found = read(folder)
    (thread,) = found
    counts = {loss.code: loss.count for loss in found.report if not loss.harmless}
    assert counts == {"pickle": 3, "info-file": 1}
    with pytest.raises(LossError):
        read(folder, strict=True)
    # No index may promise a file that is not written.
    write(thread, tmp_path / "new", NAME)
    index = json.loads((tmp_path / "new" / "index.json").read_text())
    assert index["utterances-index"] == {"parse": ["<class 'str'>"]}


def test_files_that_are_missing_or_no_objects_are_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "c", said(), conversations=[1], speakers={"ada": 5})
    found = read(folder)
    (thread,) = found
    assert thread.author("a") == User(id="ada")
    counts = {loss.code: loss.count for loss in found.report}
    assert counts == {"file-missing": 2, "field": 1}
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FormatError):
        read(empty, NAME)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "c"
    target.mkdir()
    (target / "thesis.txt").write_text("mine")
    with pytest.raises(ValidationError):
        write(one(said()), target, NAME)
    assert (target / "thesis.txt").read_text() == "mine"


def test_speakers_without_utterances_are_kept_with_their_corpus(tmp_path: Path) -> None:
    record = {"meta": {"age": 36}, "vectors": []}
    folder = folder_of(
        tmp_path / "c",
        said(),
        speakers={"ada": record, "idle": record},
        conversations={"a": {"meta": {}, "vectors": []}, "empty": {"meta": {"x": 1}}},
    )
    with read(folder) as found:
        write(found, tmp_path / "new", NAME)
    for name, count in (("speakers.json", 2), ("conversations.json", 2)):
        again = json.loads((tmp_path / "new" / name).read_text())
        assert len(again) == count


def test_people_of_one_id_may_be_called_differently(tmp_path: Path) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    several = [
        posting.ask(name, title="?", body="!", by=User(id="7", name=name), at=at)
        for name in ("Ada", "Bob")
    ]
    write(several, tmp_path / "c", NAME)
    names = [thread.author(thread.root.id).name for thread in read(tmp_path / "c")]
    assert names == ["Ada", "Bob"]


def test_what_is_written_can_be_read_by_people(tmp_path: Path) -> None:
    ada, bob = User(id="7", name="Ada"), User(id="8", name="Bob")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    thread = posting.ask("12", title="Why?", body="So?", tags=("a",), by=ada, at=at)
    thread = posting.answer(thread, "Because.", by=bob, at=at)
    thread = posting.accept(thread, "12.2", by=ada, at=at)
    thread = voting.cast(thread, "12.2", UP, by=ada, at=at)
    report = write(thread, tmp_path / "c", NAME)
    assert {loss.code for loss in report if not loss.harmless} == {"version"}
    lines = (tmp_path / "c" / "utterances.jsonl").read_text().splitlines()
    answer = json.loads(lines[1])
    ours = answer["meta"].pop("qathread")
    assert answer == {
        "id": "12.2",
        "conversation_id": "12",
        "text": "Because.",
        "speaker": "8",
        "meta": {"score": 1, "type": "answer", "accepted": True},
        "reply-to": "12.1",
        "timestamp": 1767225600,
        "vectors": [],
    }
    assert ours["media_type"] == "text/markdown"
    record = json.loads((tmp_path / "c" / "conversations.json").read_text())["12"]
    assert record["meta"]["title"] == "Why?"
    assert record["meta"]["tags"] == ["a"]
    speakers = json.loads((tmp_path / "c" / "speakers.json").read_text())
    assert speakers["7"]["meta"] == {"name": "Ada", "qathread": {}}


@pytest.mark.parametrize(
    "ours",
    [
        5,
        {"origin": 5, "deleted": 5, "status": [], "tally": 5, "views": -1},
        {"created_at": "soon", "revision": 0, "author": {"id": ""}, "media_type": ""},
        {"tally": {"up": -1}, "author_name": 5, "language": {}},
        {"origin": {"platform": "", "x": 1}},
    ],
)
def test_our_own_members_are_read_with_care(ours: object) -> None:
    """Anybody can write them."""
    assert len(one(said(meta={"qathread": ours, "type": "answer"}))) == 1


@pytest.mark.parametrize(
    "ours",
    [
        {"votes": [{"post_id": "z", "voter_id": "x", "direction": "up"}]},
        {"votes": 5, "stubs": [{"id": "b", "parent_id": "c"}, 5], "people": [{}]},
        {"stubs": [{"id": "s", "parent_id": "t"}, {"id": "t", "parent_id": "s"}]},
        {"post_ids": {"a": "", "b": 5}, "root_id": 5, "arrival": 5, "id": 5},
        {"post_ids": {"a": "b"}, "root_id": "nowhere", "arrival": [{}, "a"], "id": ""},
        {"bounties": [{"id": "1", "amount": 5}, {"id": "1", "amount": 5}]},
        {"accepted": ["a", 5, {}], "kind": {}, "status": 5, "origin": 5},
    ],
)
def test_our_own_members_of_conversations_are_read_with_care(
    ours: dict[str, object], tmp_path: Path
) -> None:
    record = {"a": {"meta": {"qathread": ours}, "vectors": []}}
    folder = folder_of(tmp_path / "c", said(), said("b"), conversations=record)
    (thread,) = read(folder, NAME)
    assert from_json(to_json(thread)) == thread
    assert isinstance(thread.root, Question | Stub)


# -- cost ----------------------------------------------------------------------------


def test_utterances_are_not_held_in_memory(tmp_path: Path) -> None:
    """Four times the text costs hardly more."""

    def peak(size: int) -> int:
        text = "x" * size
        path = tmp_path / f"{size}.jsonl"
        with path.open("w") as out:
            for number in range(2000):
                group = f"c{number % 200}"  # never beside each other
                value = said(f"u{number}", conversation_id=group, text=text)
                out.write(json.dumps(value) + "\n")
        tracemalloc.start()
        for _ in read(path, NAME):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(24_000) < peak(6_000) + 4_000_000


def test_a_long_chain_takes_no_recursion_and_no_quadratic_time() -> None:
    def spent(count: int) -> float:
        chain = [
            said(f"{n:06}", conversation_id="000000", **{"reply-to": f"{n - 1:06}"})
            for n in range(1, count)
        ]
        first = said("000000", conversation_id="000000", **{"reply-to": None})
        data = encoded(*reversed(chain), first)
        start = time.process_time()
        (thread,) = read(data, NAME)
        assert len(thread) == count
        return time.process_time() - start

    # Eight times the chain; its square would be 64 times.
    assert spent(24_000) < 32 * min(spent(3_000), spent(3_000))
