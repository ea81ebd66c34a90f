"""What the styles of a page say of the content of its cells: hidden, crossed out, a number format.

Excel writes them as classes, other programs at each cell; ``mso-number-format`` is a number format
with the escapes of CSS (CSS 2.1, 4.1.3).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xlsync.base.grid import Cell, Kind

if TYPE_CHECKING:
    from lxml import etree

_CLASS: Final = re.compile(r"\s*[A-Za-z]*\.([\w-]{1,100})\s*")
_SAYS: Final = re.compile(r"(?:mso-number-format|text-decoration|display)[^;\"']{0,20}:[^;]{1,200}")
_FORMAT: Final = re.compile(
    r"mso-number-format\s*:\s*(?:\"([^\"]{1,200})\"|'([^']{1,200})'|([^;\"']{1,200}))"
)
_ESCAPE: Final = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))")
_NUMBER: Final = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
_LAST: Final = 0x10FFFF


def styled_by_classes(root: etree._Element) -> None:
    """Write what the classes of a page say to the elements that bear them, before their own."""
    rules: dict[str, str] = {}
    for sheet in root.iter("style"):
        for rule in (sheet.text or "").split("}"):
            selectors, _, body = rule.rpartition("{")
            if said := ";".join(_SAYS.findall(body)):
                for one in map(_CLASS.fullmatch, selectors.split(",")):
                    if one is not None:
                        rules[one[1]] = said
    if not rules:
        return
    for element in root.iter():
        names = (element.get("class") or "").split() if isinstance(element.tag, str) else ()
        if said := ";".join(rules[name] for name in names if name in rules):
            element.set("style", f"{said};{element.get('style') or ''}")


def numbered(element: etree._Element, cell: Cell) -> Cell:
    """A cell that shows a bare number, as the number that its number format shows otherwise."""
    found = _FORMAT.findall(element.get("style") or "")
    if not found or _NUMBER.fullmatch(cell.text) is None:
        return cell
    code = _ESCAPE.sub(_unescaped, next(filter(None, found[-1]), "")).strip()
    held = element.get("x:num") or cell.text
    number = (held if _NUMBER.fullmatch(held) else cell.text).replace(",", "")
    is_shown = '"' in code or "[$" in code or not code.isascii() or code.endswith(",")
    return cell._replace(text=number, kind=Kind.NUMBER, number_format=code) if is_shown else cell


def _unescaped(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code <= _LAST else ""
