"""The sheets of the 汇总表: lists that are written row by row, and the sums by unit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Area
from xlsync.base.record import get, rows_at
from xlsync.form.template import Style
from xlsync.form.types import TYPES
from xlsync.form.types.numbers import MoneyType
from xlsync.form.types.texts import TextType
from xlsync.records import amount_of
from xlsync.report.books.office import FIRST_ROW, HEAD_ROW, ReportColumn
from xlsync.report.books.office_chart import Chart, Series, draw_chart
from xlsync.report.export.columns import naming_places
from xlsync.report.words.lines import visible
from xlsync.report.words.wording import Wording, field_labels, name_of
from xlsync.workbook.heights import line_width, text_height
from xlsync.writer.house import SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlsync.base.record import Record
    from xlsync.form.mapping import FormField, Mapping, Table
    from xlsync.report.books.office import Book, Value
    from xlsync.report.export.columns import ExportPlace

_NUMBER = "序号"
_NOTE = "金额单位：元"
_FROZEN = 4
"""Columns that may stay in sight and leave room for others."""
_NARROW, _SHORT, _WIDE = 8, 24, 44
_LONG = 80
"""Half-width characters beyond which a text gets a wide column."""
_SIDES, _INDENT = 2.5, 1.0
_AS_TEXT = 255
"""Characters of a text that old spreadsheets show in a cell for texts."""
_LOWEST, _HEIGHT = 21.0, 24.0
_STYLE = Style(size=SIZE)
_SAMPLE = 200
"""Rows after which a column of texts gets its width."""
_NOTHING = Decimal("0.00")


class RowSheet:
    """A list with one row after the other; ``places`` are its columns behind the number.

    The first rows show how wide texts are, so they wait until there are some. An amount must
    never be wider than its column, so every one of them is measured.
    """

    def __init__(  # noqa: PLR0913 - what a sheet is made of
        self,
        made: Book,
        name: str,
        title: str,
        places: Sequence[ExportPlace],
        *,
        title_at: int,
        has_totals: bool = False,
    ) -> None:
        """Begin the sheet with its heads; ``has_totals`` adds up the amounts below the rows.

        ``title_at`` is the place that says whose row it is; it is printed on every page.
        """
        kinds = [TYPES[place.type] for place in places]
        are_added = [has_totals and isinstance(kind, MoneyType) for kind in kinds]
        self._totals = {at: _NOTHING for at, added in enumerate(are_added) if added}
        self.places = places
        self._made = made
        columns = [ReportColumn(one, _NARROW) for one in (_NUMBER, *(one.head for one in places))]
        self._worksheet: Worksheet = made.sheet(name, title, _NOTE, columns)
        self._title_at = title_at
        self._row = HEAD_ROW
        self._are_texts = [isinstance(TYPES[place.type], TextType) for place in places]
        self._styles = [_styles(made, place) for place in places]
        self._widest = [0] * len(places)
        self._rooms: list[float] = []
        self._waiting: list[Sequence[Value]] = []

    def add(self, values: Sequence[Value]) -> None:
        """Write one row, at once or when it is clear how wide it can be."""
        for at in self._totals:
            value = values[at]
            self._totals[at] += value if isinstance(value, Decimal) else _NOTHING
        if self._rooms:
            self._write(values)
            return
        self._waiting.append(values)
        if len(self._waiting) == _SAMPLE:
            self._settle()

    def finish(self) -> None:
        """Write what waits, and what depends on all rows: widths, filter, what stays in sight."""
        if not self._rooms:
            self._settle()
        self._measure([self._totals.get(at) for at in range(len(self.places))])
        widths = [_NARROW, *self._widths()]
        if self._made.widths(self._worksheet, widths, self._title_at + 2) > 1:
            last = self._row + 1 if self._totals else self._row
            self._made.title_above(self._worksheet, max(last, FIRST_ROW), len(self.places))
        self._worksheet.autofilter(HEAD_ROW, 0, max(self._row, FIRST_ROW), len(self.places))
        self._worksheet.freeze_panes(FIRST_ROW, min(_FROZEN, len(self.places)))
        if self._totals and self._row > HEAD_ROW:
            self._write_totals()

    def _write_totals(self) -> None:
        self._worksheet.set_row(self._row + 1, _HEIGHT)
        look = self._made.look("sum_text")
        self._made.write(self._worksheet, self._row + 1, 0, "合计", look)
        for at in range(len(self.places)):
            if (total := self._totals.get(at)) is None:
                self._made.write(self._worksheet, self._row + 1, at + 1, None, look)
            else:
                rows, style = (FIRST_ROW, self._row), self._made.look("sum_money")
                self._made.total(self._worksheet, rows, at + 1, total, style)

    def _settle(self) -> None:
        for values in self._waiting:
            self._measure(values)
        self._rooms = [width - _INDENT for width in self._widths()]
        for values in self._waiting:
            self._write(values)
        self._waiting = []

    def _measure(self, values: Sequence[Value]) -> None:
        for at, (value, is_text) in enumerate(zip(values, self._are_texts, strict=True)):
            if not (is_text and self._rooms):
                self._widest[at] = max(self._widest[at], _shown_width(value))

    def _widths(self) -> list[float]:
        pairs = zip(self.places, self._widest, strict=True)
        return [_width(place, widest) for place, widest in pairs]

    def _write(self, values: Sequence[Value]) -> None:
        self._measure(values)
        self._row += 1
        self._worksheet.set_row(self._row, self._height(values))
        count = self._made.look("count")
        self._made.write(self._worksheet, self._row, 0, self._row - HEAD_ROW, count)
        for at, (value, (style, for_long)) in enumerate(zip(values, self._styles, strict=True)):
            is_long = isinstance(value, str) and len(value) > _AS_TEXT
            look = for_long if is_long else style
            self._made.write(self._worksheet, self._row, at + 1, value, look)

    def _height(self, values: Sequence[Value]) -> float:
        height = _LOWEST
        for at, (value, room) in enumerate(zip(values, self._rooms, strict=True), start=1):
            if isinstance(value, str) and ("\n" in value or 2 * len(value) > room):
                place = Area(1, at, 1, at)
                height = max(height, text_height(value, place, self._rooms, _STYLE))
        return height


def _styles(made: Book, place: ExportPlace) -> tuple[Format, Format]:
    """The look of a column's cells, and of those with a long text."""
    kind = TYPES[place.type]
    if isinstance(kind, TextType):
        return made.look("text"), made.look("text", num_format="General")
    name = "money" if isinstance(kind, MoneyType) else "center"
    style = made.look(name, num_format=kind.number_format)
    return style, style


def _shown_width(value: Value) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        return max(map(line_width, value.split("\n")))
    return len(f"{value:,}" if isinstance(value, Decimal) else str(value))


def _width(place: ExportPlace, widest: int) -> float:
    """Room for all values, for a long text in several lines; the head may take two."""
    head = line_width(place.head)
    if isinstance(TYPES[place.type], TextType):
        widest = min(widest, _WIDE if widest > _LONG else _SHORT)
    return max(widest, min(head, max(_NARROW, ceil(head / 2) + 1))) + _SIDES


@dataclass(slots=True)
class _Unit:
    """The sums of one unit."""

    records: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, Decimal] = field(default_factory=dict)


class RecordFigures(NamedTuple):
    """What one record brings to sums: its unit, the rows of each table, each amount."""

    group: str
    rows: list[int]
    amounts: list[Decimal]


class Sums:
    """Projects, rows and amounts of each unit, gathered record by record."""

    def __init__(self, mapping: Mapping, unit_of: Callable[[str], str] = str) -> None:
        """Begin with nothing; ``unit_of`` is the unit under which a unit counts."""
        self._unit_of = unit_of
        self._group = naming_places(mapping)[0]
        self._labels = field_labels(mapping)
        self._amounts: list[FormField] = [
            one for one in mapping.fields.values() if isinstance(TYPES[one.type], MoneyType)
        ]
        self._tables: list[Table] = list(mapping.tables.values())
        self._charted = [one for _, one in Wording(mapping).amounts]
        self._units: dict[str, _Unit] = {}

    def add(self, record: Record) -> None:
        """Count a record; an empty amount counts as nothing."""
        self.count(self.figures(record))

    def figures(self, record: Record) -> RecordFigures:
        """What a record alone brings to the sums."""
        return RecordFigures(
            name_of(get(record, self._group.pointer)),
            [len(rows_at(record, table.pointer)) for table in self._tables],
            [amount_of(get(record, one.pointer), one.type) or _NOTHING for one in self._amounts],
        )

    def count(self, found: RecordFigures) -> None:
        """Add what a record brings."""
        unit = self._units.setdefault(self._unit_of(found.group), _Unit())
        unit.records += 1
        for table, rows in zip(self._tables, found.rows, strict=True):
            unit.rows[table.pointer] += rows
        for one, amount in zip(self._amounts, found.amounts, strict=True):
            unit.amounts[one.pointer] = unit.amounts.get(one.pointer, _NOTHING) + amount

    def columns(self) -> list[str]:
        """The heads of what is counted and added up, behind the unit."""
        return [column.head for column in self._columns()[1:]]

    def units(self) -> Iterator[tuple[str, list[Decimal]]]:
        """Each unit with its figures, one for each of the columns."""
        for name, unit in self._units.items():
            yield name, self._figures(unit)

    @property
    def counted(self) -> int:
        """How many of the columns are counts; they come before the amounts."""
        return 1 + len(self._tables)

    def charted(self) -> list[int]:
        """Which of the columns are the main amounts."""
        first = self.counted
        pointers = [one.pointer for one in self._charted]
        return [first + at for at, one in enumerate(self._amounts) if one.pointer in pointers]

    def write(self, made: Book, name: str, title: str) -> None:
        """Add the sheet, one row a unit, with the totals below and a chart of the main amounts."""
        columns = self._columns()
        worksheet: Worksheet = made.sheet(name, title, _NOTE, columns)
        worksheet.freeze_panes(FIRST_ROW, 1)
        figures = [self._figures(unit) for unit in self._units.values()]
        last = HEAD_ROW
        for last, (group, row) in enumerate(zip(self._units, figures, strict=True), FIRST_ROW):
            worksheet.set_row(last, _HEIGHT)
            made.cell(worksheet, last, 0, group, "text")
            for at, value in enumerate(row, start=1):
                made.cell(worksheet, last, at, value, columns[at].look)
        made.write(worksheet, last + 1, 0, "合计", made.look("sum_text"))
        worksheet.set_row(last + 1, _HEIGHT)
        for at, values in enumerate(zip(*figures, strict=True), start=1):
            look = made.look(f"sum_{columns[at].look}")
            made.total(worksheet, (FIRST_ROW, last), at, sum(values, Decimal(0)), look)
        worksheet.autofilter(HEAD_ROW, 0, last, len(columns) - 1)
        end = self._draw(made, worksheet, columns, figures)
        if made.widths(worksheet, [one.width for one in columns]) > 1:
            made.title_above(worksheet, end, len(columns) - 1)

    def _columns(self) -> list[ReportColumn]:
        counts = [f"{visible(table.label)}（条）" for table in self._tables]
        return [
            ReportColumn(self._group.head, max([24, *map(line_width, self._units)]) + _SIDES),
            ReportColumn("项目（个）", 11, "count"),
            *(
                ReportColumn(head, max(12, line_width(head) / 2 + _SIDES), "count")
                for head in counts
            ),
            *(ReportColumn(self._labels[one.pointer], 19, "money") for one in self._amounts),
        ]

    def _figures(self, unit: _Unit) -> list[Decimal]:
        counts = [unit.records, *(unit.rows[table.pointer] for table in self._tables)]
        amounts = [unit.amounts[one.pointer] for one in self._amounts]
        return [*map(Decimal, counts), *amounts]

    def _draw(
        self,
        made: Book,
        worksheet: Worksheet,
        columns: Sequence[ReportColumn],
        figures: Sequence[Sequence[Decimal]],
    ) -> int:
        """Draw the chart below the sums; the last row, from 0, that something stands in."""
        first = len(columns) - len(self._amounts)
        at = {one.pointer: first + index for index, one in enumerate(self._amounts)}
        series = [
            Series(self._labels[one.pointer], column, [row[column - 1] for row in figures])
            for one in self._charted
            for column in (at[one.pointer],)
        ]
        last = HEAD_ROW + len(figures)
        if series:
            chart = Chart("各单位资金（元）", (FIRST_ROW, last), list(self._units), series)
            widths = [column.width for column in columns]
            return draw_chart(made, worksheet, chart, at=last + 3, widths=widths)
        return last + 1
