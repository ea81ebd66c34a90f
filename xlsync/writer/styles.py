"""Styles of a template as formats of XlsxWriter, each made once; its warnings are errors here."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import xlsxwriter
    from xlsxwriter.format import Format

    from xlsync.form.template import Side, Style, Template

TEXT_FORMAT = "@"

COMPUTED_FORMAT = "0"
"""The number format of a formula whose result is a text or a count; never General.

LibreOffice gives a General cell a format of its own when it first computes it. Where a condition of
the same sheet asks for that in the midst of drawing, as after a row was deleted, LibreOffice 25.2
draws on with the format that it has just freed, and dies.
"""

_BORDERS = {"none": 0, "thin": 1, "medium": 2, "hair": 7}
_SIDES: tuple[Side, ...] = ("left", "right", "top", "bottom")
Sides: TypeAlias = "tuple[Side, ...] | None"
"""Where a cell has a border; None: where its style says."""

Look = dict[str, object]
"""The properties of a format, as XlsxWriter names them."""


def done(code: object, what: str) -> None:
    """Check the return code of an XlsxWriter call.

    Raises:
        XlsyncError: when XlsxWriter did not do what was asked.
    """
    if isinstance(code, int) and code != 0:
        raise XlsyncError(f"{what}: the spreadsheet cannot hold it (code {code})")


@contextmanager
def warnings_are_errors() -> Iterator[None]:
    """Turn the warnings of XlsxWriter into errors.

    Raises:
        XlsyncError: with the text of the warning.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        except UserWarning as warning:
            raise XlsyncError(str(warning)) from None


_VALIGN = {"top": "top", "center": "vcenter", "bottom": "bottom"}


class Styles:
    """The formats of one workbook."""

    def __init__(self, workbook: xlsxwriter.Workbook, template: Template) -> None:
        """Begin without any format."""
        self._workbook = workbook
        self._template = template
        self._made: dict[tuple[str, str | None, Sides, bool, str | None], Format] = {}
        self._hidden: Format | None = None

    def label(self, name: str, *, sides: Sides = None, fill: str | None = None) -> Format:
        """A locked cell, with the style's border on its own sides or only on some."""
        return self._format(name, None, sides=sides, fill=fill)

    def input(
        self,
        name: str,
        number_format: str,
        *,
        sides: Sides = None,
        locked: bool = False,
        fill: str | None = None,
    ) -> Format:
        """A cell that holds a value; the style's own number format comes first."""
        return self._format(name, number_format, sides=sides, locked=locked, fill=fill)

    def hidden(self) -> Format:
        """A text cell of a hidden column."""
        if self._hidden is None:
            self._hidden = self._workbook.add_format({"num_format": TEXT_FORMAT})
        return self._hidden

    def frame(self, name: str, sides: Collection[str]) -> Look:
        """The fill of a style and its borders on some sides, for a conditional format."""
        style = self._template.style(name)
        own = style.sides if style.sides is not None else _SIDES
        look: Look = {
            side: _BORDERS[style.border] for side in own if side in sides and style.border
        }
        return look | ({"bg_color": style.fill} if style.fill else {})

    def _format(
        self,
        name: str,
        number_format: str | None,
        *,
        sides: Sides,
        locked: bool = False,
        fill: str | None,
    ) -> Format:
        key = (name, number_format, sides, locked, fill)
        if key not in self._made:
            style = self._template.style(name)
            if sides is not None:
                own = style.sides if style.sides is not None else _SIDES
                style = style.model_copy(update={"sides": [one for one in own if one in sides]})
            if fill:
                style = style.model_copy(update={"fill": fill})
            properties = _properties(style)
            if number_format is not None:
                properties["num_format"] = style.number_format or number_format
                properties["locked"] = locked
                if locked and style.border:
                    # What cannot be changed looks like the rest of the form's own cells.
                    properties.setdefault("bg_color", self._template.marks.fixed)
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
        "align": "center_across" if style.align == "across" else style.align,
        "valign": _VALIGN[style.valign] if style.valign else None,
        "text_wrap": style.wrap,
        "indent": style.indent,
        "num_format": style.number_format,
        **{side: _BORDERS[style.border] for side in sides if style.border},
    }
    return {key: value for key, value in chosen.items() if value is not None}
