"""When a document was saved last and by whom, as its own properties say it.

ECMA-376 part 2, clause 11: ``modified`` is a time in W3CDTF, ``lastModifiedBy`` any text.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.files import safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
_NEVER = datetime(2000, 1, 2, tzinfo=UTC)
"""Workbooks go out with the first day of 2000: a document that still says so was never saved."""

_AHEAD = timedelta(days=1)
"""By how much a clock elsewhere may be ahead of ours before it is not believed."""

_LONGEST_NAME = 60


class Saving(NamedTuple):
    """The document's own time of saving (ISO, UTC) and its saver; None where it does not say."""

    time: str | None = None
    by: str | None = None


NEVER_SAVED = Saving()


def saving(properties: Mapping[str, str]) -> Saving:
    """What the properties of a document say; a time that cannot be is none."""
    by = " ".join(safe_text(properties.get("lastModifiedBy", "")).split())[:_LONGEST_NAME]
    return Saving(_time(properties.get("modified", "").strip()), by or None)


def _time(text: str) -> str | None:
    if _TIME.fullmatch(text) is None:
        return None
    try:
        made = datetime.fromisoformat(text)
        made = made.replace(tzinfo=made.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if not _NEVER <= made <= datetime.now(UTC) + _AHEAD:
        return None
    return made.isoformat(timespec="auto")
