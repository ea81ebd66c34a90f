"""A sheet that was taken apart, and the names of its places, as the text of a template file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.base.grid import Area, column_letters
from xlsync.draft.looks import StyleNames
from xlsync.draft.toml import listed, pair, table, toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.draft.looks import Look
    from xlsync.draft.official import OfficialCell
    from xlsync.draft.regions import Spot
    from xlsync.draft.sheet import Understood
    from xlsync.draft.table_regions import TableRegion
    from xlsync.draft.tables import MeantTable
    from xlsync.draft.toml import Value

_LEAST_ROWS = 30
_SPARE_ROWS = 10
_LEAST_WITHIN = 6
_SPARE_WITHIN = 3
"""Rows that stand ready in a table with more of the form beneath it, all of them drawn."""
_SHOWN = 12
"""Rows of a blank table where the official sheet draws none."""

_MARKS: dict[str, Value] = {"wrong": "#FFC7CE", "doubtful": "#FFEB9C", "dimmed": "#D9D9D9"}
_CHECK: dict[str, Value] = {
    "size": 9.0,
    "color": "#1F4E79",
    "fill": "#DDEBF7",
    "align": "left",
    "wrap": False,
}
_FOOTER: dict[str, Value] = {"size": 8.0, "color": "#808080", "align": "left", "wrap": False}


class TemplateText:
    """The template of one form, written part by part."""

    def __init__(self, form_id: str, understood: Understood) -> None:
        """See :meth:`text`."""
        self._id = form_id
        self._official = understood.official
        self._found = understood.found
        self._meaning = understood.meaning
        self._tables = understood.tables
        self._styles = StyleNames(one.look for one in understood.official.places)

    def text(self) -> str:
        """The whole file; styles come before the blocks that name them."""
        blocks = list(self._blocks())
        parts = [*self._head(), *self._style_tables(), *blocks, *self._foot()]
        return "\n".join(parts) + "\n"

    def _head(self) -> Iterator[str]:
        official, page = self._official, self._official.page
        yield f"# Drafted from the official blank sheet {toml(official.sheet)}: what it looks like."
        yield "# A remark that begins with ? marks what was not certain."
        yield ""
        yield pair("form", self._id)
        yield pair("sheet", official.sheet)
        yield pair("columns", official.columns)
        yield from table(
            "[page]",
            {
                "paper": page.paper,
                "orientation": page.orientation,
                "margins": page.margins,
                "footer": page.footer,
            },
            {},
        )
        width = Area(1, 1, 1, len(official.columns)).a1
        yield from table("[check]", {"area": width, "style": "check", "height": 20}, {})
        yield from table("[marks]", _MARKS, {})

    def _style_tables(self) -> Iterator[str]:
        made = self._styles.tables()
        base: dict[str, Value] = {"extends": "base"}
        for name, style in (*made.items(), ("check", base | _CHECK), ("footer", base | _FOOTER)):
            yield from table(f"[styles.{name}]", style, {})

    def _blocks(self) -> Iterator[str]:
        first, beside = 1, ""
        for region, meant in zip(self._found.tables, self._tables, strict=True):
            if region.shares:
                yield from self._beside(region, meant, beside)
                continue
            yield from self._fixed(first, region.top - 1)
            yield from self._table(region, meant)
            first, beside = region.bottom + 1, meant.name
        yield from self._fixed(first, len(self._official.heights))

    def _fixed(self, first: int, last: int) -> Iterator[str]:
        if last < first:
            return
        yield from ("", f"# ---- rows {first} to {last} ----", "", "[[blocks]]")
        yield pair("kind", "fixed")
        yield pair("rows", self._official.heights[first - 1 : last])
        labels = sorted(self._labels(first, last))
        if labels:
            yield listed("labels", ((item, remark) for _, item, remark in labels))
        slots = [
            (self._slot(spot, name, first), spot.doubt and f"? {spot.doubt}")
            for spot, name in self._meaning.spots
            if first <= spot.place.area.top <= last
        ]
        if slots:
            yield listed("slots", slots)

    def _labels(self, first: int, last: int) -> Iterator[tuple[Area, str, str]]:
        for one in self._found.labels:
            if first <= one.area.top <= last:
                role = "title" if one is self._found.title else "label"
                of = self._meaning.of.get(one)
                is_open = one.text.endswith((":", "：")) and of is None
                doubt = "? 冒号后面没有填报格；要填的话，请加一个" if is_open else ""
                yield one.area, self._label(one, role, of, first), doubt
        for one in self._found.blanks:
            if first <= one.area.top <= last:
                doubt = "? 空白的固定格；如果是填报格，请移到 slots"
                yield one.area, self._label(one, "blank", None, first), doubt

    def _label(self, place: OfficialCell, role: str, of: str | None, first: int) -> str:
        area = place.area.moved(1 - first).a1
        says: dict[str, Value] = {"of": of} if of else {"text": place.text}
        return toml({"area": area, "style": self._styles.name(role, place.look), **says})

    def _slot(self, spot: Spot, name: str, first: int) -> str:
        place = spot.place
        number_format = spot.number_format or place.look.number_format
        look = place.look._replace(number_format=number_format)
        area = place.area.moved(1 - first).a1
        return toml({"area": area, "slot": name, "style": self._styles.name("input", look)})

    def _table(self, region: TableRegion, meant: MeantTable) -> Iterator[str]:
        heights = self._official.heights
        yield from ("", f"# ---- the table: rows {region.top} to {region.bottom} ----", "")
        yield "[[blocks]]"
        yield pair("kind", "table")
        yield pair("table", meant.name)
        yield pair("heading_rows", heights[region.top - 1 : region.first - 1])
        headings = sorted((*region.corners, *region.headings), key=lambda one: one.area)
        items = [self._label(one, "heading", meant.of.get(one), region.top) for one in headings]
        caption = region.caption
        if caption is not None and caption.area.top < region.first:
            # On paper the caption begins beside the headings; here it begins with the items.
            corner = caption.area._replace(bottom=region.first - 1)
            items.insert(
                0, self._label(replace(caption, area=corner, text=""), "heading", None, region.top)
            )
        yield listed("headings", ((item, "") for item in items))
        yield from self._columns(region, meant)
        drawn = region.bottom - region.first + 1
        has_lines = region.columns[0].look.border is not None
        usual = Counter(heights[region.first - 1 : region.bottom]).most_common(1)
        yield pair("row_height", usual[0][0])
        if self._goes_on(region):
            rows = max(_LEAST_WITHIN, drawn)
            yield from (pair("rows", rows), pair("spare", _SPARE_WITHIN), pair("shown", rows))
            yield pair("whole", value=True)
            return
        yield pair("rows", max(_LEAST_ROWS, drawn))
        yield pair("spare", _SPARE_ROWS)
        shown = drawn if has_lines else min(_SHOWN, drawn)
        yield pair("shown", shown, "" if has_lines else "? 官方表未画线，按第一页能容纳的行数")

    def _goes_on(self, region: TableRegion) -> bool:
        """Whether more of the form than lines for signatures stands beneath a table."""
        signed = {one.area.top for one in self._official.places if one.is_cut}
        return any(
            one.area.top > region.bottom and one.look.border and one.area.top not in signed
            for one in self._official.places
        )

    def _beside(self, region: TableRegion, meant: MeantTable, beside: str) -> Iterator[str]:
        """The second set of columns in the rows of the table before."""
        yield from ("", "# ---- beside it, in the same rows ----", "", "[[blocks]]")
        yield pair("kind", "beside")
        yield pair("table", meant.name)
        yield pair("beside", beside)
        yield pair("shares", list(meant.names.values())[: region.shares])
        first = region.columns[region.shares].area.left
        headings = sorted((one for one in region.headings if one.area.left >= first), key=_place)
        items = [self._label(one, "heading", meant.of.get(one), region.top) for one in headings]
        yield listed("headings", ((item, "") for item in items))
        yield from self._columns(region, meant)

    def _columns(self, region: TableRegion, meant: MeantTable) -> Iterator[str]:
        lines = next((one.look for one in region.headings if one.look.border), None)
        caption = region.caption
        if caption is not None:
            look = lines._replace(bold=False) if lines and not caption.look.border else caption.look
            style = self._styles.name("caption", look)
            letters = column_letters(caption.area.left)
            yield pair("caption", {"column": letters, "style": style})
        items = []
        first = region.columns[region.shares].area.left
        for column in meant.columns(self._official.columns):
            if column.number < first:
                continue  # shared with the table before
            look = _lined(column.look, lines)
            sides = tuple(side for side in look.sides if side not in column.inner)
            look = look._replace(sides=sides)
            item: dict[str, Value] = {
                "column": column_letters(column.number),
                "style": self._styles.name("cell", look),
            }
            doubt = "? 官方表合并了几列，只有这一列可填" if column.name and column.is_alone else ""
            items.append((toml(item | ({"slot": column.name} if column.name else {})), doubt))
        yield listed("columns", items)

    def _foot(self) -> Iterator[str]:
        width = Area(1, 1, 1, len(self._official.columns)).a1
        text = "表单 {form}　编号 {id}"
        yield from table(
            "[footer]", {"area": width, "text": text, "style": "footer", "height": 15}, {}
        )


def _place(one: OfficialCell) -> Area:
    return one.area


def _lined(look: Look, lines: Look | None) -> Look:
    """A look with the lines of the headings, where it has none of its own."""
    if look.border is not None or lines is None:
        return look
    return look._replace(border=lines.border, sides=lines.sides)
