r"""
Reads the LaTeX of `latex` and computes with it, to compare it with the code.

It knows what is used there: steps in ``aligned``, ``cases``, sums and maxima over an
index, and brackets that are 1 where a condition holds.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

__all__ = ["value_of"]

_TOKEN: Final = re.compile(
    r"\\(?:text|operatorname|begin|end)\{[^}]*\}|\\[a-zA-Z]+|&=|[0-9]+(?:\.[0-9]+)?|\S"
)
_SYMBOL: Final = re.compile(r"[a-zA-Z]|\\(?:theta)")
_OPEN: Final = {
    **{"(": ")", "[": "]", "{": "}"},
    **{"\\lfloor": "\\rfloor", "\\lceil": "\\rceil", "\\lvert": "\\rvert"},
}
_COMPARED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "\\gt": np.greater,
    "\\ge": np.greater_equal,
    "\\lt": np.less,
}


def _rounded(number: Any, decimals: Any) -> Any:
    return np.round(number, int(decimals))


_NAMED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "\\operatorname{sgn}": np.sign,
    "\\operatorname{trunc}": np.trunc,
    "\\operatorname{round}": lambda x: np.round(x) if np.ndim(x) == 0 else _rounded(*x),
    "\\log_{10}": np.log10,
    "\\log_2": np.log2,
    "\\ln": np.log,
}


def value_of(tex: str, values: Mapping[str, Any]) -> Any:
    """
    Return what a formula gives.

    Args:
        tex: Steps of the form ``name = term``, the last of them the key.
        values: Numbers, arrays and functions by their symbols, and truth values by
            the words of conditions.
    """
    with np.errstate(all="ignore"):  # branches that are not taken
        return _Reader(tex, dict(values)).steps()


class _Reader:
    def __init__(self, tex: str, values: dict[str, Any]) -> None:
        # Sizes and spaces mean nothing.
        tex = re.sub(r"\\left(?![a-z])|\\right(?![a-z])|\\quad", " ", tex)
        self.tokens = _TOKEN.findall(tex.replace("\\dfrac", "\\frac"))
        self.place, self.values = 0, values

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.next
        if wanted and token not in wanted:
            told = " ".join(self.tokens[max(0, self.place - 8) : self.place + 3])
            raise ValueError(f"{token!r} is not {wanted} near {told!r}")
        self.place += 1
        return token

    def steps(self) -> Any:
        several = self.next == "\\begin{aligned}"
        if several:
            self.take()
        while True:
            name = self.symbol() if self.next != "\\text{key}" else self.take()
            self.take("&=" if several else "=")
            self.values[name] = self.sum()
            if not self.next:
                break
            if self.take("\\cr", "\\end{aligned}") != "\\cr":
                break
        if self.next:
            raise ValueError(f"{self.next!r} comes after the key")
        return self.values["\\text{key}"]

    def sum(self) -> Any:
        sign = self.take() if self.next in ("+", "-") else "+"
        total = self.product() if sign == "+" else -self.product()
        while self.next in ("+", "-"):
            sign = self.take()
            other = self.product()
            total = total + other if sign == "+" else total - other
        return total

    def product(self) -> Any:
        result = self.factor()
        while True:
            if self.next == "/":
                self.take()
                result = np.divide(result, self.factor())
            elif self.next == "\\bmod":
                self.take()
                result = np.mod(result, self.factor())
            elif self.starts():
                result = result * self.factor()
            else:
                return result

    def starts(self) -> bool:
        token = self.next
        known = ("\\frac", "\\sqrt", "\\max", "\\min", "\\sum", "\\begin{cases}")
        names = ("\\log", "\\ln")
        return bool(
            token in known
            or token in names
            or token.startswith("\\operatorname")
            or (token in _OPEN and token != "{")
            or _SYMBOL.fullmatch(token)
            or token[:1].isdigit()
        )

    def factor(self) -> Any:
        base = self.base()
        if self.next != "^":
            return base
        self.take()
        return np.power(np.float64(base), self.group())

    def base(self) -> Any:
        token = self.next
        if token[:1].isdigit():
            return np.float64(self.take())
        if token in _OPEN:
            return self.bracket()
        if _SYMBOL.fullmatch(token):
            return self.symbol_value()
        self.take()
        match token:
            case "\\frac":
                return np.divide(self.group(), self.group())
            case "\\sqrt":
                return np.sqrt(self.group())
            case "\\begin{cases}":
                return self.cases()
            case "\\sum":
                self.index()
                return np.sum(self.product())
            case "\\max" | "\\min" if self.next == "_":
                self.index()
                return getattr(np, token[1:])(self.factor())
            case "\\max" | "\\min":
                several = self.bracket()
                return np.maximum(*several) if "a" in token else np.minimum(*several)
            case _:
                pass
        name = token + (self.index() if self.next == "_" else "")
        return _NAMED[name](self.factor())

    def index(self) -> str:
        """Return an index as it is written."""
        self.take("_")
        if self.next != "{":
            return "_" + self.take()
        start = self.place
        while self.take() != "}":
            pass
        return "_" + "".join(self.tokens[start : self.place])

    def symbol(self) -> str:
        name = self.take() + (self.index() if self.next == "_" else "")
        return name + (self.take() if self.next == "'" else "")

    def symbol_value(self) -> Any:
        value = self.values[self.symbol()]
        return value(*self.bracket()) if callable(value) else value

    def group(self) -> Any:
        return self.bracket() if self.next == "{" else self.base()

    def bracket(self) -> Any:
        opening = self.take()
        if opening == "[":
            holds = self.condition()
            self.take("]")
            return np.float64(holds)
        parts = [self.sum()]
        while self.next == ",":
            self.take()
            parts.append(self.sum())
        self.take(_OPEN[opening])
        if len(parts) > 1:
            return tuple(parts)
        same: Callable[[Any], Any] = lambda x: x  # noqa: E731
        sides = {"\\lfloor": np.floor, "\\lceil": np.ceil, "\\lvert": np.abs}
        return sides.get(opening, same)(parts[0])

    def cases(self) -> Any:
        found: list[Any] = []
        while True:
            value = self.sum()
            self.take("&")
            words = self.take()[len("\\text{") : -1]
            if words == "otherwise":
                holds = True
            elif words == "if ":
                holds = bool(self.condition())
            else:
                holds = bool(self.values[words.removeprefix("if ")])
            found += [value] if holds else []
            if self.take("\\cr", "\\end{cases}") != "\\cr":
                return found[0]

    def condition(self) -> Any:
        holds = self.comparison()
        while self.next == "\\text{ and }":
            self.take()
            holds = np.logical_and(holds, self.comparison())
        return holds

    def comparison(self) -> Any:
        left, holds = self.sum(), np.True_
        while self.next in _COMPARED:
            compared = _COMPARED[self.take()]
            right = self.sum()
            holds, left = np.logical_and(holds, compared(left, right)), right
        return holds
