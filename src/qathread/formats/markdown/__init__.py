"""
Threads as Markdown for people to read; what is written here is read again.

A file begins with a header between two lines of ``---``, as static site generators
know it: ``key: value``, and lists with an item a line, each value plain JSON. It says
what the text below does not show, or does not show exactly. A second thread in a
file has its header in an HTML comment, since only the first lines can be a header.

====================  ================================================================
in the file           model part
====================  ================================================================
``qathread``          the version of this layout
``id``, ``kind``      of the thread
``people``            users of whom more is known than that they wrote a post
``posts``             each post in the order of the text, without its body: members
                      of our JSON that have not their usual value
``usual``             what all posts say of their origin and the form of their text
``order``             the order of arrival as places in ``posts``, if it is another
``accepted``, ...     ``accepted``, ``stubs``, ``tallies``, ``status``, ``bounties``,
                      ``links``, ``provenance``: as in our JSON
block quote           a body in Markdown, line for line
code fence            a body of another media type, which ``posts`` names
last line             ``<!-- end -->``, so that a file that was cut is noticed
other lines           for people; they are made of the header again when it is read,
                      and a line that differs is reported
====================  ================================================================

Not held: texts of deleted posts, earlier and suggested wordings, ballots and
reactions by name, flags, votes to close, and members of other sources
(``provenance.extra``), which may say more than their people want to see published.
Reading and writing take time in proportion to the size of the file.
"""

from ..registry import Format
from ._reading import read_markdown, sniff_markdown
from ._writing import write_markdown

__all__ = ["FORMAT"]

FORMAT = Format(
    name="markdown",
    summary="Markdown for people to read, with a header for reading it back",
    suffixes=(".md", ".markdown"),
    reader=read_markdown,
    writer=write_markdown,
    sniff=sniff_markdown,
)
