"""The manifest of a workbook: read back as written, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.manifest import Manifest, codes_name, field_name, table_name, tree_name

POINTERS = st.frozensets(st.text(min_size=1).map(lambda text: f"/{text}"))
TEXTS = st.none() | st.text()
MANIFESTS = st.builds(
    Manifest, st.text(), TEXTS, TEXTS, TEXTS, absent=POINTERS, empty=POINTERS, blank=POINTERS
)
SAMPLE = Manifest("trip", "r1", "2023/一上", None, absent=frozenset({"/a", "/b"}))


@given(MANIFESTS)
def test_a_manifest_reads_back(manifest: Manifest) -> None:
    assert Manifest.from_pairs(manifest.pairs()) == manifest
    assert Manifest.from_pairs(reversed(list(manifest.pairs()))) == manifest


def test_the_same_manifest_has_the_same_pairs() -> None:
    other = Manifest("trip", "r1", "2023/一上", None, absent=frozenset({"/b", "/a"}))
    assert list(SAMPLE.pairs()) == list(other.pairs())


@pytest.mark.parametrize("index", range(len(list(SAMPLE.pairs()))))
def test_a_changed_manifest_is_none(index: int) -> None:
    pairs = list(SAMPLE.pairs())
    key, value = pairs[index]
    for changed in ([(key, f"{value}x")], [(f"{key}x", value)], [], [(key, value), ("note", "甲")]):
        spoilt = [*pairs[:index], *changed, *pairs[index + 1 :]]
        assert Manifest.from_pairs(spoilt) is None


@pytest.mark.parametrize("pairs", [[], [("format", "1")], [("form", "trip")], [("甲", "乙")]])
def test_other_cells_are_no_manifest(pairs: list[tuple[str, str]]) -> None:
    assert Manifest.from_pairs(pairs) is None


def test_names_are_what_every_client_takes() -> None:
    names = [field_name("a_1"), table_name("t"), codes_name("c"), tree_name("k"), tree_name("k", 2)]
    assert len(set(names)) == 5
    assert all(name.isascii() and name.replace("_", "").isalnum() for name in names)
