"""What the repository keeps of answers, as typed documents: what waits, what stands.

A document that is not as xlsync writes it is refused with its path.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record


def instant(time: str | None) -> float:
    """A time as seconds, to be compared across zones; one that nobody noted comes last."""
    return datetime.fromisoformat(time).timestamp() if time else float("inf")


class DocumentError(XlsyncError):
    """A document of the repository is not as xlsync writes it."""


class Members:
    """The members of a JSON object, each of the kind that is asked for."""

    def __init__(self, path: str, what: str, value: Json) -> None:
        """Look at what a document says it is; DocumentError where it is no object."""
        self._path, self._what = path, what
        if not isinstance(value, dict):
            raise self.error("")
        self.value: dict[str, Json] = value

    def error(self, key: str) -> DocumentError:
        """What is said where a member is missing, or is another kind of value."""
        where = f"（{key}）" if key else ""
        return DocumentError(
            f"版本库里的 {self._path} 不是{self._what}应有的样子{where}，请用备份恢复"
        )

    def get(self, key: str, kind: type | tuple[type, ...], default: Json = ...) -> Any:  # noqa: ANN401 - JSON
        """A member of a kind; the default where it is missing, if there is one."""
        found = self.value.get(key, default)
        if type(found) is kind:  # nearly always; a round of 10,000 asks 150,000 times
            return found
        is_wanted = isinstance(found, kind) and not (isinstance(found, bool) and kind is int)
        if found is ... or not (is_wanted or (default is not ... and found is default)):
            raise self.error(key)
        return found

    def time(self, key: str) -> str | None:
        """A member that is a time, or nothing."""
        found: str | None = self.get(key, str, None)
        try:
            _ = datetime.fromisoformat(found) if found else None
        except ValueError:
            raise self.error(key) from None
        return found or None

    def required_time(self, key: str) -> str:
        """A member that is a time."""
        found = self.time(key)
        if found is None:
            raise self.error(key)
        return found

    def record(self, key: str) -> Record:
        """A member that is a record with its id and form."""
        found: Record = self.get(key, dict)
        if not isinstance(found.get("id"), str) or not isinstance(found.get("form"), str):
            raise self.error(key)
        return found

    def optional_record(self, key: str) -> Record | None:
        """The same, or nothing."""
        return None if self.value.get(key) is None else self.record(key)

    def list(self, key: str, kind: type, default: Json = ...) -> list[Any]:
        """A member that is a list of one kind."""
        found: list[Any] = self.get(key, list, default)
        if not all(isinstance(one, kind) for one in found):
            raise self.error(key)
        return found


# ---- what waits ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimedIssue:
    """The issue that a sealed workbook says it is, which this repository does not hold.

    ``manifest`` are its keys and values, so that the seal can be verified once its key is here.
    """

    issue: int
    base: str | None
    content: str | None
    manifest: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, value: Json, path: str) -> ClaimedIssue:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "待裁定版本", value)
        pairs = members.list("manifest", list)
        if not all(len(one) == 2 and all(isinstance(x, str) for x in one) for one in pairs):  # noqa: PLR2004 - key, value
            raise members.error("manifest")
        return cls(
            members.get("issue", int),
            members.get("base", str, None),
            members.get("content", str, None),
            tuple((key, text) for key, text in pairs),
        )

    def as_json(self) -> Json:
        """The claim as it stands in the repository."""
        return {
            "issue": self.issue,
            "base": self.base,
            "content": self.content,
            "manifest": [list(one) for one in self.manifest],
        }


@dataclass(frozen=True, slots=True)
class WaitingVersion:
    """A version that waits: for a decision, or for the issue that it was filled in on.

    ``issue`` is None where it answers none: a version that another coordinator had made of
    several answers, or one that names an issue of another repository (``claim``). ``base`` is what
    the issue took out, None where nobody knows. ``receipt`` is the key of the file that it came
    in, ``file`` its name.
    """

    issue: int | None
    base: Record | None
    theirs: Record
    file: str | None = None
    received: str | None = None
    receipt: str | None = None
    saved: str | None = None
    saver: str | None = None
    is_sealed: bool = True
    claim: ClaimedIssue | None = None

    @classmethod
    def from_json(cls, value: Json, path: str) -> WaitingVersion:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "待裁定版本", value)
        claim = members.get("claim", dict, None)
        return cls(
            members.get("issue", int, None),
            members.optional_record("base"),
            members.record("theirs"),
            members.get("file", str, None),
            members.time("received"),
            members.get("receipt", str, None),
            members.time("saved"),
            members.get("saver", str, None),
            members.get("sealed", bool, True),
            None if claim is None else ClaimedIssue.from_json(claim, path),
        )

    def as_json(self) -> Json:
        """The version as it stands in the repository."""
        made: dict[str, Json] = {
            "issue": self.issue,
            "base": self.base,
            "theirs": self.theirs,
            "file": self.file,
            "received": self.received,
            "receipt": self.receipt,
        }
        made |= _evidence(self.saved, self.saver, is_sealed=self.is_sealed)
        return made if self.claim is None else {**made, "claim": self.claim.as_json()}


def _evidence(saved: str | None, saver: str | None, *, is_sealed: bool) -> dict[str, Json]:
    """What tells answers apart, where there is any: documents of before stay as they were."""
    found = {"saved": saved, "saver": saver, "sealed": None if is_sealed else False}
    return {key: value for key, value in found.items() if value is not None}


# ---- what stands ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that a record was made from, or that a later one has taken the place of."""

    issue: int
    record: Record
    saved: str | None = None
    saver: str | None = None
    is_sealed: bool = True
    is_superseded: bool = False
    received: str | None = None

    @classmethod
    def from_json(cls, value: Json, path: str) -> KeptAnswer:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "回表记录", value)
        return cls(
            members.get("issue", int),
            members.record("record"),
            members.time("saved"),
            members.get("saver", str, None),
            members.get("sealed", bool, True),
            members.get("superseded", bool, False),
            members.time("received"),
        )

    def as_json(self) -> Json:
        """The answer as it stands in the repository."""
        made: dict[str, Json] = {"issue": self.issue, "record": self.record}
        made |= _evidence(self.saved, self.saver, is_sealed=self.is_sealed)
        if self.received is not None:
            made["received"] = self.received
        return {**made, "superseded": True} if self.is_superseded else made


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """What a record was made from: the coordinator's last statement, and the answers put on it.

    ``issue`` is the number of the last issue when this was written, None where the statement is a
    correction or a decision, or the document was written before that was noted.
    """

    start: Record
    versions: tuple[KeptAnswer, ...] = ()
    issue: int | None = None
    last_issue: int | None = None
    over: Record | None = None
    time: str | None = None
    saved: str | None = None
    closed: tuple[str, ...] = ()
    stands: bool = False

    @classmethod
    def from_json(cls, value: Json, path: str) -> KeptAnswers:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "回表记录", value)
        versions = (KeptAnswer.from_json(one, path) for one in members.list("versions", dict))
        return cls(
            members.record("start"),
            tuple(versions),
            members.get("issue", int, None),
            members.get("last_issue", int, None),
            members.optional_record("over"),
            members.time("time"),
            members.time("saved"),
            tuple(members.list("closed", str, [])),
            members.get("stands", bool, False),
        )

    def as_json(self) -> Json:
        """The answers as they stand in the repository."""
        more = {
            "issue": self.issue,
            "last_issue": self.last_issue,
            "over": self.over,
            "time": self.time,
            "saved": self.saved,
            "closed": sorted(self.closed) or None,
            "stands": self.stands or None,
        }
        return {
            "start": self.start,
            "versions": [one.as_json() for one in self.versions],
            **{key: value for key, value in more.items() if value is not None},
        }
