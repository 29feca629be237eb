"""One body to safe HTML."""

from typing import get_args

from ..bodies import HTML, MARKDOWN, Body
from ..errors import ValidationError
from ._escape import CONTROLS, Fragment, plain
from ._markdown import from_markdown
from ._sanitise import clean, well_formed
from ._shape import Images, shaped

__all__ = ["HTML_LIMIT", "MARKDOWN_LIMIT", "check", "render"]

#: The longest source that is rendered, in code points; a longer one shows as text.
MARKDOWN_LIMIT = 30_000
HTML_LIMIT = 100_000


def render(body: Body, *, images: Images = "link", heading: int = 2) -> Fragment:
    r"""
    Return one body as HTML that is safe to show.

    Markdown goes through markdown-it-py without raw HTML, HTML as it is; both then
    through one sanitizer, last. Other media types, and what is over the limits
    (Markdown 30,000 code points, HTML 100,000 and 200 levels), come out as escaped
    text in paragraphs. The body itself is never changed.

    Args:
        body: What somebody wrote.
        images: ``"none"``: their alternative text only; ``"link"``: a link to each;
            ``"inline"``: shown, which asks another server for them.
        heading: The level of its first heading, 1 to 6; those below follow
            without a gap.

    Returns:
        The HTML, in time about linear in the source.

    Raises:
        ValidationError: If *images* or *heading* is none of those.

    >>> from qathread import Body
    >>> render(Body(source="# Hi <b>\n[x](javascript:alert(1))"))
    '<h2>Hi &lt;b&gt;</h2>\n<p>x</p>\n'
    """
    check(images, heading)
    source = body.source.translate(CONTROLS)
    markup = None
    if body.media_type == MARKDOWN and len(source) <= MARKDOWN_LIMIT:
        markup = from_markdown(source)
    elif body.media_type == HTML and len(source) <= HTML_LIMIT:
        markup = well_formed(source)
    if markup is not None:
        markup = shaped(markup, images, heading)
    if markup is None:
        return Fragment(plain(body.source))
    return Fragment(clean(markup, images == "inline"))


def check(images: Images, heading: int) -> None:
    """Refuse a policy for images or a level of headings that does not exist."""
    if images not in get_args(Images):
        known = ", ".join(map(repr, get_args(Images)))
        raise ValidationError(f"images is {images!r}: give one of {known}")
    if type(heading) is not int or not 1 <= heading <= 6:
        raise ValidationError(f"heading is {heading!r}: give a level from 1 to 6")
