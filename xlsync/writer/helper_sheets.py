"""Writing the sheets beside the form: the live check, how to fill in, the hidden formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.worksheet import Worksheet

from xlsync.base.grid import column_letters
from xlsync.writer.house import LOWEST, House, row_height, set_up_page
from xlsync.writer.styles import COMPUTED_FORMAT, done

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import xlsxwriter

    from xlsync.base.grid import Address, Area
    from xlsync.form.template import Template
    from xlsync.workbook.helper_sheet import Companion
    from xlsync.workbook.results import Result
    from xlsync.writer.styles import Look

_WRAPPED = {"text", "center"}


class _SharingSheet(Worksheet):  # type: ignore[misc] # XlsxWriter has no types
    """A sheet that says a formula once where an area shares it (ECMA-376 part 1, 18.3.1.40)."""

    def __init__(self) -> None:
        super().__init__()
        self.shared: dict[str, tuple[int, Area]] = {}

    def share(self, areas: Iterable[Area]) -> None:
        """Let every cell of an area have the formula of its first cell; call it once."""
        for number, area in enumerate(areas):
            self.shared |= {at.a1: (number, area) for at in area.cells()}

    def _xml_formula_element(
        self, formula: str, result: object, attributes: Sequence[tuple[str, object]] = ()
    ) -> None:
        """Write a cell; its attributes begin with its address. None is no result."""
        at = str(attributes[0][1])
        self._xml_start_tag("c", [*attributes, *([("t", "str")] if result == "" else [])])
        if at not in self.shared:
            self._xml_data_element("f", formula)
        elif at == (about := self.shared[at])[1].first.a1:
            number, area = about
            shared = [("t", "shared"), ("ref", area.a1), ("si", number)]
            self._xml_data_element("f", formula, shared)
        else:
            self._xml_empty_tag("f", [("t", "shared"), ("si", about[0])])
        if result is not None:
            self._xml_data_element("v", result)
        self._xml_end_tag("c")


def write_companion(
    workbook: xlsxwriter.Workbook,
    template: Template,
    companion: Companion,
    results: Mapping[Address, Result],
) -> None:
    """Add one companion sheet, locked as a whole, with the results of its formulas."""
    worksheet = workbook.add_worksheet(companion.name, worksheet_class=_SharingSheet)
    worksheet.share(companion.shared)
    _write_cells(workbook, worksheet, template, (companion, results))
    for column, width in enumerate(companion.widths):
        done(worksheet.set_column(column, column, width), f"column {column + 1}")
    for name, area in companion.names.items():
        reference = f"='{companion.name}'!{area.absolute}"
        done(workbook.define_name(name, reference), f"defined name {name}")
    worksheet.protect()
    if not companion.visible:
        worksheet.hide()
        return
    for row, height in _heights(companion).items():
        done(worksheet.set_row(row - 1, height), f"row {row}")
    set_up_page(worksheet, companion.frozen, landscape=False)


def _write_cells(
    workbook: xlsxwriter.Workbook,
    worksheet: Worksheet,
    template: Template,
    content: tuple[Companion, Mapping[Address, Result]],
) -> None:
    companion, results = content
    house = House(workbook, template.style(template.footer.style).font)
    for address, entry in companion.cells.items():
        row, column = address.row - 1, address.column - 1
        is_live = companion.live is not None and companion.live.covers(address)
        more: Look = {"border": 0} if is_live else {}
        if entry.is_formula:
            more["num_format"] = COMPUTED_FORMAT  # in a cell of text it is shown, not computed
        look = house.look(entry.style, **more) if companion.visible else None
        if entry.is_formula:
            formula = f"={entry.text}"
            result = results.get(address)
            done(worksheet.write_formula(row, column, formula, look, result), address.a1)
        else:
            done(worksheet.write_string(row, column, entry.text, look), address.a1)
    if companion.live is not None:
        _draw_live(house, worksheet, companion.live)


def _draw_live(house: House, worksheet: Worksheet, area: Area) -> None:
    corners = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
    is_filled = f'=${column_letters(area.left)}{area.top}<>""'
    options = {"type": "formula", "criteria": is_filled, "format": house.tint(border=1)}
    done(worksheet.conditional_format(*corners, options), f"frame of {area.a1}")


def _heights(companion: Companion) -> dict[int, float]:
    """Rows high enough for their fixed texts."""
    heights: dict[int, float] = {}
    for address, entry in companion.cells.items():
        is_wrapped = entry.style in _WRAPPED and not entry.is_formula
        needed = [(address.column - 1, entry.text)] if is_wrapped else []
        former = heights.get(address.row, LOWEST)
        heights[address.row] = row_height(needed, companion.widths, former)
    return heights
