"""Joining what another coordinator did into the repository: one commit with two parents.

Both sides come to the same, whoever joins whom: records are merged as a collection merges what
comes back, ledgers and receipts are put together, and what contradicts waits for a person.
Files that are not of xlsync are kept from both sides; where both have changed one of them,
nothing is joined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.acting import is_preview
from xlsync.base.errors import RemovalError, UnseenError, XlsyncError
from xlsync.base.files import safe_text
from xlsync.repository import is_round, layout, until_committed
from xlsync.repository.fork import edits_of
from xlsync.rounds.sharing.brought import NOTHING, Brought, brought
from xlsync.rounds.sharing.lists import is_list, join_lists
from xlsync.rounds.sharing.round import RoundJoin
from xlsync.rounds.state.closing import closures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.repository import Difference, Edits, Fork, Placed, Repository, Snapshot
    from xlsync.rounds.sharing.round import Joint
    from xlsync.rounds.state.closing import Closure

    Made = dict[str, Placed | Record | None]

JOIN = "合并"
"""How the message of a commit begins that joins two lines."""

_OF_ROUNDS = {layout.ROUNDS, layout.RECEIPTS, layout.ISSUED, layout.CONFLICTS, layout.MERGED}
"""The folders of documents that are put together; received files are kept as they are."""

_MOST_NAMED = 10
"""Projects that are named one by one where many were taken out."""

_DEPTH = 4
"""The fewest parts that the path of such a document has: folder, year, round, name."""


class Removed(NamedTuple):
    """A project that the other side took out of a round since the two parted.

    With ``answers_only`` its workbooks stay out, and what had been accepted was taken back.
    """

    round: str
    record: str
    group: str
    title: str
    answers_only: bool = False


class ClosingCame(NamedTuple):
    """A closing of a round, or an opening, that the other side did since the two parted."""

    round: str
    closure: Closure


@dataclass(frozen=True, slots=True)
class JoinResult:
    """What a join did; ``commit`` is where the branch stands now, None where nothing was new.

    ``joints`` are the records that both sides had changed. ``is_forward`` says that the branch
    could simply go on to the last commit of the other, having nothing that the other lacks. In a
    preview ``commit`` is where the branch would stand. ``comes`` is all that the other side brings,
    ``goes`` what ours has that it lacks.
    """

    revision: str
    commit: str | None
    is_forward: bool = False
    joints: tuple[Joint, ...] = ()
    removed: tuple[Removed, ...] = ()
    closings: tuple[ClosingCame, ...] = ()
    is_preview: bool = False
    comes: Brought = NOTHING
    goes: Brought = NOTHING

    @property
    def has_conflict(self) -> bool:
        """Whether a version waits for a decision since."""
        return any(one.waits for one in self.joints)

    def as_json(self) -> Json:
        """The join as ``xlsync merge --json`` prints it."""
        return {
            "revision": self.revision,
            "commit": self.commit,
            "forward": self.is_forward,
            "records": [one.as_json() for one in self.joints],
            "removed": [one._asdict() for one in self.removed],
            "closings": [{"round": one.round, **one.closure.as_json()} for one in self.closings],
            "comes": self.comes.as_json(),
            "goes": self.goes.as_json(),
        }


def join(  # noqa: PLR0913 - what can be asked of a join
    repository: Repository,
    forms: Mapping[str, Form],
    revision: str,
    name: str | None = None,
    *,
    removing: bool = False,
    own: str | None = None,
) -> JoinResult:
    """Join another line of history, such as a branch that was fetched, into the branch.

    ``name`` is what the commit message calls it; by default its revision. ``removing`` takes it
    also where it took out half of a round or more. ``own`` is the commit at which the branch has to
    stand, where that matters.

    Raises:
        RemovalError: when it took out that much and nobody said that this is meant.
        UnseenError: when the branch has gone on from there.
        XlsyncError: when there is no such line, it is not one of xlsync, both sides have changed
            a file that is not of xlsync, or the repository cannot be written.
    """

    def once() -> JoinResult:
        together = _Together(repository, forms, name or revision)
        ours = repository.snapshot()
        if own is not None and ours.commit != own:
            raise UnseenError("本库刚有新的改动，没有合并；请再看一遍。")
        removed: list[Removed] = []
        closings: list[ClosingCame] = []
        sides: list[Brought] = []

        def seen(base: Snapshot, theirs: Snapshot) -> None:
            for found, count in _removed(base, theirs):
                whole = [one for one in found if not one.answers_only]
                if 2 * len(whole) >= max(count, 1) and not removing:
                    raise RemovalError(_too_much(name or revision, whole, count))
                removed.extend(found)
            closings.extend(_closings(base, theirs))
            sides.extend(brought(base, side) for side in (theirs, ours))

        commit = repository.join(revision, together, together.message, seen)
        is_forward = commit is not None and not together.is_asked
        joints = tuple(together.joints)
        told = tuple(removed), tuple(closings)
        return JoinResult(revision, commit, is_forward, joints, *told, is_preview(), *sides)

    return until_committed(once)


def _removed(base: Snapshot, theirs: Snapshot) -> Iterator[tuple[list[Removed], int]]:
    """What the other side took out of each round, and how many projects the round had."""
    for name in base.rounds():
        had, has = _projects(base, name), _projects(theirs, name)
        gone = [one for record_id, one in had.items() if record_id not in has]
        left = theirs.records(name)
        gone += [
            Removed(name, one.id, one.group, one.title, answers_only=True)
            for one in base.records(name).values()
            if one.id in has and one.id not in left
        ]
        if gone:
            yield gone, len(had)


def _closings(base: Snapshot, theirs: Snapshot) -> Iterator[ClosingCame]:
    """The rounds that the other side closed or opened again."""
    for name in theirs.rounds():
        before = closures(base, name)
        yield from (ClosingCame(name, one) for one in closures(theirs, name) if one not in before)


def _projects(snapshot: Snapshot, name: str) -> dict[str, Removed]:
    """What a round has by its folders alone, so that no document is looked into."""
    folder = layout.folder(layout.ISSUED, name)
    ids = [one.removesuffix(".json") for one in snapshot.names(folder)]
    records = snapshot.records(name).values()
    return {one: Removed(name, one, "", one) for one in ids} | {
        one.id: Removed(name, one.id, one.group, one.title) for one in records
    }


def _too_much(name: str, found: list[Removed], count: int) -> str:
    titles = "、".join(one.title for one in found[:_MOST_NAMED])
    more = "等" if len(found) > _MOST_NAMED else ""
    return safe_text(
        f"对方（{name}）在 {found[0].round} 删去了 {count} 个项目中的 {len(found)} 个"
        f"（{titles}{more}），没有合并，本库没有改动。请先问清是否有意（如撤销了下发）；"
        "确实要照办，请接受删去（--accept-removal）。"
    )


@dataclass
class _Together:
    """What both sides come to, as changes of ours."""

    repository: Repository
    forms: Mapping[str, Form]
    name: str
    is_asked: bool = False
    joints: list[Joint] = field(default_factory=list)

    def __call__(self, fork: Fork) -> Edits:
        """Put two sides together."""
        self.is_asked = True
        made: Made = {}
        rounds: dict[str, RoundJoin] = {}
        for found in fork.differences():
            name = _round_of(found)
            if name is not None:
                one = rounds.setdefault(name, RoundJoin(self.repository, fork, self.forms, name))
                if one.add(found):
                    continue
            if is_list(found.path) and not (found.is_of_one_side or found.has_folder):
                documents = (
                    one.document(found.path) for one in (fork.base, fork.ours, fork.theirs)
                )
                made[found.path] = join_lists(found.path, *documents)
            elif found.path == layout.SEAL and not found.is_of_one_side:
                made[found.path] = _join_seals(fork)
            else:
                made[found.path] = _kept(found, fork)
        for name, one in sorted(rounds.items()):
            made |= _documents(one, name)
            if not fork.is_inner:
                self.joints += one.joints
        return edits_of(fork, made)

    def message(self) -> str:
        """The commit message: how many were merged, and a line for each."""
        waiting = sum(one.waits for one in self.joints)
        told = f"：两边都有改动的项目 {len(self.joints)}，其中冲突 {waiting}" if self.joints else ""
        lines = []
        for one in self.joints:
            lines.append(f"{one.word} {one.round} {one.group} {one.title}")
            lines += [f"  {told}" for told in one.told()]
        lines = ["  " * line.startswith(" ") + safe_text(line) for line in lines]
        return "\n".join([f"{JOIN} {self.name}{told}", "", *lines])


def _round_of(found: Difference) -> str | None:
    """The round whose documents a path belongs to; None for anything else."""
    top, *rest = found.path.split("/")
    name = "/".join(rest[:2])
    is_document = top in _OF_ROUNDS and len(rest) >= _DEPTH - 1 and not found.has_folder
    return name if is_document and is_round(name) else None


def _kept(found: Difference, fork: Fork) -> Placed | None:
    """A file that nobody puts together, as the side has it that changed it.

    What one side took away and the other changed is kept.
    """
    if found.is_of_one_side:
        return found.changed
    if found.path == layout.MARKER and not fork.is_inner:
        return _place_of_originals(found, fork)
    if found.ours is not None and found.theirs is not None and not fork.is_inner:
        raise XlsyncError(
            f"{found.path} was changed on both sides, and xlsync cannot put it together; "
            "make it the same on one of them with git"
        )
    return found.ours or found.theirs


def _place_of_originals(found: Difference, fork: Fork) -> Placed | None:
    """What says where originals lie: as the one side has it that keeps them out of git."""
    ours, theirs = (one.arrangement.originals for one in (fork.ours, fork.theirs))
    if ours and theirs:
        raise XlsyncError(
            f"两边的原件放在不同的地方（{ours}；{theirs}），没有合并，本库没有改动；"
            "请在一边运行 xlsync upgrade --originals，改成相同的地方，再做一次。"
        )
    return found.ours if ours else found.theirs


def _documents(one: RoundJoin, name: str) -> dict[str, Record | None]:
    try:
        return one.documents()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise XlsyncError(
            f"{name}: on one side a document is not as xlsync writes it ({error!r})"
        ) from error


def _join_seals(fork: Fork) -> Record:
    """The keys of both sides; those that a side has added since come first, and seal."""
    sides = [fork.base, fork.ours, fork.theirs]
    base, *own = [(one.document(layout.SEAL) or {}).get("keys", []) for one in sides]
    added = sorted({key for keys in own for key in keys if key not in base})
    return {"keys": [*added, *(key for key in base if all(key in keys for keys in own))]}
