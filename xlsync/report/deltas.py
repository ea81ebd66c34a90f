"""Changes of records as JSON, and as Chinese lines: a heading a record, a line a change.

A record that is new or gone gets one line in all, since nothing in it can be compared; the JSON
says every value of it.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.diff import Kind
from xlsync.record import MISSING
from xlsync.report.changes import NEW_STYLE, OLD_STYLE, inline_change
from xlsync.report.lines import line, visible
from xlsync.report.wording import Wording, amount_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.diff import Delta, RecordDelta
    from xlsync.record import Json
    from xlsync.report.lines import Line

WORDS = {
    Kind.ADDED: "新增",
    Kind.REMOVED: "删除",
    Kind.CHANGED: "改动",
    Kind.RENAMED: "改名",
    Kind.MOVED: "移动",
}
_STYLES = {Kind.ADDED: NEW_STYLE, Kind.REMOVED: OLD_STYLE}
_ONE_SIDED = frozenset(_STYLES)
_HEADING_STYLE = "bold"
_SHORT = 24
"""Texts up to this length are shown old beside new, longer ones by their changed parts."""


def as_json(records: Sequence[RecordDelta]) -> list[Json]:
    """The changes as JSON; a side that is absent is left out, so that null stays null."""
    return [
        {
            "id": record.id,
            "title": record.title,
            "group": record.group,
            "form": record.mapping.form,
            "kind": record.kind.value,
            "deltas": [_delta_json(delta) for delta in record.deltas],
        }
        for record in records
    ]


def _delta_json(delta: Delta) -> Json:
    sides = {"old": delta.old, "new": delta.new}
    return {
        "kind": delta.kind.value,
        "pointer": delta.pointer,
        "label": delta.label,
        "row": delta.row,
        **{name: side for name, side in sides.items() if side is not MISSING},
        "difference": delta.difference,
    }


def delta_lines(records: Sequence[RecordDelta]) -> Iterator[Line]:
    """The changes as lines, each record under its heading, with a sum of all at the end."""
    if not records:
        yield line("没有变化。")
        return
    wordings = {record.mapping.form: Wording(record.mapping) for record in records}
    for record in records:
        wording = wordings[record.mapping.form]
        yield line(_heading(record), _HEADING_STYLE)
        if record.kind in _ONE_SIDED:
            yield line(f"  {_in_short(wording, record)}", _STYLES[record.kind])
        else:
            yield from ((("  ", ""), *_delta_line(wording, delta)) for delta in record.deltas)
        yield line("")
    yield line(_summary(records, wordings), _HEADING_STYLE)


def _heading(record: RecordDelta) -> str:
    title, group = (
        visible(name) if isinstance(name, str) and name else shown(name, None)
        for name in (record.title, record.group)
    )
    return f"■ {title}（{group}） {record.id} 〔{WORDS[record.kind]}〕"


def _in_short(wording: Wording, record: RecordDelta) -> str:
    """What a new or gone record amounts to: its first amount and how many rows it has."""
    amounts = [
        f"{wording.label(delta)} {wording.value(delta, _present_side(delta))}"
        for delta in record.deltas
        if wording.amount is not None and delta.pointer == wording.amount.pointer
    ]
    rows = Counter(delta.label for delta in record.deltas if wording.is_whole_row(delta))
    return "，".join([*amounts, *(f"{label} {count} 条" for label, count in rows.items())])


def _present_side(delta: Delta) -> Json:
    return delta.old if delta.new is MISSING else delta.new


def _delta_line(wording: Wording, delta: Delta) -> Line:
    word = WORDS[delta.kind]
    if delta.row is None:
        return ((f"{wording.label(delta)}  ", ""), *_change(wording, delta))
    if delta.kind is Kind.MOVED:
        return line(f"{word} {wording.row(delta)} {_move(delta)}")
    if wording.is_whole_row(delta):
        rest = wording.rest_of_row(delta, _present_side(delta))
        return line(f"{word} {wording.row(delta)} {rest}".rstrip(), _STYLES[delta.kind])
    if delta.kind is Kind.RENAMED:
        return (
            (f"{word} {wording.label(delta)} {wording.level(delta)}", ""),
            (shown(delta.old, None), OLD_STYLE),
            ("→", ""),
            (shown(delta.new, None), NEW_STYLE),
        )
    return ((f"{wording.row(delta)} {wording.label(delta)}  ", ""), *_change(wording, delta))


def _move(delta: Delta) -> str:
    # Between rows that were added and removed, a row can be moved to the number that it had.
    hint = "（与其他条的先后有变）" if delta.old == delta.new else ""
    return f"第{delta.old}条 → 第{delta.new}条{hint}"


def _change(wording: Wording, delta: Delta) -> Line:
    old, new = delta.old, delta.new
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > _SHORT:
        return inline_change(old, new)
    by = f"（{Decimal(delta.difference):+,}）" if delta.difference else ""
    return (
        (wording.value(delta, old), OLD_STYLE),
        (" → ", ""),
        (wording.value(delta, new), NEW_STYLE),
        (by, ""),
    )


def _summary(records: Sequence[RecordDelta], wordings: dict[str, Wording]) -> str:
    kinds = Counter(record.kind for record in records)
    added, removed = kinds[Kind.ADDED], kinds[Kind.REMOVED]
    changed = len(records) - added - removed
    total = f"{len(records)} 个项目有变化：改动 {changed}，新增 {added}，删除 {removed}"
    sums: dict[str, Decimal] = {}
    for record in records:
        for label, by in _amount_changes(wordings[record.mapping.form], record):
            sums[label] = sums.get(label, Decimal(0)) + by
    return "；".join([total, *(f"{label}合计 {by:+,}" for label, by in sums.items())]) + "。"


def _amount_changes(wording: Wording, record: RecordDelta) -> Iterator[tuple[str, Decimal]]:
    """By how much the record's first amount changed; a side without amount adds nothing."""
    field = wording.amount
    for delta in record.deltas:
        if field is not None and delta.pointer == field.pointer:
            old, new = (amount_of(side, field.type) for side in (delta.old, delta.new))
            yield wording.label(delta), (new or Decimal(0)) - (old or Decimal(0))
