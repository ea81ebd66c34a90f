"""What could not be carried over to another form, as Chinese lines: said once where it is alike.

A column that the new form does not have is the same news for every record; it is told once with
how many it concerns. What concerns a record alone is told with the record and its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.report.lines import line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.carry import Remark
    from xlsync.report.lines import Line

_MAX_TEXT = 60


def carried_lines(records: Sequence[tuple[str, Iterable[Remark]]]) -> Iterator[Line]:
    """The remarks of each (title, remarks), and how many records were carried over."""
    groups: dict[tuple[str, str], list[tuple[str, Remark]]] = {}
    for title, remarks in records:
        for one in remarks:
            groups.setdefault((one.label, one.why), []).append((title, one))
    for (label, why), places in groups.items():
        heading = f"未沿用“{visible(label)}”：{visible(why)}。"
        titles = dict.fromkeys(title for title, _ in places)
        if len(titles) > 1 and len(titles) == len(records):
            yield ((heading, "yellow"), (f"（{len(titles)} 份记录都是）", ""))
            continue
        yield line(heading, "yellow")
        for title, one in places:
            place = "，".join(filter(None, (title, one.row)))
            yield line(f"  {visible(place)}：“{_short(visible(one.text))}”")
    yield line(f"沿用 {len(records)} 份记录。", "bold")


def _short(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"
