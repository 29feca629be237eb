"""Preference files as `datasets` loads them, and a recount of a real site."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from itertools import combinations, islice
from math import log2
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import py7zr
import pytest

import qathread
from qathread import Thread, preferences

# The package that loads leaves files to the collector, and announces changes to come.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

BEER = "data/formats/stackexchange_dump/beer.stackexchange.com_2020-06.7z"
Row = Mapping[str, object]
ROWS: dict[str, Callable[[Iterable[Thread]], Iterator[Row]]] = {
    "pairs": preferences.pairs,
    "chat_pairs": preferences.chat_pairs,
    "unpaired": preferences.unpaired,
    "chat_unpaired": preferences.chat_unpaired,
    "messages": preferences.messages,
    "conversations": preferences.conversations,
}
every_kind = pytest.mark.parametrize("name", list(ROWS))
PARTS = ("train", "test")


@pytest.fixture(scope="module")
def beer(shared: Path) -> list[Thread]:
    """A whole site."""
    with qathread.read(shared / BEER) as reading:
        return list(reading)


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """`load_dataset` without a network, its cache in a folder of the test."""
    with pytest.MonkeyPatch.context() as patch:
        cache = str(tmp_path_factory.mktemp("cache"))
        for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
            patch.setenv(name, "1")
        patch.setenv("HF_HOME", cache)
        datasets: Any = import_module("datasets")
        assert datasets.config.HF_HUB_OFFLINE
        datasets.disable_progress_bars()

        def loaded(kind: str, files: Mapping[str, Path], **more: Any) -> Any:
            paths = {part: str(path) for part, path in files.items()}
            return datasets.load_dataset(
                kind, data_files=paths, cache_dir=cache, **more
            )

        yield loaded
        gc.collect()  # what it left open is closed while its warnings are expected


@every_kind
def test_datasets_loads_what_was_written(
    name: str, beer: list[Thread], load: Callable[..., Any], tmp_path: Path
) -> None:
    """Features, columns and rows of both kinds of file are those of the rows."""
    rows = list(ROWS[name](beer))
    files: dict[str, dict[str, Path]] = {"jsonl": {}, "parquet": {}}
    wanted: dict[str, list[Row]] = {}
    for part in PARTS:
        mine = [row for row in rows if preferences.split(_thread_id(row)) == part]
        wanted[part] = mine
        for kind, paths in files.items():
            paths[part] = tmp_path / f"{part}.{kind}"
            assert preferences.write(mine, paths[part]) == len(mine)
            first = paths[part].read_bytes()
            # A second run reads the site's threads again and gives the same bytes.
            again = [
                row
                for row in ROWS[name](iter(beer))
                if preferences.split(_thread_id(row)) == part
            ]
            preferences.write(again, paths[part])
            assert paths[part].read_bytes() == first
    columns = list(rows[0])
    parquet = load("parquet", files["parquet"])
    features = parquet["train"].features
    # A column of nulls alone, as the dump's addresses are, has no type in JSON.
    lines = load("json", files["jsonl"], features=features)
    bare = load("json", files["jsonl"])
    for part in PARTS:
        for found in (parquet[part], lines[part], bare[part]):
            assert found.column_names == columns
            assert found.num_rows == len(wanted[part])
            assert found.to_list() == wanted[part]
        assert parquet[part].features == lines[part].features == features
        told = {
            column: kind
            for column, kind in bare[part].features.items()
            if any(row[column] is not None for row in wanted[part])
        }
        assert told == {column: features[column] for column in told}
    mixed = set(_ids(parquet["train"])) & set(_ids(parquet["test"]))
    assert not mixed and len(wanted["test"]) > 0
    for part in PARTS:
        assert set(parquet[part]["license"]) == {"CC BY-SA 3.0", "CC BY-SA 4.0"}
        assert all(parquet[part]["author"]) and all(parquet[part]["question_author"])
    sizes = {part: len(found) for part, found in wanted.items()}
    print(f"\n{name}: {len(rows)} rows, {sizes}")


def _thread_id(row: Row) -> str:
    return str(row["thread_id"])


def _ids(found: Any) -> list[str]:
    ids: list[str] = found["thread_id"][:]
    return ids


# -- a recount from the dump's own files, in the words of the rule ------------------


@pytest.fixture(scope="module")
def dump(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the site's files."""
    folder = tmp_path_factory.mktemp("beer")
    with py7zr.SevenZipFile(shared / BEER) as archive:
        archive.extract(folder, targets=["Posts.xml", "Users.xml"])
    return folder


def rows_of(path: Path) -> list[Any]:
    """The rows of a file, as the standard library parses them."""
    return [row.attrib for row in ElementTree.parse(path).getroot()]


@pytest.fixture(scope="module")
def posts(dump: Path) -> list[Any]:
    return rows_of(dump / "Posts.xml")


def recount(
    posts: list[Any],
) -> tuple[dict[tuple[str, str, str], tuple[int, int]], int]:
    """
    Return each pair with its grades, and how many answers say what a better one says.

    A grade is round(log2(1 + score)), 1 more if accepted; -1 for a score below 0.
    """
    accepted = {row["AcceptedAnswerId"] for row in posts if "AcceptedAnswerId" in row}
    asked = {row["Id"] for row in posts if row["PostTypeId"] == "1"}
    answers: dict[str, list[Any]] = {}
    for row in posts:
        if row["PostTypeId"] == "2" and row["ParentId"] in asked:
            answers.setdefault(row["ParentId"], []).append(row)
    pairs: dict[tuple[str, str, str], tuple[int, int]] = {}
    dropped = 0
    for question, some in answers.items():
        graded: list[tuple[int, Any]] = []
        for row in some:
            score = int(row["Score"])
            grade = -1 if score < 0 else round(log2(1 + score))
            if score >= 0 and row["Id"] in accepted:
                grade += 1
            graded.append((grade, row))
        graded.sort(key=lambda two: (-two[0], two[1]["CreationDate"], two[1]["Id"]))
        kept: list[tuple[int, Any]] = []
        for grade, row in graded:
            if any(alike(row["Body"], other["Body"]) >= 0.8 for _, other in kept):
                dropped += 1
            else:
                kept.append((grade, row))
        for (high, good), (low, bad) in combinations(kept, 2):
            if high > low:
                pairs[question, good["Id"], bad["Id"]] = (high, low)
    return pairs, dropped


def alike(one: str, other: str) -> float:
    """Return the share of runs of three words that two texts have in common."""
    runs = []
    for text in (one, other):
        words = text.casefold().split()
        starts = range(max(1, len(words) - 2))
        runs.append({" ".join(words[at : at + 3]) for at in starts})
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def test_pairs_are_a_recount_of_the_dump(beer: list[Thread], posts: list[Any]) -> None:
    """What a short script makes of the files, without a reader of ours."""
    wanted, dropped = recount(posts)
    found = {
        (row["thread_id"], row["chosen_id"], row["rejected_id"]): (
            row["score_chosen"],
            row["score_rejected"],
        )
        for row in preferences.pairs(beer)
    }
    assert found == wanted
    kept = sum(1 for _ in preferences.pairs(beer, duplicates="keep"))
    print(
        f"\n{len(found)} pairs as counted; {dropped} answers dropped as alike; {kept}"
    )
    assert kept >= len(found)


def test_texts_authors_and_licences_are_those_of_the_dump(
    beer: list[Thread], posts: list[Any], dump: Path
) -> None:
    rows = {row["Id"]: row for row in posts}
    names = {row["Id"]: row["DisplayName"] for row in rows_of(dump / "Users.xml")}
    named = 0
    for pair in preferences.pairs(beer):
        question, good = rows[pair["thread_id"]], rows[pair["chosen_id"]]
        bad = rows[pair["rejected_id"]]
        assert pair["prompt"] == f"{question['Title']}\n\n{question['Body']}"
        assert (pair["chosen"], pair["rejected"]) == (good["Body"], bad["Body"])
        assert pair["license"] == good["ContentLicense"]
        assert pair["rejected_license"] == bad["ContentLicense"]
        for author, row in (
            (pair["author"], good),
            (pair["rejected_author"], bad),
            (pair["question_author"], question),
        ):
            if "OwnerUserId" in row:
                named += 1
                assert author == names[row["OwnerUserId"]]
            elif "OwnerDisplayName" in row:
                assert author == row["OwnerDisplayName"]
    assert named > 1000


def test_near_duplicates_are_dropped_by_the_rule(
    posts: list[Any], tmp_path: Path
) -> None:
    """The site has none, so copies are put in: one word changed, and disliked."""
    root = ElementTree.Element("posts")
    copied, wanted = [dict(row) for row in posts], 25
    long = (
        row
        for row in posts
        if row["PostTypeId"] == "2"
        and int(row["Score"]) >= 0
        and len(row["Body"].split()) > 60
    )
    for row in islice(long, wanted):
        twin = dict(row) | {"Id": f"90000{row['Id']}", "Score": "-1"}
        twin["Body"] = " ".join([*row["Body"].split()[:-1], "else"])
        copied.append(twin)
    for row in copied:
        ElementTree.SubElement(root, "row", row)
    ElementTree.ElementTree(root).write(tmp_path / "Posts.xml", encoding="utf-8")
    with qathread.read(tmp_path, "stackexchange") as reading:
        site = list(reading)
    pairs, dropped = recount(copied)
    assert dropped == recount(posts)[1] + wanted
    found = [
        (row["thread_id"], row["chosen_id"], row["rejected_id"])
        for row in preferences.pairs(site)
    ]
    assert set(found) == set(pairs) == set(recount(posts)[0])
    assert len(found) == len(pairs)
    kept = sum(1 for _ in preferences.pairs(site, duplicates="keep"))
    assert kept >= len(pairs) + wanted  # each copy is worse than what it copies
    print(f"\n{wanted} copies: {kept} pairs with them, {len(found)} without")
