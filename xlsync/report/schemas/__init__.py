"""What the JSON outputs of the commands look like, as models and as JSON Schemas.

The schemas are published in ``docs/schemas/``; a test keeps the files equal to these models, and
the outputs of real commands to the models. Nothing but that needs this module: outputs are not
checked while they are printed. ``python -m xlsync.report.schemas docs/schemas`` writes them anew.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from xlsync.report.schemas.forms import (
    AuditOutput,
    CollectionOutput,
    DistributionOutput,
    FormOutput,
    ReadingOutput,
    RecordDeltaOutput,
)
from xlsync.report.schemas.rounds import (
    ClosedOutput,
    DecidedOutput,
    EventOutput,
    MergeOutput,
    ReceivedOutput,
    ReminderOutput,
    RoundOutput,
    SoundnessOutput,
    StandingOutput,
    SyncOutput,
    TrailOutput,
    UndoneOutput,
    UnitOutput,
    UpgradedOutput,
)
from xlsync.report.schemas.sums import RollUpOutput

if TYPE_CHECKING:
    from pathlib import Path

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

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
    "trail": (list[TrailOutput], "xlsync log --audit --json"),
    "rounds": (list[RoundOutput], "xlsync rounds --json"),
    "decide": (DecidedOutput, "xlsync correct, cancel, restore, move, rename --json"),
    "close": (ClosedOutput, "xlsync close, reopen --json"),
    "undo": (UndoneOutput, "xlsync undo --json"),
    "remind": (ReminderOutput, "xlsync remind --json"),
    "sum": (RollUpOutput, "xlsync sum --json"),
    "units": (list[UnitOutput], "xlsync units list --json"),
    "merge": (MergeOutput, "xlsync merge --json"),
    "sync": (SyncOutput, "xlsync sync --json"),
    "check": (SoundnessOutput, "xlsync check --json"),
    "upgrade": (UpgradedOutput, "xlsync upgrade --json"),
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
