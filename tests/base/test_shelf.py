"""A shelf on disk is a sequence like any other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from xlsync.base.errors import XlsyncError
from xlsync.base.record import MISSING
from xlsync.base.shelf import FEW, Shelf, Shelved


@pytest.mark.parametrize("few", [0, 1, 2, FEW])
def test_it_is_a_sequence_of_what_was_put_there(few: int) -> None:
    made = Shelf(["甲", "乙"], few=few)
    made.append("丙")
    made[-2] = "丁"
    assert ([*made], len(made), made[0], made[1:], made[-1]) == (
        ["甲", "丁", "丙"],
        3,
        "甲",
        ["丁", "丙"],
        "丙",
    )
    assert made == ["甲", "丁", "丙"] == made
    assert made != ["甲", "丁"]
    assert made != ["甲", "丁", "乙"]
    for at in (3, -4):
        with pytest.raises(IndexError):
            made[at]
        with pytest.raises(IndexError):
            made[at] = "戊"


def test_what_is_absent_is_still_absent_afterwards() -> None:
    assert Shelf([{"old": MISSING}], few=0)[0]["old"] is MISSING


@dataclass(frozen=True, slots=True)
class _Page(Shelved):
    number: int
    title: str = ""


def test_a_dataclass_comes_back_as_it_was() -> None:
    made = Shelf([_Page(1, "甲"), _Page(2)], few=0)
    assert [*made] == [_Page(1, "甲"), _Page(2)]
    assert made[0] is not made[0]


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Shelf(["甲"], few=0)

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(made._kept, "_file", SimpleNamespace(seek=full))  # noqa: SLF001 - as a disk that is full would
    for step in (lambda: made.append("乙"), lambda: made[0]):
        with pytest.raises(XlsyncError, match="腾出空间"):
            step()


def test_several_threads_may_look_at_it() -> None:
    made = Shelf([(number, "页" * number) for number in range(200)], few=0)
    with ThreadPoolExecutor(4) as pool:
        seen = [*pool.map(lambda start: [made[at] for at in range(start, 200, 3)], [0, 1, 2] * 8)]
    assert all(one == (one[0], "页" * one[0]) for some in seen for one in some)
