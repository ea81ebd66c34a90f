"""A reviewer's word: what a review workbook came back with becomes decisions on records.

The workbook carries on a hidden sheet which content of each record the reviewer saw. A word on
a record that has changed since is not taken, and told; one that was taken falls away by itself
when the record changes later.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError
from xlsync.base.problems import problem
from xlsync.form.types import comparable
from xlsync.repository import Changes, until_committed
from xlsync.rounds.checking.papers import PaperTaken
from xlsync.rounds.kept.decisions import Act, Decision, decisions, put_decision
from xlsync.rounds.state.closing import check_open
from xlsync.rounds.state.standing import CONDITIONAL, PASSED, RETURNED
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsync.repository import Repository
    from xlsync.rounds.checking.papers import HousePaper

VERDICTS = (PASSED, RETURNED, CONDITIONAL)


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


def put_review(
    repository: Repository, round_name: str, words: Sequence[Word], now: str, *, by: str | None
) -> PaperTaken:
    """Take words that a reviewer gave without a workbook, all that can be taken, as one commit.

    Raises:
        XlsyncError: when there is no such round, a verdict is none, one lacks its reason, or the
            repository cannot be written.
    """
    for one in words:
        if one.verdict not in VERDICTS:
            raise MistypedError(f"意见应为{'、'.join(VERDICTS)}之一。")
        if one.verdict != PASSED and not one.reason:
            raise MistypedError(f"意见是“{one.verdict}”，请写明理由。")

    def once() -> PaperTaken:
        made, snapshot = PaperTaken(Path()), repository.snapshot()
        check_known(snapshot, round_name)
        check_open(snapshot, round_name)
        changes = Changes(snapshot, round_name)
        take_words(changes, words, now, by or repository.author, made)
        if made.taken:
            message = f"{Act.REVIEW.word} {round_name}：{made.taken} 个项目"
            made.commit = repository.commit(changes, message)
        return made

    return until_committed(once)


def take_words(
    changes: Changes, words: Iterable[Word], now: str, by: str, made: PaperTaken
) -> None:
    """Note each word that can be taken; the others are told with the reason."""
    snapshot = changes.snapshot
    known, entries = decisions(snapshot, changes.round), snapshot.records(changes.round)
    for word in words:
        entry = entries.get(word.record_id)
        if word.saw is None or entry is None:
            _refuse(made, word, f"表中没有编号为 {word.record_id} 的项目，意见未采用。")
            continue
        if snapshot.digest(entry) != word.saw:
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


def _refuse(made: PaperTaken, word: Word, message: str, code: str = "Q001") -> None:
    place = f"第 {word.row} 行：" if word.row else ""
    made.problems.append(problem(code, f"{place}{message}", found=word.verdict))


def words_of(paper: HousePaper, seen: Mapping[str, str], made: PaperTaken) -> Iterator[Word]:
    """Every row that says something; what cannot be understood is told."""
    verdicts = {comparable(one): one for one in VERDICTS}
    for row, (record_id, text, reason) in paper.rows or ():
        if not record_id:
            continue
        word = Word(record_id, text, reason, seen.get(record_id), row)
        if not text:
            made.open += 1
            if reason:
                _refuse(made, word, f"写了理由“{reason}”，没有选意见，未采用。")
        elif comparable(text) not in verdicts:
            _refuse(made, word, f"意见应为{'、'.join(VERDICTS)}之一，写的是“{text}”，未采用。")
        elif verdicts[comparable(text)] != PASSED and not reason:
            _refuse(made, word, f"意见是“{text}”，请写明理由；未采用。")
        else:
            yield Word(record_id, verdicts[comparable(text)], reason, seen.get(record_id), row)
