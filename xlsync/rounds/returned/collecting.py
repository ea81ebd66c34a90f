"""Collecting returned files into a round: one commit, whatever came.

Who a record is stands inside the file; its name plays no part. What is accepted becomes the
round's version of the record, or a part of it; what is refused or contradicts it is kept as
received, and what was accepted before stays. A form in a file that was accepted once is not
applied again, so an older file that still lies in the folder takes nothing back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_text
from xlsync.base.problems import problem
from xlsync.repository import Changes, check_round, until_committed
from xlsync.repository.sealing import seal_keys
from xlsync.repository.shared_store import SharedStore
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.checking.auditing import audit_of
from xlsync.rounds.checking.papers import PaperKind, PaperTaken
from xlsync.rounds.checking.reviewing import take_words, words_of
from xlsync.rounds.checking.ticking import take_ticks
from xlsync.rounds.kept.findings import Finding
from xlsync.rounds.kept.outcomes import ACCEPTED, CHANGES, SILENT, State
from xlsync.rounds.returned.acceptance import Acceptance, Wish
from xlsync.rounds.returned.incoming import ReadingContext, read_files
from xlsync.rounds.returned.returning import GOES_BACK, copies, number_copies
from xlsync.rounds.state.closing import closed, kept_aside
from xlsync.rounds.state.receipts import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Repository
    from xlsync.rounds.kept.outcomes import Outcome
    from xlsync.rounds.kept.receipt_documents import Receipt
    from xlsync.rounds.returned.incoming import Incoming, ReceivedFile
    from xlsync.rounds.returned.outcome_shelf import Outcomes
    from xlsync.rounds.returned.returning import ReturnedCopy


@dataclass(frozen=True, slots=True)
class Collection:
    """What a collection did: one outcome a form, and the commit, None where nothing was new.

    ``resolved`` are the titles of records on which a version that had waited came to an end;
    ``passed`` are files that systems and office programs had left there; ``reviews`` is what
    came of review workbooks, and of ledgers with warnings ticked off;
    ``copies`` makes name and bytes of each workbook that goes back for correction.
    """

    round: str
    outcomes: Outcomes
    commit: str | None
    resolved: tuple[str, ...] = ()
    passed: tuple[Path, ...] = ()
    reviews: tuple[PaperTaken, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What the rules of rounds find about the records that changed."""
    is_preview: bool = False
    """Whether nothing was written: it only says what would come of the files."""
    unreached: str = ""
    """Why workers elsewhere could not take files from the store of originals."""
    copies: Iterator[ReturnedCopy] = field(default_factory=lambda: iter(()), compare=False)

    def as_json(self, returned: Iterable[Path] = ()) -> Json:
        """The collection as ``xlsync collect --json`` prints it, with what was written back."""
        return {
            "round": self.round,
            "commit": self.commit,
            "preview": self.is_preview,
            "resolved": list(self.resolved),
            "returned": [str(path) for path in returned],
            "reviews": [one.as_json() for one in self.reviews],
            "forms": [one.as_json() for one in self.outcomes],
            "findings": [one.as_json() for one in self.findings],
        }

    def disputed(self) -> set[str]:
        """The records of which something was not accepted, and may wait for a decision."""
        found = self.outcomes.of({*State}.difference(ACCEPTED))
        return {one.record_id for one in found if one.record_id}

    def news(self) -> Iterator[Outcome]:
        """The forms that say something new, or about which something is still to be done."""
        return self.outcomes.of({*State}.difference(SILENT))

    def counts(self) -> dict[State, int]:
        """How many forms ended in each state, in the order of the states."""
        return self.outcomes.counts()


def collect(  # noqa: PLR0913 - what can be asked of a collection
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    paths: Iterable[Path],
    progress: Callable[[int, int], None] = lambda _, __: None,
    *,
    returning: bool = False,
    replacing: bool = False,
    correcting: bool = False,
    is_preview: bool = False,
    told: Callable[[ReceivedFile], None] | None = None,
) -> Collection:
    """Read files, folders and archives and commit what came into a round.

    ``progress`` is told how many of how many files are read, ``told`` is given each of them;
    ``returning`` notes in the ledger that what was refused goes back for correction;
    ``replacing`` lets each file count as it is, whole, where it is the only one of its record;
    ``correcting`` takes records that answer no issue as corrections by the coordinator;
    ``is_preview`` finds out what would come of it all and writes nothing.

    Raises:
        XlsyncError: when the round's name is none, or the repository cannot be written.
    """
    check_round(round_name)
    snapshot = repository.snapshot()
    view = RoundView(repository, snapshot, round_name, forms)

    def receipt(digest: str) -> Receipt | None:
        """What is known of a file; one whose original was lost is taken in once more."""
        return None if snapshot.lacks(digest) else view.receipt(digest)

    store = None if is_preview else SharedStore.of(snapshot)
    context = ReadingContext(seal_keys(snapshot), receipt, replacing, store)
    incoming = read_files(forms, paths, context, snapshot.spool(), progress, told)
    wish = Wish(replacing=replacing, correcting=correcting)
    if is_preview:
        return put_in(repository, forms, round_name, incoming, wish, is_preview=True)
    made = put_in(repository, forms, round_name, incoming, wish, returning=returning)
    made = replace(made, findings=_audited(repository, forms, made), unreached=incoming.unreached)
    again = copies(repository, forms, round_name, incoming, made.outcomes)
    return replace(made, copies=again) if returning else made


def put_in(  # noqa: PLR0913 - what can be asked of a collection
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    incoming: Incoming,
    wish: Wish | None = None,
    *,
    returning: bool = False,
    is_preview: bool = False,
) -> Collection:
    """Commit files that were read into a round, unless it is only a preview.

    Raises:
        XlsyncError: when the repository cannot be written.
    """

    def once() -> Collection:
        changes = Changes(repository.snapshot(), round_name, incoming.spool)
        time = now()
        papers = [*_papers(repository, changes, incoming.papers, time)]
        acceptance = Acceptance(repository, changes, forms, time, wish)
        outcomes = acceptance.settle(incoming.files)
        if returning:
            number_copies(acceptance.view, changes, outcomes.of(GOES_BACK), time)
        message = _message(round_name, outcomes, papers)
        commit = None if is_preview else repository.commit(changes, message)
        for one in papers:
            one.commit = commit if one.taken else None
        resolved, passed = acceptance.resolved(), tuple(incoming.passed)
        return Collection(
            round_name, outcomes, commit, resolved, passed, tuple(papers), is_preview=is_preview
        )

    return until_committed(once)


def _audited(
    repository: Repository, forms: Mapping[str, Form], made: Collection
) -> tuple[Finding, ...]:
    """What the rules of rounds find about what changed; it is committed whatever they find."""
    touched = (one.record_id for one in made.outcomes.of(CHANGES) if one.record_id)
    try:
        found = audit_of(forms, repository.snapshot(), made.round, touched)
    except XlsyncError as error:
        found = [Finding(problem("Q003", f"没有核查各项目合起来的情况：{error}"), "", ())]
    return tuple(found)


def _papers(
    repository: Repository, changes: Changes, files: Iterable[ReceivedFile], time: str
) -> Iterator[PaperTaken]:
    """Take what reviewers and coordinators said on workbooks of the house, before any answer."""
    keys = seal_keys(changes.snapshot)
    is_closed = closed(changes.snapshot, changes.round) is not None
    for file in files:
        if file.paper is None:
            continue
        made = PaperTaken(file.path, file.paper.kind)
        made_of, wrong = file.paper.checked(changes.round, keys)
        if wrong is not None:
            made.problems.append(wrong)
        elif is_closed:
            made.problems.append(kept_aside(changes.round))
        elif file.paper.kind is PaperKind.REVIEW:
            words = words_of(file.paper, made_of, made)
            take_words(changes, words, time, repository.author, made)
        else:
            take_ticks(changes, file.paper, made_of, repository.author, made)
        yield made


def _message(round_name: str, outcomes: Outcomes, papers: Iterable[PaperTaken] = ()) -> str:
    """The commit message: how many of each state, and a line for each form that is news."""
    told = [f"{state} {count}" for state, count in outcomes.counts().items()]
    told += [f"{one.kind.word} {one.taken}" for one in papers if one.taken]
    counts = "，".join(told)
    lines = (
        safe_text(" ".join(filter(None, (one.state, one.group, one.title or one.path.name))))
        for one in outcomes.of({*State}.difference(SILENT))
    )
    return "\n".join([f"收集 {round_name}：{counts or '没有文件'}", "", *lines])
