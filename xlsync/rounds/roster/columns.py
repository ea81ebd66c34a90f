"""The columns of a roster: which field each of them holds, and what is wrong with it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.rounds.roster.meanings import bare, meanings
from xlsync.rounds.roster.words import ID, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.form import Form
    from xlsync.rounds.roster.heads import Heads
    from xlsync.rounds.roster.meanings import Head
    from xlsync.rounds.roster.words import RosterHeads

_CLOSE = 0.7
"""From which likeness on (0 to 1, by difflib) a head may be a slip for another one."""


class Assigning:
    """Says of each column which field it is, and reports the rest."""

    def __init__(self, form: Form, words: RosterHeads, heads: Heads) -> None:
        """Look at the heads that were found; nothing is said of them yet."""
        self.form = form
        self.words = words
        self.heads = heads
        self.unknown: dict[int, Head] = {}

    def assign(self) -> None:
        """Go through all columns; those that are headed as on the form come first."""
        self.report_merges()
        used = [one for one in self.heads.columns if self.words.chosen.get(one) != ""]
        own = [one for one in used if self.is_own(one, self.heads.columns[one])]
        for column in [*own, *(one for one in used if one not in own)]:
            self.column(column, self.heads.columns[column])
        missing = [
            slot
            for slot in self.form.mapping.record.identity
            if slot not in self.heads.fields.values()
        ]
        close = {column: self.close(head) for column, head in self.unknown.items()}
        for slot in missing:
            message = f"名册缺少“{self.form.mapping.fields[slot].label}”一列，请补上。"
            for column, name in close.items():
                if name == slot:
                    message += f"“{self.heads.columns[column].shown}”是不是这一列？如是请改表头。"
            first = Address(self.heads.row, min(self.heads.columns))
            self.heads.report(problem("R001", message), first)
        for column, head in self.unknown.items():
            self.report_unknown(column, head, close[column])
        self.report_untitled()
        self.heads.problems.sort(key=lambda one: Address.parse(one.cell or "A1"))

    def is_own(self, column: int, head: Head) -> bool:
        """Whether a column was chosen, or its head is a label of the form itself."""
        if self.words.chosen.get(column):
            return True
        return not head.above and bool(self.words.own.keys() & {key_of(head.text), bare(head.text)})

    def report_merges(self) -> None:
        """Columns that share their lowest head cannot be told apart (R004)."""
        for area in self.heads.sheet.merges:
            if area.top <= self.heads.row <= area.bottom and area.right > area.left:
                message = f"表头有合并单元格 {area.a1}，请取消合并，一列一个表头，写在同一行。"
                self.heads.report(problem("R004", message), area.first)

    def column(self, column: int, head: Head) -> None:
        """One column: its field, or why it has none."""
        names, is_certain = meanings(self.words, column, head)
        place, fields = self.heads.place(column), self.form.mapping.fields
        if not names:
            self.unknown[column] = head
        elif len(names) > 1:
            message = (
                f"表上有几处“{head.shown}”，分不清这一列是哪一处，请写成{self.ways(names, head)}。"
            )
            self.heads.report(problem("R004", message, found=head.shown), place)
        else:
            (name,) = names
            if not is_certain and name != ID and fields[name].type != "text":
                message = (
                    f"“{head.above}”下的“{head.text}”不一定就是表上的“{fields[name].label}”，"
                    "请在一格里写全栏目名，表头只用一行。"
                )
                self.heads.report(problem("R004", message, found=head.shown), place)
            elif taken := [one for one, other in self.heads.fields.items() if other == name]:
                self.report_second(column, head, taken[0])
            else:
                self.heads.fields[column] = name

    def report_second(self, column: int, head: Head, first: int) -> None:
        """A second column of one field: an error, unless only one has the form's own label."""
        other, place = self.heads.place(first), self.heads.place(column)
        shown = self.heads.columns[first]
        if self.is_own(first, shown) and not self.is_own(column, head):
            message = f"“{head.shown}”没有采用：“{shown.shown}”（{other.a1}）就是这一栏。"
            self.heads.report(problem("R003", message, found=head.shown), place)
        else:
            message = f"“{head.shown}”与 {other.a1} 是同一栏，请只留一列。"
            self.heads.report(problem("R002", message, found=head.shown), place)

    def ways(self, names: Iterable[str], head: Head) -> str:
        """How a head that means several fields can be written so that it means one."""
        fields = self.form.mapping.fields
        below = (fields[one].below for one in names if one != ID)
        above = sorted(fields[one].label for one in below if one)
        return "、".join(f"“{one}-{head.text}”" for one in above) or "不同的名称"

    def close(self, head: Head) -> str | None:
        """The field without a column that an unknown head may be a slip for."""
        open_words = {
            word: name
            for word, names in {**self.words.usual, **self.words.own}.items()
            for name in names
            if name not in self.heads.fields.values() and not word.isascii()
        }
        found = get_close_matches(bare(head.text), open_words, n=1, cutoff=_CLOSE)
        return open_words[found[0]] if found else None

    def report_unknown(self, column: int, head: Head, close: str | None) -> None:
        """A column that is left alone: R013 where it may be a slip for a column of the form."""
        place = self.heads.place(column)
        message = f"“{head.shown}”不是表上的栏目，这一列未采用。"
        if close is None:
            self.heads.report(problem("R003", message, found=head.shown), place)
            return
        label = "编号" if close == ID else self.form.mapping.fields[close].label
        message += f"是不是“{label}”？如是请改表头。"
        self.heads.report(problem("R013", message, found=head.shown), place)

    def report_untitled(self) -> None:
        """Columns without a head; in a text, R019 tells of the rows that have too many values."""
        if not self.heads.sheet.name:
            return
        for address in self.untitled():
            message = f"从 {address.a1} 起的这一列没有表头，未采用。"
            found = self.heads.sheet.text(address)
            self.heads.report(problem("R003", message, found=found), address)

    def untitled(self) -> Iterator[Address]:
        """The first cell of each column that has contents but no head."""
        seen = set(self.heads.columns)
        for address in sorted(self.heads.sheet.cells):
            is_new = address.row > self.heads.row and address.column not in seen
            if is_new and self.heads.sheet.text(address).strip():
                seen.add(address.column)
                yield address
