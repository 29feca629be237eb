"""Texts and searches that one server or another stumbles over."""
# ruff: noqa: RUF001 - that signs look alike is what they are here for

from itertools import count, islice
from typing import Final

#: What threads say, each under its own id.
TEXTS: Final = {
    "cpp": "C++ pointers: why is `foo->bar` null? See c++11, and a+b.",
    "cs": "C# and F#: it's O'Neil's \"quoted\" text; 100% sure; "
    "under_score; back\\slash",
    "c": "Plain C is NEAR the OR, NOT AND: col:umn (paren) ^caret star* -minus +plus",
    "sql": "'; DROP TABLE threads; -- SELECT 1=1 {brace} ${dollar} %s",
    "kana": "お茶の温度は？ 日本語のテキスト。ｶﾞﾗｽの人々",
    "greek": "ΟΔΥΣΣΕΥΣ Straße ＦＵＬＬ ①② ﬁne ΐ",
    "rtl": "שָׁלוֹם עולם مرحبا بالعالم \u202eturned\u202c",
    "emoji": "😀 party 👩\u200d💻 wrote 1️⃣ naïve cafe\u0301 "
    "co\u00adoperate zero\u200bwidth",
    "hindi": "हिन्दी में चाय",
    "thai": "น้ำชาร้อน",
    "html": "<p>Hello&nbsp;<b>bold</b> &eacute;t&eacute; <!-- unseen <i> --> "
    '&lt;tag&gt;<a href="secret">link</a>x<br>y</p> 1 < 2 <!-- open to the end',
}

#: Searches, and whom they find.
SEARCHES: Final = {
    "c++": "cpp",
    "C++": "cpp",
    "c": "c cpp",
    "C#": "cs",
    "f#": "cs",
    "F": "",
    "foo->bar": "cpp",
    "bar foo": "cpp",
    '"foo bar"': "cpp",
    '"bar foo"': "cpp",
    '"foo': "cpp",
    "foo'": "cpp",
    "fo": "",
    "foo*": "cpp",
    "fo*": "",
    "-foo": "cpp",
    "+foo": "cpp",
    "!foo": "cpp",
    "foo:*": "cpp",
    "~foo": "cpp",
    "@foo": "cpp",
    ">foo <bar": "cpp",
    "foo & bar": "cpp",
    "foo | bar": "cpp",
    "foo OR bar": "",
    "foo <-> bar": "cpp",
    "(foo": "cpp",
    "foo) (bar": "cpp",
    "a+b": "cpp",
    "11": "cpp",
    "OR": "c",
    "not": "c",
    "AND NOT": "c",
    "NEAR(the or)": "c",
    "col:umn": "c",
    "words:column": "",
    "^caret": "c",
    "star*": "c",
    "minus -plus": "c",
    "it's": "cs",
    "o'neil's": "cs",
    "100%": "cs",
    "10%": "",
    "under_score": "cs",
    "under": "cs",
    "underXscore": "",
    "back\\slash": "cs",
    "'; drop table": "sql",
    "1=1": "emoji html sql",
    "$1": "emoji html sql",
    ":1": "emoji html sql",
    "select": "sql",
    "${dollar}": "sql",
    "%s": "sql cs",
    "NULL": "cpp",
    "お茶": "kana",
    "茶": "kana",
    "温度": "kana",
    "度温": "",
    "お茶の温度は？日本語のテキスト": "kana",
    "ガラス": "kana",
    "ｶﾞﾗｽ": "kana",
    "人々": "kana",
    "カラス": "",
    "οδυσσευς": "greek",
    "οδυσσευσ": "greek",
    "STRASSE": "greek",
    "straße": "greek",
    "full": "greek",
    "ｆｕｌｌ": "greek",
    "12": "greek",
    "FINE": "greek",
    "ΐ": "greek",
    "שָׁלוֹם": "rtl",
    "עולם": "rtl",
    "مرحبا": "rtl",
    "بالعالم مرحبا": "rtl",
    "turned": "rtl",
    "\u202eTURNED": "rtl",
    "😀 party": "emoji",
    "1": "emoji html sql",
    "CAFÉ": "emoji",
    "cafe": "",
    "NAI\u0308VE": "emoji",
    "cooperate": "emoji",
    "zero": "emoji",
    "हिन्दी": "hindi",
    "हिन": "",
    "चाय": "hindi",
    "ร้อน": "thai",
    "ชา": "thai",
    "hello": "html",
    "ÉTÉ": "html",
    "bold": "html",
    "<b>bold</b>": "",
    "tag": "html",
    "y x": "html",
    "xy": "",
    "secret": "",
    "href": "",
    "unseen": "",
    "end": "",
    " ".join("foo" for _ in range(60)): "cpp",
    "\t foo \r\n bar \u3000": "cpp",
}

#: Searches without a letter or digit, or whose words nobody used.
HARMLESS: Final = (
    *("", " ", "\t\n", "\u3000", "\u00a0"),
    *('"', "'", "''", '""', "`", "*", "**", "^", "-", "--", "+", "(", ")", "((", "()"),
    *(":", "%", "%%", "_", "\\", "\\\\", "/", "&", "&&", "|", "||", "!", "~", "<->"),
    *(";", "?", "@", "#", "++", "=", ".", ",", "[", "]", "{", "}"),
    *("😀", "\U0001f469\u200d\U0001f4bb", "\ufe0f", "\u20e3", "\u0301", "\u200b"),
    *("\ufeff", "\u202e", "\ufffd", "\uffff", "\U0010ffff", "\x01", "\x7f", "\x85"),
    *("rowid", "wfoo", "u632b2b", "qxwfoo", "NULLIF", "x'00'"),
    "a" * 256,
    "漢" * 256,
    "".join(map(chr, range(0x4E00, 0x4F00))),
    " ".join(map(str, range(20, 36))),
)

#: Too long, too many words, or not text.
TOO_MUCH: Final = (
    "a" * 257,
    "a" * 300,
    " " * 300,
    "漢" * 257,
    " ".join(map(str, range(17))),
    ".".join(map(str, range(17))),
    "foo\0",
    "\0",
    "\ud800",
    "foo \udfff",
)

#: Words around the lengths at which indexes begin to cut.
LONG: Final = {
    **{f"w{length}": "w" * length for length in (1, 2, 3, 59, 60, 61, 84, 85, 255)},
    "w256": "w" * 256,
    "w3000": "w" * 3_000,
    **{f"e{length}": "\u00e9" * length for length in (1, 14, 15, 16, 200)},
    "mixed": "w\u00e9" * 100,
}
UNHEARD_OF: Final = ("w" * 4, "w" * 58, "w" * 62, "\u00e9" * 13, "w" * 254)


def wordy() -> tuple[str, str, str]:
    """Return a text of far too many long words, its first word and its last one."""
    words = [f"{number:060d}" for number in islice(count(10**59), 30_000)]
    return " ".join(words), words[0], words[-1]
