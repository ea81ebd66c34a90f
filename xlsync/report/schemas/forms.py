"""JSON outputs that are about files, forms and records, as models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Time = Annotated[str, Field(description="ISO 8601, with a zone")]
Hash = Annotated[str, Field(description="SHA-256 in hexadecimal digits")]
RoundName = Annotated[str, Field(description="a year and a name, such as 2023/一上")]
Record = Annotated[dict[str, Any], Field(description="a record as canonical JSON")]
Unset: Any = None


class Output(BaseModel):
    """What a command prints: these members and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ProblemOutput(Output):
    """One finding."""

    code: str
    severity: Literal["error", "warning"]
    sheet: str | None
    cell: str | None = Field(description="such as E8")
    pointer: str | None = Field(description="JSON pointer into the record")
    message: str
    found: str | None


class SourceOutput(Output):
    """Where a form was found."""

    file: str
    line: int = Unset
    sheet: str | None = Unset
    by: str = Field(default=Unset, description="how it was found: names, layout, labels")


class ReadingOutput(Output):
    """A line of what ``xlsync read`` prints: one form, or a file without any."""

    source: SourceOutput
    form: str | None
    record: Record | None
    problems: list[ProblemOutput]


class FormOutput(Output):
    """A form at hand; ``alike`` are the forms of the same title, ``differs`` tells it from them."""

    form: str
    title: str
    template: str
    unit: str
    purpose: str | None
    since: int | None
    basis: str | None
    alike: list[str]
    differs: str | None


class DeltaOutput(Output):
    """One change; a side that is absent is left out."""

    kind: str
    what: str
    pointer: str
    label: str
    row: dict[str, Any] | None
    old: Any = Unset
    new: Any = Unset
    difference: str | None


class RecordDeltaOutput(Output):
    """A record that changed."""

    id: str
    title: str | None
    group: str | None
    form: str
    kind: str
    deltas: list[DeltaOutput]


class ProjectOutput(Output):
    """A project by its names."""

    record: str | None
    group: str
    title: str


class SendingOutput(ProjectOutput):
    """One project of the roster."""

    state: str
    issue: int
    file: str
    changes: list[str]
    corrected: bool


class LeftOutput(Output):
    """A value that could not be carried over from another form."""

    title: str
    pointer: str
    label: str
    text: str
    why: str
    row: str


class DistributionOutput(Output):
    """What went out."""

    round: RoundName
    folder: str
    commit: str | None
    held: bool
    preview: bool
    workbooks: list[SendingOutput]
    missing: list[ProjectOutput]
    not_carried: list[LeftOutput]
    problems: list[ProblemOutput]


class ReplacedOutput(Output):
    """A place at which a later answer says something else; null where nothing stands."""

    pointer: str
    label: str
    old: Any
    new: Any


class OutcomeOutput(ProjectOutput):
    """One form in one file of a collection."""

    file: str
    place: str
    state: str
    accepted: bool
    round: RoundName | None
    issue: int | None
    base: str | None
    content: Hash | None
    problems: list[ProblemOutput]
    saved: str = Unset
    saver: str = Unset
    sealed: bool = Unset
    changes: list[ReplacedOutput]


class ReviewOutput(Output):
    """What came of a review workbook or a ledger: words taken, standing already, left open."""

    file: str
    kind: str
    taken: int
    unchanged: int
    open: int
    commit: str | None
    problems: list[ProblemOutput]


class FindingOutput(Output):
    """What a rule of rounds found about a unit, or the whole round (null)."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    pointer: str | None
    unit: str | None
    projects: list[ProjectOutput]


class CeilingUseOutput(Output):
    """What a unit asks for under a ceiling, or the whole round (null); amounts in 元."""

    unit: str | None
    heading: str
    ceiling: str
    amount: str
    left: str
    projects: int


class AuditOutput(Output):
    """A round audited."""

    round: RoundName
    projects: int
    ceilings: list[CeilingUseOutput]
    lacks_ceilings: bool
    findings: list[FindingOutput]


class CollectionOutput(Output):
    """What came in."""

    round: RoundName
    commit: str | None
    preview: bool
    resolved: list[str]
    returned: list[str]
    reviews: list[ReviewOutput]
    forms: list[OutcomeOutput]
    findings: list[FindingOutput]
