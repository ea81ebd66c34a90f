"""A form compiled to a package, and the workbook of a record spliced out of it."""

from __future__ import annotations

import io
import re
import zipfile
from functools import lru_cache
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.workbook.heights import Heights
from xlsync.workbook.helper_sheets import companions
from xlsync.workbook.manifest import Manifest
from xlsync.workbook.results import computation
from xlsync.writer.contents import contents, describe
from xlsync.writer.splicing.package import archive, kept_member, member
from xlsync.writer.splicing.sheets import CompanionPart, FormPart, ManifestPart, strings_used
from xlsync.writer.splicing.strings import FormStrings, StringTable, escaped
from xlsync.writer.workbook import assemble

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.writer.contents import Contents
    from xlsync.writer.splicing.package import Shared

_KEPT = 64
"""Packages in memory at a time, half a megabyte each: one for each form and number of rows."""

_CORE = "docProps/core.xml"
_CUSTOM = "docProps/custom.xml"
_STRINGS = "xl/sharedStrings.xml"
_SHEETS = "xl/worksheets/"

_STATED = {_CORE: "cp:category", _CUSTOM: "vt:lpwstr"}
"""The document properties that name the record, by part."""


class Compiled:
    """The package of a form with so many rows in its tables, and so many fields locked."""

    def __init__(
        self, form: Form, rows: Mapping[str, int], locked: Collection[str], password: str
    ) -> None:
        """Let XlsxWriter build the blank workbook, cut it open, and prove that it can be closed.

        Raises:
            XlsyncError: when XlsxWriter refuses the form, or writes what cannot be cut open.
        """
        self._form = form
        self._layout = form.layout(rows)
        self._heights = Heights(form, self._layout)
        blank = contents(form, self._layout, self._heights, None, Manifest(form.id))
        data = assemble(form, self._layout, blank, locked=locked, password=password)
        parts = _parts(data)
        sheets = [name for name in parts if name.startswith(_SHEETS)]
        self._first, self._last = sheets[0], sheets[-1]
        filled = [cell.area.first for cell in blank.cells]
        used = strings_used(parts[self._first], filled)
        used += [place for name in sheets[1:-1] for place in strings_used(parts[name])]
        self._strings = FormStrings(parts[_STRINGS], used)
        self._sheet = FormPart(parts[self._first])
        shown = computation(form, self._layout).all(blank.results)
        titles = [form.template.sheet, *(one.name for one in companions(form, self._layout))]
        beside = zip(sheets, titles, strict=False)
        self._beside = {
            part: (title, CompanionPart(part, parts[part], results))
            for part, title in beside
            if part != self._first and (results := shown.get(title))
        }
        self._manifest = ManifestPart(parts[self._last])
        self._stated = {name: _around(tag, parts[name]) for name, tag in _STATED.items()}
        self._members = {name: kept_member(name, part.encode()) for name, part in parts.items()}
        if not self._closes(blank, parts):
            raise XlsyncError(f"{form.id}: splicing does not give what XlsxWriter writes")

    def fill(self, record: Record | None, manifest: Manifest) -> bytes:
        """The workbook of a record that has as many rows as were compiled, or a blank one.

        Raises:
            XlsyncError: naming record and place of a text that no spreadsheet can hold, or of
                a table that too few rows were compiled for.
        """
        filled = contents(self._form, self._layout, self._heights, record, manifest)
        return self._spliced(filled)

    def _closes(self, blank: Contents, parts: dict[str, str]) -> bool:
        """Whether the blank workbook, spliced, is the one that was cut open."""
        try:
            return _parts(self._spliced(blank)) == parts
        except (KeyError, ValueError):  # a row or a cell was not found
            return False

    def _spliced(self, filled: Contents) -> bytes:
        strings = StringTable(self._strings)
        shown = filled.results.get(self._form.template.sheet, {})
        changed: dict[str, tuple[bytes | Shared, ...]] = {
            self._first: self._sheet.filled(filled, shown, strings),
            self._last: (self._manifest.filled(filled.manifest, strings),),
        }
        changed[_STRINGS] = strings.pieces()
        stated = escaped(filled.stated)
        for name, (before, after) in self._stated.items():
            changed[name] = (f"{before}{stated}{after}".encode(),)
        members = self._members | {name: member(name, *one) for name, one in changed.items()}
        for name, (title, sheet) in self._beside.items():
            if (results := filled.results.get(title)) is not None:
                members[name] = sheet.member(results)
        return archive(members.values())


def compiled(
    form: Form, rows: Mapping[str, int], locked: Collection[str] = (), password: str = ""
) -> Compiled:
    """The compiled package of a form, made when first asked for and kept for the next record.

    Raises:
        XlsyncError: when the form cannot be compiled.
    """
    return _compiled(form, tuple(sorted(rows.items())), frozenset(locked), password)


def splice(
    form: Form,
    record: Record | None = None,
    manifest: Manifest | None = None,
    *,
    locked: Collection[str] = (),
    password: str = "",
) -> bytes:
    """Make the same workbook as :func:`xlsync.writer.write`, many times faster.

    Raises:
        XlsyncError: when the spreadsheet cannot hold what the form or record asks for.
    """
    made = compiled(form, form.capacity(record), locked, password)
    return made.fill(record, manifest or describe(form, record))


@lru_cache(maxsize=_KEPT)
def _compiled(
    form: Form, rows: tuple[tuple[str, int], ...], locked: frozenset[str], password: str
) -> Compiled:
    return Compiled(form, dict(rows), locked, password)


def _parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def _around(tag: str, part: str) -> tuple[str, str]:
    """What stands before and after the record's name in a document property."""
    cut = re.fullmatch(rf"(.*<{tag}>(?:xlsync:)?)[^<]*(</{tag}>.*)", part, re.DOTALL)
    if cut is None:
        raise XlsyncError(f"the compiled form has no <{tag}>")
    return cut[1], cut[2]
