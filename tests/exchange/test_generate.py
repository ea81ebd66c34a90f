"""Workbooks that are handed over have been read back and say what the record says."""

from __future__ import annotations

import pytest
from reading_samples import FILLED, FORM, FORMS, read_one, record_of

from xlsync import api
from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.problems import problem
from xlsync.exchange import workbooks as generate
from xlsync.exchange.workbooks import workbook, workbook_names
from xlsync.reader import Reading, read
from xlsync.sources import xlsx

RECORD = record_of(read_one(FILLED))


@pytest.mark.parametrize("form_id", FORMS)
def test_a_blank_workbook_reads_as_an_empty_record(form_id: str) -> None:
    form = FORMS[form_id]
    (reading,) = read([*FORMS.values()], xlsx.read(workbook(form)))
    assert reading.form == form_id
    assert not [one for one in reading.problems if one.code[0] in "SVX"]
    assert not reading.states_id


def test_a_workbook_gives_its_record_back() -> None:
    (reading,) = read([FORM], xlsx.read(workbook(FORM, RECORD)))
    assert (reading.record, reading.problems) == (RECORD, [])


def test_a_workbook_says_what_stands_in_its_locked_fields() -> None:
    (reading,) = read([FORM], xlsx.read(workbook(FORM, RECORD, locked=["project_name", "year"])))
    assert reading.manifest is not None
    assert reading.manifest.fixed == {"/project_name": "河道保洁", "/year": "2023"}


def test_a_locked_field_is_named_as_in_a_correction() -> None:
    made = api.generate(FORM, RECORD, locked=["项目名称", "/year"])
    assert made == workbook(FORM, RECORD, locked=["project_name", "year"])
    with pytest.raises(MistypedError, match="有 2 处"):
        api.generate(FORM, locked=["其他资金"])


def test_workbooks_are_named_by_unit_and_project() -> None:
    other = RECORD | {"project_name": "绿化/养护", "implementing_unit": None}
    names = workbook_names(FORM, [RECORD, other, RECORD, None])
    assert names[0] == "临江镇水务所_河道保洁.xlsx"
    assert len({name.casefold() for name in names}) == 4
    assert all(name.endswith(".xlsx") and "/" not in name for name in names)
    assert FORM.mapping.title in names[3]


def test_a_workbook_that_loses_something_is_not_handed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lossy = RECORD | {"project_name": None, "funds": RECORD["funds"] | {"total": "1.00"}}
    monkeypatch.setattr(
        generate, "read", lambda *_, **__: [Reading("表", 1, FORM.id, lossy, [], states_id=True)]
    )
    with pytest.raises(XlsyncError, match=r"'河道保洁'.* at /project_name, /funds/total$"):
        workbook(FORM, RECORD)


def test_a_workbook_that_does_not_read_cleanly_is_not_handed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = problem("S001", "原表文字不见了。").at("表", "A1")
    monkeypatch.setattr(
        generate, "read", lambda *_, **__: [Reading("表", 1, FORM.id, RECORD, [broken])]
    )
    with pytest.raises(XlsyncError, match="does not read back: A1: 原表文字不见了"):
        workbook(FORM, RECORD)
