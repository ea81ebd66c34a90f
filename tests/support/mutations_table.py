"""The table of mutations: what is done to our workbooks, and how much of it comes back.

``make mutations`` runs this over all sixteen samples, with a real LibreOffice, and writes
``docs/mutations.md``; two arguments say over how many of them, by hand and in LibreOffice. It exits
with 1 where anything is lost.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from calc import running
from mutations_hands import HANDS
from mutations_office import FORMATS, OFFICE
from mutations_pieces import FORM, FORMS, Case, judge

from xlsync.exchange.workbooks import workbook
from xlsync.reader import read
from xlsync.sources import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calc import Calc
    from mutations_pieces import Verdict

    from xlsync.base.record import Record

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "mutations.md"
SAMPLES = sorted((ROOT / "samples" / "changzheng-2023" / "一上").glob("*.json"))

_HEAD = """\
# What workbooks suffer, and what comes back

Each of the workbooks is mutated in each of these ways, and read. Every value that stood in it and
every text that was typed is a piece: *recovered* when the record says what was meant, *reported*
when it does not and a problem quotes the text or names the place, *lost* otherwise. A value that
nobody meant and no problem names counts as lost. `make mutations` makes this page; a test runs the
same mutations over one workbook.

"""


@dataclass(slots=True)
class Row:
    """The figures of one mutation, over all workbooks."""

    program: str
    name: str
    counts: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        self.counts["recovered"] += verdict.recovered
        self.counts["reported"] += verdict.reported
        self.counts["lost"] += len(verdict.missing)
        self.missing += verdict.missing


def by_hand(records: Sequence[Record]) -> Iterator[Row]:
    """One row for each mutation that needs no office program."""
    made = [(record, workbook(FORM, record)) for record in records]
    for name, mutate in HANDS.items():
        row = Row("openpyxl, package", name)
        for record, data in made:
            case = Case(record)
            row.add(_judged(case, ".xlsx", mutate(case, data)))
        yield row


def by_office(
    calc: Calc, folder: Path, records: Sequence[Record], formats: Sequence[str] = tuple(FORMATS)
) -> Iterator[Row]:
    """One row for each mutation and each format that LibreOffice saves it in."""
    (folder / "blank.xlsx").write_bytes(workbook(FORM))
    path = folder / "form.xlsx"
    for name, mutate in OFFICE.items():
        rows = {ending: Row(f"LibreOffice, .{ending}", name) for ending in formats}
        for record in records:
            path.write_bytes(workbook(FORM, record))
            case = Case(record)
            calc.open(path, hidden=True)
            mutate(case, calc, path)
            for ending, row in rows.items():
                saved = folder / f"saved.{ending}"
                calc.save(saved, FORMATS[ending])
                row.add(_judged(case, f".{ending}", saved.read_bytes()))
        yield from rows.values()


def _judged(case: Case, ending: str, data: bytes) -> Verdict:
    return judge(case, read(list(FORMS.values()), open_file(ending, data)))


def rendered(rows: Sequence[Row], about: str = "") -> str:
    """The page; ``about`` says of when it is, and over how many workbooks."""
    lines = [about, ""] if about else []
    lines += ["| program | mutation | recovered | reported | lost |", "|---|---|---:|---:|---:|"]
    total: Counter[str] = Counter()
    for row in rows:
        figures = " | ".join(f"{row.counts[key]:,}" for key in ("recovered", "reported", "lost"))
        lines.append(f"| {row.program} | {row.name} | {figures} |")
        total.update(row.counts)
    figures = " | ".join(f"**{total[key]:,}**" for key in ("recovered", "reported", "lost"))
    lines.append(f"| | **all** | {figures} |")
    return _HEAD + "\n".join(lines) + "\n"


def _records(most: int) -> list[Record]:
    """So many of the samples, from all over their folder."""
    chosen = SAMPLES[:: max(1, len(SAMPLES) // most)][:most]
    return [json.loads(path.read_text(encoding="utf-8")) for path in chosen]


def main(most: int, in_office: int) -> int:
    """Make the page from that many samples; say on standard error what is lost."""
    rows = []
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as calc:
        for row in (
            *by_hand(_records(most)),
            *by_office(calc, Path(name), _records(in_office)),
        ):
            rows.append(row)
            for missing in row.missing:
                print(f"{row.program}: {row.name}: lost {missing}", file=sys.stderr)  # noqa: T201
    today = dt.datetime.now(dt.UTC).date()
    about = (
        f"Made on {today} from the sample forms, {len(SAMPLES)} in all: the rows of LibreOffice "
        f"from {in_office} of them, the others from {most}."
    )
    DOCUMENT.write_text(rendered(rows, about), encoding="utf-8")
    return int(any(row.missing for row in rows))


if __name__ == "__main__":
    counts = [int(one) for one in sys.argv[1:]] or [len(SAMPLES)]
    sys.exit(main(counts[0], counts[-1]))
