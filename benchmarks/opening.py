"""Figures of the filled workbook in LibreOffice: opened with all checks done, and one entry more.

``python benchmarks/opening.py`` times a sample as it is written now; workbooks that are named, such
as one that a former release wrote, take turns with it, and a ratio is the median of those of the
turns. LibreOffice is the one that the tests drive.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from xlsync.form import Catalogue
from xlsync.form.catalogue import data_folder
from xlsync.form.template import CHECK
from xlsync.writer import splice

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
from calc import Calc, running

_TURNS = 12
_FORM = "project-goal-2023"


def main(rivals: list[Path]) -> None:
    """Print the figures."""
    form = Catalogue()[_FORM]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample = min(data_folder("samples").glob("*/一上/*.json"))
        now = folder / "now.xlsx"
        now.write_bytes(splice(form, json.loads(sample.read_text(encoding="utf-8"))))
        # LibreOffice is killed in the end, which leaves its mark beside a file.
        books = [now, *(Path(shutil.copy(one, folder)) for one in rivals)]
        sizes = {path: path.stat().st_size / 1000 for path in books}
        timed: dict[Path, list[tuple[float, float]]] = {path: [] for path in books}
        with running(folder) as calc:
            for turn in range(_TURNS):
                for path, times in timed.items():
                    times.append(_once(calc, path, form.template.sheet, turn))
    print("workbook                     KB   opened, ms   × now   an entry, ms   × now")
    for path, times in timed.items():
        figures = []
        for index in (0, 1):
            own = [one[index] for one in times[1:]]
            ratio = statistics.median(
                one / other[index] for one, other in zip(own, timed[now][1:], strict=True)
            )
            figures.append(f"{statistics.median(own) * 1000:10.0f}  {ratio:6.2f}")
        print(f"{path.name[:24]:24} {sizes[path]:6.1f} {'     '.join(figures)}")


def _once(calc: Calc, path: Path, sheet: str, turn: int) -> tuple[float, float]:
    """Seconds until a workbook shows its findings, and until it does after another entry."""
    start = time.perf_counter()
    calc.open(path, hidden=True)
    calc.data(CHECK, "A1:D44")
    opened = time.perf_counter() - start
    start = time.perf_counter()
    calc.put(sheet, {"C4": f"项目{turn}"})
    calc.data(CHECK, "A1:D44")
    return opened, time.perf_counter() - start


if __name__ == "__main__":
    main([Path(one) for one in sys.argv[1:]])
