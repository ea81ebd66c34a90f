"""What a round knows of its records before a collection, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from returning import ROUND, came, changed, put_in, send, whole
from running import FORMS

from xlsync.repository import Repository
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.kept.receipt_documents import receipts_of

if TYPE_CHECKING:
    from pathlib import Path

FIRST, OTHER = whole("预备费"), whole("绿化")


def test_what_was_accepted_of_a_record_is_found_in_the_receipts_of_all_its_files(
    tmp_path: Path,
) -> None:
    with Repository.init(tmp_path / "库") as repository:
        send(repository, FIRST, OTHER)
        for number in range(6):
            spool = repository.snapshot().spool()
            mine = changed(FIRST if number % 3 else OTHER, annual_goal=f"第{number}稿")
            put_in(repository, [came(spool, mine, 1, f"{number}.xlsx")], spool)
        snapshot = repository.snapshot()
        view = RoundView(repository, snapshot, ROUND, FORMS)
        for record_id in (FIRST["id"], OTHER["id"], "nobody"):
            wanted = [
                (form, key, receipt.received)
                for key, receipt in receipts_of(snapshot, ROUND)
                for form in receipt.forms
                if form.accepted and form.record == record_id
            ]
            assert view.accepted(record_id) == wanted
            assert all(view.evidence(record_id, form.content) for form, _, _ in wanted)
        assert len(view.accepted(FIRST["id"])) > 1
        assert view.is_issued(OTHER["id"])
        assert not any(map(view.is_issued, ("nobody", "../预备费", "")))
