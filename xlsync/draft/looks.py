"""How a place of an official workbook looks, in the words of a template, as named styles."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.cell import Cell, MergedCell
    from openpyxl.styles.borders import Side

    from xlsync.draft.toml import Value

SIDES = ("left", "right", "top", "bottom")

_LINES = {
    **dict.fromkeys(("thin",), "thin"),
    **dict.fromkeys(("hair", "dotted", "dashed", "dashDot", "dashDotDot"), "hair"),
    **dict.fromkeys(("medium", "thick", "double"), "medium"),
    **dict.fromkeys(
        ("mediumDashed", "mediumDashDot", "mediumDashDotDot", "slantDashDot"), "medium"
    ),
}
BASE = "base"


"""The lines that templates know, for those that spreadsheets do (ECMA-376 18.18.3)."""

_ALIGN = {"left": "left", "center": "center", "centerContinuous": "center", "right": "right"}
_VALIGN = {"top": "top", "center": "center", "justify": "top", "bottom": "bottom"}
_PLAIN_FORMATS = {"General", "@"}
_BLACK = {"000000"}


class Look(NamedTuple):
    """The properties of a template's style; None, or an empty text, says nothing."""

    font: str | None = None
    size: float | None = None
    bold: bool = False
    color: str | None = None
    fill: str | None = None
    align: str | None = None
    valign: str = "bottom"
    wrap: bool = False
    border: str | None = None
    sides: tuple[str, ...] = ()
    number_format: str | None = None
    indent: int = 0


def look_of(cells: Sequence[Cell | MergedCell]) -> Look:
    """How the first of some cells looks, with the borders that run around all of them."""
    first = cells[0]
    lines: dict[str, str | None] = {side: _line(cells, side) for side in SIDES}
    drawn = tuple(side for side in SIDES if lines[side])
    alignment, font = first.alignment, first.font
    return Look(
        font=font.name,
        size=float(font.sz) if font.sz else None,
        bold=bool(font.b),
        color=_color(font.color, but=_BLACK),
        fill=_color(first.fill.fgColor) if first.fill.patternType == "solid" else None,
        align=_ALIGN.get(alignment.horizontal or ""),
        valign=_VALIGN.get(alignment.vertical or "", "bottom"),
        wrap=bool(alignment.wrap_text),
        border=max((lines[side] or "" for side in drawn), key=_weight, default=None),
        sides=drawn,
        number_format=None if first.number_format in _PLAIN_FORMATS else first.number_format,
        indent=int(alignment.indent or 0),
    )


def _line(cells: Sequence[Cell | MergedCell], side: str) -> str | None:
    """The line along one side of a rectangle of cells."""
    first, last = cells[0], cells[-1]
    edge = {"left": first.column, "right": last.column, "top": first.row, "bottom": last.row}[side]
    is_column = side in {"left", "right"}
    on_edge = (cell for cell in cells if (cell.column if is_column else cell.row) == edge)
    return _strongest(getattr(cell.border, side) for cell in on_edge)


def _strongest(sides: Iterable[Side | None]) -> str | None:
    found = [_LINES[one.style] for one in sides if one is not None and one.style in _LINES]
    return max(found, key=_weight, default=None)


def _weight(line: str) -> int:
    return ("", "hair", "thin", "medium").index(line)


def _color(color: object, but: frozenset[str] | set[str] = frozenset()) -> str | None:
    """A colour that the file says outright; one of the theme's is left to the style's default."""
    rgb = getattr(color, "rgb", None)
    if not isinstance(rgb, str) or getattr(color, "type", "rgb") != "rgb":
        return None
    return None if rgb[-6:] in but else f"#{rgb[-6:].upper()}"


class StyleNames:
    """Names for looks by the role in which each was met first, counted: ``label``, ``label_2``."""

    def __init__(self, looks: Iterable[Look]) -> None:
        """Take what most looks share as the base that all of them extend."""
        counted = Counter((one.font, one.size) for one in looks)
        self._font, self._size = counted.most_common(1)[0][0] if counted else (None, None)
        self._names: dict[Look, str] = {}

    def name(self, role: str, look: Look) -> str:
        """The style of a look."""
        if look not in self._names:
            taken = set(self._names.values())
            number, name = 1, role
            while name in taken:
                number += 1
                name = f"{role}_{number}"
            self._names[look] = name
        return self._names[look]

    def tables(self) -> dict[str, dict[str, Value]]:
        """Every style as the template writes it, the base first."""
        base: dict[str, Value] = {"font": self._font or "宋体", "size": self._size or 11.0}
        made = {name: self._style(look) for look, name in self._names.items()}
        return {BASE: base | {"valign": "center", "wrap": True}, **made}

    def _style(self, look: Look) -> dict[str, Value]:
        style: dict[str, Value] = {"extends": BASE}
        if look.font and look.font != self._font:
            style["font"] = look.font
        if look.size and look.size != self._size:
            style["size"] = look.size
        if look.bold:
            style["bold"] = True
        for name in ("color", "fill", "align", "border", "number_format"):
            value = getattr(look, name)
            if value is not None:
                style[name] = value
        if look.border and len(look.sides) < len(("left", "right", "top", "bottom")):
            style["sides"] = list(look.sides)
        if look.valign != "center":
            style["valign"] = look.valign
        if not look.wrap:
            style["wrap"] = False
        if look.indent:
            style["indent"] = look.indent
        return style
