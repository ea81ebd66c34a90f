"""Canonical bytes, JSON pointers, short ids."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.record import (
    DIGEST,
    MISSING,
    canonical_bytes,
    digest,
    get,
    join,
    pointers,
    put,
    split,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.record import Json, Record

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)

ANY = st.characters()
"""Halves of characters and control characters as well."""

ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(ANY) | st.tuples()


def test_canonical_bytes() -> None:
    assert canonical_bytes({"名": ["一", None], "数": 1}) == (
        '{\n  "名": [\n    "一",\n    null\n  ],\n  "数": 1\n}\n'.encode()
    )


def test_no_number_without_a_value_is_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_bytes({"a": float("nan")})


@given(st.recursive(ANYTHING, lambda one: st.lists(one) | st.dictionaries(st.text(ANY), one)))
def test_canonical_bytes_are_those_of_the_library(value: Json) -> None:
    assert _or_error(canonical_bytes, value) == _or_error(_by_the_library, value)


def _by_the_library(value: Json) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def _or_error(made: Callable[[Json], bytes], value: Json) -> bytes | type[Exception]:
    try:
        return made(value)
    except ValueError as error:
        return type(error)


@given(VALUES)
def test_canonical_bytes_read_back(value: Json) -> None:
    data = canonical_bytes(value)
    assert json.loads(data) == value
    assert canonical_bytes(json.loads(data)) == data


@given(st.lists(st.text()))
def test_a_pointer_reads_back(parts: list[str]) -> None:
    assert split(join(*parts)) == tuple(parts)


def test_a_pointer_escapes_what_it_is_made_of() -> None:
    assert join("a/b", "~c", 0) == "/a~1b/~0c/0"
    with pytest.raises(ValueError, match="not a JSON pointer"):
        split("a")


SAMPLE: Json = {"a": {"b": None, "": 1}, "list": [{"c": "x"}], "0": "zero"}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", SAMPLE),
        ("/a/b", None),
        ("/a/", 1),
        ("/list/0/c", "x"),
        ("/0", "zero"),
        ("/a/x", MISSING),
        ("/list/1", MISSING),
        ("/list/-1", MISSING),
        ("/list/c", MISSING),
        ("/a/b/c", MISSING),
        ("/list/0/c/0", MISSING),
    ],
)
def test_what_stands_at_a_pointer(pointer: str, value: Json) -> None:
    assert get(SAMPLE, pointer) is value or get(SAMPLE, pointer) == value


def test_every_pointer_leads_somewhere() -> None:
    found = list(pointers(SAMPLE))
    assert {"/a", "/a/b", "/list", "/list/0", "/list/0/c"} <= set(found)
    assert len(found) == len(set(found))
    assert all(get(SAMPLE, one) is not MISSING for one in found)
    assert list(pointers(None)) == []


def test_put_makes_the_objects_on_the_way() -> None:
    record: Record = {"a": {"b": 1}}
    put(record, "/a/c", None)
    put(record, "/x/y/z", "1")
    assert record == {"a": {"b": 1, "c": None}, "x": {"y": {"z": "1"}}}


def test_an_id_is_short_stable_and_tells_texts_apart() -> None:
    # A changed id would part every record in every repository from its history.
    assert digest(["水务所", "河道保洁"]) == "355708e59a30"
    assert DIGEST.fullmatch("355708e59a30")
    assert DIGEST.fullmatch("355708e59a30-2")
    assert not DIGEST.fullmatch("355708e59a3")
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    assert digest(["a"]) == digest(iter(["a"]))
