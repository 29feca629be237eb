"""How fast exports in XML are read, beside the parser that they are read with."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.parsers import expat

import pytest

from qathread import Thread, read, write
from tests.benchmarks.measure import gate

pytestmark = pytest.mark.bench

#: How often the comments of a page are repeated: a few hundred kB, a few MB.
SIZES: Final = (300, 3000)
_POST: Final = (
    '<post dsq:id="{n}"><id/><message><![CDATA[<p>{text}</p>]]></message>'
    "<createdAt>2013-10-11T06:51:33Z</createdAt><isDeleted>false</isDeleted>"
    "<isSpam>false</isSpam><author><email>a@example.org</email><name>user {n}</name>"
    "<isAnonymous>false</isAnonymous><username>user{n}</username></author>"
    '<ipAddress>127.0.0.1</ipAddress><thread dsq:id="2"/></post>\n'
)
_COMMENT: Final = (
    "<wp:comment><wp:comment_id>{n}</wp:comment_id>"
    "<wp:comment_author><![CDATA[user {n}]]></wp:comment_author>"
    "<wp:comment_author_email>a@example.org</wp:comment_author_email>"
    "<wp:comment_author_url></wp:comment_author_url>"
    "<wp:comment_author_IP>127.0.0.1</wp:comment_author_IP>"
    "<wp:comment_date>2013-10-11 06:51:33</wp:comment_date>"
    "<wp:comment_date_gmt>2013-10-11 06:51:33</wp:comment_date_gmt>"
    "<wp:comment_content><![CDATA[<p>{text}</p>]]></wp:comment_content>"
    "<wp:comment_approved>1</wp:comment_approved><wp:comment_type></wp:comment_type>"
    "<wp:comment_parent>0</wp:comment_parent>"
    "<wp:comment_user_id>0</wp:comment_user_id></wp:comment>\n"
)
_TEXT: Final = "Words of a comment, about as many as people write at a time. " * 6


def disqus(count: int) -> bytes:
    posts = "".join(_POST.format(n=n, text=_TEXT) for n in range(3, count + 3))
    return (
        '<?xml version="1.0"?><disqus xmlns="http://disqus.com" '
        'xmlns:dsq="http://disqus.com/disqus-internals"><thread dsq:id="2">'
        f"<title>A page</title></thread>{posts}</disqus>"
    ).encode()


def wordpress(count: int) -> bytes:
    comments = "".join(_COMMENT.format(n=n, text=_TEXT) for n in range(1, count + 1))
    return (
        '<?xml version="1.0"?><rss version="2.0" '
        'xmlns:wp="http://wordpress.org/export/1.2/"><channel><item>'
        "<title>A page</title><wp:post_id>1</wp:post_id>"
        f"{comments}</item></channel></rss>"
    ).encode()


def bare(data: bytes) -> Callable[[], object]:
    """Return what parses with handlers that do nothing."""

    def parse() -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: None
        parser.EndElementHandler = lambda name: None
        parser.CharacterDataHandler = lambda text: None
        parser.Parse(data, True)

    return parse


def tree(data: bytes) -> Callable[[], object]:
    """Return what walks the tree that the standard library builds."""

    def parse() -> None:
        for _, element in ElementTree.iterparse(io.BytesIO(data)):
            if element.tag.rpartition("}")[2] in ("post", "comment"):
                element.clear()

    return parse


def all_of(data: bytes, format: str) -> Callable[[], object]:
    return lambda: list(read(data, format))


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize(
    ("format", "made", "times_bare", "times_tree"),
    [("disqus", disqus, 22, 19), ("wordpress", wordpress, 17, 15)],
)
def test_reading_beside_the_parser_alone(
    format: str,
    made: Callable[[int], bytes],
    times_bare: float,
    times_tree: float,
    count: int,
) -> None:
    data = made(count)
    size = f"{len(data) / 1e6:.1f} MB"
    work = all_of(data, format)
    gate(f"{format}, {size}, beside expat", times_bare, work, bare(data))
    gate(f"{format}, {size}, beside iterparse", times_tree, work, tree(data))


@pytest.mark.parametrize("format", ["wordpress", "markdown"])
def test_what_was_written_is_read_beside_writing_it(
    format: str, tmp_path: Path
) -> None:
    threads: list[Thread] = list(read(wordpress(3000), "wordpress"))

    def written() -> bytes:
        out = io.BytesIO()
        write(threads, out, format)
        return out.getvalue()

    data = written()
    gate(f"{format}, reading beside writing", 4.0, all_of(data, format), written)
