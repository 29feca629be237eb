"""The pages that are made from the formulas: they say what the code does now."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from markdown_it import MarkdownIt
from scipy.special import betainc

from docs.make import formulas as reference
from docs.make.charts import Figure
from docs.make.drawing import digest_of
from docs.make.explained import EXPLAINED
from docs.make.figures import FIGURES
from docs.make.latex import MATH
from docs.make.reading import value_of
from qathread.errors import ValidationError
from qathread.ranking import formulas
from qathread.ranking.formulas import Parameter, describe

DOCS: Final = Path(reference.__file__).parents[1]
REFERENCE: Final = DOCS / "reference" / "formulas.md"
EXPLANATION: Final = DOCS / "explanation" / "ranking-formulas.md"
FOLDERS: Final = {
    DOCS / "reference" / "figures": FIGURES,
    DOCS / "explanation" / "figures": EXPLAINED,
}
AGAIN: Final = "run: python -m docs.make"
drawn: Final = pytest.mark.parametrize(
    ("figure", "folder"),
    [
        pytest.param(figure, folder, id=f"{folder.parent.name}-{figure.name}")
        for folder, figures in FOLDERS.items()
        for figure in figures
    ],
)


def test_the_page_is_what_the_formulas_say_now() -> None:
    assert REFERENCE.read_text("utf-8") == reference.page(), AGAIN


@drawn
def test_a_figure_shows_what_the_formulas_give_now(
    figure: Figure, folder: Path
) -> None:
    text = (folder / f"{figure.name}.svg").read_text("utf-8")
    assert digest_of(text) == figure.digest(), AGAIN


@drawn
def test_a_figure_is_small_and_needs_nothing_else(figure: Figure, folder: Path) -> None:
    text = (folder / f"{figure.name}.svg").read_text("utf-8")
    assert len(text.encode()) < 25_000
    assert not re.search(
        r"<(script|image|a|use|style|foreignObject)\b|href|url\(", text
    )
    assert 'fill="white"' in text  # so that it can be read on a dark page too


def test_no_figure_is_left_over() -> None:
    for folder, figures in FOLDERS.items():
        names = {figure.name for figure in figures}
        assert len(names) == len(figures)
        assert {path.name for path in folder.iterdir()} == {f"{n}.svg" for n in names}


def test_pages_show_every_figure_with_its_text() -> None:
    for page, figures in ((REFERENCE, FIGURES), (EXPLANATION, EXPLAINED)):
        shown = re.findall(
            r"!\[([^]]+)\]\(figures/(.+?)\.svg\)", page.read_text("utf-8")
        )
        assert set(shown) == {(figure.alt, figure.name) for figure in figures}


def test_every_formula_with_numbers_is_plotted() -> None:
    plotted = {name for figure in FIGURES for name in figure.shows}
    assert plotted <= set(formulas.__all__)
    assert {name for name in formulas.__all__ if describe(name).arrays} <= plotted


# The formulas in math.


def test_every_formula_has_its_math() -> None:
    assert set(MATH) == set(formulas.__all__)
    for name, math in MATH.items():
        assert set(math.symbols) <= {each.name for each in describe(name).parameters}


@pytest.mark.parametrize("name", formulas.__all__)
def test_math_is_left_alone_by_markdown(name: str) -> None:
    """GitHub reads what stands between dollars as Markdown, before it draws it."""
    for tex in (f"$$\n{MATH[name].tex}\n$$", *MATH[name].symbols.values()):
        tokens = MarkdownIt().enable("table").parse(tex)
        assert tokens[0].type == "paragraph_open" and len(tokens) == 3
        read = tokens[1].children or []
        assert {each.type for each in read} <= {"text", "softbreak"}
        assert "".join(each.content or "\n" for each in read) == tex
        assert not re.search(r"[<>|]", tex)
        assert tex.count("\\left") == tex.count("\\right")
        for opening in ("begin", "end"):
            assert tex.count(f"\\{opening}{{cases}}") == tex.count("\\begin{cases}")


NOW: Final = 2**31 - 40_000  # near the end of Mbin's keys
#: What is no chain of steps, and is looked at by itself below.
DEFINED: Final = {"beta_quantile", "bradley_terry"}
#: What an unknown value counts as.
UNKNOWN: Final[Mapping[tuple[str, str], Callable[[Mapping[str, Any]], object]]] = {
    ("q2a_hotness", "last_answer_at"): lambda given: given["question_created_at"],
    ("apache_answer_hot", "updated_at"): lambda given: given["created_at"],
    ("piefed_post_ranking", "score"): lambda given: 1,
}
#: The words of conditions.
WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "neither story nor poll": lambda given: given["type"] not in ("story", "poll"),
    "without a link": lambda given: not given["has_url"],
    "lightweight": lambda given: given["lightweight"],
    "there is a post in the window": (
        lambda given: given["first_bumped_age_seconds"] is not None
    ),
    "watercooler": lambda given: given["watercooler"],
    "removed": lambda given: given["removed"],
    "noise": lambda given: "noise" in given["labels"],
    "offtopic": lambda given: "offtopic" in given["labels"],
    "joke": lambda given: "joke" in given["labels"],
    "exemplary": lambda given: "exemplary" in given["labels"],
}


def wilson(ups: Any, downs: Any, z: float) -> Any:
    """The function W of the math, which the page also takes of several replies."""
    pairs = zip(np.atleast_1d(ups), np.atleast_1d(downs), strict=True)
    keys = [formulas.wilson_lower(int(u), int(d), float(z)) for u, d in pairs]
    return np.array(keys) if np.ndim(ups) else keys[0]


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "W": wilson,
    "H": lambda score, age: formulas.lemmy_hot_rank(int(score), float(age)),
}


def a_value(each: Parameter, chance: random.Random) -> object:
    """Draw an argument, often at an edge."""
    if each.optional and chance.random() < 0.2:
        return None
    some = chance.randrange(1, 30)
    edge = chance.choice((0, 1, 8, 12, 26, 48, 96, 168))
    hours = chance.choice((-0.5, edge, edge, edge + 0.01, chance.uniform(0, 400)))
    match each.kind:
        case "count":
            return chance.choice((0, 1, 5, 10, 20, some, some, chance.randrange(2000)))
        case "whole":
            wide = chance.randrange(-(10**10), 10**10)
            wide = wide if each.name == "rshares" else chance.randrange(-40, 2000)
            return chance.choice((0, -5, -4, some, chance.randrange(-40, 40), wide))
        case "time":
            return NOW if each.name == "now" else NOW - hours * 3600
        case "flag":
            return chance.random() < 0.5
        case "text":
            return chance.choice(("story", "poll", "comment", "pollopt"))
        case "rank":
            return chance.randrange(1, 51)
        case "age":
            return abs(hours) * 3600
        case "span":
            return hours if each.name.endswith("hours") else hours * 3600
        case "share":
            return chance.uniform(0.01, 0.99)
        case "positive" | "gravity" | "weight":
            size = {"half_life_seconds": 7200, "timescale": 45000}.get(each.name, 1)
            return chance.choice((each.default or size, size * chance.uniform(0.5, 5)))
        case "list" | "mapping":
            return A_LIST[each.name](chance)
        case _:
            share = each.name in ("age_weight", "score_a")
            return chance.random() if share else each.default or chance.uniform(-5, 20)


def records(chance: random.Random, size: int, **members: Callable[[], Any]) -> Any:
    ids = chance.sample(range(100), size)
    return [{"id": i} | {key: make() for key, make in members.items()} for i in ids]


def answers(chance: random.Random) -> Any:
    def flag() -> bool:
        return chance.random() < 0.4

    few = {key: lambda: chance.randrange(3) for key in ("ups", "downs", "created_at")}
    return records(chance, 8, **few, accepted=flag, self_answer=flag)


def communities(chance: random.Random) -> Any:
    def hot() -> float:
        return chance.choice((chance.uniform(-2, 9), 4.0))

    members = records(
        chance, 12, hot=hot, created_at=lambda: NOW - chance.randrange(90000)
    )
    parts = (members[:5], members[5:8], members[8:])
    return [sorted(part, key=lambda each: -each["hot"]) for part in parts]


A_LIST: Final[Mapping[str, Callable[[random.Random], Any]]] = {
    "answers": answers,
    "communities": communities,
    "counts": lambda chance: [chance.randrange(50) for _ in range(5)],
    "labels": lambda chance: {
        label: chance.uniform(0, 3)
        for label in ("noise", "offtopic", "joke", "exemplary", "malice")
        if chance.random() < 0.2
    },
    "links": lambda chance: records(
        chance,
        8,
        ups=lambda: chance.randrange(9),
        count=lambda: chance.randrange(9),
    ),
    "merged_scores": lambda chance: [
        chance.randrange(-5, 20) for _ in range(chance.randrange(3))
    ],
    "op_answers": lambda chance: [
        tuple(chance.randrange(30) for _ in range(3))
        for _ in range(chance.randrange(1, 4))
    ],
    "prior": lambda chance: [chance.uniform(0.1, 3) for _ in range(5)],
    "scores": lambda chance: [
        chance.randrange(6) for _ in range(chance.randrange(1, 9))
    ],
    "utilities": lambda chance: [chance.uniform(-2, 5) for _ in range(5)],
    "values": lambda chance: [chance.uniform(-2, 5) for _ in range(5)],
    "votes": lambda chance: [
        (chance.choice((1, -1)), chance.uniform(0, 900)) for _ in range(6)
    ],
    "wins": lambda chance: [
        [0 if a == b else chance.randrange(1, 9) for b in range(4)] for a in range(4)
    ],
}


def draws(name: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield arguments for which the formula has a value, and the value."""
    chance, formula = random.Random(name), getattr(formulas, name)
    number, found = 100 if describe(name).arrays else 30, 0
    for _ in range(20 * number):
        given = {each.name: a_value(each, chance) for each in describe(name).parameters}
        try:
            value = formula(**given)
        except ValidationError:
            continue
        yield given, value
        found += 1
        if found == number:
            return
    raise AssertionError(f"{name}: only {found} of {number} draws have a value")


def nothing(given: Mapping[str, Any]) -> object:
    return 0


def read(name: str, given: Mapping[str, Any], **more: Any) -> Any:
    """Compute a formula as the page has it in math."""
    values: dict[str, Any] = dict(FUNCTIONS)
    for parameter, symbol in MATH[name].symbols.items():
        value = given[parameter]
        if value is None:
            value = UNKNOWN.get((name, parameter), nothing)(given)
        values[symbol] = np.array(value) if isinstance(value, list) else value
    for words in re.findall(r"\\text\{if ([^}]+)\}", MATH[name].tex):
        values[words] = WORDS[words](given)
    return value_of(MATH[name].tex, values | more)


def of_records(name: str, listing: list[Any], **more: Any) -> list[tuple[Any, Any]]:
    """Return the keys of the members of a list, each with its id."""
    letters = {
        **{"ups": "u", "downs": "d", "accepted": "A", "self_answer": "O"},
        **{"created_at": "t", "id": "i", "count": "c", "hot": "h"},
    }
    keys = []
    for each in listing:
        values = {letters[key]: np.float64(value) for key, value in each.items()}
        keys.append((value_of(MATH[name].tex, values | more), each["id"]))
    return keys


def as_read(name: str, given: dict[str, Any]) -> Any:
    """Return what the math gives, in the form of the formula's result."""
    match name:
        case "forem_hotness":
            at = given["crossposted_at"]
            return read(name, given, t=given["published_at"] if at is None else at)
        case "se_trending":
            weights, ages = zip(*given["votes"], strict=True)
            return read(name, given, w_i=np.array(weights), a_i=np.array(ages))
        case "reddit_qa":
            u, d, n = map(np.array, zip(*given["op_answers"], strict=True))
            best = int(np.argmax(wilson(u, d, 1.281551565545)))
            return read(name, given, u_i=u, d_i=d, n_b=n[best])
        case "lobsters_confidence_order":
            return f"{int(read(name, given)):06x}"
        case "tildes_relevance":
            found = read(name, given, w=given["labels"].get("exemplary", 0))
            return found if isinstance(found, tuple) else (found,)
        case "discourse_percent_rank":
            scores = np.array(given["scores"])
            size = len(scores)
            return tuple(read(name, given, s_i=s, s_j=scores, n=size) for s in scores)
        case "reddit_rising":
            seen = [link for link in given["links"] if link["ups"] > 1]
            keys = of_records(name, seen)
            return tuple(i for _, i in sorted(keys, key=lambda key: -key[0]))
        case "reddit_normalized_hot":
            keys = []
            now = {"t_0": given["now"], "w": given["age_weight"]}
            for each in given["communities"]:
                first = {"h_1": each[0]["hot"], "t_1": each[0]["created_at"]}
                keys += of_records(name, each, **now, **first)
            return tuple(i for _, i in sorted(keys))
        case _:
            if name.startswith("order_"):
                return tuple(i for _, i in sorted(of_records(name, given["answers"])))
            return read(name, given)


@pytest.mark.parametrize("name", sorted(set(formulas.__all__) - DEFINED))
def test_math_and_code_are_one_formula(name: str) -> None:
    values = set()
    for given, value in draws(name):
        expected = value if isinstance(value, str) else pytest.approx(value, 1e-9, 2e-7)
        assert as_read(name, given) == expected, given
        values.add(value)
    assert len(values) > 6


def test_a_quantile_is_where_the_distribution_reaches_it() -> None:
    for given, x in draws("beta_quantile"):
        ups, downs = given["ups"] + given["alpha"], given["downs"] + given["beta"]
        assert betainc(ups, downs, x) == pytest.approx(given["q"], abs=1e-6)


def test_strengths_are_where_the_likelihood_is_level() -> None:
    for given, theta in draws("bradley_terry"):
        wins, strength = np.array(given["wins"]), np.exp(theta)
        share = strength[:, None] / (strength[:, None] + strength)
        slope = wins.sum(1) - ((wins + wins.T) * share * (1 - np.eye(4))).sum(1)
        assert slope == pytest.approx(np.zeros(4), abs=1e-6)
        assert sum(theta) == pytest.approx(0, abs=1e-9)
