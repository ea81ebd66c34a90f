"""A reviewer's word: what a review workbook came back with becomes decisions on records.

The workbook carries on a hidden sheet which content of each record the reviewer saw. A word on
a record that has changed since is not taken, and told; one that was taken falls away by itself
when the record changes later.
"""

from __future__ import annotations

import hashlib
import hmac
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_text
from xlsync.base.grid import Address
from xlsync.base.problems import Problem, problem
from xlsync.base.record import canonical_bytes
from xlsync.form.types import comparable
from xlsync.repository import Changes, until_committed
from xlsync.repository.sealing import seal_keys
from xlsync.rounds.decisions import Act, Decision, decisions, put_decision
from xlsync.rounds.receipt_documents import Receipt, put_receipt
from xlsync.rounds.standing import CONDITIONAL, PASSED, RETURNED
from xlsync.rounds.status import check_known
from xlsync.sources import xlsx
from xlsync.sources.finding import find_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.record import Json
    from xlsync.repository import Entry, Repository, Snapshot

NOTE_SHEET = "xlsync-review"
SHEET = "审核意见"
VERDICT, REASON, RECORD = "意见", "理由", "编号"
VERDICTS = (PASSED, RETURNED, CONDITIONAL)
_BOOK = "xl/workbook.xml"
_LARGEST = 1_000_000
_HEADS_WITHIN = 10
_ROUND, _SEAL = "round", "seal"


@dataclass(slots=True)
class Reviewed:
    """What came of one review workbook: words taken, words that stood already, what is wrong."""

    path: Path
    taken: int = 0
    unchanged: int = 0
    open: int = 0
    problems: list[Problem] = field(default_factory=list)
    commit: str | None = None

    def as_json(self) -> Json:
        """The workbook as ``xlsync collect --json`` prints it."""
        return {
            "file": str(self.path),
            "taken": self.taken,
            "unchanged": self.unchanged,
            "open": self.open,
            "commit": self.commit,
            "problems": [one.as_json() for one in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Word:
    """What a reviewer says of a record, and why; ``saw`` is the SHA-256 of what was seen.

    ``row`` is where it stands in a review workbook, 0 for one that was said without.
    """

    record_id: str
    verdict: str
    reason: str
    saw: str | None = None
    row: int = 0


def note_rows(round_name: str, seen: Mapping[str, str], key: bytes) -> list[tuple[str, str]]:
    """What the hidden sheet says: the round, the SHA-256 of each record by its id, a seal."""
    rows = [(_ROUND, round_name), *sorted(seen.items())]
    return [*rows, (_SEAL, _signature(rows, key))]


def _signature(rows: Iterable[tuple[str, str]], key: bytes) -> str:
    return hmac.new(key, canonical_bytes([list(row) for row in rows]), hashlib.sha256).hexdigest()


def part_reviews(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The review workbooks among files and folders, and the rest of what was named."""
    named = list(paths)
    found = [one for one in find_files(named) if _is_review(one)]
    if not found:
        return [], named
    return found, [one for one in find_files(named) if one not in found]


def _is_review(path: Path) -> bool:
    if path.suffix.lower() != ".xlsx":
        return False
    try:
        with zipfile.ZipFile(path) as package:
            is_small = package.getinfo(_BOOK).file_size < _LARGEST
            return is_small and NOTE_SHEET.encode() in package.read(_BOOK)
    except (OSError, KeyError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile):
        return False


def take_review(
    repository: Repository, round_name: str, path: Path, now: str, *, by: str | None = None
) -> Reviewed:
    """Take the words of one review workbook, all that can be taken, as one commit.

    Raises:
        XlsyncError: when there is no such round, or the repository cannot be written.
    """
    data = path.read_bytes()
    workbook = xlsx.read(data)

    def once() -> Reviewed:
        made = Reviewed(path)
        snapshot = repository.snapshot()
        check_known(snapshot, round_name)
        seen = _seen(workbook, round_name, seal_keys(snapshot), made)
        if seen is None:
            return made
        changes = Changes(snapshot, round_name)
        said = (replace(one, saw=seen.get(one.record_id)) for one in _words(workbook, made))
        _take(changes, said, now, by or repository.author, made)
        if made.taken:
            digest = changes.put_received(path.name, data)
            put_receipt(changes, digest, Receipt(now, (), {"received": now}))
            made.commit = repository.commit(changes, _message(round_name, made, path.name))
        return made

    return until_committed(once)


def put_review(
    repository: Repository, round_name: str, words: Sequence[Word], now: str, *, by: str | None
) -> Reviewed:
    """Take words that a reviewer gave without a workbook, all that can be taken, as one commit.

    Raises:
        XlsyncError: when there is no such round, a verdict is none, one lacks its reason, or the
            repository cannot be written.
    """
    for one in words:
        if one.verdict not in VERDICTS:
            raise XlsyncError(f"意见应为{'、'.join(VERDICTS)}之一。")
        if one.verdict != PASSED and not one.reason:
            raise XlsyncError(f"意见是“{one.verdict}”，请写明理由。")

    def once() -> Reviewed:
        made, snapshot = Reviewed(Path()), repository.snapshot()
        check_known(snapshot, round_name)
        changes = Changes(snapshot, round_name)
        _take(changes, words, now, by or repository.author, made)
        if made.taken:
            made.commit = repository.commit(changes, _message(round_name, made, ""))
        return made

    return until_committed(once)


def _message(round_name: str, made: Reviewed, told: str) -> str:
    return f"{Act.REVIEW.word} {round_name}：{made.taken} 个项目\n\n{safe_text(told)}".rstrip()


def _take(changes: Changes, words: Iterable[Word], now: str, by: str, made: Reviewed) -> None:
    """Note each word that can be taken; the others are told with the reason."""
    snapshot = changes.snapshot
    known, entries = decisions(snapshot, changes.round), snapshot.records(changes.round)
    for word in words:
        entry = entries.get(word.record_id)
        if word.saw is None or entry is None:
            _refuse(made, word, f"表中没有编号为 {word.record_id} 的项目，意见未采用。")
            continue
        if content_of(snapshot, entry) != word.saw:
            message = f"“{entry.title}”在审核以前又有变动，意见未采用；请按新的内容审核。"
            _refuse(made, word, message, "Q002")
            continue
        last = next(
            (one for one in reversed(known.get(word.record_id, [])) if one.act is Act.REVIEW),
            None,
        )
        if last and (last.saw, last.verdict, last.reason) == (word.saw, word.verdict, word.reason):
            made.unchanged += 1
            continue
        decision = Decision(Act.REVIEW, now, by, word.reason, word.saw, verdict=word.verdict)
        put_decision(changes, word.record_id, decision)
        made.taken += 1


def content_of(snapshot: Snapshot, entry: Entry) -> str:
    """The SHA-256 of a record as it stands: what a word on it is bound to."""
    return hashlib.sha256(snapshot.record_bytes(entry)).hexdigest()


def _refuse(made: Reviewed, word: Word, message: str, code: str = "Q001") -> None:
    place = f"第 {word.row} 行：" if word.row else ""
    made.problems.append(problem(code, f"{place}{message}", found=word.verdict))


def _seen(
    workbook: Workbook, round_name: str, keys: Iterable[bytes], made: Reviewed
) -> dict[str, str] | None:
    """Which content of each record the reviewer saw; None where the workbook cannot be trusted."""
    sheet = next((one for one in workbook.sheets if one.name == NOTE_SHEET), None)
    rows = list(_pairs(sheet)) if sheet else []
    is_whole = bool(rows) and rows[0][0] == _ROUND and rows[-1][0] == _SEAL
    if not is_whole or not any(
        hmac.compare_digest(_signature(rows[:-1], key), rows[-1][1]) for key in keys
    ):
        message = "审核意见表随附的信息被改动或不完整，未采用；请在重新发出的表上填写。"
        made.problems.append(problem("Q001", message))
        return None
    if rows[0][1] != round_name:
        message = f"这是 {rows[0][1]} 的审核意见表，本次收集的是 {round_name}，未采用。"
        made.problems.append(problem("B001", message, found=rows[0][1]))
        return None
    return dict(rows[1:-1])


def _pairs(sheet: Sheet) -> Iterator[tuple[str, str]]:
    for row in sheet.rows():
        yield sheet.text(Address(row, 1)), sheet.text(Address(row, 2))


def _words(workbook: Workbook, made: Reviewed) -> Iterator[Word]:
    """Every row that says something; what cannot be understood is told."""
    sheet = next((one for one in workbook.sheets if one.name == SHEET), None)
    columns = _columns(sheet) if sheet else None
    if sheet is None or columns is None:
        message = f"没有找到“{SHEET}”工作表，或缺了“{VERDICT}”“{REASON}”“{RECORD}”这几列。"
        made.problems.append(problem("Q001", message))
        return
    head, places = columns
    verdicts = {comparable(one): one for one in VERDICTS}
    for row in sheet.rows():
        if row <= head:
            continue
        record_id, text, reason = (
            sheet.text(Address(row, places[name])).strip() for name in (RECORD, VERDICT, REASON)
        )
        if not record_id:
            continue
        word = Word(record_id, text, reason, row=row)
        if not text:
            made.open += 1
            if reason:
                _refuse(made, word, f"写了理由“{reason}”，没有选意见，未采用。")
        elif comparable(text) not in verdicts:
            _refuse(made, word, f"意见应为{'、'.join(VERDICTS)}之一，写的是“{text}”，未采用。")
        elif verdicts[comparable(text)] != PASSED and not reason:
            _refuse(made, word, f"意见是“{text}”，请写明理由；未采用。")
        else:
            yield Word(record_id, verdicts[comparable(text)], reason, row=row)


def _columns(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of the heads, and the columns of those that are needed."""
    for row in sheet.rows():
        if row > _HEADS_WITHIN:
            break
        heads = {
            comparable(cell.text): place.column
            for place, cell in sheet.cells.items()
            if place.row == row
        }
        found = {name: heads.get(comparable(name)) for name in (VERDICT, REASON, RECORD)}
        if None not in found.values():
            return row, {name: at for name, at in found.items() if at is not None}
    return None
