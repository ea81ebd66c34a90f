"""What a collection reads and computes, counted: nothing is done twice that can be done once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from returning import ROUND, came, put_in, send, whole
from running import FORMS, record, save

from xlsync.form import Form
from xlsync.repository import Repository
from xlsync.rounds.answers.record_answers import RoundAnswers
from xlsync.rounds.kept.ledger import LedgerDocument
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.kept.receipt_documents import Receipt
from xlsync.rounds.returned.collecting import collect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = 80
"""More records than a view of a round keeps in memory."""


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        yield made


class Calls:
    """Counts how often a method is called, which works as before."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        self.count = 0
        whole_method = getattr(owner, name)
        is_bound = hasattr(whole_method, "__self__")

        def counted(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - any method
            self.count += 1
            return whole_method(*given, **named)

        patch.setattr(owner, name, staticmethod(counted) if is_bound else counted)


def test_a_file_of_the_ledger_is_read_once_before_and_once_for_the_answer(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [whole(f"项目{number}") for number in range(MANY)]
    send(repository, *records)
    spool = repository.snapshot().spool()
    files = [came(spool, one, 1, f"{at}.xlsx") for at, one in enumerate(records)]
    calls = Calls(monkeypatch, LedgerDocument, "from_json")
    made = put_in(repository, files, spool)
    assert made.counts() == {State.NEW: MANY}
    assert calls.count <= 2 * MANY


def test_no_version_of_a_record_stays_in_memory_once_it_is_settled(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = whole()
    send(repository, one)
    spool = repository.snapshot().spool()
    kept: list[RoundAnswers] = []
    begin = RoundAnswers.__init__

    def begun(self: RoundAnswers, *given: Any) -> None:
        begin(self, *given)
        kept.append(self)

    monkeypatch.setattr(RoundAnswers, "__init__", begun)
    put_in(repository, [came(spool, one, 1)], spool)
    assert [vars(answers)["_states"] for answers in kept] == [{}]


def test_what_was_found_sound_is_not_checked_by_the_rules_again(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = whole()
    send(repository, one)
    spool = repository.snapshot().spool()
    files = [came(spool, one, 1)]
    calls = Calls(monkeypatch, Form, "check")
    assert put_in(repository, files, spool).counts() == {State.NEW: 1}
    assert calls.count == 0


def test_a_file_that_was_accepted_is_known_by_one_look_at_its_receipt(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        save(tmp_path / "in" / f"{number}.json", record(f"项目{number}"))
    collect(repository, FORMS, ROUND, [tmp_path / "in"])
    calls = Calls(monkeypatch, Receipt, "from_json")
    again = collect(repository, FORMS, ROUND, [tmp_path / "in"])
    assert (again.commit, again.counts()) == (None, {State.UNCHANGED: 3})
    assert calls.count == 3
