"""What is spliced is what XlsxWriter writes, part by part and byte by byte, for any record."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_samples import VARIED
from small_form import MAPPING, TEMPLATE, load_form
from splice_records import records

from xlsync.form import Catalogue, Form
from xlsync.workbook.manifest import Manifest
from xlsync.writer import describe, splice, write

if TYPE_CHECKING:
    from xlsync.base.record import Record

pytestmark = pytest.mark.slow

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*/*/*.json"))
SHIPPED = list(Catalogue())


@pytest.fixture(scope="session")
def wrapped(tmp_path_factory: pytest.TempPathFactory) -> Form:
    """A form unlike the shipped ones, even whose footer line wraps."""
    template = TEMPLATE.replace('[styles.base]\nfont = "宋体"', "[styles.base]\nwrap = true")
    return load_form(tmp_path_factory.mktemp("forms"), template, MAPPING)


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def assert_same(form: Form, record: Record | None, manifest: Manifest, **options: Any) -> None:
    direct = parts(write(form, record, manifest, **options))
    spliced = parts(splice(form, record, manifest, **options))
    assert list(spliced) == list(direct)
    for name, content in direct.items():
        assert spliced[name].decode() == content.decode(), name


def assert_same_for_any(form: Form, data: st.DataObject) -> None:
    record = data.draw(records(form))
    manifest = describe(form, record)
    slots = sorted(form.mapping.fields)
    locked = data.draw(st.sampled_from([(), slots[:1], slots]))
    assert_same(form, record, manifest, locked=locked)


ANY = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("form", VARIED.values(), ids=VARIED)
@ANY
@given(data=st.data())
def test_any_record_of_a_shipped_form(form: Form, data: st.DataObject) -> None:
    assert_same_for_any(form, data)


@settings(ANY, max_examples=40)
@given(data=st.data())
def test_any_record_of_another_form(wrapped: Form, data: st.DataObject) -> None:
    assert_same_for_any(wrapped, data)


@pytest.mark.parametrize("path", SAMPLES[::6], ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    record = json.loads(path.read_text("utf-8"))
    form = next(form for form in SHIPPED if form.id == record["form"])
    record = form.identified(record)
    assert_same(form, record, describe(form, record))


@pytest.mark.parametrize("form", SHIPPED, ids=lambda form: form.id)
def test_blank_with_a_password(form: Form) -> None:
    assert_same(form, None, describe(form), password="秘密 & <x>")  # noqa: S106 - a test's


def test_round_and_base_of_a_manifest(wrapped: Form) -> None:
    manifest = Manifest(wrapped.id, record="a1", round="2023/一上 & <二上>", base=" 0f" * 13)
    assert_same(wrapped, {"form": "trip", "id": "a1", "who": "张三"}, manifest)
