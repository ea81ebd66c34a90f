"""What a person chose in a conflict workbook is what is read, and everything odd is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conflict_sample import (
    DATE,
    GOAL,
    KEY,
    LENGTH,
    OTHER_FUNDS,
    RATE,
    ROUND,
    decided,
    edited,
    filled,
    read_back,
    sample,
)
from openpyxl.comments import Comment
from reading_samples import FORM, FORMS, our_workbook

from xlsync.records.conflict_reading import is_conflict_workbook, read_choices
from xlsync.records.conflicts import NOTE, SHEET, Choice, ConflictNote, Side, version
from xlsync.sources import open_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook

    from xlsync.records.conflicts import Choices

ALL_OURS = {f"F{row}": "库中" for row in range(DATE, RATE + 1)}


def _found(data: bytes) -> list[tuple[str, str | None, str | None]]:
    return [(one.code, one.cell, one.found) for one in read_back(data)[1]]


def _sides(choices: Choices | None) -> list[Side]:
    assert choices is not None
    return [one.side for one in choices.chosen.values()]


# ---- choices ----------------------------------------------------------------------


def test_everything_can_be_left_as_it_is_in_the_repository() -> None:
    choices, problems = read_back(filled(**ALL_OURS))
    assert problems == []
    assert choices is not None
    assert choices.is_complete
    assert decided(choices) == sample().merged.record == sample().ours


def test_everything_can_be_taken_from_what_came_back() -> None:
    choices, problems = read_back(filled(**dict.fromkeys(ALL_OURS, "返回")))
    assert problems == []
    assert decided(choices) == sample().theirs


def test_other_values_are_read_by_the_types_of_their_fields() -> None:
    typed = {
        **ALL_OURS,
        **{f"F{row}": "另填" for row in (DATE, OTHER_FUNDS, GOAL, LENGTH)},
        f"G{DATE}": "2023年12月1日",
        f"G{OTHER_FUNDS}": 25000.5,
        f"G{GOAL}": "新的目标",
        f"G{LENGTH}": "15.00",
    }
    choices, problems = read_back(filled(**typed))
    assert problems == []
    record = decided(choices)
    assert record["planned_end"] == "2023-12-01"
    assert record["funds"]["other"] == "25000.50"
    assert record["overall_goal"] == "新的目标"
    assert record["indicators"][0]["value"] == "15.00"
    assert FORM.canonical(record) == (record, [])


def test_the_note_says_whose_choices_these_are_and_that_it_is_ours() -> None:
    choices, _ = read_back(filled(**ALL_OURS))
    assert choices is not None
    note = choices.note
    assert (note.form, note.round, note.record) == (FORM.id, ROUND, sample().ours["id"])
    assert (note.ours, note.returned) == (version(sample().ours), version(sample().theirs))
    assert note.is_sealed_by(KEY)
    assert not note.is_sealed_by(b"another key")


@pytest.mark.parametrize("text", ["库 中", " 库中\u3000"])
def test_blanks_in_a_choice_do_not_count(text: str) -> None:
    choices, problems = read_back(filled(**ALL_OURS | {f"F{DATE}": text}))
    assert (problems, _sides(choices)) == ([], [Side.OURS] * 5)


# ---- what is odd ------------------------------------------------------------------


def test_a_row_without_a_choice_is_reported_and_the_others_are_read() -> None:
    choices, problems = read_back(filled(**ALL_OURS | {f"F{GOAL}": None}))
    assert [(one.code, one.sheet, one.cell, one.pointer) for one in problems] == [
        ("K001", SHEET, f"F{GOAL}", "/overall_goal")
    ]
    assert choices is not None
    assert not choices.is_complete
    assert _sides(choices) == [Side.OURS] * 4


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({f"F{DATE}": "随便"}, [("K001", f"F{DATE}", "随便")]),
        ({f"F{DATE}": "另填"}, [("K001", f"G{DATE}", None)]),
        ({f"F{DATE}": "另填", f"G{DATE}": " "}, [("K001", f"G{DATE}", None)]),
        ({f"F{DATE}": None, f"G{DATE}": "2023-12-01"}, [("K001", f"F{DATE}", "2023-12-01")]),
        ({f"G{DATE}": "2023-12-01"}, [("K001", f"G{DATE}", "2023-12-01")]),
        ({f"F{DATE}": "另填", f"G{DATE}": "下个月"}, [("D001", f"G{DATE}", "下个月")]),
        (
            {f"F{OTHER_FUNDS}": "另填", f"G{OTHER_FUNDS}": "若干"},
            [("M004", f"G{OTHER_FUNDS}", "若干")],
        ),
        ({f"F{GOAL}": "另填", f"G{GOAL}": "=1+1"}, [("V001", f"G{GOAL}", "=1+1")]),
        ({f"F{GOAL}": "另填", f"G{GOAL}": "<p></p>"}, ["S003", "K001"]),
        ({f"F{RATE}": "另填"}, [("K001", f"F{RATE}", "另填")]),
        (
            {f"F{RATE}": "另填", f"G{RATE}": "改"},
            [("K001", f"F{RATE}", "另填"), ("K001", f"G{RATE}", "改")],
        ),
    ],
)
def test_a_choice_that_is_none_is_reported_with_its_cell(
    cells: dict[str, str], found: list[object]
) -> None:
    data = filled(**ALL_OURS | cells)
    choices, _ = read_back(data)
    told = _found(data)
    assert [
        one if isinstance(two, tuple) else one[0] for one, two in zip(told, found, strict=True)
    ] == found
    assert len(_sides(choices)) == 4


def test_a_typed_amount_in_ten_thousands_is_converted_and_said() -> None:
    cells = {f"F{OTHER_FUNDS}": "另填", f"G{OTHER_FUNDS}": "3万元"}
    data = filled(**ALL_OURS | cells)
    assert decided(read_back(data)[0])["funds"]["other"] == "30000.00"
    assert [one[0] for one in _found(data)] == ["M006"]


def test_texts_changed_by_hand_are_reported_and_the_choices_still_read() -> None:
    cells = {f"C{DATE}": "2020-01-01", f"D{DATE}": "另一天", f"E{GOAL}": None}
    data = filled(**ALL_OURS | cells)
    assert _found(data) == [
        ("S008", f"C{DATE}", "2020-01-01"),
        ("S008", f"D{DATE}", "另一天"),
        ("S008", f"E{GOAL}", ""),
    ]
    assert decided(read_back(data)[0]) == sample().ours


def test_a_row_whose_place_was_changed_says_nothing() -> None:
    data = filled(**ALL_OURS | {f"B{DATE}": "计划开始日期"})
    assert _found(data) == [("S001", f"B{DATE}", "计划开始日期")]
    assert len(_sides(read_back(data)[0])) == 4


def test_rows_are_known_by_their_numbers_wherever_they_stand() -> None:
    def change(book: Workbook) -> None:
        sheet = book[SHEET]
        for column in "ABCDEFG":
            one, other = sheet[f"{column}{DATE}"], sheet[f"{column}{RATE}"]
            one.value, other.value = other.value, one.value
        sheet[f"F{DATE}"], sheet[f"F{RATE}"] = "返回", "库中"
        sheet.insert_rows(1)

    choices, problems = read_back(edited(change))
    assert choices is not None
    assert {one.code for one in problems} == {"K001"}
    assert choices.chosen == {
        "/planned_end": Choice(Side.OURS),
        sample().merged.conflicts[-1].pointer: Choice(Side.THEIRS),
    }


def test_rows_that_are_missing_or_double_are_reported() -> None:
    data = filled(**ALL_OURS | {f"A{GOAL}": 1})
    assert [one[:2] for one in _found(data)][:2] == [("K002", f"A{GOAL}"), ("K002", "A6")]
    assert len(_sides(read_back(data)[0])) == 4


def test_what_stands_outside_the_choices_is_quoted() -> None:
    def change(book: Workbook) -> None:
        for row in range(DATE, RATE + 1):
            book[SHEET][f"F{row}"] = "库中"
        book[SHEET]["I3"] = "请王科长定"
        book[SHEET]["F7"].comment = Comment("为什么？", "甲")
        book.create_sheet("说明")["B2"] = "附言"
        book[NOTE]["F1"] = "藏在这里"

    told = read_back(edited(change))[1]
    assert {(one.code, one.sheet, one.cell, one.found) for one in told} == {
        ("S007", SHEET, "I3", "请王科长定"),
        ("S007", SHEET, "F7", "为什么？"),
        ("S007", "说明", "B2", "附言"),
        ("S007", NOTE, "F1", "藏在这里"),
    }


# ---- the note ---------------------------------------------------------------------


def _no_note(book: Workbook) -> None:
    book[NOTE].sheet_state = "visible"
    del book[NOTE]


def _other_record(book: Workbook) -> None:
    book[NOTE]["B5"] = "another"


def _other_order(book: Workbook) -> None:
    rows = [row for row in book[NOTE].iter_rows(max_col=2) if row[0].value == "line"]
    rows[0][1].value, rows[1][1].value = rows[1][1].value, rows[0][1].value


def _one_more(book: Workbook) -> None:
    book[NOTE].append([None, "nachgetragen"])


@pytest.mark.parametrize("change", [_no_note, _other_record, _other_order, _one_more])
def test_a_note_that_was_changed_or_lost_is_refused(change: Callable[[Workbook], None]) -> None:
    data = edited(change)
    assert is_conflict_workbook(open_file(".xlsx", data))
    assert read_back(data)[0] is None
    assert [one[0] for one in _found(data)] == ["K002"]


def test_a_note_made_for_another_record_has_no_seal_of_ours() -> None:
    choices, _ = read_back(filled(**ALL_OURS))
    assert choices is not None
    pairs = [pair for pair in choices.note.pairs() if pair[0] not in {"seal", "check"}]
    forged = ConflictNote.from_pairs(
        ConflictNote(
            "f", "r", "x", "o", "t", choices.note.texts, choices.note.lines, choices.note.seal
        ).pairs()
    )
    assert forged is not None
    assert not forged.is_sealed_by(KEY)
    assert ConflictNote.from_pairs(pairs) is None


def test_a_form_that_is_not_known_is_said() -> None:
    choices, problems = read_choices({}, open_file(".xlsx", filled(**ALL_OURS)))
    assert choices is None
    assert [(one.code, one.found) for one in problems] == [("K002", FORM.id)]


def test_headings_that_are_gone_are_said() -> None:
    data = filled(**ALL_OURS | {"F6": "决定"})
    assert read_back(data)[0] is None
    assert [one[0] for one in _found(data)] == ["K002"]


def test_other_workbooks_are_none_of_this_kind() -> None:
    assert not is_conflict_workbook(our_workbook()[1])
    assert is_conflict_workbook(open_file(".xlsx", sample().workbook))
    assert FORMS
