"""JSON outputs that are about rounds and what people do with them, as models."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from xlsync.report.schemas.forms import (
    Hash,
    Output,
    ProblemOutput,
    ProjectOutput,
    RoundName,
    Time,
    Unset,
)


class ChangeOutput(Output):
    """A field or a row that a decision changed; a side that is absent is left out."""

    pointer: str
    label: str
    old: Any = Unset
    new: Any = Unset


class DecisionOutput(Output):
    """What somebody decided about a record."""

    act: str
    time: Time
    by: str
    reason: str
    saw: Hash | None
    made: Hash | None
    changes: list[ChangeOutput]
    verdict: str | None


class StandingOutput(ProjectOutput):
    """Where a project stands in a round."""

    state: str
    waits_for: str | None
    sent: Time | None
    issues: int
    returned: Time | None
    returns: int
    issue: int | None
    stale: bool
    errors: int
    warnings: int
    due: str | None
    days_late: int | None
    timeliness: str | None
    verdict: str | None
    review_outdated: bool
    decisions: list[DecisionOutput]


class ReceivedFormOutput(ProjectOutput):
    """A form in a received file."""

    state: str


class ReceivedOutput(Output):
    """A file as it came."""

    key: Hash
    file: str
    received: Time | None
    forms: list[ReceivedFormOutput]


class EventOutput(Output):
    """Something that happened to a record."""

    time: Time | None
    round: RoundName
    kind: str
    issue: int | None
    file: str | None
    commit: str | None
    author: str | None
    problems: list[ProblemOutput]
    decision: DecisionOutput | None


class RoundOutput(Output):
    """A round of the repository."""

    round: RoundName
    projects: int
    states: dict[str, int]
    waiting_for_units: int
    late: int
    due: str | None
    last: Time | None
    closed: ClosureOutput | None = Field(description="the closing that holds")


class ClosureOutput(Output):
    """That a round was closed, or opened again."""

    act: str
    time: Time
    by: str
    reason: str


class ClosedOutput(ClosureOutput):
    """What closing or opening a round did; ``new`` is false where it stood so already."""

    round: RoundName
    new: bool
    commit: str | None
    preview: bool


class DecidedOutput(ProjectOutput):
    """What a decision did."""

    round: RoundName
    decision: DecisionOutput | None
    commit: str | None
    preview: bool
    pending: bool
    problems: list[ProblemOutput]


class TrailOutput(Output):
    """Who made a commit, with what; null where an older xlsync did not say it."""

    commit: str
    time: Time
    author: str
    user: str | None
    version: str | None
    command: str | None
    what: str
    signed: bool


class UndoneOutput(Output):
    """What was taken back, and what stays because something happened to it since."""

    undone: str
    what: str
    time: Time
    author: str
    records: int
    kept: list[NotUndoneOutput]
    commit: str | None
    preview: bool
    brings: BroughtOutput
    passed_over: str | None


class NotUndoneOutput(ProjectOutput):
    """A project that was not taken back."""

    round: RoundName
    why: str


class PlaceOutput(Output):
    """A place at which a join says something else than a side; null where nothing stands."""

    pointer: str
    label: str
    old: Any
    new: Any


class RenumberedOutput(Output):
    """A workbook whose issue has another number now."""

    printed: int
    issue: int


class SidesOutput(Output):
    """What changed for each side."""

    ours: list[PlaceOutput]
    theirs: list[PlaceOutput]


class JointOutput(ProjectOutput):
    """A record that both sides had changed."""

    round: RoundName
    conflict: bool
    renumbered: list[RenumberedOutput]
    changes: SidesOutput


class RemovedOutput(ProjectOutput):
    """A project that the other side took out, or whose answers alone it took back."""

    round: RoundName
    answers_only: bool


class ClosingOutput(ClosureOutput):
    """A closing of a round, or an opening, that came from the other side."""

    round: RoundName


class RoundBroughtOutput(Output):
    """What a side brings of a round: its projects, how many were sent out, how many files came."""

    round: RoundName
    new: list[ProjectOutput]
    changed: list[ProjectOutput]
    sent: int
    files: int


class BroughtOutput(Output):
    """What a side brings; ``lists`` are the settings beside the projects, as people call them."""

    rounds: list[RoundBroughtOutput]
    lists: list[str]


class JoinOutput(Output):
    """A join; ``commit`` is null where nothing was new."""

    revision: str
    commit: str | None
    forward: bool
    records: list[JointOutput]
    removed: list[RemovedOutput]
    closings: list[ClosingOutput]
    comes: BroughtOutput
    goes: BroughtOutput


class MergeOutput(JoinOutput):
    """What merge prints; ``returned`` are the workbooks for conflicts that were written."""

    returned: list[str]


class ExchangeOutput(Output):
    """Received files on their way between two repositories."""

    sent: int
    brought: int
    kept: int = Field(description="those that stay here only, since a git server takes none")
    lacking: int = Field(description="those that lie in neither of the two")


class SyncOutput(Output):
    """What sync prints."""

    joined: list[JoinOutput]
    sent: bool
    goes: BroughtOutput
    originals: ExchangeOutput | None = Field(
        description="received files that lie beside the repository; null where none do"
    )
    returned: list[str]


class TidiedOutput(Output):
    """What lies beside a repository and nothing in it names, for two weeks or longer."""

    originals: int
    leftovers: int = Field(description="files that were not written to their end")
    size: int = Field(description="bytes")


class SoundnessOutput(Output):
    """A repository verified whole: what was looked at, and what is wrong, as sentences."""

    commits: int
    folders: int
    files: int
    records: int
    originals: int
    faults: list[str]
    unlisted: int = Field(description="faults that are not listed")
    signed: int
    unsigned: int
    unneeded: TidiedOutput | None = Field(
        description="null where originals do not lie beside the repository, or it is not sound"
    )
    is_verified: bool


class MovedOutput(Output):
    """Received files that lie beside git since."""

    place: str
    moved: int


class UpgradedOutput(Output):
    """A repository brought to the newest format; ``commit`` is null where it was of it."""

    former: int
    format: int
    before: str = Field(description="the last commit of the former format")
    commit: str | None
    originals: MovedOutput | None = Field(description="null where --originals was not asked for")


class UnitOutput(Output):
    """A unit of the list; texts are empty where nothing is known."""

    name: str
    parent: str
    contact: str
    phone: str
    mail: str


class OwedOutput(Output):
    """A project that a unit owes."""

    record: str | None
    title: str
    state: str
    due: str | None
    days_late: int | None
    problems: list[str]


class NoticeOutput(Output):
    """What a unit is reminded of."""

    purpose: str
    unit: UnitOutput
    due: str | None
    days_late: int | None
    projects: list[OwedOutput]


class ReminderOutput(Output):
    """The units that owe something in a round, and the files that were written."""

    round: RoundName
    units: list[NoticeOutput]
    files: list[str]
