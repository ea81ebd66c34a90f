"""Taking back what a collection, a distribution or a decision did, by a new commit.

What was touched since then stays as it is, and is named: a record that moved on, a workbook that
was answered. The history keeps everything; an undoing can be undone in the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_text
from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.records import merge
from xlsync.repository import is_round, layout
from xlsync.repository.fork import edits_of
from xlsync.rounds.attempts import until_committed
from xlsync.rounds.decisions import Act
from xlsync.rounds.joining_lists import is_list, join_lists
from xlsync.rounds.ledger import RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.repository import Commit, Difference, Edits, Fork, Placed, Repository, Snapshot

    Made = dict[str, Placed | Record | None]

UNDO = "撤销"
_COLLECTION = "收集"
_WORDS = (_COLLECTION, "下发", "截止日期", *(one.word for one in Act))
_TRAILER = re.compile(r"^Xlsync-Undoes: ([0-9a-f]{40})$", re.MULTILINE)
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Kept:
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


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, or would be: the commit, what stays, and the new commit.

    ``count`` is how many projects go back to what they were before.
    """

    target: Commit
    count: int
    kept: tuple[Kept, ...]
    commit: str | None
    is_preview: bool = False

    @property
    def head(self) -> str:
        """What the commit was that is taken back, in a line."""
        return self.target.message.partition("\n")[0]

    def as_json(self) -> Json:
        """The undoing as ``xlsync undo --json`` prints it."""
        return {
            "undone": self.target.commit,
            "what": self.head,
            "time": self.target.time.isoformat(),
            "author": self.target.author,
            "records": self.count,
            "kept": [one.as_json() for one in self.kept],
            "commit": self.commit,
            "preview": self.is_preview,
        }


def undo(
    repository: Repository,
    forms: Mapping[str, Form],
    revision: str | None = None,
    reason: str = "",
    *,
    is_preview: bool = False,
) -> Undone:
    """Take back what a commit did; by default the last one that can be and was not yet.

    Raises:
        XlsyncError: when there is nothing to take back, or the commit did something else.
    """

    def once() -> Undone:
        target = _target(repository, revision)
        work = _Work(forms, target.message.split(maxsplit=1)[0] == _COLLECTION)
        lines = [f"{UNDO} {target.message.partition(chr(10))[0]}", "", safe_text(reason)]
        message = "\n".join([*lines, "", f"Xlsync-Undoes: {target.commit}"])
        commit = repository.revert(target.commit, work, message, is_preview=is_preview)
        return Undone(target, len(work.undone), tuple(work.kept.values()), commit, is_preview)

    return until_committed(once)


def undone_commits(history: Iterable[Commit]) -> set[str]:
    """The commits that were taken back, from a history that begins with the newest."""
    found: set[str] = set()
    for one in history:
        match = _TRAILER.search(one.message)
        if match and one.commit not in found:
            found.add(match[1])
    return found


def _target(repository: Repository, revision: str | None) -> Commit:
    history = repository.history()
    undone = undone_commits(history)
    if revision is None:
        found = next((one for one in history if _can_be(one) and one.commit not in undone), None)
        if found is None:
            raise XlsyncError("没有可以撤销的收集、下发或更正")
        return found
    commit = repository.snapshot(revision).commit
    found = next((one for one in history if one.commit == commit), None)
    if found is None or not (_can_be(found) or found.message.startswith(f"{UNDO} ")):
        raise XlsyncError(f"{revision} 不是一次收集、下发或更正，不能撤销")
    if commit in undone:
        raise XlsyncError(f"{revision} 已经撤销过了")
    return found


def _can_be(commit: Commit) -> bool:
    word, _, rest = commit.message.partition(" ")
    return word in _WORDS and is_round(rest.partition("：")[0].split("\n", maxsplit=1)[0])


@dataclass
class _Work:
    """What one undoing changes; base is the commit, theirs what stood before it."""

    forms: Mapping[str, Form]
    is_collection: bool
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
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
            made |= _Round(self, fork, name, found).edits()
        return edits_of(fork, made)


def _round_of(path: str) -> str | None:
    _, _, rest = path.partition("/")
    name = "/".join(rest.split("/")[:2]).removesuffix(_SUFFIX)
    return name if is_round(name) else None


class _Round:
    """One round: what can go back, and what has to stay."""

    def __init__(self, work: _Work, fork: Fork, name: str, touched: list[Difference]) -> None:
        self.work = work
        self.fork = fork
        self.round = name
        self.touched = {one.path: one for one in touched}
        self.entries = [one.records(name) for one in (fork.base, fork.ours, fork.theirs)]
        self.merged: dict[str, Record] = {}

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
        self.work.kept[self.round, record_id] = Kept(self.round, record_id, *names, why)

    def _names(self, record_id: str) -> tuple[str, str]:
        path = layout.issued_path(self.round, record_id)
        ledger = self.fork.ours.document(path) or {}
        return str(ledger.get("group", "")), str(ledger.get("title", ""))

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
            (form["record"], form.get("issue"))
            for path, receipt in _documents(self.fork.ours, f"{layout.RECEIPTS}/{self.round}")
            if self.fork.base.document(path) != receipt
            for form in receipt["forms"]
        }
        for path in self._paths(layout.ISSUED):
            record_id = _id_of(path)
            numbers = {one["issue"] for one in self._new_issues(path)}
            if any((record_id, number) in answered for number in numbers):
                self._keep(record_id, "下发的表已经交回")
            elif numbers and record_id in self.entries[1] and record_id not in self.entries[0]:
                self._keep(record_id, "此后已经收到")

    def _new_issues(self, path: str) -> list[Json]:
        """What the commit noted in a file of the ledger, copies for correction aside."""
        after, before = (one.document(path) or {} for one in (self.fork.base, self.fork.theirs))
        old = [canonical_bytes(one) for one in before.get("issues", ())]
        new = [one for one in after.get("issues", ()) if canonical_bytes(one) not in old]
        return [one for one in new if not (self.work.is_collection and one["reason"] == RETURNED)]

    def _look_at_receipts(self) -> bool:
        """Keep what shares a receipt with something that stays; whether anything new stays."""
        count = len(self.work.kept)
        for path in self._paths(layout.RECEIPTS):
            if self._receipt_stays(path):
                for form in (self.fork.ours.document(path) or {"forms": []})["forms"]:
                    if form["accepted"] and form["record"]:
                        self._keep(form["record"], "所在的文件此后又有处理")
        return len(self.work.kept) > count

    def _receipt_stays(self, path: str) -> bool:
        one = self.touched[path]
        if one.ours != one.base:
            return True
        document = self.fork.ours.document(path) or {"forms": []}
        return any(form["record"] and self._stays(form["record"]) for form in document["forms"])

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
        if top in {layout.DEADLINES, layout.ROSTERS}:
            return self._list(path)
        record_id = path.split("/")[3] if top == layout.CONFLICTS else _id_of(path)
        return {} if self._stays(record_id) else self._about(record_id, path, one)

    def _file_stays(self, path: str) -> bool:
        key = path.split("/")[3].removesuffix(_SUFFIX)
        receipt = f"{layout.RECEIPTS}/{self.round}/{key}{_SUFFIX}"
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
        """The ledger of a record without what the commit noted."""
        gone = [canonical_bytes(one) for one in self._new_issues(path)]
        now = self.fork.ours.document(path)
        if now is None or not gone:
            return {}
        self.work.undone.add((self.round, record_id))
        left = [one for one in now["issues"] if canonical_bytes(one) not in gone]
        former = self.fork.theirs.document(path) or now
        heads: Record = {key: former[key] for key in ("group", "title", "form")}
        return {path: {**now, **heads, "issues": left} if left else None}


def _documents(snapshot: Snapshot, folder: str) -> Iterator[tuple[str, Record]]:
    for name, document in snapshot.documents(folder):
        yield f"{folder}/{name}", document


def _id_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(_SUFFIX)
