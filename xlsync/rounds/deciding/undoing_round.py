"""What one commit did to the rounds, taken back from what stands now.

What can go back goes back: a record that nobody touched since, or whose changes since lie in
other places. Everything else stays as it is, and is named with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.records import merge
from xlsync.repository import is_round, layout
from xlsync.repository.fork import edits_of
from xlsync.rounds.kept.ledger import CORRECTED, RETURNED, Withdrawn, ledger_of, withdrawn
from xlsync.rounds.kept.receipt_documents import receipt_of, receipts_of
from xlsync.rounds.sharing.lists import is_list, join_lists
from xlsync.rounds.state.closing import check_open
from xlsync.rounds.state.receipts import now
from xlsync.workbook.manifest import content_mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.repository import Difference, Edits, Fork, Placed
    from xlsync.rounds.kept.ledger import LedgerEntry
    from xlsync.rounds.kept.receipt_documents import FormReceipt

    Made = dict[str, Placed | Record | None]

_SUFFIX = ".json"
_OF_ROUND = {layout.DEADLINES, layout.TICKS, layout.CEILINGS, layout.ROSTERS, layout.CLOSED}


@dataclass(frozen=True, slots=True)
class NotUndone:
    """What was not taken back, because something happened to it since."""

    round: str
    record_id: str
    group: str
    title: str
    why: str

    def as_json(self) -> Json:
        """The project as ``xlsync undo --json`` prints it."""
        return {
            "round": self.round,
            "record": self.record_id,
            "group": self.group,
            "title": self.title,
            "why": self.why,
        }


@dataclass
class Reversal:
    """What one undoing changes; base is the commit, theirs what stood before it."""

    forms: Mapping[str, Form]
    is_collection: bool
    kept: dict[tuple[str, str], NotUndone] = field(default_factory=dict)
    undone: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, fork: Fork) -> Edits:
        """The changes of what stands now."""
        self.kept, self.undone = {}, set()
        touched = [one for one in fork.differences() if one.base != one.theirs]
        rounds: dict[str, list[Difference]] = {}
        for one in touched:
            name = _round_of(one.path)
            if name:
                rounds.setdefault(name, []).append(one)
        made: Made = {}
        for name, found in rounds.items():
            check_open(fork.ours, name)
            made |= _RoundReversal(self, fork, name, found).edits()
        return edits_of(fork, made)


def _round_of(path: str) -> str | None:
    _, _, rest = path.partition("/")
    name = "/".join(rest.split("/")[:2]).removesuffix(_SUFFIX)
    return name if is_round(name) else None


class _RoundReversal:
    """One round: what can go back, and what has to stay."""

    def __init__(self, work: Reversal, fork: Fork, name: str, touched: list[Difference]) -> None:
        self.work = work
        self.fork = fork
        self.round = name
        self.touched = {one.path: one for one in touched}
        self.entries = [one.records(name) for one in (fork.base, fork.ours, fork.theirs)]
        self.merged: dict[str, Record] = {}
        self.time = now()

    def edits(self) -> Made:
        """What has to be changed."""
        ids = self._touched_ids()
        for record_id in sorted(ids):
            self._look_at(record_id)
        self._look_at_ledger()
        # A file may hold several projects: where one of them stays, its receipt does, and so
        # does every other one in it.
        while self._look_at_receipts():
            pass
        made: Made = {}
        for record_id in sorted(ids):
            if not self._stays(record_id):
                made |= self._put_back(record_id)
        for path, one in self.touched.items():
            made |= self._other(path, one)
        return made

    def _touched_ids(self) -> set[str]:
        before, after = self.entries[2], self.entries[0]
        return {one for one in before | after if before.get(one) != after.get(one)}

    def _stays(self, record_id: str) -> bool:
        return (self.round, record_id) in self.work.kept

    def _keep(self, record_id: str, why: str) -> None:
        if self._stays(record_id):
            return
        entry = self.entries[1].get(record_id) or self.entries[0].get(record_id)
        names = (entry.group, entry.title) if entry else self._names(record_id)
        self.work.kept[self.round, record_id] = NotUndone(self.round, record_id, *names, why)

    def _names(self, record_id: str) -> tuple[str, str]:
        ledger = ledger_of(self.fork.ours, self.round, record_id)
        return (ledger.group, ledger.title) if ledger else ("", "")

    def _look_at(self, record_id: str) -> None:
        """Whether a record can go back; what happened to it since is merged where it can be."""
        then, now, before = (one.get(record_id) for one in self.entries)
        if now == then:
            return
        if then is None or now is None or before is None:
            self._keep(record_id, "此后又有变动")
            return
        sides = (self.fork.base, self.fork.ours, self.fork.theirs)
        versions = [
            side.record(entry) for side, entry in zip(sides, (then, now, before), strict=True)
        ]
        form = self.work.forms.get(str(versions[1].get("form")))
        if form is None or len({one.get("form") for one in versions}) > 1:
            self._keep(record_id, "此后又有变动")
            return
        made = merge(form.mapping, *versions)
        if made.conflicts or has_error(form.check(made.record)):
            self._keep(record_id, "同一处此后又有改动")
        else:
            self.merged[record_id] = made.record

    def _look_at_ledger(self) -> None:
        """Workbooks that were answered since cannot be taken back."""
        answered = {
            (form.record, form.issue)
            for key, receipt in receipts_of(self.fork.ours, self.round)
            if receipt_of(self.fork.base, self.round, key) != receipt
            for form in receipt.forms
        }
        for path in self._paths(layout.ISSUED):
            record_id = _id_of(path)
            numbers = {one.issue.number for one in self._new_issues(path)}
            if any((record_id, number) in answered for number in numbers):
                self._keep(record_id, "下发的表已经交回")
            elif numbers and record_id in self.entries[1] and record_id not in self.entries[0]:
                self._keep(record_id, "此后已经收到")

    def _new_issues(self, path: str) -> list[LedgerEntry]:
        """What the commit noted in a file of the ledger, copies for correction aside."""
        sides = (self.fork.base, self.fork.theirs)
        after, before = (ledger_of(one, self.round, _id_of(path)) for one in sides)
        old = before.entries if before else ()
        new = [one for one in (after.entries if after else ()) if one not in old]
        is_kept = self.work.is_collection
        return [one for one in new if not (is_kept and one.issue.reason == RETURNED)]

    def _look_at_receipts(self) -> bool:
        """Keep what shares a receipt with something that stays; whether anything new stays."""
        count = len(self.work.kept)
        for path in self._paths(layout.RECEIPTS):
            if self._receipt_stays(path):
                for form in self._forms(path):
                    if form.accepted and form.record:
                        self._keep(form.record, "所在的文件此后又有处理")
        return len(self.work.kept) > count

    def _receipt_stays(self, path: str) -> bool:
        one = self.touched[path]
        if one.ours != one.base:
            return True
        return any(form.record and self._stays(form.record) for form in self._forms(path))

    def _forms(self, path: str) -> tuple[FormReceipt, ...]:
        receipt = receipt_of(self.fork.ours, self.round, _id_of(path))
        return receipt.forms if receipt else ()

    def _paths(self, top: str) -> list[str]:
        return [path for path in self.touched if path.startswith(f"{top}/")]

    def _put_back(self, record_id: str) -> Made:
        """A record as it was before, or merged with what happened since."""
        self.work.undone.add((self.round, record_id))
        now, before = self.entries[1].get(record_id), self.entries[2].get(record_id)
        made: Made = {now.path: None} if now else {}
        if record_id in self.merged:
            record = self.merged[record_id]
            form = self.work.forms[record["form"]]
            names = form.group(record), form.title(record)
            made[layout.record_path(self.round, record_id, *names)] = record
            made[layout.merged_path(self.round, record_id)] = None
        elif before is not None:
            made[before.path] = self.fork.theirs.record(before)
        return made

    def _other(self, path: str, one: Difference) -> Made:
        """Anything beside the records themselves."""
        top = path.partition("/")[0]
        if top == layout.ROUNDS:
            return {}
        if top in {layout.RECEIPTS, layout.RECEIVED}:
            return {} if self._file_stays(path) else {path: one.theirs}
        if top in _OF_ROUND:
            return self._list(path)
        record_id = path.split("/")[3] if top == layout.CONFLICTS else _id_of(path)
        return {} if self._stays(record_id) else self._about(record_id, path, one)

    def _file_stays(self, path: str) -> bool:
        key = path.split("/")[3].removesuffix(_SUFFIX)
        receipt = layout.receipt_path(self.round, key)
        one = self.touched[path]
        return one.ours != one.base or (receipt in self.touched and self._receipt_stays(receipt))

    def _about(self, record_id: str, path: str, one: Difference) -> Made:
        """What stands about a record that goes back."""
        if is_list(path):
            self.work.undone.add((self.round, record_id))
            return self._list(path)
        if path.startswith(f"{layout.ISSUED}/"):
            return self._ledger(path, record_id)
        is_joined = record_id in self.merged and path.startswith(f"{layout.MERGED}/")
        return {path: one.theirs} if one.ours == one.base and not is_joined else {}

    def _list(self, path: str) -> Made:
        documents = (
            one.document(path) for one in (self.fork.base, self.fork.ours, self.fork.theirs)
        )
        joined = join_lists(path, *documents)
        is_empty = not any(isinstance(one, list) and one for one in joined.values())
        return {path: None if is_empty else joined}

    def _ledger(self, path: str, record_id: str) -> Made:
        """The ledger of a record without what the commit noted, and with what it had taken back."""
        gone, back = self._new_issues(path), self._lost_issues(path)
        now = ledger_of(self.fork.ours, self.round, record_id)
        if not (gone and now) and not back:
            return {}
        self.work.undone.add((self.round, record_id))
        former = ledger_of(self.fork.theirs, self.round, record_id)
        stands = now or former
        assert stands is not None  # noqa: S101 - one of them noted what goes, or comes back
        names = {key: getattr(former or stands, key) for key in ("group", "title", "form")}
        left = [one for one in (now.entries if now else ()) if one not in gone]
        left += [one for one in back if one not in left]
        left.sort(key=lambda one: one.issue.number)
        # A join numbers workbooks anew: one that is there under its former number is not gone.
        stay = {_borne(one) for one in left}
        gone = [one for one in gone if _borne(one) not in stay]
        made = replace(stands, **names, value={**stands.value, **names}, entries=tuple(left))
        return {path: made.as_json() if left else None, **self._withdraw(record_id, gone)}

    def _lost_issues(self, path: str) -> list[LedgerEntry]:
        """What the commit took out of a file of the ledger: it was an undoing itself."""
        sides = (self.fork.base, self.fork.theirs)
        after, before = (ledger_of(one, self.round, _id_of(path)) for one in sides)
        kept = after.entries if after else ()
        return [one for one in (before.entries if before else ()) if one not in kept]

    def _withdraw(self, record_id: str, gone: list[LedgerEntry]) -> Made:
        """Note the workbooks that are taken back: they are in somebody's hands all the same."""
        out = [one for one in gone if one.issue.reason != CORRECTED]
        if not out:
            return {}
        former = withdrawn(self.fork.ours, self.round, record_id)
        noted = [*former, *(Withdrawn.of(one, self.time) for one in out)]
        path = layout.withdrawn_path(self.round, record_id)
        return {path: {"issues": [one.as_json() for one in noted]}}


def _borne(one: LedgerEntry) -> tuple[int, str | None, str]:
    """What a workbook bears."""
    return one.issue.printed, one.issue.base, content_mark(canonical_bytes(one.content))


def _id_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(_SUFFIX)
