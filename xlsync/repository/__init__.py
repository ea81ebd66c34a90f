"""Versions of records: a bare git repository that needs no git to be written and read.

Open a :class:`Repository`, take a :class:`Snapshot`, collect :class:`Changes` of one round
against it, commit them. ``layout`` says where things stand, ``docs/repository.md`` why.
It knows no form: texts for groups and titles come from the caller.
"""

from dulwich.objects import ObjectID

from xlsync.repository.changes import Changes
from xlsync.repository.fork import Difference, Fork
from xlsync.repository.history import Commit, Revision, RevisionKind
from xlsync.repository.layout import check_round, is_round, round_order
from xlsync.repository.objects import Facts, Placed
from xlsync.repository.record_lists import Entry
from xlsync.repository.repository import Repository
from xlsync.repository.snapshot import Received, Snapshot
from xlsync.repository.spool import Edits, Spool
from xlsync.repository.writing import MovedError, until_committed

__all__ = [
    "Changes",
    "Commit",
    "Difference",
    "Edits",
    "Entry",
    "Facts",
    "Fork",
    "MovedError",
    "ObjectID",
    "Placed",
    "Received",
    "Repository",
    "Revision",
    "RevisionKind",
    "Snapshot",
    "Spool",
    "check_round",
    "is_round",
    "round_order",
    "until_committed",
]
