"""The manifest of a workbook: read back as written, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.workbook.manifest import Manifest, codes_name, field_name, table_name, tree_name

POINTERS = st.frozensets(st.text(min_size=1).map(lambda text: f"/{text}"))
TEXTS = st.none() | st.text()
MANIFESTS = st.builds(
    Manifest,
    st.text(),
    *[TEXTS] * 7,
    absent=POINTERS,
    empty=POINTERS,
    blank=POINTERS,
    fixed=st.dictionaries(st.text("/ab", min_size=1), st.text()),
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


@given(MANIFESTS, st.binary(min_size=1), st.binary(min_size=1))
def test_only_the_key_that_made_a_seal_knows_it(
    manifest: Manifest, key: bytes, other: bytes
) -> None:
    sealed = manifest.sealed(key)
    assert Manifest.from_pairs(sealed.pairs()) == sealed
    assert sealed.is_sealed_by(key)
    assert not manifest.is_sealed_by(key)
    # HMAC pads short keys with zeros (RFC 2104), which makes such two the same key.
    if key.rstrip(b"\0") != other.rstrip(b"\0"):
        assert not sealed.is_sealed_by(other)
    assert not replace(sealed, round="2023/别轮").is_sealed_by(key)


@pytest.mark.parametrize(
    "manifest",
    [
        Manifest("trip"),
        Manifest("trip-2", "r-1"),
        Manifest("trip", "r1", "2023/一上", issue="12"),
    ],
)
def test_what_a_property_says_in_brief_reads_back(manifest: Manifest) -> None:
    assert Manifest.from_brief(manifest.brief()) == manifest


def test_a_round_without_an_issue_is_left_out_in_brief() -> None:
    assert Manifest.from_brief(SAMPLE.brief()) == Manifest("trip", "r1")


@pytest.mark.parametrize("text", ["", "Trip", "trip/", "trip/r1/2023/一上", "trip/r1/x/y/1", "a b"])
def test_another_text_is_no_brief(text: str) -> None:
    assert Manifest.from_brief(text) is None
