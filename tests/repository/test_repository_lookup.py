"""Which record is meant by an id, part of one, or part of a title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from xlsync.base.errors import XlsyncError
from xlsync.repository import Changes, Repository, layout

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = "2023/一上"
SECOND = "2023/二上"


@pytest.fixture
def filled(repository: Repository) -> Repository:
    rows = {
        FIRST: [("abcd1234", "道路养护"), ("abcd9999", "道路养护二期"), ("cafe0001", "a/b @ CON")],
        SECOND: [("abcd1234", "道路养护"), ("beef0001", "绿化")],
    }
    for name, records in rows.items():
        changes = Changes(repository.snapshot(), name)
        for record_id, title in records:
            changes.put_record(record_id, "单位", title, {"round": name})
        repository.commit(changes, name)
    return repository


@pytest.mark.parametrize(
    ("text", "round_name", "record_id"),
    [
        ("abcd1234", SECOND, "abcd1234"),
        (f"{FIRST}/abcd1234", FIRST, "abcd1234"),
        ("abcd9", FIRST, "abcd9999"),
        ("beef", SECOND, "beef0001"),
        ("道路养护", SECOND, "abcd1234"),
        (f"{FIRST}/道路养护", FIRST, "abcd1234"),
        ("二期", FIRST, "abcd9999"),
        ("a/b", FIRST, "cafe0001"),
        ("con", FIRST, "cafe0001"),
        (" 绿化 ", SECOND, "beef0001"),
    ],
)
def test_one_record_is_found(
    filled: Repository, text: str, round_name: str, record_id: str
) -> None:
    snapshot, where, entry = filled.resolve(text)
    assert (where, entry.id) == (round_name, record_id)
    assert snapshot.record(entry) == {"round": round_name}


def test_a_revision_is_looked_into(filled: Repository, git: Callable[..., str]) -> None:
    first = filled.history()[1].commit
    git("tag", "-a", "v1", first, "-m", "tag")
    for revision in (first, first[:7], "v1"):
        snapshot, where, _ = filled.resolve(f"abcd1234@{revision}")
        assert (snapshot.commit, where) == (first, FIRST)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no record"),
        ("\u200b", "unknown project"),
        ("nobody", "unknown project nobody; there are: "),
        (f"{FIRST}/绿化", "unknown project 绿化; there are: "),
        ("2023/九上/绿化", "unknown round 2023/九上; there are: "),
        ("2023/x.y/绿化", "is not a round"),
        (f"{FIRST}/道路", "fits 2 records: 2023/一上/abcd1234 单位/道路养护; 2023/一上/abcd9999"),
        (f"{FIRST}/abcd", "fits 2 records"),
        ("abcd1234@nowhere", "'nowhere' is no commit, branch or tag"),
        ("abcd1234@0123456789abcdef0123456789abcdef01234567", "is no commit"),
        ("abcd1234@main^{tree}", "is no commit"),
        ("abcd1234@0x12", "is no commit"),
        ("abcd1234@..", "is no commit"),
        ("abcd1234@道路", "is no commit"),
    ],
)
def test_a_record_that_is_not_clear_is_refused_in_one_line(
    filled: Repository, text: str, message: str
) -> None:
    with pytest.raises(XlsyncError, match=re.escape(message)) as error:
        filled.resolve(text)
    assert "\n" not in str(error.value)


def test_a_tree_is_no_revision(filled: Repository) -> None:
    tree = filled.snapshot().tree.decode()
    for revision in (tree, tree[:10]):
        with pytest.raises(XlsyncError, match="is no commit"):
            filled.snapshot(revision)


def test_at_most_five_candidates_are_named(repository: Repository) -> None:
    changes = Changes(repository.snapshot(), FIRST)
    for number in range(9):
        changes.put_record(f"id{number}", "单位", f"绿化{number}", {})
    repository.commit(changes, "many")
    with pytest.raises(XlsyncError, match=r"fits 9 records.*绿化4; …$"):
        repository.resolve("绿化")


def test_a_few_records_are_found_without_listing_the_others(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = Changes(repository.snapshot(), "2023/一上")
    for number in range(40):
        changes.put_record(f"r-{number}", f"单位{number % 8}", f"项目{number}", {"x": number})
    repository.commit(changes, "many")
    snapshot, wanted = repository.snapshot(), repository.snapshot().records("2023/一上")
    listed: list[str] = []
    whole = layout.read_record_name
    monkeypatch.setattr(
        layout, "read_record_name", lambda name: (listed.append(name), whole(name))[1]
    )
    assert snapshot.entry("2023/一上", "r-7") == wanted["r-7"]
    assert snapshot.entry("2023/一上", "r-99") is None
    assert len(listed) == 5
    assert {one: snapshot.entry("2023/一上", one) for one in wanted} == wanted
    assert len(listed) < 5 + 20 * 5 + 40
