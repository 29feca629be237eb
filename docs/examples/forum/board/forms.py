"""The forms of the board. What a text must be like is for the rules to say."""

from typing import Any

from django import forms

from .rules import POLICY


class Text(forms.CharField):
    """A text of several lines, kept as it is typed; browsers end lines in CR LF."""

    def __init__(self, *, rows: int = 8, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> Any:
        """Return the text with plain line ends."""
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


_MARKDOWN = "Markdown: *emphasis*, `code`, lists, links. HTML shows as text."


class Tags(forms.CharField):
    """Tags set apart by blanks or commas."""

    def clean(self, value: Any) -> Any:
        """Return the tags in the order given, each once."""
        words = super().clean(value).replace(",", " ").split()
        return tuple(dict.fromkeys(words))


class AskForm(forms.Form):
    """A question."""

    title = forms.CharField(help_text="One line that says what you want to know.")
    body = Text(label="Your question", rows=12, required=False, help_text=_MARKDOWN)
    tags = Tags(required=False, help_text="Up to five words, such as: tea water.")


class BodyForm(forms.Form):
    """An answer or a comment."""

    body = Text(label="Your text", help_text=_MARKDOWN)


class EditForm(forms.Form):
    """Another wording; title and tags are those of a question."""

    title = forms.CharField()
    body = Text(label="Text", rows=12, required=False, help_text=_MARKDOWN)
    tags = Tags(required=False)
    summary = forms.CharField(
        required=False, label="What you changed", help_text="Shown in the history."
    )
    base_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, question: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not question:
            del self.fields["title"], self.fields["tags"]


def _choices(reasons: frozenset[str]) -> list[tuple[str, str]]:
    return [(each, each[:1].upper() + each[1:]) for each in sorted(reasons)]


class FlagForm(forms.Form):
    """A report."""

    reason = forms.ChoiceField(
        label="What is wrong with it?",
        choices=_choices(POLICY.moderation.flags.reasons),
        widget=forms.RadioSelect,
    )


class CloseForm(forms.Form):
    """The end of a question."""

    reason = forms.ChoiceField(choices=_choices(POLICY.moderation.reasons))
    duplicate_of = forms.CharField(
        required=False,
        label="The question it repeats",
        help_text="Its address or id; for duplicates only.",
    )
