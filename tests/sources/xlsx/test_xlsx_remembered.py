"""What is remembered of former files stays within its bounds."""

from __future__ import annotations

from xlsync.sources.xlsx.remembered import Remembered


def test_the_least_recently_met_is_forgotten_first() -> None:
    kept: Remembered[str, int] = Remembered(most=3)
    for number, key in enumerate("abc"):
        kept.keep(key, number, weight=1)
    assert kept.get("a") == 0
    kept.keep("d", 3, weight=1)
    assert [kept.get(key) for key in "abcd"] == [0, None, 2, 3]


def test_what_is_too_heavy_is_not_kept_and_nothing_weighs_on_after_it() -> None:
    kept: Remembered[str, int] = Remembered(most=3)
    kept.keep("heavy", 1, weight=4)
    assert kept.get("heavy") is None
    kept.keep("a", 1, weight=2)
    kept.keep("a", 2, weight=3)
    assert kept.get("a") == 2
