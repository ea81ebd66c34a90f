"""A distribution before it begins: for each project of the roster, what goes out and why.

The workbook of a project begins with what is known of it: what its unit returned in this round,
else what went out to it, else its answers of the last round. The roster has the last word.
"""

from __future__ import annotations

import copy
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.grid import Cell
from xlsync.base.problems import problem
from xlsync.base.record import MISSING, canonical_bytes, get, put
from xlsync.exchange.workbooks import unfit
from xlsync.form.types import TYPES
from xlsync.records import carry_over
from xlsync.rounds.identifying import Identifier, names_of
from xlsync.rounds.ledger import issued_record, issues, next_issue
from xlsync.rounds.out_files import name_files
from xlsync.rounds.sendings import Dispatch, Sending
from xlsync.rounds.status import check_known
from xlsync.writer import fixed_values

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.records import Remark
    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.ledger import Issued
    from xlsync.rounds.roster import Project, Roster
    from xlsync.rounds.sendings import Wishes


class Plan(NamedTuple):
    """What happens to each project of a roster; ``missing`` are others that went out before.

    ``left`` is what could not be carried over from another form, by the title of the project.
    """

    sendings: list[Sending]
    missing: list[Issued]
    left: list[tuple[str, list[Remark]]]


def plan(form: Form, snapshot: Snapshot, roster: Roster, wishes: Wishes) -> Plan:
    """Decide about every project of a roster without errors, in its order.

    What the roster overrules (R011) and what no workbook can hold is added to its problems.

    Raises:
        XlsyncError: when there is no round to take answers from.
    """
    if wishes.last is not None:
        check_known(snapshot, wishes.last)
    planner = _Planner(form, snapshot, roster, wishes)
    sendings = [planner.sending(project) for project in roster.projects]
    name_files(sendings, planner.ledger)
    here = {one.record for one in sendings}
    missing = [one for one in planner.ledger.values() if one.record not in here]
    return Plan(sendings, missing, planner.left)


class _Planner:
    """What the repository knows, by record id."""

    def __init__(self, form: Form, snapshot: Snapshot, roster: Roster, wishes: Wishes) -> None:
        self.form = form
        self.snapshot = snapshot
        self.round = wishes.round
        self.roster = roster
        self.wishes = wishes
        self.ledger = issues(snapshot, self.round)
        self.returned = snapshot.records(self.round)
        self.last = snapshot.records(wishes.last) if wishes.last else {}
        self.last_by_names = {(one.group, one.title): one for one in self.last.values()}
        self.left: list[tuple[str, list[Remark]]] = []
        self.identifier = Identifier(snapshot, self.round, self.ledger, roster)

    def sending(self, project: Project) -> Sending:
        """What happens to one project."""
        own: Record = {"form": self.form.id}
        for slot, value in {**self.year, **project.values}.items():
            put(own, self.form.mapping.fields[slot].pointer, value)
        group, title = self.form.group(own), self.form.title(own)
        record_id = self.identifier.id_of(project, group, title)
        slots = {*self.year, *project.values}
        fixed = fixed_values(self.form, own, slots)
        former = self.ledger.get(record_id)
        made = Sending(
            record=record_id,
            group=group,
            title=title,
            state=Dispatch.NEW,
            round=self.round,
            content=b"",
            fixed=fixed,
            number=next_issue(former),
            base=self.snapshot.commit,
            due=self.wishes.due,
            contact=self.wishes.contact,
            former=former,
        )
        if former is None:
            made.content = self.content(project, made, self.answers(record_id, group, title))
        else:
            self.settle(project, made, former)
        return made

    @cached_property
    def year(self) -> dict[str, Json]:
        """The field of the year with that of the round, where the form has one."""
        slot = self.form.mapping.record.year
        if slot is None:
            return {}
        year = self.round.partition("/")[0]
        return {slot: TYPES[self.form.mapping.fields[slot].type].parse(Cell(year)).value}

    def answers(self, record_id: str, group: str, title: str) -> Record:
        """What is known of a project to which nothing went out yet in this round."""
        entry = self.returned.get(record_id) or self.last.get(record_id)
        entry = entry or self.last_by_names.get(names_of(group, title))
        return self.carried(title, self.snapshot.record(entry) if entry else None)

    def current(self, record_id: str) -> Record | None:
        """What its unit returned in this round, else what went out last."""
        entry: Entry | None = self.returned.get(record_id)
        if entry is not None:
            return self.snapshot.record(entry)
        return issued_record(self.snapshot, self.round, record_id)

    def carried(self, title: str, record: Record | None) -> Record:
        """Answers as this form asks for them; what it has no place for is noted.

        Raises:
            XlsyncError: when they are those of a form from which nothing leads to this one.
        """
        if record is None or record["form"] == self.form.id:
            return record or {}
        if self.wishes.migrations is None:
            raise XlsyncError(f"{title!r} has answers of {record['form']}, not of {self.form.id}")
        year = int(self.round.partition("/")[0])
        made = carry_over(self.wishes.migrations, self.form, record, year)
        self.left.append((title, made.left))
        return made.record

    def settle(self, project: Project, made: Sending, former: Issued) -> None:
        """Compare the roster with the last issue: update it, make it again, or leave it alone."""
        last = former.distributed
        made.due, made.contact = made.due or last.due, made.contact or last.contact
        is_redated = (made.due, made.contact) != (last.due, last.contact)
        made.changes = self.changes(made, former)
        if made.changes or (is_redated and self.wishes.again):
            made.state = Dispatch.UPDATED
            known = self.carried(made.title, self.current(made.record))
            made.content = self.content(project, made, known)
            return
        made.state = Dispatch.AGAIN if self.wishes.again else Dispatch.UNCHANGED
        made.number, made.base, made.fixed = last.printed, last.base, last.fixed
        if made.is_written:
            issued = issued_record(self.snapshot, self.round, made.record, last.number)
            made.content = canonical_bytes(issued)

    def changes(self, made: Sending, former: Issued) -> list[str]:
        """What is not as it was when the last issue went out, in words.

        A field that was left to the recipient then is compared with what is known of it now.
        """
        if former.form != self.form.id:
            return [f"{former.form} → {self.form.id}"]
        last = former.distributed.fixed
        if made.fixed == last:
            return []
        told = []
        current = self.current(made.record)
        for item in self.form.mapping.fields.values():
            if item.pointer in made.fixed:
                value = last.get(item.pointer, _text(get(current, item.pointer)))
                if value != made.fixed[item.pointer]:
                    told.append(f"{item.label}：{value or '空白'} → {made.fixed[item.pointer]}")
        return told

    def content(self, project: Project, made: Sending, known: Record) -> bytes:
        """The record that goes out: what is known, and over it what the roster says."""
        record = copy.deepcopy(known)
        record["form"], record["id"] = self.form.id, made.record
        for slot, value in {**self.year, **project.values}.items():
            item = self.form.mapping.fields[slot]
            before = _text(get(record, item.pointer))
            put(record, item.pointer, value)
            if before and slot in project.cells and made.former is None and before != str(value):
                message = f"“{made.title}”的“{item.label}”原为“{before}”，按名册改为“{value}”。"
                found = problem("R011", message, pointer=item.pointer, found=before)
                self.roster.report(found, project.cells[slot])
        canonical, misfits = self.form.canonical(record)
        if canonical is not None:
            canonical = self.form.identified(canonical)
            misfits = unfit(self.form, canonical)
        for one in misfits:
            self.roster.report(one, min(project.cells.values()))
        return canonical_bytes(canonical)


def _text(value: Json) -> str:
    return "" if value is None or value is MISSING else str(value)
