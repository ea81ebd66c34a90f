"""The manifest of a workbook: read back as written, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.workbook.manifest import (
    FIRST_FORMAT,
    FORMAT,
    Manifest,
    codes_name,
    field_name,
    table_name,
    tree_name,
)

POINTERS = st.frozensets(st.text(min_size=1).map(lambda text: f"/{text}"))
TEXTS = st.none() | st.text()
MANIFESTS = st.builds(
    Manifest,
    st.text(),
    *[TEXTS] * 7,
    absent=POINTERS,
    empty=POINTERS,
    blank=POINTERS,
    fixed=st.dictionaries(st.text("/ab").map(lambda text: f"/{text}"), st.text()),
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


@pytest.mark.parametrize("field", ["absent", "empty", "blank", "kept"])
def test_what_names_no_place_is_no_manifest(field: str) -> None:
    for bad in ("", "a", "甲/a"):
        assert Manifest.from_pairs(replace(SAMPLE, **{field: frozenset({bad})}).pairs()) is None
        assert Manifest.from_pairs(replace(SAMPLE, fixed={bad: "甲"}).pairs()) is None


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


AWKWARD = st.text(st.sampled_from('=\x1f\x1e,:"[]{}/ab\\'), max_size=8)
AWKWARD_MANIFESTS = st.builds(
    Manifest,
    AWKWARD,
    *[st.none() | AWKWARD] * 7,
    absent=st.frozensets(AWKWARD, max_size=2),
    kept=st.frozensets(AWKWARD, max_size=2),
    fixed=st.dictionaries(AWKWARD, AWKWARD, max_size=2),
    content=st.none() | AWKWARD,
)


@given(AWKWARD_MANIFESTS, AWKWARD_MANIFESTS)
def test_two_manifests_never_have_the_same_seal(one: Manifest, other: Manifest) -> None:
    seals = [made.sealed(b"key").seal for made in (one, other)]
    assert (seals[0] == seals[1]) == (one == other)


def _moved(manifest: Manifest) -> list[Manifest]:
    """The same bytes of one field folded into its neighbours, under the old seal."""
    folded = [
        replace(manifest, fixed={}, due=f"{manifest.due}\x1e{'fixed'}\x1f{pointer}={value}")
        for pointer, value in manifest.fixed.items()
    ]
    folded += [
        replace(manifest, contact=f"{manifest.contact}\x1edue\x1f{manifest.due}", due=None),
        replace(manifest, absent=frozenset({"\x1eabsent\x1f".join(sorted(manifest.absent))})),
        replace(manifest, fixed={"/a": "1\x1efixed\x1f/b=2"}),
        replace(manifest, fixed={"/a=1\x1efixed\x1f/b": "2"}),
    ]
    return folded


def test_bytes_cannot_be_moved_between_fields_under_a_seal() -> None:
    key = b"key"
    made = Manifest(
        "trip",
        "r1",
        "2023/一上",
        issue="1",
        due="2023-10-01",
        contact="张三",
        absent=frozenset({"/a", "/b"}),
        fixed={"/a": "1", "/b": "2"},
    )
    sealed = made.sealed(key)
    assert sealed.is_sealed_by(key)
    for forged in _moved(sealed):
        assert forged.seal == sealed.seal
        assert not forged.is_sealed_by(key)
        read = Manifest.from_pairs(forged.pairs())
        assert read is None or not read.is_sealed_by(key)
    first = replace(made, format=FIRST_FORMAT).sealed(key)
    assert any(forged.is_sealed_by(key) for forged in _moved(first)), "the first format could"


def test_a_seal_of_the_first_format_is_still_known() -> None:
    sealed = replace(SAMPLE, format=FIRST_FORMAT, fixed={"/a": "1"}).sealed(b"key")
    read = Manifest.from_pairs(sealed.pairs())
    assert read == sealed
    assert read.is_sealed_by(b"key")
    assert not replace(read, format=FORMAT).is_sealed_by(b"key")
