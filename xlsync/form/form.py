"""Template and mapping of one form, joined by slot names and checked against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import FormError
from xlsync.base.grid import Area
from xlsync.base.problems import problem
from xlsync.base.record import MISSING, get, join, rows_at
from xlsync.form.codes import outside_lists
from xlsync.form.identity import identified
from xlsync.form.label_keys import LabelIndex
from xlsync.form.layout import aligned, lay_out
from xlsync.form.library import load_libraries
from xlsync.form.loading import load_pair
from xlsync.form.mapping import Mapping as FormMapping
from xlsync.form.model import ID_PATTERN, canonical, record_model
from xlsync.form.pairing import QUANTITY, pairing_mistakes, placing_mistakes
from xlsync.form.rules import Subject
from xlsync.form.template import BesideBlock, FixedBlock, TableBlock, Template
from xlsync.form.types import MoneyType
from xlsync.form.types.texts import LONGEST_LABEL
from xlsync.form.types.units import YUAN
from xlsync.form.types.width import single_blanks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form.layout import Layout
    from xlsync.form.library import Library
    from xlsync.form.model import RecordModel
    from xlsync.form.template import Label

_NO_ID = "—"


class Stated(NamedTuple):
    """What a footer line says of its sheet; a blank form has no id."""

    id: str | None
    round: str | None = None
    issue: str | None = None


@dataclass(frozen=True, eq=False)
class Form:
    """One kind of official form."""

    template: Template
    mapping: FormMapping
    libraries: Mapping[str, Library]
    template_path: Path
    mapping_path: Path

    @classmethod
    def load(cls, template_path: Path, mapping_path: Path) -> Form:
        """Read and join the two files of a form.

        Raises:
            FormError: naming file, table and key of what is wrong in or between them.
        """
        template, mapping = load_pair((template_path, Template), (mapping_path, FormMapping))
        template = template.worded({"title": mapping.title, "unit": mapping.unit or YUAN})
        libraries = load_libraries(mapping, mapping_path)
        form = cls(template, mapping, libraries, template_path, mapping_path)
        mistakes = pairing_mistakes(form.template, form.mapping)
        if not mistakes:
            mistakes = placing_mistakes(form.layout(form.capacity()))
        if mistakes:
            names = {"template": str(template_path), "mapping": str(mapping_path)}
            raise FormError([f"{names[file]}: {text}" for file, text in mistakes])
        return form

    @property
    def id(self) -> str:
        """Form id and version, such as ``project-goal-2023``."""
        return self.mapping.form

    @cached_property
    def model(self) -> RecordModel:
        """The record model, built once."""
        return record_model(self.mapping)

    def canonical(self, record: Json) -> tuple[Record | None, list[Problem]]:
        """The record in canonical form, or None and what is wrong with it."""
        return canonical(self.model, self.mapping, record)

    def check(self, record: Record, unread: Iterable[str] = ()) -> list[Problem]:
        """What the rules of the mapping find; ``unread`` pointers were reported already."""
        subject = self.subject(record, unread)
        found = [item for rule in self.mapping.rules for item in rule.check(subject)]
        return [*found, *outside_lists(self.mapping, record), *self._resembling(record)]

    def _resembling(self, record: Record) -> Iterator[Problem]:
        """Names that a library of the form has in another spelling (L003)."""
        for name, library in self.libraries.items():
            table = self.mapping.tables[name]
            for index, row in enumerate(self._items(record, name)):
                written = row.get(table.name)
                usual = library.usual_name(row.get(table.levels[1]) or "", written or "")
                if written and usual:
                    pointer = f"{table.pointer}{join(index, table.name)}"
                    message = (
                        f"{self.mapping.locate(pointer).title}“{written}”与指标库中的“{usual}”相近；"
                        "是同一个指标的，请用指标库中的名称。"
                    )
                    yield problem("L003", message, pointer=pointer, found=written)

    def subject(self, record: Record, unread: Iterable[str] = ()) -> Subject:
        """A record as the rules of the mapping see it."""
        return Subject(record, self.mapping, frozenset(unread))

    def title(self, record: Record) -> str:
        """What people call the record."""
        return self._text(record, self.mapping.record.title)

    def group(self, record: Record) -> str:
        """The unit that the record belongs to."""
        return self._text(record, self.mapping.record.group)

    def identified(self, record: Record) -> Record:
        """A canonical record with ids for itself and its rows, where it came without."""
        return identified(self.mapping, record)

    def capacity(self, record: Record | None = None) -> dict[str, int]:
        """How many rows each table gets on a sheet made for a record, or on a blank one."""
        used = self.rows_used(record or {})
        return {
            name: max(block.rows, used[name] + block.spare)
            for block in self.template.blocks
            if isinstance(block, TableBlock)
            for name in self.template.band(block.table)
        }

    def item_rows(self, record: Record) -> dict[str, list[int]]:
        """In which row of its table, from 0, each item of a record stands.

        Items follow one another, but for tables side by side, where they keep to what they share.
        """
        made: dict[str, list[int]] = {}
        for block in self.template.blocks:
            if isinstance(block, TableBlock):
                made[block.table] = [*range(len(self._items(record, block.table)))]
            elif isinstance(block, BesideBlock):
                band = self.template.band(block.table)
                keys = [
                    [tuple(item.get(name) or None for name in block.shares) for item in items]
                    for items in (self._items(record, name) for name in band)
                ]
                made |= zip(band, aligned(keys), strict=True)
        return made

    def rows_used(self, record: Record) -> dict[str, int]:
        """How many rows of each table hold something, counting those of tables beside it."""
        ends = {name: max(rows, default=-1) + 1 for name, rows in self.item_rows(record).items()}
        return {name: max(ends[one] for one in self.template.band(name)) for name in ends}

    def layout(self, rows: Mapping[str, int]) -> Layout:
        """The sheet with so many rows in each table; made once for each choice."""
        key = tuple(sorted(rows.items()))
        if key not in self._layouts:
            self._layouts[key] = lay_out(
                self.template, self._label_text, lambda name: self.mapping.tables[name].label, rows
            )
        return self._layouts[key]

    @cached_property
    def _layouts(self) -> dict[tuple[tuple[str, int], ...], Layout]:
        return {}

    def captions(self) -> list[str]:
        """Fixed words of the template that label no field, such as a heading over several.

        A fixed figure or dash says nothing by itself; see :meth:`printed_beside`.
        """
        return [text for text in self._printed() if any(one.isalpha() for one in text)]

    @cached_property
    def units(self) -> frozenset[str]:
        """The units in which the sheet counts its amounts."""
        tables = self.mapping.tables.values()
        columns = (column for table in tables for column in table.columns.values())
        items = (*self.mapping.fields.values(), *columns)
        return frozenset(one.counted_in for one in items if isinstance(one.kind, MoneyType))

    @cached_property
    def caption_index(self) -> LabelIndex:
        """The captions as a copy may spell them."""
        return LabelIndex((text, text) for text in self.captions())

    def figures(self) -> list[str]:
        """Fixed texts of the template without a word in them."""
        return [text for text in self._printed() if not any(one.isalpha() for one in text)]

    def _printed(self) -> list[str]:
        labels = (
            label
            for block in self.template.blocks
            for label in (block.labels if isinstance(block, FixedBlock) else block.headings)
        )
        return [label.text for label in labels if label.text]

    def printed_beside(self, name: str) -> list[str]:
        """Fixed texts that the template has to the right of a label, in the same row."""
        return self._printed_beside.get(name, [])

    @cached_property
    def _printed_beside(self) -> dict[str, list[str]]:
        beside: dict[str, list[str]] = {}
        for block in self.template.blocks:
            labels = block.labels if isinstance(block, FixedBlock) else []
            places = sorted(
                ((Area.parse(label.area).first, label) for label in labels), key=itemgetter(0)
            )
            for place, label in places:
                if label.of is not None:
                    beside[label.of] = [
                        other.text
                        for there, other in places
                        if other.text and there.row == place.row and there > place
                    ]
        return beside

    def footer(
        self, record_id: str | None, round_name: str | None = None, issue: str | None = None
    ) -> str:
        """The footer line of a sheet that belongs to a record, or of a blank one.

        Where both are known it also says in which round the sheet went out, and as which issue.
        """
        text = self.template.footer.text.replace("{form}", self.id)
        number = record_id or _NO_ID
        if round_name and issue:
            number = f"{number} · {round_name} 第{issue}次"
        return text.replace("{id}", number)

    def stated(self, text: str) -> Stated | None:
        """What a footer line states, None for other texts."""
        if len(text) > LONGEST_LABEL:
            return None
        match = self._footer_pattern.fullmatch(single_blanks(text))
        if match is None:
            return None
        record_id, round_name, issue = match.groups()
        return Stated(None if record_id == _NO_ID else record_id, round_name, issue)

    def stated_id(self, text: str) -> str | None:
        """The record id that a footer line states: empty for a blank form, None for other texts."""
        stated = self.stated(text)
        return stated and (stated.id or "")

    @cached_property
    def _footer_pattern(self) -> re.Pattern[str]:
        before, _, after = self.footer("{id}").partition("{id}")
        before, after = (re.escape(single_blanks(part)) for part in (before, after))
        issue = r"(?: ?· ?([0-9]{4}/[^\s/]+) ?第([0-9]+)次)?"
        return re.compile(f"{before} ?({ID_PATTERN}|{_NO_ID}){issue} ?{after}")

    def _items(self, record: Record, table: str) -> list[Record]:
        return rows_at(record, self.mapping.tables[table].pointer)

    def _text(self, record: Record, slot: str) -> str:
        value = get(record, self.mapping.fields[slot].pointer)
        return "" if value is None or value is MISSING else str(value)

    def _label_text(self, label: Label, table: str | None) -> str:
        if label.of is None:
            return label.text or ""
        if table is None:
            plan = self.mapping
            return (plan.fields.get(label.of) or plan.labels[label.of]).label
        quantity = self.mapping.tables[table].quantity
        if label.of == QUANTITY and quantity is not None:
            return quantity.label
        return self.mapping.tables[table].columns[label.of].label
