"""Where a workbook of ours says what it is: footer line, hidden sheet, document properties.

Each gets lost in its own way, so any one of them is enough. Where they contradict each other the
footer wins: it moves with its sheet when that is copied into another file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.problems import problem
from xlsync.form.template import SHEET
from xlsync.reader.other_sheets import read_manifest
from xlsync.workbook.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.base.grid import Address, Sheet, Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.reader.other_sheets import StatedManifest

_PROPERTY = "xlsync"
_CATEGORY = "category"


class FooterLine(NamedTuple):
    """The footer line of a sheet, and what it states."""

    address: Address
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Carriers:
    """What the hidden sheet and the document's properties say; None where they are gone.

    ``sheet`` is the hidden sheet with what it says.
    """

    sheet: StatedManifest | None
    stated: Manifest | None

    @property
    def hidden(self) -> Manifest | None:
        """What the hidden sheet says."""
        return self.sheet.manifest if self.sheet else None

    @property
    def manifest(self) -> Manifest | None:
        """The best of both."""
        return self.hidden or self.stated

    def named(self, forms: Sequence[Form]) -> list[Form]:
        """Those of some forms that the workbook says it is, or all where it says nothing."""
        known = self.manifest
        return [form for form in forms if known and form.id == known.form] or list(forms)

    def footer(self, form: Form, sheet: Sheet) -> FooterLine | None:
        """The line of a sheet that states this form, or None."""
        known = self.manifest
        expected = form.footer(known.record, known.round, known.issue) if known else None
        for address, cell in sheet.cells.items():
            if cell.text == expected and known is not None and known.form == form.id:
                return FooterLine(address, known)
        for address, cell in sheet.cells.items():
            if (found := form.stated(cell.text)) is not None:
                return FooterLine(
                    address, Manifest(form.id, found.id, found.round, issue=found.issue)
                )
        return None

    def of_sheet(self, form: Form, sheet: Sheet) -> tuple[Manifest | None, list[Problem]]:
        """What is known of a form's sheet, and what contradicts it (S008)."""
        footer = self.footer(form, sheet)
        known, told = self._known(form, sheet)
        if footer is None:
            if known is not None and self.hidden is None:
                message = f"表尾的编号和隐藏表 {SHEET} 都不见了，已按文件属性中的编号读取，请核对。"
                told.append(problem("S008", message).at(sheet.name, None))
            return known, told
        if known is None or footer.manifest.record is None:
            return known or footer.manifest, told
        if not _contradict(known, footer.manifest):
            return known, told
        where = f"隐藏表 {SHEET} " if self.hidden is not None else "文件属性"
        message = (
            f"表尾写的是{_said(footer.manifest)}，{where}里是{_said(known)}，"
            "已按表尾读取，请核对是哪一份表。"
        )
        found = sheet.text(footer.address)
        one = problem("S008", message, found=found).at(sheet.name, footer.address.a1)
        return footer.manifest, [one]

    def _known(self, form: Form, sheet: Sheet) -> tuple[Manifest | None, list[Problem]]:
        hidden = self.hidden if self.hidden and self.hidden.form == form.id else None
        stated = self.stated if self.stated and self.stated.form == form.id else None
        if hidden is None or self.stated is None or not _contradict(hidden, self.stated):
            return hidden or stated, []
        message = (
            f"文件属性里写的是{_said(self.stated)}，隐藏表 {SHEET} 里是{_said(hidden)}，"
            "已按隐藏表读取，请核对。"
        )
        return hidden, [problem("S008", message).at(sheet.name, None)]


def read_carriers(workbook: Workbook) -> Carriers:
    """What a workbook says of itself, apart from its footer lines."""
    texts = (
        workbook.properties.get(_PROPERTY, ""),
        workbook.properties.get(_CATEGORY, "").removeprefix(f"{_PROPERTY}:"),
    )
    stated = next((one for one in map(Manifest.from_brief, texts) if one and one.record), None)
    return Carriers(read_manifest(workbook), stated)


def _contradict(one: Manifest, other: Manifest) -> bool:
    """Whether both speak of a record, a round or an issue, and not of the same one."""
    pairs = (
        (one.form, other.form),
        (one.record, other.record),
        (one.round, other.round),
        (one.issue, other.issue),
    )
    return any(left and right and left != right for left, right in pairs)


def _said(manifest: Manifest) -> str:
    is_issued = manifest.round and manifest.issue
    issue = f"（{manifest.round} 第{manifest.issue}次）" if is_issued else ""
    return f"编号 {manifest.record or '—'}{issue}"
