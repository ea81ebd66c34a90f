"""All that is known of a sheet that becomes a form: how it is drawn, and what it probably means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from xlsync.draft.known import Known
from xlsync.draft.meaning import meaning
from xlsync.draft.regions import regions
from xlsync.draft.splitting import with_parts
from xlsync.draft.tables import PARTS, meant_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.draft.meaning import Meaning
    from xlsync.draft.official import Official
    from xlsync.draft.regions import Regions
    from xlsync.draft.tables import MeantTable
    from xlsync.form import Form


class Understood(NamedTuple):
    """A sheet taken apart and named; ``table`` is None where it has none."""

    official: Official
    found: Regions
    closest: Form | None
    meaning: Meaning
    table: MeantTable | None


def understand(official: Official, forms: Iterable[Form]) -> Understood:
    """Take a sheet apart and name its parts after the forms at hand."""
    forms = list(forms)
    official = _without_footer(official, forms)
    found = regions(official)
    known = Known(forms, found)
    table = meant_table(found.table, known.forms) if found.table else None
    if table is not None and table.joined is not None:
        official = with_parts(official, table.joined.area, len(PARTS))
        found = regions(official)
        table = meant_table(found.table, known.forms) if found.table else None
    return Understood(official, found, known.closest, meaning(found, known), table)


def _without_footer(official: Official, forms: Iterable[Form]) -> Official:
    """The sheet without the line that xlsync itself writes below a form."""
    last = len(official.heights)
    texts = [one.text for one in official.on_row(last) if one.text]
    if not any(form.stated_id(text) is not None for text in texts for form in forms):
        return official
    kept = [one for one in official.places if one.area.bottom < last]
    return replace(official, heights=official.heights[:-1], places=kept)
