"""A round as text files: JSON, JSON Lines, and values set apart by commas.

JSON is what the repository holds. A list of values is opened in spreadsheets too, which would
take a text such as ``=1+1`` for a formula: it gets an apostrophe in front, and so does a text
that has one already, so that taking one away gives back every text as it was.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

from xlsync.base.record import rows_at
from xlsync.report.export.columns import (
    RECORD_ID,
    ROW_ID,
    ExportPlace,
    field_places,
    naming_places,
    row_places,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

    from xlsync.base.record import Json
    from xlsync.form.mapping import Table
    from xlsync.rounds.state.exporting import Accepted, FormRecords

_BOM = "\ufeff"
"""Without it a spreadsheet on a Chinese system takes UTF-8 for another encoding."""

# An operator stands alone, and is no formula.
_LIKE_A_FORMULA = re.compile(r"'|[=+\-@＝＋－＠\t\r\n].", re.DOTALL)
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")


def write_lines(accepted: Accepted, file: IO[bytes]) -> None:
    """One record a line, each as the repository holds it."""
    for entry in accepted.entries:
        record = accepted.snapshot.record(entry)
        file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")


def write_array(accepted: Accepted, file: IO[bytes]) -> None:
    """All records as one JSON array, each as the repository holds it."""
    file.write(b"[")
    for number, entry in enumerate(accepted.entries):
        record = json.dumps(accepted.snapshot.record(entry), ensure_ascii=False)
        file.write(f"{',' if number else ''}\n{record}".encode())
    file.write(b"\n]\n")


def write_records(records: FormRecords, file: IO[bytes]) -> None:
    """One row a record: its id, and every field."""
    places = [RECORD_ID, *field_places(records.form.mapping)]
    rows = ([place.value(record) for place in places] for record in records)
    write_values(file, [place.head for place in places], rows)


def write_rows(records: FormRecords, table: Table, file: IO[bytes]) -> None:
    """One row a row of a table, behind the id, group and title of its record."""
    whose = [RECORD_ID, *naming_places(records.form.mapping)]
    places = [ExportPlace(ROW_ID, RECORD_ID.pointer), *row_places(table)]
    rows = (
        [*(place.value(record) for place in whose), *(place.value(row) for place in places)]
        for record in records
        for row in rows_at(record, table.pointer)
    )
    write_values(file, [place.head for place in (*whose, *places)], rows)


def write_values(file: IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[Json]]) -> None:
    """Rows of values set apart by commas, no text of which a spreadsheet takes for a formula."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    text.write(_BOM)
    writer = csv.writer(text)
    writer.writerow(map(_harmless, heads))
    writer.writerows(_shown(row) for row in rows)
    # Closing it would close the file too, which is not ours.
    text.detach()


def _shown(row: Sequence[Json]) -> Iterator[Json]:
    return (_harmless(value) if isinstance(value, str) else value for value in row)


def _harmless(text: str) -> str:
    is_safe = _LIKE_A_FORMULA.match(text) is None or _NUMBER.fullmatch(text)
    return text if is_safe else f"'{text}"
