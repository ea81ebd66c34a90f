"""Coordinators who share a repository: each has one, and all join what the others did."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

from returning import ROUND, came, put_in, send, whole
from running import FORMS

from xlsync.repository import Changes, Repository, layout
from xlsync.rounds.sharing.joining import JoinResult, join
from xlsync.rounds.sharing.syncing import Synced, sync

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.repository import Snapshot
    from xlsync.rounds.kept.outcomes import State

FIRST = whole(planned_end="2023-12-31")


def git(*arguments: str | Path) -> str:
    command = ["git", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def exchange(folder: Path, shared: Path, *, removing: bool = False) -> Synced:
    with Repository.open(folder) as repository:
        return sync(repository, FORMS, str(shared), removing=removing)


def offices_that_share(place: Path, sent: Record) -> tuple[Path, Path, Path]:
    """A town, a district, and what they share: both know of one project that went out."""
    made = place / "镇", place / "区", place / "共用"
    for one in made:
        Repository.init(one).close()
    with Repository.open(made[0]) as repository:
        send(repository, sent)
    for one in made[:2]:
        exchange(one, made[2])
    return made


class Office:
    """One coordinator's repository, and what that coordinator does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        git("-C", folder, "config", "user.name", folder.name)
        self.repository = Repository.open(folder)

    def snapshot(self) -> Snapshot:
        return self.repository.snapshot()

    def send(self, *records: Record, into: str = ROUND, reason: str = "distribute") -> None:
        send(self.repository, *records, into=into, reason=reason)

    def collect(
        self, one: Record, issue: int | None = 1, *, into: str = ROUND, **more: Any
    ) -> State:
        spool = self.snapshot().spool()
        claim = {"round": into, **more} if issue is not None else {}
        files = [came(spool, one, issue, **claim)]
        found = put_in(self.repository, files, spool, into, correcting=issue is None)
        return found.outcomes[0].state

    def fetch(self, other: Office, name: str = "theirs") -> str:
        git("-C", self.folder, "fetch", "--quiet", other.folder, f"+main:{name}")
        return name

    def join(self, other: Office) -> JoinResult:
        return join(self.repository, FORMS, self.fetch(other))

    def record(self, record_id: str = FIRST["id"], name: str = ROUND) -> Record:
        return self.snapshot().record(self.snapshot().records(name)[record_id])

    def waiting(self, record_id: str = FIRST["id"]) -> list[Record]:
        folder = layout.conflict_folder(ROUND, record_id)
        return [one for _, one in self.snapshot().documents(folder)]

    def put(self, **files: Any) -> None:
        changes = Changes(self.snapshot(), ROUND)
        for name, document in files.items():
            changes.put_document(name.replace("__", "/"), document)
        self.repository.commit(changes, "by hand")

    def edit(self, path: str, data: bytes | None) -> None:
        """Change any file with plain git, in a clone."""
        clone = self.folder.with_suffix(".clone")
        git("clone", "--quiet", self.folder, clone)
        git("-C", clone, "config", "user.name", "somebody")
        git("-C", clone, "config", "user.email", "somebody@localhost")
        if data is None:
            (clone / path).unlink()
        else:
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_bytes(data)
        git("-C", clone, "add", "--all")
        git("-C", clone, "commit", "--quiet", "-m", "by hand")
        git("-C", clone, "push", "--quiet")
        git("-C", clone, "rev-parse", "HEAD")
        subprocess.run(["rm", "-rf", clone], check=True)


def join_both(town: Office, district: Office) -> JoinResult:
    """Join both ways at once, and make sure that both come to the same."""
    town_theirs, district_theirs = town.fetch(district), district.fetch(town)
    joined = join(town.repository, FORMS, town_theirs)
    join(district.repository, FORMS, district_theirs)
    assert town.snapshot().tree == district.snapshot().tree
    for office in (town, district):
        assert git("-C", office.folder, "fsck", "--strict", "--no-dangling") == ""
        assert join(office.repository, FORMS, "theirs").commit is None
    parents = git("-C", town.folder, "show", "-s", "--format=%P", "main").split()
    assert len(parents) == 2
    # Each has merged now, so the next join finds two places where they met.
    again = town.join(district)
    assert (again.commit is None, again.joints) == (False, ())
    assert town.snapshot().tree == district.snapshot().tree
    return joined
