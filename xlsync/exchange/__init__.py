"""A form with problems to a workbook that goes back to the person who filled it in.

The copy is fresh: it holds what was typed, wrong texts included, with the cells in question
marked and commented, and a list of everything that was found. Read again, it gives the same
record and the same problems; once it was corrected, nothing of marks and list remains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.lazy import lazy

if TYPE_CHECKING:
    from xlsync.exchange.corrections import Case, cases, copy_names, correction_copy, own_manifest

__all__ = ["Case", "cases", "copy_names", "correction_copy", "own_manifest"]

__getattr__ = lazy(
    __name__,
    {
        "xlsync.exchange.corrections": [
            "Case",
            "cases",
            "copy_names",
            "correction_copy",
            "own_manifest",
        ],
    },
)
