"""What a round has accepted, form by form, read one record at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.repository import layout
from xlsync.rounds.kept.decisions import cancelled, decisions
from xlsync.rounds.kept.ledger import roster_order
from xlsync.rounds.kept.units import unit_tree
from xlsync.rounds.state.status import check_known, check_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Entry, Snapshot
    from xlsync.repository.objects import Fact
    from xlsync.rounds.kept.decisions import Decision


@dataclass(frozen=True, slots=True)
class FormRecords:
    """The accepted records of one form; iterating reads them, in the order of the roster."""

    form: Form
    snapshot: Snapshot
    entries: list[Entry]

    def __iter__(self) -> Iterator[Record]:
        """Read each record.

        Raises:
            XlsyncError: when a record holds what its form, as it is installed, does not know.
        """
        for entry in self.entries:
            yield fitting_record(self.form, self.snapshot.record(entry), entry.path)


def fitting_record(form: Form, found: Record, path: str) -> Record:
    """A record of the repository as its form, as it is installed, knows it.

    Raises:
        XlsyncError: when it holds what its form does not know.
    """
    record, problems = form.canonical(found)
    if record is None:
        first = problems[0]
        raise XlsyncError(
            f"{path} in the repository does not fit the form {form.id}: "
            f"{first.pointer} {first.message}"
        )
    return record


def facts_of_forms(
    forms: Mapping[str, Form],
    snapshot: Snapshot,
    round_name: str,
    kind: Hashable,
    make: Callable[[Form, Record], Fact],
) -> Iterator[tuple[Form, Fact]]:
    """What ``make`` says of each record that counts, with its form; in the order of the roster.

    Where facts are kept it is asked once for each content, form and ``kind``.

    Raises:
        XlsyncError: when a form is missing, or a record holds what its form does not know.
    """
    for entry in counted_records(snapshot, round_name).values():
        form = forms.get(snapshot.form(entry))
        if form is None:
            raise missing_form(snapshot.form(entry))

        def fact(given: Record, form: Form = form, entry: Entry = entry) -> Fact:
            return make(form, fitting_record(form, given, entry.path))

        yield form, snapshot.fact(entry, (form, kind), fact)


def missing_form(form_id: str) -> XlsyncError:
    """What is said where the form of records is not at hand."""
    return XlsyncError(f"no form {form_id!r} is installed that could read these records")


class ListedDecision(NamedTuple):
    """A decision about a project of the round, by the names that it has now."""

    group: str
    title: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Accepted:
    """The accepted records of a round; ``disputed`` counts those that something contradicts.

    ``entries`` are all of them in the order of the roster, cancelled ones left out, which
    ``cancelled`` counts; ``decided`` is what people decided, cancelled projects included.
    """

    round: str
    snapshot: Snapshot
    forms: list[FormRecords]
    entries: list[Entry]
    disputed: int
    cancelled: int = 0
    decided: tuple[ListedDecision, ...] = ()
    unit_of: Callable[[str], str] = str
    """The unit under which sums count a unit: itself, or one above it."""


def counted_records(snapshot: Snapshot, round_name: str) -> dict[str, Entry]:
    """The records of a round that count, by id: not those of cancelled projects.

    They are in the order of the roster; what is not in it follows by unit and title.
    """
    found = snapshot.records(round_name)
    return {one: found[one] for one in _counted(snapshot, round_name, found)}


def counted_ids(snapshot: Snapshot, round_name: str) -> list[str]:
    """The ids of the same records in the same order, for who need not hold all of them."""
    return _counted(snapshot, round_name, snapshot.ids(round_name))


def _counted(snapshot: Snapshot, round_name: str, ids: Iterable[str]) -> list[str]:
    out = cancelled(snapshot, round_name)
    order = roster_order(snapshot, round_name)
    left = (one for one in ids if one not in out)
    return sorted(left, key=lambda one: order.get(one, len(order)))


class LeftOut(NamedTuple):
    """How many projects of a round something contradicts, and how many are cancelled."""

    disputed: int
    cancelled: int


def left_out(snapshot: Snapshot, round_name: str, counted: Collection[str]) -> LeftOut:
    """What those have to be told who are given the ``counted`` records of a round."""
    return LeftOut(
        disputed=len(snapshot.names(layout.folder(layout.CONFLICTS, round_name))),
        cancelled=len(snapshot.records(round_name)) - len(counted),
    )


def accepted(
    forms: Mapping[str, Form],
    snapshot: Snapshot,
    round_name: str,
    under: str | None = None,
    level: int | None = None,
) -> Accepted:
    """What can be exported of a round: of all units, or of those ``under`` one.

    ``level`` is that of the units under which sums count, 1 the highest; by default each unit
    counts for itself.

    Raises:
        XlsyncError: when there is no such round or unit, nothing was accepted in it, or a form is
            missing.
    """
    check_known(snapshot, round_name)
    tree = unit_tree(snapshot)
    wanted = tree.filter(under)
    counted = counted_records(snapshot, round_name)
    entries = {key: one for key, one in counted.items() if wanted(one.group)}
    by_form: dict[str, list[Entry]] = {}
    for entry in entries.values():
        by_form.setdefault(snapshot.form(entry), []).append(entry)
    if not by_form:
        raise XlsyncError(f"{round_name}: nothing was accepted in this round yet")
    for form_id in by_form:
        if form_id not in forms:
            raise missing_form(form_id)
    beside = left_out(snapshot, round_name, counted)
    return Accepted(
        round=round_name,
        snapshot=snapshot,
        forms=[FormRecords(forms[one], snapshot, by_form[one]) for one in sorted(by_form)],
        entries=list(entries.values()),
        disputed=beside.disputed,
        cancelled=beside.cancelled,
        decided=tuple(one for one in _decided(snapshot, round_name) if wanted(one.group)),
        unit_of=tree.rolled(level),
    )


def _decided(snapshot: Snapshot, round_name: str) -> Iterator[ListedDecision]:
    found = decisions(snapshot, round_name)
    if not found:
        return
    known = snapshot.records(round_name)
    names = {one.id: one for one in (*snapshot.outstanding(round_name), *known.values())}
    order = roster_order(snapshot, round_name)
    for record_id in sorted(found, key=lambda one: (order.get(one, len(order)), one)):
        entry = names.get(record_id)
        for one in found[record_id]:
            yield ListedDecision(*((entry.group, entry.title) if entry else ("", record_id)), one)


def by_roster(
    accepted_round: Accepted, unit: str | None = None
) -> Iterator[tuple[Form, Entry, Record]]:
    """The accepted records one by one in the order of the roster, units together.

    ``unit`` leaves only units whose name holds this text. A unit stands where its first project
    does.

    Raises:
        UsageError: when no unit is called so.
    """
    check_unit(unit, (entry.group for entry in accepted_round.entries))
    forms = {entry.id: part.form for part in accepted_round.forms for entry in part.entries}
    units: dict[str, list[Entry]] = {}
    for entry in accepted_round.entries:
        if unit is None or unit in entry.group:
            units.setdefault(entry.group, []).append(entry)
    for entries in units.values():
        for entry in entries:
            yield forms[entry.id], entry, accepted_round.snapshot.record(entry)
