"""Mappings on disk behave as those in memory, in the order of their keys."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlsync.base.disk_map import FEW, DiskMap
from xlsync.base.errors import XlsyncError

_KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
_STEPS = st.lists(st.tuples(_KEYS, st.none() | st.binary(max_size=3)))


@given(_STEPS, st.sampled_from([0, 1, 3, FEW]))
@settings(max_examples=100, deadline=None)
def test_it_holds_what_a_mapping_in_memory_would(
    steps: list[tuple[str, bytes | None]], few: int
) -> None:
    made: DiskMap[str, bytes] = DiskMap(few=few)
    wanted: dict[str, bytes] = {}
    for key, value in steps:
        if value is not None:
            made[key] = wanted[key] = value
        else:
            assert made.pop(key, None) == wanted.pop(key, None)
    keys = sorted(wanted, key=str.encode)
    assert ([*made], [*made.values()]) == (keys, [wanted[key] for key in keys])
    assert (made == wanted, len(made), bool(made)) == (True, len(wanted), bool(wanted))
    assert all(key in made and made.get(key) == value for key, value in wanted.items())


@pytest.mark.parametrize("few", [0, 1000, FEW])
def test_it_may_be_changed_while_somebody_goes_through_it(few: int) -> None:
    """With a thousand in memory it goes to the disk meanwhile."""
    made = DiskMap(((number, b"") for number in range(0, 2000, 2)), few=few)
    seen = []
    for key in made:
        seen.append(key)
        if key == 2:
            made[1999] = b""
            del made[1000]
    assert [one for one in seen if one != 1999] == [*range(0, 1000, 2), *range(1002, 2000, 2)]
    assert [*made][-2:] == [1998, 1999]
    with pytest.raises(KeyError):
        del made[1000]


def test_it_takes_no_memory_for_what_it_holds() -> None:
    """Fifty thousand entries of a kilobyte, in a process of its own."""
    code = (
        "import resource\n"
        "from xlsync.base.disk_map import DiskMap\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "made = DiskMap([(0, bytes(1000))], few=0)\n"
        "before = peak()\n"
        "for number in range(50_000):\n"
        "    made[number] = bytes(1000)\n"
        "print(len(made), peak() - before)\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    count, kilobytes = map(int, done.stdout.split())
    assert count == 50_000
    assert kilobytes < 8_000


@pytest.mark.parametrize("few", [0, FEW])
def test_what_is_there_is_not_put_again(few: int) -> None:
    made: DiskMap[str, bytes] = DiskMap(few=few)
    assert (made.add("a", b"1"), made.add("a", b"2"), made["a"]) == (True, False, b"1")


def test_a_full_disk_is_told() -> None:
    made = DiskMap([("a", b"")], few=0)
    made._kept._run("PRAGMA max_page_count=8")  # type: ignore[union-attr]  # noqa: SLF001 - as a disk that is full would
    with pytest.raises(XlsyncError, match="腾出空间"):
        made.update((str(number), bytes(1000)) for number in range(100))
