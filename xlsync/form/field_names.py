"""How people call the fields of a form, and which field they mean by a name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from xlsync.form.mapping import Mapping


def told_apart(mapping: Mapping) -> dict[str, str]:
    """Pointer and label of each field; a label that occurs twice says which one is meant."""
    times = Counter(field.label for field in mapping.fields.values())
    made = {}
    for field in mapping.fields.values():
        if times[field.label] == 1:
            made[field.pointer] = field.label
        elif field.below:
            made[field.pointer] = f"{mapping.fields[field.below].label}下的{field.label}"
        else:
            made[field.pointer] = f"{field.label}（{field.pointer}）"
    return made


def field_meant(mapping: Mapping, name: str) -> str:
    """The slot of the field that a name means: its label, another spelling, slot or pointer.

    Raises:
        MistypedError: when the form has no such field, or more than one, with the names it has.
    """
    wanted, labels = comparable(name), told_apart(mapping)
    for names_of in (
        lambda slot, field: [slot, field.pointer, labels[field.pointer]],
        lambda _, field: [field.label],
        lambda _, field: field.spellings,
    ):
        found = [
            slot
            for slot, field in mapping.fields.items()
            if wanted in [comparable(one) for one in names_of(slot, field)]
        ]
        if len(found) == 1:
            return found[0]
        if found:
            told = "、".join(labels[mapping.fields[slot].pointer] for slot in found)
            raise MistypedError(f"“{name}”在表上有 {len(found)} 处，请写明是哪一处：{told}")
    raise MistypedError(f"表上没有“{name}”这一栏；可写的有：{'、'.join(labels.values())}")
