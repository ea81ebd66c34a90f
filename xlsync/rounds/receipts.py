"""Receipts: what is kept of every file that came, beside its very bytes.

A file that comes again keeps the receipt of its first time, unless something has become of it
that had not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsync.record import Json
    from xlsync.repository import Changes
    from xlsync.rounds.arriving import Came
    from xlsync.rounds.outcomes import Outcome


def keep_file(changes: Changes, file: Came, outcomes: list[Outcome], now: str) -> None:
    """Keep the bytes received and a receipt; of what could not be opened there is nothing."""
    if file.blob is None:
        return
    changes.put_spooled(file.path.name, file.digest, file.blob)
    former = changes.receipt(file.digest)
    forms = [one.receipt() for one in outcomes]
    receipt: Json = {"received": now, "forms": forms}
    if former is not None:
        olds = former["forms"]
        if len(olds) == len(forms):
            forms = [_later(*pair) for pair in zip(olds, forms, strict=True)]
        receipt = {**former, "forms": forms}
    changes.put_receipt(file.digest, receipt)


def _later(old: Json, new: Json) -> Json:
    """What stands of a form that came again; one that got in stays as it was.

    ``copy`` is the number of the issue that went back for correction.
    """
    if old["accepted"] and new["accepted"]:
        return old
    if "copy" in old and old["content"] == new["content"]:
        return {**new, "copy": old["copy"]}
    return new
