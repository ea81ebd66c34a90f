"""Problems to the rows of the list, to the comments and the marks of a copy."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area
from xlsync.base.problems import Severity
from xlsync.exchange.correction_cells import cut, pieces
from xlsync.exchange.correction_states import States
from xlsync.workbook.problem_list import TO_CHECK, TO_DO, Listed, Returned, comment_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from xlsync.base.problems import Problem
    from xlsync.exchange.correction_cells import CorrectionDraft
    from xlsync.exchange.correction_states import LabelledCell, Places
    from xlsync.exchange.corrections import Case

_TO_DO = {Severity.ERROR: TO_DO, Severity.WARNING: TO_CHECK}
_STRAYS = {"S007", "S012"}
"""What stood where the form has no place: a fresh copy has none for it either."""

_ORIGIN = "原件"
_LEFT_OUT = "表外内容，未带入本表"

_MAX_MESSAGE = 1_000
_MAX_COMMENT = 300
_MAX_PIECES = 20
_MAX_LISTED = 5_000


class Listing:
    """The list of one copy."""

    def __init__(self, case: Case, places: Places, draft: CorrectionDraft) -> None:
        """Get ready to list the problems of a case."""
        self._case = case
        self._places = places
        self._draft = draft
        self._states = States(case, places, draft)

    def returned(self, problems: Iterable[Problem], locked: Collection[str]) -> Returned:
        """Everything that the copy carries beyond its record."""
        found = sorted(problems, key=self._order)
        marks: dict[Address, Severity] = {}
        messages: dict[Address, list[str]] = {}
        for one in found:
            place = self._place(one)
            if place is None:
                continue
            if marks.get(place.address) is not Severity.ERROR:
                marks[place.address] = one.severity
            if one.message not in messages.setdefault(place.address, []):
                messages[place.address].append(one.message)
        return Returned(
            typed={
                place.address: content
                for pointer, content in self._draft.typed.items()
                if (place := self._places[pointer])
            },
            marks=marks,
            comments={at: comment_text(_numbered(texts)) for at, texts in messages.items()},
            rows=list(self._rows(found)),
            note=_note(found),
            locked=locked,
        )

    def _place(self, one: Problem) -> LabelledCell | None:
        return self._places[one.pointer] if one.pointer and one.code not in _STRAYS else None

    def _order(self, one: Problem) -> tuple[int, Address]:
        """Of the file first, then down the sheet, then what the sheet has no place for."""
        place = self._place(one)
        if place is not None:
            return 1, place.address
        return (2 if one.cell else 0), Address(0, 0)

    def _rows(self, found: list[Problem]) -> Iterator[Listed]:
        for one in found[:_MAX_LISTED]:
            place = self._place(one)
            word, message = one.severity.word, cut(one.message, _MAX_MESSAGE)
            first, *more = pieces(one.found or "")
            if place is None:
                label = _LEFT_OUT if one.code in _STRAYS else _ORIGIN
                yield Listed((word, self._origin(one), label, message, first))
            else:
                texts = (word, place.address.a1, place.label, message, first)
                yield Listed(
                    texts, place.address, self._states.open(one, place), _TO_DO[one.severity]
                )
            for number, chunk in enumerate(more[: _MAX_PIECES - 1], start=2):
                yield Listed((word, "", "", f"（同上，原文第 {number} 段）", chunk))
            if len(more) >= _MAX_PIECES:
                yield Listed((word, "", "", f"（同上，原文共 {len(more) + 1} 段，其余见原件）", ""))
        if len(found) > _MAX_LISTED:
            message = f"另有 {len(found) - _MAX_LISTED} 处没有列出，请查看原件。"
            yield Listed((Severity.ERROR.word, "", "", message, ""))

    def _origin(self, one: Problem) -> str:
        """Where something stood in the file that came, as far as that is known."""
        if one.cell is None:
            return one.sheet or _ORIGIN
        if self._case.is_text:
            return f"{_ORIGIN}第{Area.parse(one.cell).top}行"
        is_own = one.sheet in {None, self._case.reading.sheet}
        return f"{_ORIGIN} {one.cell}" if is_own else f"{one.sheet}!{one.cell}"


def _note(found: list[Problem]) -> str:
    counts = Counter(one.severity for one in found)
    shown = "，".join(f"{one.word} {counts[one]} 处" for one in Severity)
    return f"共 {len(found)} 处：{shown}。错误改好才能收下；警告请核对，确认无误的可以不改。"


def _numbered(messages: list[str]) -> list[str]:
    texts = [cut(one, _MAX_COMMENT) for one in messages]
    if len(texts) == 1:
        return texts
    return [f"{number}. {text}" for number, text in enumerate(texts, start=1)]
