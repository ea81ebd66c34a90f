"""What becomes of a returned workbook: every state, and what stands in the record after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from returning import ROUND, came, changed, put_in, receipts, send, whole
from running import FORMS

from xlsync.repository import Repository, layout
from xlsync.rounds.answers.settling import CoordinatorStatement, digest, settle
from xlsync.rounds.kept.ledger import issued
from xlsync.rounds.kept.outcomes import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.rounds.kept.outcomes import Outcome

FIRST = whole("预备费")
OTHER = whole("绿化")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        send(made, FIRST, OTHER)
        yield made


def take(
    repository: Repository,
    *returned: tuple[Record, int | None],
    replacing: bool = False,
    correcting: bool = False,
    **claim: Json,
) -> list[Outcome]:
    spool = repository.snapshot().spool()
    files = [
        came(spool, one, issue, f"{at}.xlsx", **claim) for at, (one, issue) in enumerate(returned)
    ]
    wish = {"replacing": replacing, "correcting": correcting}
    return [*put_in(repository, files, spool, **wish).outcomes]


def correct(repository: Repository, one: Record) -> list[Outcome]:
    return take(repository, (one, None), correcting=True)


def states(outcomes: list[Outcome]) -> list[State]:
    return [one.state for one in outcomes]


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.problems]


def stands(repository: Repository, one: Record = FIRST) -> Record | None:
    snapshot = repository.snapshot()
    entry = snapshot.records(ROUND).get(one["id"])
    return snapshot.record(entry) if entry else None


def waiting(repository: Repository, one: Record = FIRST) -> list[str]:
    return repository.snapshot().names(f"{layout.CONFLICTS}/{ROUND}/{one['id']}")


def test_the_first_return_is_new_and_says_which_issue_it_answers(repository: Repository) -> None:
    filled = changed(FIRST, annual_goal="填好")
    (outcome,) = take(repository, (filled, 1))
    assert (outcome.state, outcome.issue, outcome.round) == (State.NEW, 1, ROUND)
    assert outcome.base is not None
    assert stands(repository) == filled
    assert states(take(repository, (filled, 1))) == [State.UNCHANGED]


def test_an_untouched_return_is_overtaken_by_a_filled_one(repository: Repository) -> None:
    filled = changed(FIRST, annual_goal="填好")
    assert states(take(repository, (FIRST, 1))) == [State.NEW]
    assert states(take(repository, (filled, 1))) == [State.UPDATED]
    assert stands(repository) == filled


def test_an_older_copy_that_brings_nothing_takes_nothing_back(repository: Repository) -> None:
    filled = changed(FIRST, annual_goal="填好", overall_goal="也填好")
    take(repository, (filled, 1))
    (outcome,) = take(repository, (changed(FIRST, annual_goal="填好"), 1))
    assert (outcome.state, codes(outcome)) == (State.OLDER, ["B009"])
    assert stands(repository) == filled


@pytest.mark.parametrize("together", [True, False])
def test_two_people_who_change_different_places_are_both_heard(
    repository: Repository, *, together: bool
) -> None:
    one, other = changed(FIRST, annual_goal="甲改"), changed(FIRST, overall_goal="乙改")
    if together:
        assert sorted(states(take(repository, (one, 1), (other, 1)))) == [State.MERGED, State.NEW]
    else:
        take(repository, (one, 1))
        assert states(take(repository, (other, 1))) == [State.MERGED]
    record = stands(repository)
    assert record is not None
    assert (record["annual_goal"], record["overall_goal"]) == ("甲改", "乙改")


CLASH = (
    changed(FIRST, annual_goal="甲改", planned_end="2023-11-30"),
    changed(FIRST, annual_goal="乙改", overall_goal="乙还改"),
)
"""Two answers that change one place differently, and neither of which knows the rest."""


def test_a_contradiction_changes_nothing_and_waits(repository: Repository) -> None:
    one, other = CLASH
    take(repository, (one, 1))
    (outcome,) = take(repository, (other, 1))
    assert (outcome.state, codes(outcome)) == (State.CONFLICT, ["B004"])
    assert stands(repository) == one
    assert len(waiting(repository)) == 1
    before = repository.snapshot().tree
    (again,) = take(repository, (other, 1))
    assert again.state is State.CONFLICT
    assert repository.snapshot().tree == before


def test_what_gives_way_to_one_that_only_waits_takes_nothing_away_later(
    repository: Repository,
) -> None:
    """One counts, its successor contradicts the last issue, and so does the successor of that."""
    end = changed(FIRST, planned_end="2023-11-30")
    goal = changed(end, overall_goal="甲")
    both = changed(goal, planned_start="2023-02-01")
    send(repository, changed(FIRST, overall_goal="乙"))
    counts, gives_way, waits = take(repository, (end, 1), (goal, 1), (both, 1))
    assert states([counts, gives_way, waits]) == [State.NEW, State.OLDER, State.CONFLICT]
    (more,) = take(repository, (changed(FIRST, overall_goal="乙", annual_goal="丙"), 2))
    assert more.is_accepted
    found = stands(repository)
    assert found is not None
    assert (found["planned_end"], found["overall_goal"], found["annual_goal"]) == (
        "2023-11-30",
        "乙",
        "丙",
    )
    assert len(waiting(repository)) == 1


def test_what_was_taken_back_stays_so_whoever_goes_on_from_there(repository: Repository) -> None:
    """Together or one after the other: the second took the goal back, the third goes on."""
    end = changed(FIRST, planned_end="2023-11-30")
    both = changed(end, overall_goal="甲")
    last = changed(end, annual_goal="丙")
    spool = repository.snapshot().spool()
    files = [
        came(spool, one, 1, f"{at}.xlsx", saved=f"2024-01-01T00:0{at}:00+00:00")
        for at, one in enumerate((both, end, last))
    ]
    outcomes = put_in(repository, files, spool).outcomes
    assert states(outcomes) == [State.OLDER, State.OLDER, State.NEW]
    assert stands(repository) == last


def test_what_contradicts_waits_however_often_it_was_saved(repository: Repository) -> None:
    one, other = CLASH
    take(repository, (one, 1), saved="2024-01-01T00:00:00+00:00")
    first = take(repository, (other, 1), saved="2024-01-01T00:01:00+00:00")
    second = take(repository, (other, 1), saved="2024-01-01T00:02:00+00:00")
    assert states(first + second) == [State.CONFLICT, State.CONFLICT]
    assert len(waiting(repository)) == 1
    before = repository.snapshot().tree
    again = take(repository, (other, 1), saved="2024-01-01T00:01:00+00:00")
    again += take(repository, (other, 1), saved="2024-01-01T00:02:00+00:00")
    assert states(again)[1] is State.CONFLICT
    assert repository.snapshot().tree == before
    assert stands(repository) == one


def test_a_contradiction_takes_its_place_where_that_is_asked_for(repository: Repository) -> None:
    one, other = CLASH
    take(repository, (one, 1))
    assert states(take(repository, (other, 1))) == [State.CONFLICT]
    (outcome,) = take(repository, (other, 1), replacing=True)
    assert (outcome.state, codes(outcome)) == (State.UPDATED, [])
    assert stands(repository) == other
    assert waiting(repository) == []
    assert states(take(repository, (other, 1))) == [State.UNCHANGED]


def test_of_two_contradictions_at_once_neither_takes_its_place(repository: Repository) -> None:
    first, _ = CLASH
    take(repository, (first, 1))
    more = [(changed(FIRST, annual_goal=text, overall_goal=text), 1) for text in ("乙", "丙")]
    assert states(take(repository, *more, replacing=True)) == [State.CONFLICT] * 2
    assert stands(repository) == first


def test_what_was_sent_last_counts_whole_where_it_knows_the_rest(repository: Repository) -> None:
    one = changed(FIRST, annual_goal="甲改", overall_goal="也改")
    take(repository, (one, 1))
    again = changed(one, annual_goal="再改")
    (outcome,) = take(repository, (again, 1))
    assert (outcome.state, codes(outcome)) == (State.UPDATED, [])
    assert [(x.label, x.old, x.new) for x in outcome.changes] == [("年度总体目标", "甲改", "再改")]
    assert stands(repository) == again


def test_a_merge_names_every_place_that_was_taken_from_the_other(repository: Repository) -> None:
    take(repository, (changed(FIRST, annual_goal="甲改", planned_end="2023-11-30"), 1))
    (outcome,) = take(repository, (changed(FIRST, overall_goal="乙改"), 1))
    assert (outcome.state, codes(outcome)) == (State.MERGED, ["B007", "B007"])
    assert {one.pointer for one in outcome.problems} == {"/annual_goal", "/planned_end"}
    assert "“甲改”" in " ".join(one.message for one in outcome.problems)


def test_a_copy_that_is_to_count_as_it_is_counts_whole(repository: Repository) -> None:
    """A second copy had the amount that went out, and a new text: it was merged in silence."""
    total = f"{float(FIRST['funds']['fiscal']) + 9:.2f}"
    take(repository, (changed(FIRST, funds__other="9.00", funds__total=total), 1))
    second = changed(FIRST, annual_goal="新的目标")
    (outcome,) = take(repository, (second, 1), replacing=True)
    assert outcome.state is State.UPDATED
    assert {one.pointer for one in outcome.changes} >= {"/annual_goal"}
    assert stands(repository) == second


def test_what_breaks_a_rule_together_waits_too(repository: Repository) -> None:
    total = f"{float(FIRST['funds']['fiscal']) + 5:.2f}"
    one = changed(FIRST, funds__other="5.00", funds__total=total)
    fiscal = f"{float(FIRST['funds']['fiscal']) - 5:.2f}"
    # Each adds up by itself; both changes of the parts to one total do not.
    other = changed(FIRST, funds__fiscal=fiscal, funds__other="5.00")
    take(repository, (one, 1))
    assert states(take(repository, (other, 1))) == [State.CONFLICT]
    assert stands(repository) == one


def test_a_conflict_that_the_record_came_to_contain_is_closed(repository: Repository) -> None:
    one, other = CLASH
    take(repository, (one, 1))
    take(repository, (other, 1))
    assert states(correct(repository, other)) == [State.UPDATED]
    assert waiting(repository) == []
    assert stands(repository) == other
    assert states(take(repository, (other, 1))) == [State.UNCHANGED]
    accepted = [
        form["accepted"] for one in receipts(repository.snapshot()) for form in one["forms"]
    ]
    assert accepted == [True, True, True]


def test_a_conflict_that_a_correction_takes_away_lets_the_rest_in(repository: Repository) -> None:
    one, other = CLASH
    take(repository, (one, 1))
    take(repository, (other, 1))
    correct(repository, changed(one, annual_goal="乙改"))
    assert stands(repository) == changed(one, annual_goal="乙改", overall_goal="乙还改")
    assert waiting(repository) == []


def test_a_correction_by_the_coordinator_stands_and_is_merged_upon(repository: Repository) -> None:
    take(repository, (changed(FIRST, annual_goal="甲改"), 1))
    corrected = changed(FIRST, annual_goal="统筹改")
    assert states(correct(repository, corrected)) == [State.UPDATED]
    assert stands(repository) == corrected
    (outcome,) = take(repository, (changed(FIRST, overall_goal="乙改"), 1))
    assert (outcome.state, codes(outcome)) == (State.MERGED, ["B007"])
    assert stands(repository) == changed(corrected, overall_goal="乙改")


def test_a_correction_stays_when_the_unit_sends_the_rest_again(repository: Repository) -> None:
    filled = changed(FIRST, annual_goal="甲改", overall_goal="甲改")
    take(repository, (filled, 1))
    correct(repository, changed(filled, annual_goal="统筹改"))
    (outcome,) = take(repository, (changed(filled, overall_goal="再改"), 1))
    assert (outcome.state, codes(outcome)) == (State.MERGED, ["B007"])
    assert stands(repository) == changed(filled, annual_goal="统筹改", overall_goal="再改")
    # The place that was corrected, changed once more, is for a person to decide.
    (other,) = take(repository, (changed(filled, annual_goal="又改", overall_goal="再改"), 1))
    assert other.state is State.CONFLICT


def test_an_answer_saved_before_a_correction_stays_below_it(repository: Repository) -> None:
    filled = changed(FIRST, annual_goal="甲改")
    take(repository, (filled, 1), saved="2024-01-02T00:00:00+00:00")
    correct(repository, changed(filled, annual_goal="统筹改"))
    late = changed(FIRST, annual_goal="又改", overall_goal="又改")
    (outcome,) = take(repository, (late, 1), saved="2024-01-03T00:00:00+00:00")
    assert (outcome.state, codes(outcome)) == (State.MERGED, ["B007"])
    assert stands(repository) == changed(late, annual_goal="统筹改")


def test_what_was_sent_again_is_the_new_ground(repository: Repository) -> None:
    """The coordinator changed a field and sent the workbook once more; an old copy comes back."""
    again = changed(FIRST, planned_end="2023-11-30")
    send(repository, again)
    (outcome,) = take(repository, (changed(FIRST, annual_goal="甲改"), 1))
    assert outcome.state is State.NEW
    assert stands(repository) == changed(again, annual_goal="甲改")
    (newer,) = take(repository, (changed(again, overall_goal="乙改"), 2))
    assert newer.state is State.MERGED
    assert stands(repository) == changed(again, annual_goal="甲改", overall_goal="乙改")


def test_a_workbook_that_took_the_answers_with_it_updates_them(repository: Repository) -> None:
    filled = changed(FIRST, annual_goal="甲改")
    take(repository, (filled, 1))
    again = changed(filled, planned_end="2023-11-30")
    send(repository, again)
    assert states(take(repository, (changed(again, annual_goal="再改"), 2))) == [State.UPDATED]
    assert stands(repository) == changed(again, annual_goal="再改")


def test_a_copy_for_correction_says_nothing_new(repository: Repository) -> None:
    send(repository, changed(FIRST, planned_end="2023-11-30"))
    send(repository, FIRST, reason="return")
    take(repository, (changed(FIRST, annual_goal="甲改"), 3))
    assert stands(repository) == changed(FIRST, annual_goal="甲改", planned_end="2023-11-30")


def test_what_has_errors_is_refused_and_what_stood_stays(repository: Repository) -> None:
    take(repository, (FIRST, 1))
    (outcome,) = take(repository, (changed(FIRST, funds__fiscal="1.00"), 1))
    assert (outcome.state, codes(outcome)) == (State.REFUSED, ["M001"])
    assert stands(repository) == FIRST


def test_another_round_is_told(repository: Repository) -> None:
    (outcome,) = take(repository, (FIRST, 1), round="2023/二上")
    assert (outcome.state, codes(outcome)) == (State.OTHER_ROUND, ["B001"])
    assert "2023/二上" in outcome.problems[0].message
    assert stands(repository) is None


def test_a_project_that_never_went_out_is_kept_as_received(repository: Repository) -> None:
    (outcome,) = take(repository, (whole("没有下发过"), None))
    assert (outcome.state, codes(outcome)) == (State.UNKNOWN, ["B002"])
    snapshot = repository.snapshot()
    assert len(snapshot.received(ROUND)) == 1
    assert snapshot.records(ROUND) == {}


def test_a_round_without_a_ledger_takes_any_project(tmp_path: Path) -> None:
    with Repository.init(tmp_path / "r") as empty:
        assert states(take(empty, (FIRST, None))) == [State.NEW]


def test_a_workbook_filled_in_for_another_project_names_both(repository: Repository) -> None:
    (outcome,) = take(repository, (changed(FIRST, project_name="绿化"), 1), is_renamed=True)
    assert (outcome.state, codes(outcome)) == (State.COPY, ["B003"])
    assert "“预备费”" in outcome.problems[0].message
    assert "“绿化”" in outcome.problems[0].message
    assert stands(repository, OTHER) is None


def test_a_locked_name_that_was_changed_is_another_project(repository: Repository) -> None:
    renamed = changed(FIRST, project_name="改了名")
    assert states(take(repository, (renamed, 1), is_renamed=True)) == [State.COPY]
    # Where the name was the unit's to give, it may give another one.
    assert states(take(repository, (renamed, 1))) == [State.NEW]


def test_without_a_seal_the_names_must_agree(repository: Repository) -> None:
    (fits,) = take(repository, (changed(FIRST, annual_goal="填好"), 1), is_sealed=False)
    assert (fits.state, codes(fits), fits.issue) == (State.NEW, ["S008"], 1)
    (strange,) = take(repository, (changed(OTHER, project_name="改了名"), 1), is_sealed=False)
    assert (strange.state, codes(strange)) == (State.UNKNOWN, ["B002"])


def test_a_workbook_that_names_no_issue_is_compared_with_the_last(
    repository: Repository,
) -> None:
    spool = repository.snapshot().spool()
    file = came(spool, changed(FIRST, annual_goal="填好"), None, is_typed=True)
    (outcome,) = put_in(repository, [file], spool).outcomes
    assert (outcome.state, codes(outcome), outcome.issue) == (State.NEW, ["S008"], 1)


@pytest.mark.parametrize("claim", [{}, {"base": "0" * 40}, {"content": "0" * 16}])
def test_an_answer_to_an_issue_that_is_not_here_waits_and_says_so(
    repository: Repository, claim: dict[str, str]
) -> None:
    one = changed(FIRST, annual_goal="填好")
    entry = issued(repository.snapshot(), ROUND, FIRST["id"])
    assert entry is not None
    if "content" in claim:
        claim = {**claim, "base": str(entry.last.base)}
    (outcome,) = take(repository, (one, 1 if claim else 7), **claim)
    assert (outcome.state, codes(outcome)) == (State.NO_BASE, ["B010"])
    assert stands(repository) is None
    assert len(waiting(repository)) == 1
    assert states(take(repository, (one, 1))) == [State.NEW]


def test_a_locked_value_is_what_went_out_whatever_the_workbook_says(tmp_path: Path) -> None:
    with Repository.init(tmp_path / "r") as made:
        send(made, FIRST, fixed={"/planned_start": FIRST["planned_start"]})
        other = changed(FIRST, planned_start="2022-12-01")
        (outcome,) = take(made, (other, 1))
        assert (outcome.state, codes(outcome)) == (State.REFUSED, ["B006"])
        assert stands(made) is None


def test_what_nobody_sealed_takes_no_place_of_what_was(repository: Repository) -> None:
    one = changed(FIRST, annual_goal="甲改")
    take(repository, (one, 1))
    strange = changed(FIRST, annual_goal="别人", overall_goal="别人")
    (outcome,) = take(repository, (strange, None))
    assert (outcome.state, codes(outcome)) == (State.CONFLICT, ["B011"])
    assert stands(repository) == one
    (typed,) = take(repository, (changed(one, overall_goal="再改"), 1), is_sealed=False)
    assert (typed.state, codes(typed)) == (State.CONFLICT, ["S008", "B011"])
    assert stands(repository) == one


@pytest.mark.parametrize("sealed_first", [True, False])
def test_what_was_sealed_stands_in_any_order(repository: Repository, *, sealed_first: bool) -> None:
    one, strange = changed(FIRST, annual_goal="甲改"), changed(FIRST, overall_goal="别人")
    if sealed_first:
        take(repository, (one, 1))
    take(repository, (strange, None))
    if not sealed_first:
        assert stands(repository) == strange
        take(repository, (one, 1))
    assert stands(repository) == one
    assert len(waiting(repository)) == 1
    accepted = {
        form["content"]: form["accepted"]
        for one in receipts(repository.snapshot())
        for form in one["forms"]
    }
    assert accepted == {digest(one): True, digest(strange): False}


def test_a_form_of_another_year_than_the_round_is_refused(
    repository: Repository, tmp_path: Path
) -> None:
    (outcome,) = take(repository, (changed(FIRST, year=2024), 1))
    assert (outcome.state, codes(outcome)[-1]) == (State.REFUSED, "B008")
    with Repository.init(tmp_path / "r") as empty:
        (other,) = take(empty, (changed(FIRST, year=2024), None))
        assert codes(other)[-1] == "B008"


def test_another_form_under_the_same_id_is_told(repository: Repository) -> None:
    spool = repository.snapshot().spool()
    file = came(spool, FIRST, 1)
    form = replace(file.forms[0], form="another-form")
    (outcome,) = put_in(repository, [replace(file, forms=(form,))], spool).outcomes
    assert (outcome.state, codes(outcome)) == (State.OTHER_FORM, ["B005"])


def test_two_issueless_versions_are_rivals_and_issued_ones_are_not(repository: Repository) -> None:
    one, other = CLASH
    rivals = take(repository, (one, None), (other, None))
    assert [codes(outcome) for outcome in rivals] == [["S006"], ["S006"]]
    assert sorted(states(take(repository, (one, 1), (other, 1)))) == [State.CONFLICT, State.NEW]


EARLY, LATE = "2024-01-02T00:00:00+00:00", "2024-01-03T00:00:00+00:00"


@pytest.mark.parametrize("is_late_first", [True, False])
def test_the_documents_own_time_says_which_is_the_later_one(
    repository: Repository, *, is_late_first: bool
) -> None:
    """Not the order in which the files came."""
    early, late = changed(FIRST, annual_goal="早"), changed(FIRST, annual_goal="晚")
    answers = [(early, EARLY), (late, LATE)]
    outcomes = [
        take(repository, (one, 1), saved=saved)[0]
        for one, saved in (reversed(answers) if is_late_first else answers)
    ]
    assert stands(repository) == late
    assert waiting(repository) == []
    last = State.OLDER if is_late_first else State.UPDATED
    assert [one.state for one in outcomes] == [State.NEW, last]


def test_what_was_taken_back_later_is_taken_back(repository: Repository) -> None:
    full = changed(FIRST, annual_goal="甲改", overall_goal="也改")
    take(repository, (full, 1), saved=EARLY)
    (outcome,) = take(repository, (changed(FIRST, annual_goal="甲改"), 1), saved=LATE)
    assert outcome.state is State.UPDATED
    assert [(one.old, one.new) for one in outcome.changes] == [("也改", FIRST["overall_goal"])]


def test_two_people_who_keep_nothing_of_each_other_contradict(repository: Repository) -> None:
    one, other = changed(FIRST, annual_goal="甲改"), changed(FIRST, annual_goal="乙改")
    take(repository, (one, 1), saved=EARLY, saver="张三")
    (outcome,) = take(repository, (other, 1), saved=LATE, saver="李四")
    assert outcome.state is State.CONFLICT
    assert "张三" in outcome.problems[0].message
    (same,) = take(repository, (changed(FIRST, annual_goal="丙改"), 1), saved=LATE, saver="张三")
    assert same.state is State.UPDATED


def test_a_refused_file_whose_record_was_accepted_since_is_settled(repository: Repository) -> None:
    wrong = changed(FIRST, funds__fiscal="1.00")
    assert states(take(repository, (wrong, 1))) == [State.REFUSED]
    assert states(take(repository, (wrong, 1))) == [State.REFUSED], "it is still open"
    take(repository, (changed(FIRST, annual_goal="改好"), 1))
    before = repository.snapshot().tree
    (again,) = take(repository, (wrong, 1))
    assert (again.state, codes(again)) == (State.SETTLED, [])
    assert repository.snapshot().tree == before


@pytest.mark.parametrize("is_newer", [False, True])
def test_of_two_files_of_one_collection_the_one_saved_last_counts(
    repository: Repository, *, is_newer: bool
) -> None:
    spool = repository.snapshot().spool()
    saved = (LATE, EARLY) if is_newer else (EARLY, LATE)
    wrong = came(spool, changed(OTHER, funds__fiscal="1.00"), 1, saved=saved[0])
    files = [wrong, came(spool, OTHER, 1, saved=saved[1])]
    told = [put_in(repository, files, spool).outcomes[0].state for _ in range(2)]
    assert told == [State.REFUSED, State.REFUSED if is_newer else State.SETTLED]


def test_the_time_of_the_first_receipt_stays(repository: Repository) -> None:
    take(repository, (FIRST, 1))
    (first,) = receipts(repository.snapshot())
    assert first["received"]
    take(repository, (FIRST, 1), (changed(FIRST, annual_goal="乙改"), 1))
    assert first in receipts(repository.snapshot())


def test_an_issue_that_breaks_a_rule_is_not_what_stands_before_it_was_answered() -> None:
    form, good = FORMS[FIRST["form"]], changed(FIRST, planned_end="2023-02-01")
    broken = changed(good, planned_start="2023-03-01")
    said = CoordinatorStatement(broken, 2, over=good, stands=True)
    assert settle(form, said, []).record == good
    fine = changed(good, planned_start="2023-01-15")
    assert settle(form, replace(said, record=fine), []).record == fine
