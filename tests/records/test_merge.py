"""Two people edit copies of one record: what stands, and what only a person can decide."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
from diff_sample import MAPPING, row
from merge_sample import ID

from xlsync.base.errors import XlsyncError
from xlsync.base.record import MISSING
from xlsync.records import merge, resolve

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record
    from xlsync.records import Merged


def _record(*rows: Record, **more: Json) -> Record:
    made = {"form": MAPPING.form, "id": ID, "name": "采购一", "unit": "办公室", **more}
    return made | {"items": [{"id": f"r{at}", **one} for at, one in enumerate(rows, start=1)]}


def _merge(base: Record, ours: Record, theirs: Record) -> Merged:
    before = copy.deepcopy((base, ours, theirs))
    merged = merge(MAPPING, base, ours, theirs)
    assert (base, ours, theirs) == before, "what is merged is not touched"
    return merged


def _merge_rows(base: list[Record], ours: list[Record], theirs: list[Record]) -> Merged:
    return _merge(*({**_record(), "items": rows} for rows in (base, ours, theirs)))


def _told(merged: Merged) -> dict[str, tuple[Json, Json, Json]]:
    return {one.pointer: (one.base, one.ours, one.theirs) for one in merged.conflicts}


def _names(merged: Merged) -> list[str]:
    return [one["what"] for one in merged.record["items"]]


PEN, PAPER, INK = (
    {"id": number, **row(what, count="1")}
    for number, what in (("1", "笔"), ("2", "纸"), ("3", "墨"))
)

# ---- fields -----------------------------------------------------------------------


def test_changes_of_different_fields_both_stand() -> None:
    base = _record(cost={"total": "1.00", "other": "2.00"})
    ours = _record(cost={"total": "3.00", "other": "2.00"})
    theirs = _record(cost={"total": "1.00", "other": "4.00"}, name="采购二")
    merged = _merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert merged.record == _record(cost={"total": "3.00", "other": "4.00"}, name="采购二")


def test_a_field_that_both_changed_is_a_conflict_and_keeps_ours() -> None:
    merged = _merge(_record(goal="一"), _record(goal="二"), _record(goal="三", year=2024))
    assert _told(merged) == {"/goal": ("一", "二", "三")}
    assert merged.record == _record(goal="二", year=2024)
    assert resolve(MAPPING, merged, {"/goal": "四"}) == _record(goal="四", year=2024)


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    merged = _merge(_record(goal="一"), _record(goal="二"), _record(goal="二"))
    assert (merged.record, merged.conflicts) == (_record(goal="二"), ())


@pytest.mark.parametrize("sides", [(None, "", MISSING), ("", MISSING, None), (MISSING, None, "")])
def test_absent_null_and_empty_are_three_things(sides: tuple[Json, Json, Json]) -> None:
    records = [_record(**({} if side is MISSING else {"goal": side})) for side in sides]
    merged = _merge(*records)
    assert _told(merged) == {"/goal": sides}
    assert merged.record == records[1]
    assert resolve(MAPPING, merged, {"/goal": sides[2]}) == records[2]


def test_a_field_that_one_side_took_away_is_gone_and_so_is_what_held_it() -> None:
    base = _record(cost={"total": "1.00"})
    assert _merge(base, base | {"goal": "一"}, _record()).record == _record(goal="一")


def test_keys_stand_in_the_order_of_the_form() -> None:
    merged = _merge(_record(), _record(goal="一"), _record(cost={"rest": "1.00"}, year=2024))
    assert [*merged.record] == ["form", "id", "name", "unit", "year", "cost", "goal", "items"]


# ---- rows -------------------------------------------------------------------------


def test_changes_in_different_rows_and_columns_both_stand() -> None:
    ours = [{**PEN, "count": "2"}, PAPER]
    theirs = [{**PEN, "unit": "支"}, {**PAPER, "count": "9"}]
    merged = _merge_rows([PEN, PAPER], ours, theirs)
    assert merged.conflicts == ()
    assert merged.record["items"] == [{**PEN, "count": "2", "unit": "支"}, {**PAPER, "count": "9"}]


def test_a_cell_that_both_changed_is_a_conflict_by_the_id_of_its_row() -> None:
    ours, theirs = [PAPER, {**PEN, "count": "2"}], [{**PEN, "count": "3"}, PAPER]
    merged = _merge_rows([PEN, PAPER], ours, theirs)
    assert _told(merged) == {"/items/1/count": ("1", "2", "3")}
    assert merged.record["items"] == ours
    chosen = resolve(MAPPING, merged, {"/items/1/count": "3"})
    assert chosen["items"] == [PAPER, {**PEN, "count": "3"}]


def test_a_row_removed_here_and_left_alone_there_is_gone() -> None:
    merged = _merge_rows([PEN, PAPER], [PAPER], [PEN, {**PAPER, "count": "2"}])
    assert merged.conflicts == ()
    assert merged.record["items"] == [{**PAPER, "count": "2"}]


def test_a_row_removed_here_and_changed_there_is_a_conflict_as_a_whole() -> None:
    changed = {**PEN, "count": "2"}
    merged = _merge_rows([PEN, PAPER], [PAPER], [changed, PAPER])
    assert _told(merged) == {"/items/1": (PEN, MISSING, changed)}
    assert merged.record["items"] == [PAPER]
    assert resolve(MAPPING, merged, {"/items/1": changed})["items"] == [changed, PAPER]
    other = _merge_rows([PEN, PAPER], [changed, PAPER], [PAPER])
    assert _told(other) == {"/items/1": (PEN, changed, MISSING)}
    assert resolve(MAPPING, other, {"/items/1": MISSING})["items"] == [PAPER]


def test_a_table_of_which_each_side_removed_a_part_is_empty() -> None:
    merged = _merge_rows([PEN, PAPER], [PEN], [PAPER])
    assert (merged.record["items"], merged.conflicts) == ([], ())


def test_rows_added_on_both_sides_both_stand() -> None:
    merged = _merge_rows([PEN], [PEN, PAPER], [INK, PEN])
    assert merged.conflicts == ()
    assert _names(merged) == ["墨", "笔", "纸"]


def test_the_same_row_added_on_both_sides_is_one_row() -> None:
    again = {**INK, "id": "9"}
    merged = _merge_rows([PEN], [PEN, INK], [again, PEN])
    assert (merged.conflicts, _names(merged)) == ((), ["笔", "墨"])


def test_the_same_key_added_with_different_contents_is_a_conflict_and_no_double() -> None:
    merged = _merge_rows([PEN], [PEN, INK], [PEN, {**INK, "count": "7"}])
    assert _told(merged) == {"/items/3/count": (MISSING, "1", "7")}
    assert _names(merged) == ["笔", "墨"]


def test_what_one_side_left_out_of_a_row_that_both_added_is_asked_for() -> None:
    merged = _merge_rows([PEN], [PEN, INK], [PEN, {**INK, "unit": "瓶"}])
    assert _told(merged) == {"/items/3/unit": (MISSING, MISSING, "瓶")}
    assert merged.record["items"] == [PEN, INK]


def test_rows_without_a_key_are_not_taken_for_one_another() -> None:
    one, other = ({"id": number, "count": number} for number in "78")
    merged = _merge_rows([PEN], [PEN, one], [PEN, other])
    assert (merged.conflicts, len(merged.record["items"])) == ((), 3)


def test_a_row_renamed_beyond_recognition_on_both_sides_is_still_one_row() -> None:
    ours = [{**PEN, "what": "打印纸"}]
    theirs = [{"id": "8", **row("打印纸", count="5")}]
    merged = _merge_rows([PEN], ours, theirs)
    assert merged.conflicts == ()
    assert [(one["what"], one["count"]) for one in merged.record["items"]] == [("打印纸", "5")]


def test_two_new_names_of_a_row_are_a_conflict() -> None:
    merged = _merge_rows([PEN], [{**PEN, "what": "铅笔"}], [{**PEN, "what": "毛笔"}])
    assert _told(merged) == {"/items/1/what": ("笔", "铅笔", "毛笔")}


def test_what_would_leave_a_row_without_words_is_asked_for_as_a_whole() -> None:
    base = {"id": "1", "what": "笔", "count": "1"}
    ours, theirs = base | {"what": None}, base | {"count": None}
    merged = _merge_rows([base], [ours], [theirs])
    assert _told(merged) == {"/items/1": (base, ours, theirs)}
    assert merged.record["items"] == [ours]


# ---- order, ids, tables -----------------------------------------------------------


def test_a_row_moves_where_the_side_put_it_that_moved_it() -> None:
    rows = [{"id": what, **row(what)} for what in "甲乙丙丁戊"]
    ours = [*rows[1:], rows[0]]
    theirs = [rows[0], rows[4], *rows[1:4]]
    assert _names(_merge_rows(rows, ours, theirs)) == [*"戊乙丙丁甲"]
    assert _names(_merge_rows(rows, rows, theirs)) == [*"甲戊乙丙丁"]


def test_an_added_row_stands_behind_the_row_that_it_was_put_behind() -> None:
    rows = [{"id": what, **row(what)} for what in "甲乙丙"]
    new = {"id": "新", **row("新")}
    theirs = [rows[0], new, *rows[1:]]
    assert _names(_merge_rows(rows, [*rows[::-1]], theirs)) == [*"丙乙甲新"]
    assert _names(_merge_rows(rows, rows[1:], theirs)) == [*"新乙丙"]


def test_an_id_that_two_rows_claim_stays_with_the_row_that_had_it() -> None:
    changed = {**PAPER, "count": "2"}
    merged = _merge_rows([PEN, PAPER], [PEN, changed], [{**PEN, "id": "2"}])
    assert _told(merged) == {"/items/2": (PAPER, changed, MISSING)}
    pen, paper = merged.record["items"]
    assert paper == changed
    assert pen["id"] not in {"1", "2"}


def test_an_id_that_two_added_rows_claim_goes_to_the_same_row_on_both_sides() -> None:
    paper, ink = ([PEN, {**one, "id": "2"}] for one in (PAPER, INK))
    both, swapped = _merge_rows([PEN], paper, ink), _merge_rows([PEN], ink, paper)
    ids, others = (
        {one["what"]: one["id"] for one in merged.record["items"]} for merged in (both, swapped)
    )
    assert ids == others
    assert len(set(ids.values())) == 3


def test_a_table_that_came_back_without_ids_still_merges() -> None:
    theirs = [{**PEN, "id": "abc"}, {**PAPER, "id": "def", "count": "5"}]
    merged = _merge_rows([PEN, PAPER], [{**PEN, "count": "2"}, PAPER], theirs)
    assert merged.conflicts == ()
    assert [one["count"] for one in merged.record["items"]] == ["2", "5"]


def test_a_table_without_levels_and_name_merges_by_id_and_key() -> None:
    table = MAPPING.tables["items"].model_copy(update={"name": None, "levels": [], "key": ["what"]})
    plain = MAPPING.model_copy(update={"tables": {"items": table}})
    versions = ([PEN, PAPER], [{**PEN, "count": "2"}, PAPER], [PAPER, {**PEN, "what": "毛笔"}])
    merged = merge(plain, *({**_record(), "items": rows} for rows in versions))
    assert merged.conflicts == ()
    assert merged.record["items"] == [PAPER, {**PEN, "what": "毛笔", "count": "2"}]


def test_a_table_that_is_absent_is_no_empty_table() -> None:
    bare = _record()
    absent = {key: value for key, value in bare.items() if key != "items"}
    full = bare | {"items": [PEN]}
    assert _merge(full, bare, absent | {"items": [PEN], "goal": "一"}).record["items"] == []
    assert "items" not in _merge(full, absent, full | {"goal": "一"}).record
    changed = bare | {"items": [{**PEN, "count": "2"}]}
    merged = _merge(full, absent, changed)
    assert merged.record == absent
    assert resolve(MAPPING, merged, {"/items/1": {**PEN, "count": "2"}}) == changed
    unknown = merge(MAPPING, None, absent, bare)
    assert _told(unknown) == {"/items": (MISSING, MISSING, [])}
    assert resolve(MAPPING, unknown, {"/items": []}) == bare


def test_without_a_base_rows_of_one_side_alone_are_asked_for() -> None:
    ours, theirs = _record(row("笔"), goal="一"), _record(row("纸"), goal="一", year=2024)
    theirs["items"][0]["id"] = "t"
    merged = merge(MAPPING, None, ours, theirs)
    assert _told(merged) == {
        "/year": (MISSING, MISSING, 2024),
        "/items/r1": (MISSING, ours["items"][0], MISSING),
        "/items/t": (MISSING, MISSING, theirs["items"][0]),
    }
    assert merged.record == ours


# ---- set-up -----------------------------------------------------------------------


def test_versions_of_another_form_or_record_are_refused() -> None:
    one = _record()
    with pytest.raises(XlsyncError, match="form"):
        merge(MAPPING, one | {"form": "other"}, one, one)
    with pytest.raises(XlsyncError, match="two records"):
        merge(MAPPING, one, one, one | {"id": "other"})


def test_a_choice_where_there_is_no_conflict_is_refused() -> None:
    with pytest.raises(XlsyncError, match="/goal"):
        resolve(MAPPING, _merge(_record(), _record(), _record()), {"/goal": "一"})
