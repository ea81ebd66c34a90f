"""Forms as they come back: one form in one file, and what a workbook says of itself.

Nothing that a workbook says of itself is believed here; it is held against the ledger later.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.problems import has_error
from xlsync.base.record import MISSING, canonical_bytes, get
from xlsync.base.shelf import Shelved
from xlsync.form.identity import naming_values
from xlsync.form.types import comparable
from xlsync.sources.saving import NEVER_SAVED, Saving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.exchange.reading import FileReading
    from xlsync.form import Form
    from xlsync.reader import Reading
    from xlsync.records.conflicts import Choices
    from xlsync.repository import ObjectID
    from xlsync.workbook.manifest import Manifest

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
"""The number of an issue."""


@dataclass(frozen=True, slots=True)
class IssueClaim(Shelved):
    """What a returned workbook says of the issue that it is: nothing here is believed yet."""

    record: str | None
    round: str | None
    issue: int | None
    base: str | None
    is_sealed: bool
    is_renamed: bool
    """Whether it names another project than the one that it was made for."""
    content: str | None = None
    """The digest of what the issue took out; workbooks of before do not say it."""
    manifest: tuple[tuple[str, str], ...] = ()
    """Keys and values of a seal that is not known, to be verified when its key is."""


class KnownAnswer(NamedTuple):
    """What the receipt of a form that was accepted before says of its issue."""

    round: str | None
    issue: int | None
    base: str | None
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class ReceivedForm(Shelved):
    """One form in one file.

    ``content`` is the SHA-256 of the record's canonical bytes, which ``blob`` names in the spool;
    both are None where no record could be read. ``identity`` are the values that tell projects
    apart, as they compare. ``is_typed`` says that a person may have filled it in on a sheet.
    ``is_sound`` says that every value was read and no rule of the form finds an error.
    ``choices`` are what a conflict workbook of ours came back with, ``known`` is what was kept
    of a form that was accepted before. ``year`` is what the form says, ``saving`` what the
    document says of its last saving.
    """

    place: str
    form: str | None
    states_id: bool
    problems: tuple[Problem, ...]
    is_typed: bool
    record_id: str | None = None
    title: str = ""
    group: str = ""
    identity: tuple[str, ...] = ()
    content: str | None = None
    blob: ObjectID | None = None
    claim: IssueClaim | None = None
    choices: Choices | None = None
    known: KnownAnswer | None = None
    year: Json = None
    saving: Saving = NEVER_SAVED
    is_sound: bool = False


def received_form(
    forms: Mapping[str, Form], keys: list[bytes], file: FileReading, reading: Reading
) -> tuple[ReceivedForm, bytes | None]:
    """A form as it was read, and its record in canonical bytes where there is one."""
    form, record = forms.get(reading.form or ""), reading.record
    made = ReceivedForm(
        place=f"第{reading.start}行" if file.is_text else reading.sheet or "",
        form=reading.form,
        states_id=reading.states_id,
        problems=tuple(reading.problems),
        is_typed=reading.sheet is not None,
    )
    if form is None or record is None:
        return made, None
    data = canonical_bytes(record)
    return replace(
        made,
        record_id=record["id"],
        title=form.title(record),
        group=form.group(record),
        identity=naming_values(form.mapping, record),
        content=hashlib.sha256(data).hexdigest(),
        claim=_claim(form, record, reading.manifest, keys),
        year=_year(form, record),
        saving=file.saving,
        is_sound=not reading.unread and not has_error(reading.problems),
    ), data


def _year(form: Form, record: Record) -> Json:
    """The year that a form says it is for, None where it has no such field or it is empty."""
    slot = form.mapping.record.year
    value = None if slot is None else get(record, form.mapping.fields[slot].pointer)
    return None if value is MISSING else value


def _claim(
    form: Form, record: Record, manifest: Manifest | None, keys: list[bytes]
) -> IssueClaim | None:
    if manifest is None:
        return None
    own = {form.mapping.fields[slot].pointer for slot in form.mapping.record.identity}
    is_renamed = any(
        pointer in own and comparable(value) != comparable(str(get(record, pointer)))
        for pointer, value in manifest.fixed.items()
    )
    number = manifest.issue
    is_sealed = any(manifest.is_sealed_by(key) for key in keys)
    return IssueClaim(
        manifest.record,
        manifest.round,
        int(number) if number and _NUMBER.fullmatch(number) else None,
        manifest.base,
        is_sealed,
        is_renamed,
        manifest.content,
        () if is_sealed or manifest.seal is None else tuple(manifest.pairs()),
    )
