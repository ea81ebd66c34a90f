"""Workbooks that go to people of the house and come back: told from forms, and checked.

Each carries a hidden sheet with what it was made of, sealed, so that nobody can say with it what
he has not seen. What its rows say is read where the file is; what becomes of them is decided later.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import Problem, problem
from xlsync.base.record import canonical_bytes
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.record import Json

_HEADS_WITHIN = 10
_ROUND, _SEAL = "round", "seal"
_MOST_NOTES = 200_000


class PaperKind(StrEnum):
    """What a workbook of the house is for; the name of its hidden sheet."""

    REVIEW = "xlsync-review"
    LEDGER = "xlsync-ledger"

    @property
    def word(self) -> str:
        """What people call it."""
        return {PaperKind.REVIEW: "审核意见", PaperKind.LEDGER: "提醒核实"}[self]


class PaperSheet(StrEnum):
    """The sheets that people write on."""

    REVIEW = "审核意见"
    LEDGER = "提醒"


VERDICT, REASON, RECORD = "意见", "理由", "编号"
SEEN, MARK = "核实", "标记"
_WANTED = {
    PaperKind.REVIEW: (PaperSheet.REVIEW, (RECORD, VERDICT, REASON)),
    PaperKind.LEDGER: (PaperSheet.LEDGER, (MARK, SEEN)),
}


@dataclass(frozen=True, slots=True)
class HousePaper:
    """A workbook of the house as it came back.

    ``note`` are the rows of its hidden sheet; ``rows`` the texts of the columns that count, each
    row with its number, None where the sheet or one of the columns is missing.
    """

    kind: PaperKind
    note: tuple[tuple[str, str], ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] | None

    def checked(
        self, round_name: str, keys: Iterable[bytes]
    ) -> tuple[dict[str, str], Problem | None]:
        """What it was made of, by key; or why it cannot be taken."""
        name = f"{self.kind.word}表"
        note = self.note
        is_whole = bool(note) and note[0][0] == _ROUND and note[-1][0] == _SEAL
        if not is_whole or not any(
            hmac.compare_digest(_signature(note[:-1], key), note[-1][1]) for key in keys
        ):
            message = f"{name}随附的信息被改动或不完整，未采用；请在重新发出的表上填写。"
            return {}, problem("Q001", message)
        if note[0][1] != round_name:
            message = f"这是 {note[0][1]} 的{name}，本次收集的是 {round_name}，未采用。"
            return {}, problem("B001", message, found=note[0][1])
        if self.rows is None:
            sheet, columns = _WANTED[self.kind]
            heads = "".join(f"“{one}”" for one in columns)
            message = f"没有找到“{sheet}”工作表，或缺了{heads}这几列。"
            return {}, problem("Q001", message)
        return dict(note[1:-1]), None


@dataclass(slots=True)
class PaperTaken:
    """What came of one such workbook: how much was taken, stood already, is open, is wrong."""

    path: Path
    kind: PaperKind = PaperKind.REVIEW
    taken: int = 0
    unchanged: int = 0
    open: int = 0
    problems: list[Problem] = field(default_factory=list)
    commit: str | None = None

    def as_json(self) -> Json:
        """The workbook as ``xlsync collect --json`` prints it."""
        return {
            "file": str(self.path),
            "kind": self.kind.word,
            "taken": self.taken,
            "unchanged": self.unchanged,
            "open": self.open,
            "commit": self.commit,
            "problems": [one.as_json() for one in self.problems],
        }


def note_rows(round_name: str, made_of: Mapping[str, str], key: bytes) -> list[tuple[str, str]]:
    """What a hidden sheet says: the round, what the workbook was made of, a seal."""
    rows = [(_ROUND, round_name), *sorted(made_of.items())]
    return [*rows, (_SEAL, _signature(rows, key))]


def _signature(rows: Iterable[tuple[str, str]], key: bytes) -> str:
    return hmac.new(key, canonical_bytes([list(row) for row in rows]), hashlib.sha256).hexdigest()


def read_paper(workbook: Workbook) -> HousePaper | None:
    """The workbook of the house that this is, None for any other one."""
    sheets = {one.name: one for one in workbook.sheets}
    kind = next((one for one in PaperKind if one.value in sheets), None)
    if kind is None:
        return None
    note = sheets[kind.value]
    pairs = tuple((note.text(Address(row, 1)), note.text(Address(row, 2))) for row in note.rows())
    name, columns = _WANTED[kind]
    sheet = sheets.get(name)
    found = _columns(sheet, columns) if sheet else None
    if sheet is None or found is None:
        return HousePaper(kind, pairs[:_MOST_NOTES], None)
    head, places = found
    rows = tuple(
        (row, tuple(sheet.text(Address(row, at)).strip() for at in places))
        for row in sheet.rows()
        if row > head
    )
    return HousePaper(kind, pairs[:_MOST_NOTES], rows)


def _columns(sheet: Sheet, names: Iterable[str]) -> tuple[int, list[int]] | None:
    """The row of the heads, and the columns of those that are needed."""
    for row, cells in sheet.rows().items():
        if row > _HEADS_WITHIN:
            break
        heads = {comparable(cell.text): column for column, cell in cells.items()}
        found = [heads.get(comparable(name)) for name in names]
        if None not in found:
            return row, [at for at in found if at is not None]
    return None
