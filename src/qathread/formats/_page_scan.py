"""Finds the parts of a page copied as text: who, how deep, which lines."""

from attrs import define, field

from ._page_heads import Entry, Header, Heads, is_name, split_level
from ._page_lines import (
    SECTIONS,
    Line,
    heading,
    is_furniture,
    is_trim,
    likes,
    split_glued,
    strip_blank_ends,
    time_parts,
)

__all__ = ["Entry", "Page", "scan"]


@define(eq=False)
class Page:
    """
    What was found, and the lines that have no place.

    Attributes:
        title: The line of the title.
        section: The line "Q&A", if there is one.
        question: The asker and the question.
        entries: The replies from top to bottom.
        headings: Lines such as "Comments", each with a count if one stands there.
        furniture: Lines of the site.
        unplaced: Lines that are nothing known.
    """

    title: Line | None = None
    section: Line | None = None
    question: Entry | None = None
    entries: list[Entry] = field(factory=list)
    headings: list[tuple[Line, str, int | None]] = field(factory=list)
    furniture: list[Line] = field(factory=list)
    unplaced: list[Line] = field(factory=list)


def scan(lines: list[Line]) -> Page:
    """Return the parts of the page that *lines* are, in linear time."""
    return _Scanner(lines).run()


_NEAR = 3  # lines: blank ones may stand between a time and what follows


class _Scanner:
    """One pass over the lines; the open entry collects those below its head."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = _without_glue(lines)
        self.page = Page()
        self.heads = Heads(self.lines)
        self.open: Entry | None = None
        self.region: list[Line] = []
        self.quiet = True  # nothing but furniture since the last text
        self.last: Entry | None = None
        self.way: list[Entry] = []  # the last entry and those it stands under
        self.unliked: list[Entry] = []  # those of the way without likes
        self.answers = False

    def run(self) -> Page:
        place = self._head()
        while place < len(self.lines):
            place = self._step(place)
        self._close()
        return self.page

    # -- the head: section, title, asker -----------------------------------------

    def _head(self) -> int:
        page, place = self.page, 0
        top = [line for line in self.lines if not line.blank][:200]
        page.section = next((line for line in top if line.plain in SECTIONS), None)
        if page.section is not None:
            place = self.lines.index(page.section)
            for line in self.lines[:place]:
                self._outside(line)
            place += 1
        place = self._skip_furniture(place)
        if place == len(self.lines) or not _could_be_title(self.lines[place]):
            return place
        page.title = self.lines[place]
        place = self._skip_furniture(place + 1)
        self.quiet = False
        question = Entry(None, None, (), -1, 0, flat=True)
        page.question = self.open = self.last = question
        self.unliked = [question]
        if place < len(self.lines) and not self._is_structure(place):
            line = self.lines[place]
            named = _asker(line, page.title)
            if named is not None:
                question.name, question.level = named
                question.head, question.content = (line,), line.indent
                place += 1
        return place

    def _skip_furniture(self, place: int) -> int:
        while place < len(self.lines):
            line = self.lines[place]
            if not line.blank and not (is_furniture(line) and heading(line) is None):
                break
            self._outside(line)
            place += 1
        return place

    def _outside(self, line: Line) -> None:
        if line.blank:
            return
        (self.page.furniture if is_furniture(line) else self.page.unplaced).append(line)

    # -- below the head ----------------------------------------------------------

    def _step(self, place: int) -> int:
        line = self.lines[place]
        if line.blank:
            if self.open is not None:
                self.region.append(line)
            return place + 1
        inside = self._is_inside(line)
        header = self.heads.at(place)
        if header is not None and self._accepts(header, inside):
            self._enter(header)
            return header.stop
        if self._turns(line, place, inside):
            return place + 1
        if inside:
            self.region.append(line)
            self.quiet = _is_end(line)
        elif likes(line) is not None:
            self._close()
            self._like(line)
        elif is_furniture(line):
            self.page.furniture.append(line)
        elif (
            self.last is not None
            and time_parts(line) is not None
            and (self.open is None or self.open.column >= 0)
            and not self._timed()
        ):
            self._close()
            self.last.time = line
        else:
            self.page.unplaced.append(line)
        return place + 1

    def _is_inside(self, line: Line) -> bool:
        entry = self.open
        return entry is not None and (entry.flat or line.indent > entry.column)

    def _accepts(self, header: Header, inside: bool) -> bool:
        if header.strong or self.quiet:
            return True
        return not inside and header.bulleted

    def _turns(self, line: Line, place: int, inside: bool) -> bool:
        """Take a heading that begins the answers or comments."""
        found = heading(line)
        if found is None:
            return False
        entry = self.open
        if inside and entry is not None and entry.column >= 0:
            if not entry.flat and line.indent >= entry.content:
                return False
            # In a text at the margin, "Comments" is a heading only where nothing
            # like text comes after it. A question has no other end.
            after = self.heads.next[place]
            if after < len(self.lines) and not self._is_structure(after):
                return False
        self._close()
        self.way, self.unliked = [], []
        if not self.page.entries and self.page.question is not None:
            self.unliked = [self.page.question]
        if line.plain != "Replies":
            self.answers = found[0] == "answers"
        self.page.headings.append((line, *found))
        return True

    def _is_structure(self, place: int) -> bool:
        """Tell whether a line can be no text, as far as the line alone tells."""
        line = self.lines[place]
        return (
            is_furniture(line)
            or heading(line) is not None
            or likes(line) is not None
            or time_parts(line) is not None
            or self.heads.at(place) is not None
        )

    # -- replies --------------------------------------------------------------------

    def _enter(self, header: Header) -> None:
        self._close()
        entry = header.entry
        while self.way and self.way[-1].column >= entry.column:
            left = self.way.pop()
            if self.unliked and self.unliked[-1] is left:
                self.unliked.pop()
        if not self.way:
            self.unliked.clear()  # likes below a reply are not the question's
        entry.parent = self.way[-1] if self.way else None
        entry.is_answer = self.answers and entry.parent is None
        self.way.append(entry)
        self.unliked.append(entry)
        self.page.entries.append(entry)
        self.open = self.last = entry
        self.quiet = False

    # -- the end of an entry -----------------------------------------------------

    def _close(self) -> None:
        """Tell the body of the open entry from the time and buttons below it."""
        entry, region = self.open, strip_blank_ends(self.region)
        self.open, self.region, self.quiet = None, [], True
        if entry is None:
            return
        start, stop = 0, len(region)
        if entry.flat:
            stop = self._cut_footer(region)
        while stop and entry.time is None:
            line = region[stop - 1]
            if time_parts(line) is not None:
                entry.time = line
            elif likes(line) is not None and line.indent <= entry.content:
                self._like(line)
            elif line.indent <= entry.content and (
                is_trim(line) or (entry.flat and is_furniture(line))
            ):
                self.page.furniture.append(line)
            elif not line.blank:
                break
            stop -= 1
        if entry.time is None:
            stop = self._time_inside(entry, region, stop)
        while start < stop and (region[start].blank or is_trim(region[start])):
            self._outside(region[start])
            start += 1
        entry.body = strip_blank_ends(region[start:stop])

    def _cut_footer(self, region: list[Line]) -> int:
        """
        Return where a text at the margin ends.

        Two buttons in a row are a footer, whatever unknown lines come after it.
        """
        before: int | None = None
        for place, line in enumerate(region):
            if line.blank:
                continue
            if not is_furniture(line):
                before = None
            elif before is None and not line.plain.startswith("Add "):
                before = place
            else:
                stop = place if before is None else before
                for outside in region[stop:]:
                    if likes(outside) is not None:
                        self._like(outside)
                    else:
                        self._outside(outside)
                return stop
        return len(region)

    def _time_inside(self, entry: Entry, region: list[Line], stop: int) -> int:
        """Find a time with a comment count further up; what is below has no place."""
        for place in range(stop - 1, -1, -1):
            parts = time_parts(region[place])
            if parts is not None and parts[2] is not None:
                entry.time = region[place]
                for line in region[place + 1 : stop]:
                    if likes(line) is not None:
                        self._like(line)
                    else:
                        self._outside(line)
                return place
        return stop

    def _timed(self) -> bool:
        """Whether the last entry has its time, or will have it once it is closed."""
        if self.last is None or self.last.time is not None:
            return True
        return any(time_parts(line) is not None for line in self.region[-_NEAR:])

    def _like(self, line: Line) -> None:
        """Give likes to the last entry without, or to the one at their column."""
        if not self.unliked:
            self.page.unplaced.append(line)
            return
        chosen = self.unliked[-1]
        for entry in reversed(self.unliked):
            list_column = 0 if entry.parent is None else entry.parent.content
            if line.indent in (entry.content, list_column):
                chosen = entry
                break
        chosen.likes = line
        self.unliked.remove(chosen)


def _without_glue(lines: list[Line]) -> list[Line]:
    """Cut the footer that is glued to the last line."""
    for place in range(len(lines) - 1, -1, -1):
        if not lines[place].blank:
            cut = split_glued(lines[place])
            if cut is not None:
                return [*lines[:place], cut, *lines[place + 1 :]]
            break
    return lines


def _asker(line: Line, title: Line) -> tuple[str, int | None] | None:
    """Return name and level of the asker, unless *line* is no name."""
    if not line.plain or line.plain == title.plain:
        return None
    name, level = split_level(line.plain)
    if not is_name(name):
        return None
    if level is None and name.endswith((".", "?", "!", ":", ";", ",")):
        return None
    return name, level


def _is_end(line: Line) -> bool:
    """Tell whether a body can be over with *line*."""
    return time_parts(line) is not None or likes(line) is not None or is_trim(line)


def _could_be_title(line: Line) -> bool:
    return heading(line) is None and likes(line) is None and time_parts(line) is None
