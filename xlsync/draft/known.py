"""What the forms at hand know already: their labels, and the fields behind them.

Next year's form says most of what this year's does. A label that some form has gets the name,
the type and the help that it has there; the form that shares most labels is asked first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.draft.regions import Way
from xlsync.form.label_keys import LabelIndex, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsync.draft.regions import Regions, Spot
    from xlsync.form import Form
    from xlsync.form.mapping import FormField, PrintedLabel


def key_of(text: str) -> str:
    """A label as it is compared: without its unit, a period, a number in front, a colon."""
    return keys_of(text).plain


@dataclass(frozen=True, slots=True)
class KnownField:
    """A field of a form at hand."""

    form: Form
    name: str
    field: FormField


class Known:
    """The fields of all forms at hand by label, those of the closest form first."""

    def __init__(self, forms: Iterable[Form], found: Regions) -> None:
        """Sort the forms by how many labels of a sheet they share."""
        forms = list(forms)
        self._count = Counter(key_of(spot.text) for spot in found.spots)
        self._fields = {form.id: _index(form.mapping.fields) for form in forms}
        self._labels = {form.id: _index(form.mapping.labels) for form in forms}
        texts = {key_of(one.text) for one in found.labels}
        texts |= {key_of(one.text) for one in found.headings}
        self.forms = sorted(forms, key=lambda form: (-len(texts & _labels(form)), form.id))
        closest = self.forms[0] if self.forms else None
        self.closest = closest if closest and texts & _labels(closest) else None

    def is_repeated(self, spot: Spot) -> bool:
        """Whether a label stands on the sheet more than once."""
        return self._count[key_of(spot.text)] > 1

    def field(
        self, spot: Spot, taken: Mapping[str, str], spots: Sequence[tuple[Spot, str]]
    ) -> KnownField | None:
        """The field that a slot's labels name, and that no other slot has.

        Where a label names several, the one whose ``below`` label stands above in its column.
        A label that stands on the sheet more than once names a field only so: which of two
        columns of amounts is the one that a form at hand knows, the label alone does not tell.
        ``taken`` are the fields found before, with their pointers.
        """
        is_one = not self.is_repeated(spot)
        for form in self.forms:
            found = [
                KnownField(form, name, item)
                for name, item in form.mapping.fields.items()
                if name not in taken
                and not any(_collide(item.pointer, other) for other in taken.values())
                and self._is_labelled(form, name, spot)
                and (is_one or item.row is not None or _fits_below(item, spot, spots))
            ]
            if found:
                return min(found, key=lambda one: not _fits_below(one.field, spot, spots))
        return None

    def _is_labelled(self, form: Form, name: str, spot: Spot) -> bool:
        item = form.mapping.fields[name]
        if (item.row is not None) != (spot.way is Way.MATRIX):
            return False
        if item.row is None or item.column is None:
            return name in self._fields[form.id].names(spot.text)
        return all(
            one in self._labels[form.id].names(label.text)
            for label, one in zip(spot.labels, (item.row, item.column), strict=True)
        )


def _index(items: Mapping[str, FormField] | Mapping[str, PrintedLabel]) -> LabelIndex:
    return LabelIndex((label, name) for name, item in items.items() for label in item.labels)


def _collide(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _fits_below(item: FormField, spot: Spot, spots: Sequence[tuple[Spot, str]]) -> bool:
    below = item.below
    if below is None:
        return False
    return any(
        name == below
        and other.labels
        and spot.labels
        and other.labels[0].area.left == spot.labels[0].area.left
        for other, name in spots
    )


def _labels(form: Form) -> set[str]:
    mapping = form.mapping
    found = {key_of(label) for item in mapping.fields.values() for label in item.labels}
    found |= {key_of(label) for item in mapping.labels.values() for label in item.labels}
    for table in mapping.tables.values():
        found |= {key_of(label) for item in table.columns.values() for label in item.labels}
    return found
