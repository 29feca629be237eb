"""Which names and addresses are taken, and which may be chosen."""

import unicodedata

from django.core.exceptions import ValidationError

LONGEST = 64
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS_IN_A_ROW = 4
#: Names that would pass for somebody who speaks for the site.
_RESERVED = frozenset(
    {"admin", "administrator", "anonymous", "deleted", "moderator", "root", "system"}
)
#: Scripts that are written together; any other two in one name are refused (the "highly
#: restrictive" level of Unicode Technical Standard 39).
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)


def key(text: str) -> str:
    r"""
    Return what two spellings of one name or address have in common.

    >>> key("\N{FULLWIDTH LATIN CAPITAL LETTER A}da") == key("ADA")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def check(name: str) -> None:
    """
    Refuse a name that cannot be seen, typed or told from another.

    Raises:
        ValidationError: With a sentence for the person who chose it.
    """
    # Measured before it is normalised: that takes long for very long input.
    if len(name) > LONGEST:
        raise ValidationError(f"A name has at most {LONGEST} characters.", "long")
    if not name or name != name.strip():
        raise ValidationError("A name has no blanks around it.", "blanks")
    marks = 0
    for character in name:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in _HIDDEN or marks > _MARKS_IN_A_ROW:
            raise ValidationError(
                f"The character U+{ord(character):04X} cannot stand in a name.",
                "hidden",
            )
    if "@" in name or "/" in name:
        raise ValidationError("A name has no @ and no /.", "sign")
    folded = key(name)
    if len(folded) > LONGEST:
        raise ValidationError(f"A name has at most {LONGEST} characters.", "long")
    if not any(unicodedata.category(character)[0] in "LN" for character in folded):
        raise ValidationError("A name has a letter or a digit.", "empty")
    if folded in _RESERVED:
        raise ValidationError("This name is kept for the site itself.", "reserved")
    if not _one_script(folded):
        raise ValidationError(
            "A name is written in one script: letters of several can look alike.",
            "scripts",
        )


def _one_script(text: str) -> bool:
    found = {
        script
        for character in text
        if unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lo")
        and (script := _script(character))
    }
    return len(found) < 2 or any(found <= together for together in _TOGETHER)


def _script(letter: str) -> str:
    """
    Return the first word of a letter's Unicode name, which tells its script.

    Python has no table of scripts. Names such as "FEMININE ORDINAL INDICATOR" would
    mislead, but NFKC has put plain letters in the place of those.
    """
    return unicodedata.name(letter, "").split(" ", 1)[0].split("-", 1)[0]
