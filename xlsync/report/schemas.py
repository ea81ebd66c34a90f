"""What the JSON outputs of the commands look like, as models and as JSON Schemas.

The schemas are published in ``docs/schemas/``; a test keeps the files equal to these models, and
the outputs of real commands to the models. Nothing but that needs this module: outputs are not
checked while they are printed. ``python -m xlsync.report.schemas docs/schemas`` writes them anew.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

Time = Annotated[str, Field(description="ISO 8601, with a zone")]
Hash = Annotated[str, Field(description="SHA-256 in hexadecimal digits")]
RoundName = Annotated[str, Field(description="a year and a name, such as 2023/一上")]
Record = Annotated[dict[str, Any], Field(description="a record as canonical JSON")]
Unset: Any = None


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ProblemOutput(_Output):
    """One finding."""

    code: str
    severity: Literal["error", "warning"]
    sheet: str | None
    cell: str | None = Field(description="such as E8")
    pointer: str | None = Field(description="JSON pointer into the record")
    message: str
    found: str | None


class SourceOutput(_Output):
    """Where a form was found."""

    file: str
    line: int = Unset
    sheet: str | None = Unset
    by: str = Field(default=Unset, description="how it was found: names, layout, labels")


class ReadingOutput(_Output):
    """A line of what ``xlsync read`` prints: one form, or a file without any."""

    source: SourceOutput
    form: str | None
    record: Record | None
    problems: list[ProblemOutput]


class FormOutput(_Output):
    """A form at hand."""

    form: str
    title: str
    template: str


class DeltaOutput(_Output):
    """One change; a side that is absent is left out."""

    kind: str
    what: str
    pointer: str
    label: str
    row: dict[str, Any] | None
    old: Any = Unset
    new: Any = Unset
    difference: str | None


class RecordDeltaOutput(_Output):
    """A record that changed."""

    id: str
    title: str | None
    group: str | None
    form: str
    kind: str
    deltas: list[DeltaOutput]


class _ProjectOutput(_Output):
    record: str | None
    group: str
    title: str


class SendingOutput(_ProjectOutput):
    """One project of the roster."""

    state: str
    issue: int
    file: str
    changes: list[str]
    corrected: bool


class LeftOutput(_Output):
    """A value that could not be carried over from another form."""

    title: str
    pointer: str
    label: str
    text: str
    why: str
    row: str


class DistributionOutput(_Output):
    """What went out."""

    round: RoundName
    folder: str
    commit: str | None
    held: bool
    preview: bool
    workbooks: list[SendingOutput]
    missing: list[_ProjectOutput]
    not_carried: list[LeftOutput]
    problems: list[ProblemOutput]


class ReplacedOutput(_Output):
    """A place at which a later answer says something else; null where nothing stands."""

    pointer: str
    label: str
    old: Any
    new: Any


class OutcomeOutput(_ProjectOutput):
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


class ReviewOutput(_Output):
    """What came of a review workbook or a ledger: words taken, standing already, left open."""

    file: str
    kind: str
    taken: int
    unchanged: int
    open: int
    commit: str | None
    problems: list[ProblemOutput]


class FindingOutput(_Output):
    """What a rule of rounds found about a unit, or the whole round (null)."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    pointer: str | None
    unit: str | None
    projects: list[_ProjectOutput]


class CeilingUseOutput(_Output):
    """What a unit asks for under a ceiling, or the whole round (null); amounts in 元."""

    unit: str | None
    heading: str
    ceiling: str
    amount: str
    left: str
    projects: int


class AuditOutput(_Output):
    """A round audited."""

    round: RoundName
    projects: int
    ceilings: list[CeilingUseOutput]
    lacks_ceilings: bool
    findings: list[FindingOutput]


class CollectionOutput(_Output):
    """What came in."""

    round: RoundName
    commit: str | None
    resolved: list[str]
    returned: list[str]
    reviews: list[ReviewOutput]
    forms: list[OutcomeOutput]
    findings: list[FindingOutput]


class ChangeOutput(_Output):
    """A field that a decision changed; a side that is absent is left out."""

    pointer: str
    label: str
    old: Any = Unset
    new: Any = Unset


class DecisionOutput(_Output):
    """What somebody decided about a record."""

    act: str
    time: Time
    by: str
    reason: str
    saw: Hash | None
    made: Hash | None
    changes: list[ChangeOutput]
    verdict: str | None


class StandingOutput(_ProjectOutput):
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


class ReceivedFormOutput(_ProjectOutput):
    """A form in a received file."""

    state: str


class ReceivedOutput(_Output):
    """A file as it came."""

    key: Hash
    file: str
    received: Time | None
    forms: list[ReceivedFormOutput]


class EventOutput(_Output):
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


class RoundOutput(_Output):
    """A round of the repository."""

    round: RoundName
    projects: int
    states: dict[str, int]
    waiting_for_units: int
    late: int
    due: str | None
    last: Time | None


class DecidedOutput(_ProjectOutput):
    """What a decision did."""

    round: RoundName
    decision: DecisionOutput | None
    commit: str | None
    preview: bool
    pending: bool
    problems: list[ProblemOutput]


OUTPUTS: dict[str, tuple[Any, str]] = {
    "read": (ReadingOutput, "each line that xlsync read prints"),
    "forms": (list[FormOutput], "xlsync forms --json"),
    "diff": (list[RecordDeltaOutput], "xlsync diff --json"),
    "distribute": (DistributionOutput, "xlsync distribute --json"),
    "collect": (CollectionOutput, "xlsync collect --json"),
    "audit": (AuditOutput, "xlsync audit --json"),
    "status": (list[StandingOutput], "xlsync status --json"),
    "received": (list[ReceivedOutput], "xlsync received --json"),
    "log": (list[EventOutput], "xlsync log --json"),
    "trail": (list[dict[str, Any]], "xlsync log --audit --json"),
    "rounds": (list[RoundOutput], "xlsync rounds --json"),
    "decide": (DecidedOutput, "xlsync correct, cancel, restore, move, rename --json"),
}
"""Each output by the name of its schema: its model, and what prints it."""


def check_output(name: str, printed: str) -> None:
    """Make sure that JSON text is an output of this name; ValidationError where it is none."""
    TypeAdapter(OUTPUTS[name][0]).validate_json(printed)


def schema_text(name: str) -> str:
    """The JSON Schema of an output, as its file holds it."""
    model, printed_by = OUTPUTS[name]
    schema = TypeAdapter(model).json_schema()
    head = {"$schema": _DIALECT, "$comment": f"Printed by {printed_by}."}
    return json.dumps(head | schema, ensure_ascii=False, indent=2) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schema of every output into a folder."""
    for name in OUTPUTS:
        (folder / f"{name}.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
