"""What a unit is to be told: what goes to it, what comes back to it, what it still owes.

A notice holds facts; how it reads as a mail or a letter is told by the reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.problems import Severity
from xlsync.rounds.kept.ledger import issues
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.kept.receipt_documents import receipts_of
from xlsync.rounds.kept.units import Unit, unit_key, unit_tree
from xlsync.rounds.state.standing import UNIT, Place
from xlsync.rounds.state.status import standings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Snapshot
    from xlsync.rounds.kept.outcomes import Outcome
    from xlsync.rounds.kept.units import UnitTree
    from xlsync.rounds.sending.sendings import Sending
    from xlsync.rounds.state.standing import Standing

_MOST_PROBLEMS = 5
"""Problems of one form that a notice quotes; all of them stand in its workbook."""


class Purpose(StrEnum):
    """Why somebody is written to."""

    SEND = "下发"
    RETURN = "退回修改"
    REMIND = "催报"


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One project of a notice: its state in words, its date (ISO), and what is wrong with it.

    ``days_late`` is below zero while the date is to come, None where there is no date; ``file``
    is the name of the workbook that belongs to it, where one does; ``is_missing`` says that
    nothing ever came of it.
    """

    title: str
    state: str
    due: str | None = None
    days_late: int | None = None
    wrong: tuple[str, ...] = ()
    record: str | None = None
    file: str | None = None
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What one unit is to be told; ``document`` is the title of the form that it is about."""

    purpose: Purpose
    round: str
    document: str
    unit: Unit
    items: tuple[NoticeItem, ...]
    contact: str | None = None

    @property
    def due(self) -> str | None:
        """The earliest date among its projects."""
        return min((one.due for one in self.items if one.due), default=None)

    @property
    def days_late(self) -> int | None:
        """How late the latest of its projects is."""
        return max((one.days_late for one in self.items if one.days_late is not None), default=None)

    def as_json(self) -> Json:
        """The notice as ``xlsync remind --json`` prints it."""
        return {
            "purpose": self.purpose.value,
            "unit": self.unit.as_json(),
            "due": self.due,
            "days_late": self.days_late,
            "projects": [
                {
                    "record": one.record,
                    "title": one.title,
                    "state": one.state,
                    "due": one.due,
                    "days_late": one.days_late,
                    "problems": list(one.wrong),
                }
                for one in self.items
            ],
        }


@dataclass(frozen=True, slots=True)
class About:
    """What notices are about: a round, the title of its form, and to whom answers go."""

    round: str
    document: str
    contact: str | None = None


def reminders(snapshot: Snapshot, about: About, rows: Iterable[Standing]) -> list[Notice]:
    """What each unit still owes of some projects of a round, in the order of the projects.

    Raises:
        XlsyncError: when the list of units is not as xlsync writes it.
    """
    owed = [row for row in rows if row.waits_for == UNIT]
    refused = _refused(snapshot, about.round, {row.record or "" for row in owed})
    return _by_unit(
        Purpose.REMIND,
        about,
        unit_tree(snapshot),
        (
            (
                row.group,
                NoticeItem(
                    row.title,
                    row.shown,
                    row.due,
                    row.days_late,
                    () if row.state is Place.MISSING else refused.get(row.record or "", ()),
                    row.record,
                    is_missing=row.state is Place.MISSING,
                ),
            )
            for row in owed
        ),
    )


def owed_by_units(
    snapshot: Snapshot, about: About, wanted: Callable[[str], bool], today: date
) -> list[Notice]:
    """What each of the wanted units still owes of a round.

    Raises:
        XlsyncError: when nothing went out and nothing came in.
    """
    rows = [row for row in standings(snapshot, about.round, today) if wanted(row.group)]
    return reminders(snapshot, about, rows)


def sent_to_units(snapshot: Snapshot, about: About, sendings: Iterable[Sending]) -> list[Notice]:
    """What goes to each unit in a distribution: every project with a new workbook."""
    return _by_unit(
        Purpose.SEND,
        about,
        unit_tree(snapshot),
        (
            (
                one.group,
                NoticeItem(one.title, one.state.value, one.due, record=one.record, file=one.file),
            )
            for one in sendings
            if one.is_written
        ),
    )


def returned_to_units(
    snapshot: Snapshot, about: About, going: Iterable[tuple[Outcome, str]]
) -> list[Notice]:
    """What goes back to each unit: outcomes, each with the name of its correction copy."""
    return _by_unit(
        Purpose.RETURN,
        about,
        unit_tree(snapshot),
        ((one.group, _returned(one, name)) for one, name in going),
    )


def _returned(outcome: Outcome, name: str) -> NoticeItem:
    errors = (one.message for one in outcome.problems if one.severity is Severity.ERROR)
    return NoticeItem(
        outcome.title or outcome.path.name,
        outcome.state.value,
        wrong=_told(errors),
        record=outcome.record_id,
        file=name,
    )


def documents(forms: Mapping[str, Form], snapshot: Snapshot, round_name: str) -> str:
    """The titles of the forms that went out in a round, as a text says them."""
    used = dict.fromkeys(one.form for one in issues(snapshot, round_name).values())
    titles = dict.fromkeys(forms[one].mapping.title for one in used if one in forms)
    return "、".join(titles) or "申报表"


def _by_unit(
    purpose: Purpose, about: About, tree: UnitTree, items: Iterable[tuple[str, NoticeItem]]
) -> list[Notice]:
    units: dict[str, tuple[Unit, list[NoticeItem]]] = {}
    for group, item in items:
        units.setdefault(unit_key(group), (tree.find(group), []))[1].append(item)
    return [
        Notice(purpose, about.round, about.document, unit, tuple(found), about.contact)
        for unit, found in units.values()
    ]


def _refused(snapshot: Snapshot, round_name: str, wanted: set[str]) -> dict[str, tuple[str, ...]]:
    """Why the last form of each record was refused."""
    last: dict[str, tuple[str, tuple[str, ...]]] = {}
    for _, receipt in receipts_of(snapshot, round_name):
        received = receipt.received or ""
        for form in receipt.forms:
            record = form.record
            if record not in wanted or record is None or form.state is not State.REFUSED:
                continue
            if record not in last or received >= last[record][0]:
                errors = (one.message for one in form.problems if one.severity is Severity.ERROR)
                last[record] = received, _told(errors)
    return {record: told for record, (_, told) in last.items()}


def _told(messages: Iterable[str]) -> tuple[str, ...]:
    found = list(dict.fromkeys(messages))
    more = [f"……共 {len(found)} 处"] if len(found) > _MOST_PROBLEMS else []
    return (*found[:_MOST_PROBLEMS], *more)
