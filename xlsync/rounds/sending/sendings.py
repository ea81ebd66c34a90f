"""What a distribution does with one project of its roster, and what that makes of its workbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.rounds.sending.issuing import Ticket

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlsync.base.record import Json
    from xlsync.records import Migrations
    from xlsync.rounds.kept.ledger import Issued


class Dispatch(StrEnum):
    """What a person is told about a project of the roster.

    CORRECTED is one that was accepted and now says what the roster says: nothing goes out.
    """

    NEW = "新发"
    UPDATED = "更新重发"
    AGAIN = "重新生成"
    UNCHANGED = "未变"
    CORRECTED = "已更正"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How workbooks are to go out: in which round, into which folder.

    ``last`` is a round whose answers are filled in, ``due`` an ISO date, ``contact`` any text.
    ``migrations`` carry answers over from another form, where that round had one.
    ``again`` makes the workbooks of unchanged projects too, ``force`` writes over files that
    somebody else has written. ``confirmed`` says that a person has seen what is doubtful, and
    ``is_preview`` that nothing is to be written. ``under`` is the unit that counts, with those
    below it in the list of units.
    """

    round: str
    folder: Path
    last: str | None = None
    due: str | None = None
    contact: str | None = None
    password: str = ""
    again: bool = False
    force: bool = False
    migrations: Migrations | None = None
    confirmed: bool = False
    is_preview: bool = False
    under: str | None = None


@dataclass(slots=True)
class Sending:
    """One project of the roster.

    ``content`` is its record in canonical bytes, which take a tenth of the memory of the record;
    ``former`` is what went out before, ``changes`` say in words what the roster changed since.
    ``is_corrected`` says that the accepted record changes with them.
    """

    record: str
    group: str
    title: str
    state: Dispatch
    round: str
    content: bytes
    fixed: Mapping[str, str]
    number: int
    base: str | None
    due: str | None
    contact: str | None
    former: Issued | None
    file: str = ""
    changes: list[str] = field(default_factory=list)
    is_corrected: bool = False
    row: int = 0
    """The row of the roster that it stands in, 0 where none is known."""

    @property
    def is_written(self) -> bool:
        """Whether a workbook is to be made."""
        return self.state not in {Dispatch.UNCHANGED, Dispatch.CORRECTED}

    @property
    def is_issued(self) -> bool:
        """Whether the ledger has to know."""
        return self.state in {Dispatch.NEW, Dispatch.UPDATED}

    @property
    def replaces(self) -> str | None:
        """The file that went out before, where this one goes out under another name."""
        former = self.former.distributed.file if self.former else None
        return former if self.state is Dispatch.UPDATED and former != self.file else None

    def ticket(self) -> Ticket:
        """The workbook as it is going out."""
        return Ticket(
            content=self.content,
            round=self.round,
            number=self.number,
            base=self.base,
            fixed=self.fixed,
            due=self.due,
            contact=self.contact,
        )

    def as_json(self) -> Json:
        """The project as ``xlsync distribute --json`` prints it."""
        return {
            "record": self.record,
            "group": self.group,
            "title": self.title,
            "state": self.state.value,
            "issue": self.number,
            "file": self.file,
            "changes": self.changes,
            "corrected": self.is_corrected,
        }
