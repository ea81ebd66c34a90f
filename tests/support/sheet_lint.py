"""One sheet of a workbook, looked over for what Excel would repair."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from formula_lint import LAST_COLUMN, LAST_ROW, Known, column_number, formula_mistakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

MAX_TEXT = 32_767
MAX_HEIGHT = 409.5
MAX_WIDTH = 255
MAX_PAGE_LINE = 255
_VALIDATION_TEXTS = {"error": 224, "errorTitle": 32, "prompt": 255, "promptTitle": 32}
_MAX_VALIDATION = 255
"""A list as text, and any formula that a person can still open and close again."""

_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d*)")
_TYPED = frozenset(["b", "d", "e", "inlineStr", "n", "s", "str"])


class Box(NamedTuple):
    """An area of a sheet."""

    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Box) -> bool:
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What a sheet may point at: names and sheets, formats of cells and conditions, strings."""

    known: Known
    formats: int
    conditions: int
    strings: int


def length(text: str) -> int:
    """Characters as Excel counts them."""
    return len(text.encode("utf-16-le")) // 2


def box(reference: str) -> Box:
    """The area that ``B2`` or ``B2:C3`` names."""
    first, _, last = reference.partition(":")
    corners = [_PLACE.fullmatch(corner) for corner in (first, last or first)]
    (top, left), (bottom, right) = ((int(one[2]), column_number(one[1])) for one in corners if one)
    if not (top <= bottom <= LAST_ROW and left <= right <= LAST_COLUMN):
        raise ValueError(reference)
    return Box(top, left, bottom, right)


def sheet_mistakes(sheet: Element, context: Context) -> Iterator[str]:
    """Everything that is wrong with a sheet."""
    yield from _cells(sheet, context)
    yield from _sizes(sheet)
    merges = [one.attrib["ref"] for one in sheet.iter(f"{NS}mergeCell")]
    yield from _overlaps("merges", merges)
    yield from (f"merge {one} of one cell" for one in merges if box(one)[:2] == box(one)[2:])
    yield from _validations(sheet, context)
    yield from _conditions(sheet, context)
    for line in (*sheet.iter(f"{NS}oddHeader"), *sheet.iter(f"{NS}oddFooter")):
        if length(line.text or "") > MAX_PAGE_LINE:
            yield f"a page line of {length(line.text or '')} characters"
    for holder in ("mergeCells", "dataValidations"):
        for one in sheet.iter(f"{NS}{holder}"):
            if one.get("count", str(len(one))) != str(len(one)):
                yield f"{holder} are not {one.get('count')}"


def _cells(sheet: Element, context: Context) -> Iterator[str]:
    last_row = 0
    for row in sheet.iter(f"{NS}row"):
        number = int(row.attrib["r"])
        if number <= last_row or number > LAST_ROW:
            yield f"row {number} after row {last_row}"
        last_row, last_column = number, 0
        for cell in row:
            place = cell.attrib["r"]
            at = box(place)
            if at.top != number or at.left <= last_column:
                yield f"cell {place} out of order"
            last_column = at.left
            yield from (f"{place}: {one}" for one in _cell(cell, context))


def _cell(cell: Element, context: Context) -> Iterator[str]:
    if int(cell.get("s", "0")) >= context.formats:
        yield f"no format {cell.get('s')}"
    kind, value = cell.get("t", "n"), cell.findtext(f"{NS}v")
    if kind not in _TYPED:
        yield f"type {kind!r}"
    if kind == "s" and not 0 <= int(value or -1) < context.strings:
        yield f"no string {value}"
    # An empty result of a formula without a type is XlsxWriter's way, which Excel takes.
    if kind == "n" and value and not _is_number(value):
        yield f"{value!r} is no number"
    if kind in {"inlineStr", "str"} and length("".join(cell.itertext())) > MAX_TEXT:
        yield "a text that is too long"
    formula = cell.findtext(f"{NS}f")
    if formula is not None:
        yield from formula_mistakes(formula, context.known)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text))


def _sizes(sheet: Element) -> Iterator[str]:
    for row in sheet.iter(f"{NS}row"):
        if float(row.get("ht", "0")) > MAX_HEIGHT:
            yield f"row {row.get('r')} is too high"
    columns = [one.attrib for one in sheet.iter(f"{NS}col")]
    for one in columns:
        if float(one.get("width", "0")) > MAX_WIDTH:
            yield f"column {one['min']} is too wide"
    for one, other in pairwise(columns):
        if int(other["min"]) <= int(one["max"]):
            yield f"column {other['min']} is described twice"


def _validations(sheet: Element, context: Context) -> Iterator[str]:
    found = list(sheet.iter(f"{NS}dataValidation"))
    for one in found:
        where = f"validation of {one.attrib['sqref']}"
        for key, most in _VALIDATION_TEXTS.items():
            if length(one.get(key, "")) > most:
                yield f"{where}: {key} of {length(one.get(key, ''))} characters"
        for formula in one.itertext():
            if length(formula) > _MAX_VALIDATION:
                yield f"{where}: a formula of {length(formula)} characters"
            if "!" in formula:
                yield f"{where}: names another sheet itself"
            if formula.strip() and not formula.startswith('"'):
                yield from (f"{where}: {two}" for two in formula_mistakes(formula, context.known))
    yield from _overlaps("validations", _areas(found))


def _conditions(sheet: Element, context: Context) -> Iterator[str]:
    found = list(sheet.iter(f"{NS}conditionalFormatting"))
    rules = [rule for one in found for rule in one]
    for rule in rules:
        if int(rule.get("dxfId", "0")) >= context.conditions:
            yield f"no conditional format {rule.get('dxfId')}"
        for formula in rule.itertext():
            if "!" in formula:
                yield f"a condition names another sheet itself: {formula}"
            yield from (f"condition: {one}" for one in formula_mistakes(formula, context.known))
    priorities = [rule.attrib["priority"] for rule in rules]
    if len(set(priorities)) < len(priorities):
        yield "two conditions of one priority"
    yield from _overlaps("conditions", _areas(found))


def _areas(holders: Iterable[Element]) -> list[str]:
    return [area for one in holders for area in one.attrib["sqref"].split()]


def _overlaps(what: str, references: list[str]) -> Iterator[str]:
    for one, other in combinations(references, 2):
        if box(one).meets(box(other)):
            yield f"{what} {one} and {other} overlap"
