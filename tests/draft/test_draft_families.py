"""How far a draft of an official layout is from the form that was made of it by hand.

The blanks are the copies of the six families in ``samples`` without what people filled in. What is
counted may only become less: a draft that understands more lowers a figure here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import openpyxl
import pytest
from reading_samples import FORMS

from xlsync.draft import draft
from xlsync.draft.known import key_of
from xlsync.form import Form
from xlsync.form.codes import choices
from xlsync.reader import read
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from xlsync.form.mapping import FieldBase

SAMPLES = Path(__file__).parents[2] / "samples" / "official-families"


class Apart(NamedTuple):
    """What a draft says otherwise than the form: places without a counterpart, and doubts."""

    missing: int
    more: int
    tables: int
    doubts: int


MOST = {
    "../central-form/central-form.xlsx": Apart(0, 0, 0, 5),
    "central-2015.xlsx": Apart(0, 0, 0, 4),
    "county-2016.xlsx": Apart(0, 0, 0, 10),
    "department-2016.xlsx": Apart(1, 1, 1, 4),
    "monitoring-2019.xlsx": Apart(1, 0, 0, 2),
    "self-evaluation-2020.xlsx": Apart(0, 0, 0, 5),
}


def emptied(name: str, folder: Path) -> tuple[Path, Form]:
    """The official blank of a filled copy, and the form that it is."""
    (reading,) = read(list(FORMS.values()), xlsx.read((SAMPLES / name).read_bytes()))
    form = FORMS[reading.form or ""]
    year = {form.mapping.fields[form.mapping.record.year or ""].pointer}
    book = openpyxl.load_workbook(SAMPLES / name)
    sheet = book.worksheets[0]
    for pointer, address in reading.places.items():
        at = form.mapping.locate(pointer)
        # A table and a row have a place too: its heading, and whatever stands first in it.
        is_value = at.item is not None and not at.is_row
        is_level = at.row_table is not None and at.column in at.row_table.levels
        if is_value and pointer not in year and not is_level:
            text = str(sheet[address.a1].value)
            printed = [f"{one}：" for one in at.item.labels if text.startswith(f"{one}：")]
            if len(choices(text)) > 1:
                printed.append(text.replace("☑", "□"))
            sheet[address.a1].value = next(iter(printed), None)
    path = folder / "official.xlsx"
    book.save(path)
    return path, form


def apart(made: Form, form: Form, doubts: int) -> Apart:
    def places(one: Form) -> list[set[str]]:
        tables = one.mapping.tables.values()
        columns = (column for table in tables for column in table.columns.values())
        items: list[FieldBase] = [*one.mapping.fields.values(), *columns]
        return [{key_of(label) for label in item.labels} for item in items]

    def without(some: list[set[str]], others: list[set[str]]) -> int:
        return sum(not any(one & other for other in others) for one in some)

    drafted, by_hand = places(made), places(form)
    tables = abs(len(form.mapping.tables) - len(made.mapping.tables))
    return Apart(without(by_hand, drafted), without(drafted, by_hand), tables, doubts)


@pytest.mark.parametrize("name", MOST)
def test_a_draft_is_no_further_from_the_form_than_it_was(name: str, tmp_path: Path) -> None:
    official, form = emptied(name, tmp_path)
    made = draft(official, "draft", None, list(FORMS.values()))
    paths = [tmp_path / folder / "draft.toml" for folder in ("templates", "mappings")]
    for path, text in zip(paths, (made.template, made.mapping), strict=True):
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    found = apart(Form.load(*paths), form, made.template.count("# ?") + made.mapping.count("# ?"))
    assert found == MOST[name], "lower the figures where the draft understands more"
