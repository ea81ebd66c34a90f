"""Auditing a round: the rules beyond one record that the mappings of its forms have.

What the projects add up to against the ceiling list, amounts against those of another form of the
same project, and projects that repeat each other. Cancelled projects do not count.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.problems import Problem, Severity
from xlsync.base.record import get
from xlsync.form.rules.of_rounds import Ceiling, Repeated, SameAmount
from xlsync.form.types import comparable
from xlsync.form.types.units import told
from xlsync.records import amount_of
from xlsync.repository import round_order
from xlsync.rounds.checking.asked_records import asked_elsewhere, asked_of
from xlsync.rounds.checking.round_index import RoundIndex, round_index
from xlsync.rounds.kept.findings import Audit, CeilingUse, Finding, Project
from xlsync.rounds.kept.units import unit_key, unit_tree
from xlsync.rounds.sending.ceilings import WHOLE, ceilings
from xlsync.rounds.state.exporting import counted_records
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import TypeVar

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.sending.ceilings import CeilingLine

    Rule = TypeVar("Rule", Ceiling, SameAmount, Repeated)

_NAMED = 10
"""Projects that a message names."""

_TELLING = 40
"""Characters of a project's name that no path cuts."""


def audit(
    forms: Mapping[str, Form],
    snapshot: Snapshot,
    round_name: str,
    wanted: Callable[[str], bool] = lambda _: True,
) -> Audit:
    """Ask every rule of rounds; ``wanted`` are the units whose findings are told.

    Sums and repetitions count all units, whatever is told.

    Raises:
        XlsyncError: when there is no such round, a form of its records is missing, or a rule
            names a field that the other form has not.
    """
    check_known(snapshot, round_name)
    work = _Auditor(forms, snapshot, round_name)
    work.ask_all()
    made = Audit(round_name, sum(wanted(one.group) for one in work.items))
    found = [*work.ceilings(made), *work.same_amounts(work.items), *work.repeated(work.items)]
    made.findings = [one for one in found if _is_about(one, wanted)]
    made.lacks_ceilings = not work.lines and any(_of_kind(one, Ceiling) for one in work.items)
    made.uses = [one for one in made.uses if not one.line.unit or wanted(one.line.unit)]
    return made


def audit_of(
    forms: Mapping[str, Form], snapshot: Snapshot, round_name: str, touched: Collection[str]
) -> list[Finding]:
    """What the rules of rounds find about some records, without reading others where it can be.

    Raises:
        XlsyncError: as :func:`audit` does.
    """
    work = _Auditor(forms, snapshot, round_name)
    items = [one for one in work.items if one.entry.id in touched]
    if not items:
        return []
    found = [*work.same_amounts(items), *work.repeated(items)]
    if work.lines:
        above = {key for one in items for key in work.above(one.group)}
        found += [
            one
            for one in work.ceilings(Audit(round_name, 0))
            if (unit_key(one.unit) if one.unit else WHOLE) in above
        ]
    return found


def _is_about(finding: Finding, wanted: Callable[[str], bool]) -> bool:
    if not finding.unit and not finding.projects:
        return True
    units = {one.group for one in finding.projects} | ({finding.unit} - {""})
    return any(map(wanted, units))


class _AuditedRecord:
    """A record of the round, as far as rules of rounds ask; it is read when it is first asked."""

    def __init__(self, work: _Auditor, entry: Entry) -> None:
        self.work, self.entry, self.group = work, entry, entry.group

    @cached_property
    def record(self) -> Record:
        whole = self.work.snapshot.record(self.entry)
        return asked_of(self.work.form(whole), whole)

    @property
    def form(self) -> Form:
        return self.work.form(self.record)

    @property
    def project(self) -> Project:
        form = self.form
        return Project(self.entry.id, form.group(self.record), form.title(self.record))

    def amount(self, slot: str) -> Decimal | None:
        item = self.form.mapping.fields[slot]
        return amount_of(get(self.record, item.pointer), item.type)


class _Auditor:
    """One round with what its rules need."""

    def __init__(self, forms: Mapping[str, Form], snapshot: Snapshot, round_name: str) -> None:
        self.forms, self.snapshot, self.round = forms, snapshot, round_name
        self.items = [
            _AuditedRecord(self, one) for one in counted_records(snapshot, round_name).values()
        ]
        self.lines = ceilings(snapshot, round_name)
        self.tree = unit_tree(snapshot)
        self._above: dict[str, list[str]] = {}

    def ask_all(self) -> None:
        """Let a cluster, where there is one, find out what is asked of all records."""
        entries = [one.entry for one in self.items]
        found = asked_elsewhere(self.forms, self.snapshot, entries)
        for item, asked in zip(self.items, found, strict=True):
            if asked is not None:
                item.record = asked

    def form(self, record: Record) -> Form:
        """The form of a record."""
        form = self.forms.get(str(record.get("form")))
        if form is None:
            raise XlsyncError(f"没有安装表 {record.get('form')}，不能核查这一轮")
        return form

    def above(self, group: str) -> list[str]:
        """The keys of all that stands above a unit: itself, units, the whole round."""
        if group not in self._above:
            names = self.tree.path(group) if group in self.tree else [group]
            self._above[group] = [WHOLE, *map(unit_key, names)]
        return self._above[group]

    # ---- sums against the ceiling list ----------------------------------------------

    def ceilings(self, made: Audit) -> Iterator[Finding]:
        """Units that ask for more than their ceiling, and those without one."""
        asking: dict[str, list[tuple[Ceiling, _AuditedRecord]]] = {}
        for item in self.items if self.lines else ():
            for rule in _of_kind(item, Ceiling):
                asking.setdefault(rule.heading, []).append((rule, item))
        for heading, asked in asking.items():
            yield from self._under_heading(made, heading, asked)

    def _under_heading(
        self, made: Audit, heading: str, asked: Sequence[tuple[Ceiling, _AuditedRecord]]
    ) -> Iterator[Finding]:
        lines = [one for one in self.lines if one.heading == heading]
        listed = {unit_key(one.unit) if one.unit else WHOLE for one in lines}
        below: dict[str, list[tuple[Ceiling, _AuditedRecord, Decimal]]] = {
            one: [] for one in listed
        }
        without: dict[str, list[_AuditedRecord]] = {}
        for rule, item in asked:
            keys = self.above(item.group)
            for key in listed.intersection(keys):
                below[key].append((rule, item, item.amount(rule.amount) or Decimal(0)))
            if listed - {WHOLE} and not listed.intersection(keys[1:]):
                without.setdefault(item.group, []).append(item)
        for line in lines:
            parts = below[unit_key(line.unit) if line.unit else WHOLE]
            total = sum((amount for _, _, amount in parts), Decimal(0))
            made.uses.append(CeilingUse(line, total, len(parts)))
            if parts and total > line.amount:
                yield self._exceeded(line, total, parts)
        rule = asked[0][0]
        for items in without.values():
            names = tuple(one.project for one in items)
            message = f"控制数名单里没有“{names[0].group}”的{heading}，它的合计没有核对。"
            found = Problem(rule.code, Severity.WARNING, message)
            yield Finding(found, names[0].group, names)

    def _exceeded(
        self,
        line: CeilingLine,
        total: Decimal,
        parts: Sequence[tuple[Ceiling, _AuditedRecord, Decimal]],
    ) -> Finding:
        rule, first, _ = parts[0]
        field_ = first.form.mapping.fields[rule.amount]
        unit = field_.counted_in
        message = (
            f"{len(parts)} 个项目的“{field_.label}”合计 {told(total, unit)}，"
            f"超过{line.heading} {told(line.amount, unit)}，多 {told(total - line.amount, unit)}。"
            "请压减，或核对控制数。"
        )
        found = Problem(rule.code, rule.severity, message, pointer=field_.pointer)
        largest = sorted(parts, key=lambda part: -part[2])
        projects = tuple(item.project for _, item, amount in largest if amount)
        return Finding(found, line.unit, projects)

    # ---- amounts of another form ------------------------------------------------------

    def same_amounts(self, items: Iterable[_AuditedRecord]) -> Iterator[Finding]:
        """Amounts that are not those of the other form of the same project and year."""
        for item in items:
            for rule in _of_kind(item, SameAmount):
                mine = item.amount(rule.amount)
                other = self._other(item, rule) if mine is not None else None
                if mine is None or other is None or other.amount in {None, mine}:
                    continue
                yield self._differs(item, rule, mine, other)

    def _differs(
        self, item: _AuditedRecord, rule: SameAmount, mine: Decimal, other: _OtherForm
    ) -> Finding:
        field_, amount = item.form.mapping.fields[rule.amount], other.amount or Decimal(0)
        unit = field_.counted_in
        way = "多" if mine > amount else "少"
        message = (
            f"“{field_.label}”为 {told(mine, unit)}，与 {other.round} “{other.label}”"
            f"{told(amount, unit)}不符，{way} {told(abs(mine - amount), unit)}。请核对。"
        )
        found = Problem(rule.code, rule.severity, message, pointer=field_.pointer)
        return Finding(found, item.project.group, (item.project,))

    def _other(self, item: _AuditedRecord, rule: SameAmount) -> _OtherForm | None:
        """The same project in the latest other round that has it on one of the forms."""
        year = _year(item.form, item.record)
        project = item.project
        for index in self._rounds:
            entry = index.entry(*project)
            record = self.snapshot.record(entry) if entry else None
            form = self.forms.get(str(record.get("form"))) if record else None
            if record is None or form is None or form.id not in rule.forms:
                continue
            if None not in {year, other := _year(form, record)} and year != other:
                continue
            field_ = form.mapping.fields.get(rule.other)
            if field_ is None:
                message = f"{item.form.id} 的规则 {rule.code}：{form.id} 没有栏目 {rule.other}"
                raise XlsyncError(message)
            amount = amount_of(get(record, field_.pointer), field_.type)
            return _OtherForm(index.round, field_.label, amount)
        return None

    @cached_property
    def _rounds(self) -> list[RoundIndex]:
        """The other rounds, the latest first."""
        names = sorted(self.snapshot.rounds(), key=round_order, reverse=True)
        return [round_index(self.snapshot, name) for name in names if name != self.round]

    # ---- projects that repeat each other ------------------------------------------------

    def repeated(self, items: Sequence[_AuditedRecord]) -> Iterator[Finding]:
        """Projects that say the same in the fields of a rule, where one of ``items`` does."""
        rules = {
            (rule.code, tuple(rule.fields), rule.within): (rule, item.form)
            for item in items
            for rule in _of_kind(item, Repeated)
        }
        for rule, form in rules.values():
            yield from self._repeated(rule, form, {one.entry.id for one in items})

    def _repeated(self, rule: Repeated, form: Form, wanted: set[str]) -> Iterator[Finding]:
        alike: dict[tuple[str, ...], list[_AuditedRecord]] = {}
        has_title = form.mapping.record.title in rule.fields
        for item in self._alike(wanted) if has_title else self.items:
            if rule not in _of_kind(item, Repeated):
                continue
            values = tuple(_text(item, slot) for slot in rule.fields)
            unit = unit_key(item.group) if rule.within == "unit" else ""
            if all(values):
                alike.setdefault((unit, *values), []).append(item)
        for found in alike.values():
            if len(found) > 1 and any(one.entry.id in wanted for one in found):
                yield _repetition(rule, found)

    def _alike(self, wanted: set[str]) -> Iterable[_AuditedRecord]:
        """Projects with the names of some; what is called otherwise need not be read."""
        keys = {one.entry.id: comparable(one.entry.title)[:_TELLING] for one in self.items}
        counts = Counter(keys.values())
        likely = {keys[one] for one in keys if one in wanted and counts[keys[one]] > 1}
        return [one for one in self.items if keys[one.entry.id] in likely]


class _OtherForm(NamedTuple):
    """What another form of the same project says."""

    round: str
    label: str
    amount: Decimal | None


def _of_kind(item: _AuditedRecord, kind: type[Rule]) -> list[Rule]:
    return [one for one in item.form.mapping.round_rules if isinstance(one, kind)]


def _year(form: Form, record: Record) -> Json:
    slot = form.mapping.record.year
    return get(record, form.mapping.fields[slot].pointer) if slot else None


def _text(item: _AuditedRecord, slot: str) -> str:
    value = get(item.record, item.form.mapping.fields[slot].pointer)
    return comparable(str(value)) if value not in {None, ""} else ""


def _repetition(rule: Repeated, found: Sequence[_AuditedRecord]) -> Finding:
    fields = found[0].form.mapping.fields
    labels = "、".join(f"“{fields[slot].label}”" for slot in rule.fields)
    projects = tuple(one.project for one in found)
    named = "；".join(f"{one.group} {one.title}（{one.record}）" for one in projects[:_NAMED])
    more = " 等" if len(projects) > _NAMED else ""
    message = (
        f"{labels}相同的有 {len(found)} 个项目：{named}{more}。请核对是不是同一个项目报了几次。"
    )
    units = {one.group for one in projects}
    pointer = fields[rule.fields[0]].pointer
    problem = Problem(rule.code, rule.severity, message, pointer=pointer)
    return Finding(problem, units.pop() if len(units) == 1 else "", projects)
