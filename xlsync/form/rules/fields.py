"""Rules about single fields: filled in at all, and filled in from the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from xlsync.base.strict import Field
from xlsync.form.rules.base import RuleBase, Slot, Slots
from xlsync.form.rules.sheet import among, both, packed, readable
from xlsync.form.rules.subject import choices, shorten
from xlsync.form.types.texts import length_on_sheet
from xlsync.form.types.width import without_blanks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import SheetCheck, SheetView
    from xlsync.form.rules.subject import FormPlan, Subject


class Required(RuleBase):
    """Every field that the mapping calls required is filled in."""

    kind: Literal["required"]

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each empty field; one that was not readable is none."""
        for slot, field in subject.plan.fields.items():
            if not field.required or field.pointer in subject.unread:
                continue
            if subject.value(slot) is None:
                options = choices(subject.plan, field.codes)
                hint = f"请从“{'、'.join(options)}”中选择" if options else "请填写"
                yield self.problem(f"“{field.label}”未填写，{hint}。", field.pointer)

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """A gap for each empty field, once the form was begun."""
        for slot, field in sheet.plan.fields.items():
            if field.required:
                wrong = both(sheet.begun, f"{sheet.length(slot)}=0")
                message = f"“{field.label}”未填写，请填写。"
                yield self.sheet_check(self.field(slot), wrong, message, gap=True)


class OneOf(RuleBase):
    """The value is in the code list of its field."""

    kind: Literal["one-of"]
    slot: Slot

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """A finding where something else was filled in."""
        options = choices(subject.plan, subject.plan.fields[self.slot].codes) or ()
        text = subject.text(self.slot)
        if text is not None and text not in options:
            message = (
                f"“{subject.label(self.slot)}”填写的“{shorten(text)}”不在可选范围内，"
                f"请改为：{'、'.join(options)}。"
            )
            yield self.problem(message, subject.pointer(self.slot), text)

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where something else was filled in."""
        field, text = sheet.plan.fields[self.slot], sheet.text(self.slot)
        options = choices(sheet.plan, field.codes) or ()
        known = among(text, options)
        if field.codes and (codes := sheet.plan.codes[field.codes]).boxes:
            known = among(packed(text), codes.choosing)
        wrong = both(f"{sheet.length(self.slot)}>0", readable(text), f"NOT({known})")
        message = f"“{field.label}”不在可选范围内，请改为：{'、'.join(options)}。"
        yield self.sheet_check(self.field(self.slot), wrong, message)

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """A field without a code list, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        if plan.fields[self.slot].codes is None:
            yield f"field {self.slot!r} has no code list"


class MaxLength(RuleBase):
    """The texts of these fields have no more characters than the form has room for.

    Blanks do not count; a character beyond the basic plane is two, as in Excel's ``LEN``.
    """

    kind: Literal["max-length"]
    texts: Slots
    characters: Annotated[int, Field(gt=0)]

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each text that is longer."""
        for slot in self.texts:
            text = subject.text(slot)
            length = length_on_sheet(without_blanks(text or ""))
            if length > self.characters:
                count = f"有 {length} 个字，超过 {self.characters} 个字"
                message = f"“{subject.label(slot)}”{count}，请精简。"
                yield self.problem(message, subject.pointer(slot), text)

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each text that is longer."""
        for slot in self.texts:
            text = f'SUBSTITUTE({packed(sheet.text(slot))},CHAR(10),"")'
            label = sheet.plan.fields[slot].label
            message = f"“{label}”超过 {self.characters} 个字，请精简。"
            yield self.sheet_check(self.field(slot), f"LEN({text})>{self.characters}", message)
