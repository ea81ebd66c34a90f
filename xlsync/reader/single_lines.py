"""Texts with one cell a line, as they are copied from a PDF or a web page, to rows of a form.

Labels come in the order of the form on paper, and what follows one is its value. Where two values
cannot be told apart, or the rows of a table do not come out even, nothing is read there (V001);
that lines were put into cells at all is told as well (X009).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Cell
from xlsync.base.problems import problem
from xlsync.form.types import comparable
from xlsync.reader.rows import JOINED, placed_headings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsync.form import Form
    from xlsync.form.label_keys import LabelIndex
    from xlsync.form.mapping import Table
    from xlsync.reader.located import Located
    from xlsync.reader.titles import Row

_LEAST_LABELS = 4
"""Labels that stand alone in their lines, before a text is taken for one of this kind."""

_MOST_LINES = 4
"""Lines over which a label may be broken."""

_ADVICE = "请改用工作簿填报"

_FIGURE = re.compile(r"[=≥≤><＝≧≦＞＜+-]?\s*[0-9]")


class TextLine(NamedTuple):
    """A line with its number in the text."""

    number: int
    text: str


class FormWords(NamedTuple):
    """What a form prints: labels of its fields, captions, and the headings of its tables."""

    slots: LabelIndex
    captions: LabelIndex
    headings: Mapping[str, LabelIndex]


def unfolded(located: Located, words: FormWords, rows: dict[int, Row]) -> dict[int, Row]:
    """The rows of a form whose cells stand in a line each; other rows are given back."""
    lines = [TextLine(number, cell.text) for number, row in rows.items() for cell in row.values()]
    if any(len(row) > 1 for row in rows.values()):
        return rows
    if sum(line.text in words.slots for line in lines) < _LEAST_LABELS:
        return rows
    message = "文字一行一格，已按标签和顺序归入各栏，请与原件核对。"
    located.report(problem("X009", message), None)
    return _Lines(located, words, lines).read()


class _Lines:
    """The lines of one form, and the rows that they make."""

    def __init__(self, located: Located, words: FormWords, lines: Sequence[TextLine]) -> None:
        self.located = located
        self.words = words
        self.lines = lines
        self.at = 0
        self.rows: dict[int, Row] = {}
        self.order = _columns(located.form)
        self.used: set[str] = set()
        self.last = -1

    def read(self) -> dict[int, Row]:
        """Go through the lines once."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if (heading := self.heading()) is not None:
                self.table(*heading)
            elif (found := self.label()) is not None:
                self.field(*found)
            else:
                length = max(1, self.caption())
                self.used.add(comparable(self.joined(length)))
                self.rows[line.number] = {1: Cell(self.joined(length))}
                self.at += length
        return self.rows

    # ---- what a line is --------------------------------------------------------------

    def joined(self, length: int) -> str:
        """So many lines from here as one text."""
        return "".join(one.text for one in self.lines[self.at : self.at + length])

    def label(self) -> tuple[str, int] | None:
        """The field whose label begins here, and over how many lines it goes."""
        for length in range(1, _MOST_LINES):
            names = self.words.slots.names(self.joined(length))
            free = [one for one in names if one in self.order and one not in self.used]
            if free:
                return min(free, key=list(self.order).index), length
        return None

    def caption(self) -> int:
        """Over how many lines a caption goes that begins here; each is printed once."""
        for length in range(_MOST_LINES, 0, -1):
            text = self.joined(length)
            if text in self.words.captions and comparable(text) not in self.used:
                return length
        return 0

    def heading(self) -> tuple[str, dict[int, str]] | None:
        """The table whose headings begin here, and the columns that they name in their order."""
        for name, index in self.words.headings.items():
            texts: dict[int, str] = {}
            for line in self.lines[self.at :]:
                if line.text not in index:
                    break
                texts[len(texts) + 1] = line.text
            found = placed_headings(self.located.form.mapping.tables[name], index, texts)
            if found is not None:
                return name, {column: part for part, column in found.items()}
        return None

    def values(self) -> list[TextLine]:
        """The lines up to the next label, caption or table."""
        found = []
        while self.at < len(self.lines):
            if self.heading() is not None or self.label() is not None or self.caption():
                break
            found.append(self.lines[self.at])
            self.at += 1
        return found

    # ---- fields ----------------------------------------------------------------------

    def field(self, slot: str, length: int) -> None:
        """A label, those that follow it at once, and the values of all of them."""
        group = [(slot, self.take(slot, length))]
        while (more := self.label()) is not None and self.are_beside(slot, more[0]):
            group.append((more[0], self.take(*more)))
        lines = self.values()
        for one, line in group:
            row = self.rows.setdefault(group[0][1].number, {})
            row[self.order[one]] = Cell(line.text)
        if not lines:
            return
        if len(group) > 1:
            self.share([one for one, _ in group], lines)
            return
        is_text = self.located.form.mapping.fields[slot].beneath
        text = ("\n" if is_text else "").join(one.text for one in lines)
        if len(lines) > 1 and not is_text:
            message = f"“{self.title(slot)}”的内容分在 {len(lines)} 行，已连成“{text}”，请核对。"
            self.tell("V002", message, slot, text)
        self.rows[group[0][1].number][self.order[slot] + 1] = Cell(text)

    def take(self, slot: str, length: int) -> TextLine:
        """Take the lines of a label; one that stands elsewhere than on paper is an error."""
        line = TextLine(self.lines[self.at].number, self.joined(length))
        self.used.add(slot)
        self.at += length
        index = list(self.order).index(slot)
        if index < self.last:
            message = f"“{self.title(slot)}”不在原表的次序上，分不清各行归哪一栏，{_ADVICE}。"
            self.tell("V001", message, slot, line.text)
        self.last = max(self.last, index)
        return line

    def are_beside(self, slot: str, other: str) -> bool:
        """Whether both are printed above their values, side by side."""
        fields = self.located.form.mapping.fields
        return fields[slot].beneath and fields[other].beneath

    def share(self, slots: list[str], lines: list[TextLine]) -> None:
        """Values under several labels: as many lines as labels, or nobody knows where one ends."""
        if len(lines) != len(slots):
            names = "、".join(f"“{self.title(one)}”" for one in slots)
            found = "\n".join(one.text for one in lines)
            message = f"{names}下面共有 {len(lines)} 行，分不清各归哪一栏，未读入，{_ADVICE}。"
            for slot in slots:
                self.tell("V001", message, slot, found)
                self.located.unread.add(self.located.form.mapping.fields[slot].pointer)
            return
        row = self.rows.setdefault(lines[0].number, {})
        for slot, line in zip(slots, lines, strict=True):
            row[self.order[slot]] = Cell(line.text)
            self.tell("V002", f"“{self.title(slot)}”按次序读作这一行，请核对。", slot, line.text)

    def title(self, slot: str) -> str:
        return self.located.form.mapping.fields[slot].label

    def tell(self, code: str, message: str, slot: str, found: str) -> None:
        pointer = self.located.form.mapping.fields[slot].pointer
        self.located.report(problem(code, message, pointer=pointer, found=found), None)

    # ---- tables ----------------------------------------------------------------------

    def table(self, name: str, columns: dict[int, str]) -> None:
        """The headings of a table, and its rows: levels where they change, names and values."""
        table = self.located.form.mapping.tables[name]
        first = self.lines[self.at].number
        self.rows[first] = {
            column: Cell(self.lines[self.at + column - 1].text) for column in columns
        }
        self.at += max(columns)
        at = {part: column for column, part in columns.items()}
        tree = self.located.form.mapping.trees[table.tree] if table.tree else {}
        levels: dict[str, str] = {}
        rest: list[TextLine] = []
        while self.at < len(self.lines) and self.heading() is None and self.label() is None:
            line = self.lines[self.at]
            level = _level(tree, table, levels, line.text)
            if level is None:
                rest.append(line)
            else:
                self.items(table, at, levels, rest)
                rest = []
                levels = (
                    {**levels, level: line.text} if level != table.levels[0] else {level: line.text}
                )
            self.at += 1
        self.items(table, at, levels, rest)

    def items(
        self, table: Table, at: dict[str, int], levels: dict[str, str], lines: list[TextLine]
    ) -> None:
        """The rows under one level: a name and a value each, when they come out even."""
        if not lines:
            return
        values = {*at} - {*table.levels, table.name}
        pairs = list(zip(lines[::2], lines[1::2], strict=False))
        is_even = values == {JOINED} and len(lines) % 2 == 0
        if not is_even or any(_is_figure(one) and not _is_figure(two) for one, two in pairs):
            message = f"“{table.label}”的这 {len(lines)} 行分不清名称和值，未读入，{_ADVICE}。"
            found = "\n".join(one.text for one in lines)
            self.located.report(problem("V001", message, pointer=table.pointer, found=found), None)
            return
        for name, value in pairs:
            if not _is_figure(value):
                message = f"“{name.text}”的值按次序读作“{value.text}”，请核对。"
                told = problem("V002", message, pointer=table.pointer, found=value.text)
                self.located.report(told, None)
            row = {at[level]: Cell(text) for level, text in levels.items() if level in at}
            self.rows[name.number] = row | {
                at[table.name]: Cell(name.text),
                at[JOINED]: Cell(value.text),
            }


def _is_figure(line: TextLine) -> bool:
    return _FIGURE.match(line.text) is not None


def _level(
    tree: Mapping[str, Sequence[str]], table: Table, levels: Mapping[str, str], text: str
) -> str | None:
    """Which level of the tree a line names, or None."""
    if not tree:
        return None
    upper, lower = table.levels
    key = comparable(text)
    firsts = {comparable(one): one for one in tree}
    own = tree.get(firsts.get(comparable(levels.get(upper, "")), ""), ())
    if key in map(comparable, own):
        return lower
    if key in firsts:
        return upper
    return (
        lower if any(key == comparable(one) for below in tree.values() for one in below) else None
    )


def _columns(form: Form) -> dict[str, int]:
    """The fields that have labels of their own, in the order of the paper, each with a column.

    Their columns lie as on the paper, since of two equal labels the column decides.
    """
    layout = form.layout(form.capacity())
    slots = sorted(layout.slots, key=lambda one: (one.area.top, one.area.left))
    fields = form.mapping.fields
    return {
        one.name: 2 * one.area.left
        for one in slots
        if one.name in fields and fields[one.name].pattern is None and fields[one.name].row is None
    }
