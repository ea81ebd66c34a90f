"""What changed: as JSON for programs, and as Chinese lines for people.

The lines have a heading for each record, and one line for each of its revisions.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING
from xlsync.records import ChangeKind, what_happened
from xlsync.report.words.changes import NEW_STYLE, OLD_STYLE, inline_change
from xlsync.report.words.lines import line, visible
from xlsync.report.words.revisions import kinds_of, revisions
from xlsync.report.words.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.base.record import Json
    from xlsync.records import Delta, RecordDelta, What
    from xlsync.report.words.lines import Line
    from xlsync.report.words.revisions import RevisionLine
    from xlsync.report.words.wording import WordedValue

_HEADING_STYLE = "bold"
_MOST_NAMED = 5
_SHORT = 32
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
            "deltas": _deltas_json(record),
        }
        for record in records
    ]


def _deltas_json(record: RecordDelta) -> list[Json]:
    return [_delta_json(one, what_happened(record, one)) for one in record.deltas]


def _delta_json(delta: Delta, what: What) -> Json:
    sides = {"old": delta.old, "new": delta.new}
    return {
        "kind": delta.kind.value,
        "what": what.value,
        "pointer": delta.pointer,
        "label": delta.label,
        "row": delta.row,
        **{name: side for name, side in sides.items() if side is not MISSING},
        "difference": delta.difference,
    }


def delta_lines(records: Sequence[RecordDelta]) -> Iterator[Line]:
    """The changes as lines, each record under its heading; nothing where nothing changed."""
    for found in revisions(records):
        yield line(_heading(found), _HEADING_STYLE)
        for revision in found:
            yield _revision_line(revision)
        yield line("")


def summary(records: Sequence[RecordDelta]) -> str:
    """How many records changed, and how many of them are new or gone."""
    if not records:
        return "没有变化。"
    kinds = Counter(record.kind for record in records)
    added, removed = kinds[ChangeKind.ADDED], kinds[ChangeKind.REMOVED]
    changed = len(records) - added - removed
    return f"{len(records)} 个项目有变化：改动 {changed}，新增 {added}，取消 {removed}。"


def waiting_lines(waiting: Sequence[tuple[str, str]]) -> Iterator[Line]:
    """The projects that did not come back yet, and so were not compared; a few by name."""
    if not waiting:
        return
    named = "、".join(f"{group} {title}" for group, title in waiting[:_MOST_NAMED])
    more = "等" if len(waiting) > _MOST_NAMED else ""
    text = f"未回 {len(waiting)} 个，没有比较：{named}{more}。"
    yield line(visible(text), "yellow")


def _heading(found: Sequence[RevisionLine]) -> str:
    first = found[0]
    return f"■ {first.title}（{first.group}） {first.record} 〔{'、'.join(kinds_of(found))}〕"


def _revision_line(revision: RevisionLine) -> Line:
    by = f"（{revision.difference:+,}）" if revision.difference else ""
    where = f"  {revision.what} {revision.label}".rstrip()
    return ((f"{where}  ", ""), *_change(revision), (by, ""))


def _change(revision: RevisionLine) -> Line:
    old, new = revision.old, revision.new
    if old is None or new is None:
        return _one_side(old, OLD_STYLE) + _one_side(new, NEW_STYLE)
    is_long = max(len(old.text), len(new.text)) > _SHORT
    if old.is_typed and new.is_typed and is_long:
        return inline_change(old.text, new.text)
    return ((quoted(old), OLD_STYLE), (" → ", ""), (quoted(new), NEW_STYLE))


def _one_side(side: WordedValue | None, style: str) -> Line:
    return () if side is None else ((quoted(side), style),)
