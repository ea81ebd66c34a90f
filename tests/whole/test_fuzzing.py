"""What hours of fuzzing kept: every reader reads all of it to the end, or says what is wrong.

tests/corpus holds, for each target of benchmarks/fuzzing.py, a few of the inputs that reached most
of the reader, and every input that once failed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzzing import TARGETS, seeds
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow

CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.mark.parametrize("target", TARGETS)
def test_a_reader_survives_what_fuzzing_kept(target: str) -> None:
    kept = sorted((CORPUS / target).iterdir())
    assert kept
    for path in kept:
        TARGETS[target](path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=10)
@given(data=st.data())
def test_a_reader_survives_a_form_that_is_spoilt(target: str, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(seeds(target)))
    at = data.draw(st.integers(1, max(1, len(whole) - 1)))
    end = data.draw(st.integers(at, len(whole)))
    TARGETS[target](whole[:at] + data.draw(st.binary(max_size=12)) + whole[end:])
