"""Ids: given once, made from content, outliving every rename."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_form import load_form

if TYPE_CHECKING:
    from xlsync.base.record import Record
    from xlsync.form import Form


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return load_form(tmp_path_factory.mktemp("forms"))


def stop(task: str | None, **more: str) -> Record:
    return {**more, "province": "浙江", "city": "杭州", "task": task, "cost": "5"}


def ids(record: Record) -> list[str]:
    return [row["id"] for row in record["stops"]]


def test_the_same_content_gets_the_same_ids(form: Form) -> None:
    record: Record = {"form": "trip", "who": "张三", "stops": [stop("开会"), stop("考察")]}
    assert form.identified(record) == form.identified(dict(reversed(record.items())))
    assert form.identified({**record, "who": "张 三"})["id"] == form.identified(record)["id"]
    assert form.identified({**record, "who": "李四"})["id"] != form.identified(record)["id"]


def test_identity_leaves_everything_else_as_it_is(form: Form) -> None:
    record: Record = {"form": "trip", "who": "张三", "stops": [stop("开会")]}
    made = form.identified(record)
    assert "id" not in record
    assert "id" not in record["stops"][0]
    assert list(made) == ["form", "id", "who", "stops"]
    assert next(iter(made["stops"][0])) == "id"
    del made["id"], made["stops"][0]["id"]
    assert made == record


def test_an_id_outlives_every_change(form: Form) -> None:
    made = form.identified({"form": "trip", "who": "张三", "stops": [stop("开会")]})
    made["who"] = "李四"
    made["stops"][0]["task"] = "出席会议"
    again = form.identified(made)
    assert again == made


def test_rows_of_the_same_key_are_numbered(form: Form) -> None:
    made = form.identified({"form": "trip", "stops": [stop("开会"), stop("开会"), stop("开会")]})
    first = ids(made)[0]
    assert ids(made) == [first, f"{first}-2", f"{first}-3"]


def test_the_key_alone_makes_the_id_of_a_row(form: Form) -> None:
    one = form.identified({"form": "trip", "stops": [stop("开会")]})
    other = form.identified({"form": "trip", "stops": [stop("开 会") | {"cost": "9"}]})
    assert ids(one) == ids(other)


def test_a_new_row_does_not_take_the_id_of_an_old_one(form: Form) -> None:
    taken = ids(form.identified({"form": "trip", "stops": [stop("开会")]}))[0]
    rows = [stop("开会"), stop("改名后", id=taken)]
    assert ids(form.identified({"form": "trip", "stops": rows})) == [f"{taken}-2", taken]


def test_a_copied_row_gets_an_id_of_its_own(form: Form) -> None:
    rows = [stop("开会", id="a"), stop("考察", id="a")]
    first, second = ids(form.identified({"form": "trip", "stops": rows}))
    assert (first, second == "a") == ("a", False)


def test_a_record_that_says_nothing_has_an_id(form: Form) -> None:
    assert (
        form.identified({"form": "trip"})["id"]
        == form.identified({"form": "trip", "who": None})["id"]
    )
