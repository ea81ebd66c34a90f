"""A distribution before it begins: for each project of the roster, what goes out and why.

The workbook of a project begins with what is known of it: what its unit returned in this round,
else what went out to it, else its answers of the last round. The roster has the last word: what
it says otherwise than an accepted record is a correction of the coordinator's, and a workbook
goes out again only where the unit has to do something.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_name
from xlsync.base.grid import Cell
from xlsync.base.problems import problem
from xlsync.base.record import MISSING, canonical_bytes, get, put
from xlsync.exchange.workbooks import unfit
from xlsync.form.similar_names import close_hint, similar_names
from xlsync.form.types import TYPES
from xlsync.records import carry_over
from xlsync.rounds.kept.decisions import CORRECTING, decisions_of
from xlsync.rounds.kept.ledger import issued_record, issues, next_issue
from xlsync.rounds.kept.units import unit_key, unit_tree
from xlsync.rounds.sending.identifying import Identifier, folded, names_of
from xlsync.rounds.sending.out_files import name_files
from xlsync.rounds.sending.sendings import Dispatch, Sending
from xlsync.rounds.state.status import check_known, standings
from xlsync.writer import fixed_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlsync.base.grid import Address
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.records import Remark
    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.kept.ledger import Issue, Issued
    from xlsync.rounds.kept.units import UnitTree
    from xlsync.rounds.roster import Roster, RosterProject
    from xlsync.rounds.sending.identifying import Names
    from xlsync.rounds.sending.sendings import Wishes

    Correct = Callable[[str, Mapping[str, Json]], object]
    """Corrects values of an accepted record, by its id and by pointer; XlsyncError where the
    record would break a rule."""


class SendingPlan(NamedTuple):
    """What happens to each project of a roster; ``missing`` are others that went out before.

    ``left`` is what could not be carried over from another form, by the title of the project.
    """

    sendings: list[Sending]
    missing: list[Issued]
    left: list[tuple[str, list[Remark]]]


def plan(
    form: Form, snapshot: Snapshot, roster: Roster, wishes: Wishes, correct: Correct
) -> SendingPlan:
    """Decide about every project of a roster, in its order.

    What the roster overrules (R011), what no workbook can hold, and which ids and units are
    doubtful is added to its problems.

    Raises:
        XlsyncError: when there is no round to take answers from, or no such unit.
    """
    if wishes.last is not None:
        check_known(snapshot, wishes.last)
    planner = _Planner(form, snapshot, roster, wishes, correct)
    tree = unit_tree(snapshot)
    wanted = tree.filter(wishes.under)
    everything = [planner.sending(project) for project in roster.projects]
    sendings = [one for one in everything if wanted(one.group)]
    name_files(sendings, planner.ledger)
    here = {one.record for one in everything}
    missing = [
        one for one in planner.ledger.values() if one.record not in here and wanted(one.group)
    ]
    planner.check_units(tree)
    return SendingPlan(sendings, missing, planner.left)


class _Planner:
    """What the repository knows, by record id."""

    def __init__(
        self, form: Form, snapshot: Snapshot, roster: Roster, wishes: Wishes, correct: Correct
    ) -> None:
        self.correct = correct
        self.form = form
        self.snapshot = snapshot
        self.round = wishes.round
        self.roster = roster
        self.wishes = wishes
        self.ledger = issues(snapshot, self.round)
        self.returned = snapshot.records(self.round)
        self.last = snapshot.records(wishes.last) if wishes.last else {}
        self.last_by_names = {folded((one.group, one.title)): one for one in self.last.values()}
        self.left: list[tuple[str, list[Remark]]] = []
        self.former: dict[str, set[str]] = {}
        """The units that the projects of a unit of the roster had before, by its name in paths."""
        listed = [(form.group(own), form.title(own)) for own in map(self.own, roster.projects)]
        self.identifier = Identifier(snapshot, self.round, self.ledger, roster, listed)

    def sending(self, project: RosterProject) -> Sending:
        """What happens to one project."""
        own = self.own(project)
        group, title = self.form.group(own), self.form.title(own)
        names = names_of(group, title)
        record_id = self.identifier.id_of(project, title, names)
        former = self.ledger.get(record_id)
        before = former or self.returned.get(record_id) or self.last.get(record_id)
        usual = self.spellings.get(unit_key(group), group)
        if before is None and usual != group:
            return self.sending(self.respelt(project, group, usual))
        of_unit = self.former.setdefault(names[0], set())
        of_unit.add(unit_key(before.group) if before else "")
        made = Sending(
            record=record_id,
            group=group,
            title=title,
            state=Dispatch.NEW,
            round=self.round,
            content=b"",
            fixed=fixed_values(self.form, own, {*self.year, *project.values}),
            number=next_issue(self.snapshot, self.round, former or record_id),
            base=self.snapshot.commit,
            due=self.wishes.due,
            contact=self.wishes.contact,
            former=former,
            row=project.row,
        )
        if former is None:
            made.content = self.content(project, made, self.answers(record_id, title, names))
        else:
            self.settle(project, made, former)
        return made

    @cached_property
    def spellings(self) -> dict[str, str]:
        """How units are written that are known already; as the list of units has them first."""
        known = [one.group for one in self.ledger.values()]
        names = {unit_key(name): name for name in reversed(known)}
        return names | {unit_key(name): name for name in unit_tree(self.snapshot).names()}

    def respelt(self, project: RosterProject, name: str, usual: str) -> RosterProject:
        """A project that is new, with its unit as it is written already (R018)."""
        slot = self.form.mapping.record.group
        if slot in project.cells:
            message = f"“{name}”与已有的“{usual}”只差空白或全半角，是同一个单位，写作“{usual}”。"
            self.roster.report(problem("R018", message, found=name), project.cells[slot])
        return replace(project, values={**project.values, slot: usual})

    def own(self, project: RosterProject) -> Record:
        """What the roster says of a project, as a record."""
        own: Record = {"form": self.form.id}
        for slot, value in {**self.year, **project.values}.items():
            put(own, self.form.mapping.fields[slot].pointer, value)
        return own

    @cached_property
    def year(self) -> dict[str, Json]:
        """The field of the year with that of the round, where the form has one."""
        slot = self.form.mapping.record.year
        if slot is None:
            return {}
        year = self.round.partition("/")[0]
        return {slot: TYPES[self.form.mapping.fields[slot].type].parse(Cell(year)).value}

    def answers(self, record_id: str, title: str, names: Names) -> Record:
        """What is known of a project to which nothing went out yet in this round."""
        entry = self.returned.get(record_id) or self.last.get(record_id)
        entry = entry or self.last_by_names.get(folded(names))
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

    def settle(self, project: RosterProject, made: Sending, former: Issued) -> None:
        """Compare the roster with what is known: correct it, send it again, or leave it alone."""
        last = former.distributed
        made.due, made.contact = made.due or last.due, made.contact or last.contact
        is_redated = (made.due, made.contact) != (last.due, last.contact)
        entry = self.returned.get(made.record)
        if entry is not None and former.form == self.form.id:
            has_to_act = self.overrule(project, made, self.snapshot.record(entry), last)
            is_outdated = is_redated or any(
                last.fixed.get(pointer, value) != value for pointer, value in made.fixed.items()
            )
        else:
            made.changes = self.changes(made, former)
            has_to_act, is_outdated = bool(made.changes), is_redated
        if has_to_act or (is_outdated and self.wishes.again):
            made.state = Dispatch.UPDATED
            known = self.carried(made.title, self.current(made.record))
            made.content = self.content(project, made, known)
            return
        made.state = Dispatch.AGAIN if self.wishes.again else Dispatch.UNCHANGED
        made.number, made.base, made.fixed = last.printed, last.base, last.fixed
        if made.is_written:
            issued = issued_record(self.snapshot, self.round, made.record, last.number)
            made.content = canonical_bytes(issued)
        elif made.is_corrected:
            made.state = Dispatch.CORRECTED

    def overrule(self, project: RosterProject, made: Sending, record: Record, last: Issue) -> bool:
        """Correct an accepted record by the roster; whether its unit has to be told.

        It has to where something newer than the record was refused, and where the correction
        alone would break a rule: then the record stays as it is, unless the ``last`` workbook
        said the same already. What a coordinator has corrected since that went out stays, too:
        the roster says nothing new.
        """
        values = {
            self.form.mapping.fields[slot].pointer: value for slot, value in project.values.items()
        }
        other = {
            pointer: value for pointer, value in values.items() if get(record, pointer) != value
        }
        if not other:
            return False
        was_sent = all(last.fixed.get(pointer) == made.fixed.get(pointer) for pointer in other)
        if was_sent and self.was_corrected(made.record, last.time):
            return False
        try:
            self.correct(made.record, other)
        except XlsyncError as error:
            if was_sent:  # it waits with the unit, which has not answered yet
                return False
            message = f"“{made.title}”已收的内容没有按名册更正，重新下发请单位修改：{error}"
            found = problem("R023", message)
            self.roster.report(found, min(project.cells.values()))
        else:
            made.is_corrected = True
        made.changes = [
            f"{item.label}：{_text(get(record, item.pointer)) or '空白'} → {other[item.pointer]}"
            for item in self.form.mapping.fields.values()
            if item.pointer in other
        ]
        return not made.is_corrected or made.record in self.acting

    def was_corrected(self, record_id: str, since: str) -> bool:
        """Whether a coordinator corrected a record after a workbook went out for it."""
        sent = datetime.fromisoformat(since)
        return any(
            one.act in CORRECTING and datetime.fromisoformat(one.time) > sent
            for one in decisions_of(self.snapshot, self.round, record_id)
        )

    @cached_property
    def acting(self) -> frozenset[str]:
        """The records for which something is awaited from the unit."""
        rows = standings(self.snapshot, self.round)
        return frozenset(one.record for one in rows if one.record and one.waits_for)

    def check_units(self, tree: UnitTree) -> None:
        """Tell of units that are new and may be known by another name (R017, R026)."""
        known = {*tree.names(), *(one.group for one in self.ledger.values())}
        known |= {one.group for one in (*self.returned.values(), *self.last.values())}
        settled = set(map(unit_key, known))
        slot = self.form.mapping.record.group
        first: dict[str, Address] = {}
        for one in self.roster.projects:
            if slot in one.values:
                first.setdefault(safe_name(str(one.values[slot])), one.cells[slot])
        similar = dict(similar_names(first, known))
        for name, other in similar.items():
            # A unit that took the place of the other one was renamed.
            if unit_key(other) in map(unit_key, first) or self.former[name] != {unit_key(other)}:
                message = f"“{name}”与“{other}”很像，会当作两个单位；如是同一个，请改成一样。"
                self.roster.report(problem("R017", message, found=name), first[name])
        for name in first if tree else ():
            if name not in similar and name not in tree and unit_key(name) not in settled:
                hint = close_hint(name, tree.names())
                message = f"单位名单里没有“{name}”。{hint}请核对名称，或补进单位名单。"
                self.roster.report(problem("R026", message, found=name), first[name])

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

    def content(self, project: RosterProject, made: Sending, record: Record) -> bytes:
        """The record that goes out: over what is known (``record``) comes what the roster says."""
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
