"""Auditing a round: the rules beyond one record that the mappings of its forms have.

What the projects add up to against the ceiling list, amounts against those of another form of the
same project, and projects that repeat each other. Cancelled projects do not count.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.problems import Problem
from xlsync.base.record import get
from xlsync.form.rules.of_rounds import Ceiling, SameAmount
from xlsync.form.types.units import told
from xlsync.records import amount_of
from xlsync.repository import round_order
from xlsync.rounds.checking.audited_records import AuditedRecords, rules_of
from xlsync.rounds.checking.ceiling_sums import CeilingSums
from xlsync.rounds.checking.repeating import repeated
from xlsync.rounds.checking.round_index import RoundIndex
from xlsync.rounds.kept.findings import Audit, Finding
from xlsync.rounds.kept.units import unit_tree
from xlsync.rounds.sending.ceilings import ceiling_key, ceilings
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.repository import Snapshot
    from xlsync.rounds.checking.audited_records import AuditedRecord


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
    records = AuditedRecords(forms, snapshot, round_name)
    records.ask_all()
    lines = ceilings(snapshot, round_name)
    uses, exceeded = CeilingSums(records, lines, unit_tree(snapshot)).findings()
    every = b"\1" * len(records)
    pairs = _Amounts(records)
    found = [*exceeded, *pairs.differing(every), *repeated(records, every, pairs.forms())]
    groups = (records.entry(at).group for at in range(len(records)))
    return Audit(
        round_name,
        sum(map(wanted, groups)),
        [one for one in found if _is_about(one, wanted)],
        [one for one in uses if not one.line.unit or wanted(one.line.unit)],
        lacks_ceilings=not lines and any(rules_of(one, Ceiling) for one in pairs.forms()),
    )


def audit_of(
    forms: Mapping[str, Form], snapshot: Snapshot, round_name: str, touched: Iterable[str]
) -> list[Finding]:
    """What the rules of rounds find about some records, without reading others where it can be.

    Raises:
        XlsyncError: as :func:`audit` does.
    """
    ids = frozenset(touched)
    if not ids:
        return []
    records = AuditedRecords(forms, snapshot, round_name)
    sums = CeilingSums(records, ceilings(snapshot, round_name), unit_tree(snapshot))
    wanted = bytes(one in ids for one in records.ids)
    if not any(wanted):
        return []
    pairs = _Amounts(records)
    found = [*pairs.differing(wanted), *repeated(records, wanted, pairs.forms())]
    _, exceeded = sums.findings()
    if exceeded:
        groups = {records.entry(at).group for at, is_one in enumerate(wanted) if is_one}
        above = {key for one in groups for key in sums.above(one)}
        found += [one for one in exceeded if ceiling_key(one.unit) in above]
    return found


def _is_about(finding: Finding, wanted: Callable[[str], bool]) -> bool:
    if not finding.unit and not finding.projects:
        return True
    units = {one.group for one in finding.projects} | ({finding.unit} - {""})
    return any(map(wanted, units))


class _OtherForm(NamedTuple):
    """What another form of the same project says."""

    round: str
    label: str
    amount: Decimal | None


class _Amounts:
    """Amounts against those of another form of the same project and year.

    It goes through all records that findings are told of, and so gets to know their forms.
    """

    def __init__(self, records: AuditedRecords) -> None:
        self.records, self.snapshot = records, records.snapshot
        self._first: dict[str, Form] = {}
        self._last: dict[str, Form] = {}

    def forms(self) -> Iterator[Form]:
        """The forms of those records: each where it first came, and again where it last came."""
        yield from self._first.values()
        yield from self._last.values()

    def differing(self, wanted: Sequence[int]) -> Iterator[Finding]:
        """Amounts that are not those of the other form; ``wanted`` has a 1 for each record."""
        for item in self.records.some(at for at, is_one in enumerate(wanted) if is_one):
            self._first.setdefault(item.form.id, item.form)
            self._last.pop(item.form.id, None)
            self._last[item.form.id] = item.form
            for rule in item.rules(SameAmount):
                mine = item.amount(rule.amount)
                other = self._other(item, rule) if mine is not None else None
                if mine is None or other is None or other.amount in {None, mine}:
                    continue
                yield _differs(item, rule, mine, other)

    def _other(self, item: AuditedRecord, rule: SameAmount) -> _OtherForm | None:
        """The same project in the latest other round that has it on one of the forms."""
        year = _year(item.form, item.record)
        project = item.project
        for index in self._rounds:
            entry = index.entry(*project)
            record = self.snapshot.record(entry) if entry else None
            form = self.records.forms.get(str(record.get("form"))) if record else None
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
        return [RoundIndex(self.snapshot, name) for name in names if name != self.records.round]


def _differs(item: AuditedRecord, rule: SameAmount, mine: Decimal, other: _OtherForm) -> Finding:
    field_, amount = item.form.mapping.fields[rule.amount], other.amount or Decimal(0)
    unit = field_.counted_in
    way = "多" if mine > amount else "少"
    message = (
        f"“{field_.label}”为 {told(mine, unit)}，与 {other.round} “{other.label}”"
        f"{told(amount, unit)}不符，{way} {told(abs(mine - amount), unit)}。请核对。"
    )
    found = Problem(rule.code, rule.severity, message, pointer=field_.pointer)
    return Finding(found, item.project.group, (item.project,))


def _year(form: Form, record: Record) -> Json:
    slot = form.mapping.record.year
    return get(record, form.mapping.fields[slot].pointer) if slot else None
