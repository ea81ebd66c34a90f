"""Levels that a row does not say itself, and levels that are misprinted."""

from __future__ import annotations

import pytest

from xlsync.reader.rows import Levels, names, parent, settle

TREE = {"甲": ["子", "丑", "共"], "乙": ["寅", "共"]}

N = None
# own levels, those above → those that hold, whether the first was derived
SETTLED = [
    ((N, N), ("甲", "子"), ("甲", "子"), False),
    ((N, N), (N, N), (N, N), False),
    ((N, N), ("甲", N), ("甲", N), False),
    ((N, "丑"), ("甲", "子"), ("甲", "丑"), False),
    ((N, "寅"), ("甲", "子"), ("乙", "寅"), True),
    ((N, "寅"), (N, N), ("乙", "寅"), True),
    ((N, "共"), ("甲", "子"), ("甲", "共"), False),
    ((N, "共"), ("乙", "寅"), ("乙", "共"), False),
    ((N, "共"), (N, N), (N, "共"), False),
    ((N, "外"), ("甲", "子"), ("甲", "外"), False),
    (("甲", N), ("甲", "子"), ("甲", "子"), False),
    (("乙", N), ("甲", "子"), ("乙", N), False),
    (("乙", "寅"), ("甲", "子"), ("乙", "寅"), False),
    (("乙", "子"), ("甲", "子"), ("乙", "子"), False),
    (("甲", "外"), ("甲", "子"), ("甲", "外"), False),
    (("寅", "寅"), ("甲", "子"), ("乙", "寅"), True),
    (("子", "寅"), ("甲", "子"), ("乙", "寅"), True),
    (("寅", N), ("甲", "子"), ("乙", "寅"), True),
    (("共", "共"), ("甲", "子"), ("共", "共"), False),
    (("外", "寅"), ("甲", "子"), ("外", "寅"), False),
    (("外", N), ("甲", "子"), ("外", N), False),
]


@pytest.mark.parametrize(("own", "above", "held", "derived"), SETTLED)
def test_levels_that_hold(
    own: tuple[str | None, str | None],
    above: tuple[str | None, str | None],
    held: tuple[str | None, str | None],
    *,
    derived: bool,
) -> None:
    assert settle(TREE, Levels(*own), Levels(*above)) == (Levels(*held), derived)


def test_the_parent_of_a_second_level_is_told_where_there_is_one() -> None:
    assert [parent(TREE, name) for name in ("子", "寅", "共", "外", None)] == ["甲", "乙", N, N, N]


def test_every_name_of_a_tree() -> None:
    assert names(TREE) == {"甲", "乙", "子", "丑", "寅", "共"}
