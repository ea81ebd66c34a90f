"""What an audit of a round comes to: findings, and how far the ceilings are used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

    from xlsync.base.problems import Problem, Severity
    from xlsync.base.record import Json
    from xlsync.rounds.sending.ceilings import CeilingLine


class Project(NamedTuple):
    """A project that a finding is about."""

    record: str
    group: str
    title: str

    def as_json(self) -> Json:
        """The project as ``xlsync audit --json`` prints it."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule of rounds found: about one unit, or the whole round where it is empty."""

    problem: Problem
    unit: str
    projects: tuple[Project, ...]

    def as_json(self) -> Json:
        """The finding as ``xlsync audit --json`` prints it."""
        one = self.problem
        return {
            "code": one.code,
            "severity": one.severity.value,
            "message": one.message,
            "pointer": one.pointer,
            "unit": self.unit or None,
            "projects": [each.as_json() for each in self.projects],
        }


@dataclass(frozen=True, slots=True)
class CeilingUse:
    """What the projects at and below a unit ask for under a ceiling, in 元."""

    line: CeilingLine
    amount: Decimal
    projects: int

    @property
    def left(self) -> Decimal:
        """What is left below the ceiling; less than nothing where it is exceeded."""
        return self.line.amount - self.amount

    def as_json(self) -> Json:
        """The use as ``xlsync audit --json`` prints it."""
        line = self.line
        return {
            "unit": line.unit or None,
            "heading": line.heading,
            "ceiling": f"{line.amount:.2f}",
            "amount": f"{self.amount:.2f}",
            "left": f"{self.left:.2f}",
            "projects": self.projects,
        }


@dataclass(slots=True)
class Audit:
    """A round audited: how many projects, what was found, and how far ceilings are used.

    ``lacks_ceilings`` says that a rule asks for a ceiling list and none is kept.
    """

    round: str
    projects: int
    findings: list[Finding] = field(default_factory=list)
    uses: list[CeilingUse] = field(default_factory=list)
    lacks_ceilings: bool = False

    def count(self, severity: Severity) -> int:
        """How many findings there are of a severity."""
        return sum(one.problem.severity is severity for one in self.findings)

    def as_json(self) -> Json:
        """The audit as ``xlsync audit --json`` prints it."""
        return {
            "round": self.round,
            "projects": self.projects,
            "ceilings": [one.as_json() for one in self.uses],
            "lacks_ceilings": self.lacks_ceilings,
            "findings": [one.as_json() for one in self.findings],
        }
