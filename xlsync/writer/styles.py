"""Styles of a template as formats of XlsxWriter, each made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

    from xlsync.template import Style, Template

_BORDERS = {"none": 0, "thin": 1, "medium": 2, "hair": 7}
_SIDES = ("left", "right", "top", "bottom")
_VALIGN = {"top": "top", "center": "vcenter", "bottom": "bottom"}


class Styles:
    """The formats of one workbook."""

    def __init__(self, workbook: xlsxwriter.Workbook, template: Template) -> None:
        """Begin without any format."""
        self._workbook = workbook
        self._template = template
        self._made: dict[tuple[str, str | None, bool], Format] = {}

    def label(self, name: str, *, closing: bool = False) -> Format:
        """A locked cell; ``closing`` adds the border below, for the last row of a table."""
        return self._format(name, None, closing=closing)

    def input(self, name: str, number_format: str) -> Format:
        """A cell that can be filled in; the style's own number format comes first."""
        return self._format(name, number_format, closing=False)

    def _format(self, name: str, number_format: str | None, *, closing: bool) -> Format:
        key = (name, number_format, closing)
        if key not in self._made:
            style = self._template.style(name)
            properties = _properties(style)
            if closing and style.border:
                properties["bottom"] = _BORDERS[style.border]
            if number_format is not None:
                properties["num_format"] = style.number_format or number_format
                properties["locked"] = False
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]


def _properties(style: Style) -> dict[str, object]:
    sides = style.sides if style.sides is not None else _SIDES
    chosen: dict[str, object | None] = {
        "font_name": style.font,
        "font_size": style.size,
        "bold": style.bold,
        "font_color": style.color,
        "bg_color": style.fill,
        "align": style.align,
        "valign": _VALIGN[style.valign] if style.valign else None,
        "text_wrap": style.wrap,
        "indent": style.indent,
        "num_format": style.number_format,
        **{side: _BORDERS[style.border] for side in sides if style.border},
    }
    return {key: value for key, value in chosen.items() if value is not None}
