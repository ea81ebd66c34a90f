"""Texts in cells, as they are: no text becomes markup, a formula, or another text.

XlsxWriter takes a text that looks like its own markup for markup; what looks like an escape it
loses after another one, and escapes twice in a text of several runs. Such texts are written in
runs that look like neither, all of the same font.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.form.types.texts import MAX_LENGTH, length_on_sheet
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    Run = tuple[Format, str]
    """A stretch of a text, and the format that has its font."""

CUT = "……"

_SURELY_FITS = MAX_LENGTH // 2
_NEEDS_CARE = re.compile(r"<r>|.*_x", re.DOTALL)
_WITHIN_AN_ESCAPE = re.compile(r"(?<=_x)(?=[0-9a-fA-F]{4}_)")


def write_text(worksheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write a text; one that is longer than a cell can hold ends in dots.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    if text and len(text) <= _SURELY_FITS and not _NEEDS_CARE.match(text):
        done(worksheet.write_string(row, column, text, style), text)
    else:
        write_runs(worksheet, row, column, [(style, text)], style)


def write_runs(
    worksheet: Worksheet, row: int, column: int, runs: Sequence[Run], style: Format
) -> None:
    """Write a text whose stretches differ in their fonts; a single one has that of the cell.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    pieces = [(font, piece) for font, text in _fitting(runs) for piece in _pieces(text)]
    place = f"row {row + 1}"
    if not pieces:
        done(worksheet.write_blank(row, column, None, style), place)
        return
    if len(pieces) == 1:
        pieces = [(style, one) for one in _unlike_markup(pieces[0][1])]
    if len(pieces) == 1:
        done(worksheet.write_string(row, column, pieces[0][1], style), place)
        return
    tokens = [token for piece in pieces for token in piece]
    done(worksheet.write_rich_string(row, column, *tokens, style), place)


def _fitting(runs: Sequence[Run]) -> list[Run]:
    left = MAX_LENGTH - len(CUT)
    if sum(length_on_sheet(text) for _, text in runs) <= MAX_LENGTH:
        return list(runs)
    kept: list[Run] = []
    for font, text in runs:
        units = text.encode("utf-16-le")[: 2 * left]
        short = units.decode("utf-16-le", errors="ignore")
        left -= len(units) // 2
        kept.append((font, short))
    return [*kept, (kept[-1][0], CUT)]


def _pieces(text: str) -> list[str]:
    return [piece for piece in _WITHIN_AN_ESCAPE.split(text) if piece]


def _unlike_markup(text: str) -> list[str]:
    return [text[:1], text[1:]] if text.startswith("<r>") and text.endswith("</r>") else [text]
