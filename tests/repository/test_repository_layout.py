"""Paths, names and the order of rounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.errors import XlsyncError
from xlsync.base.files import MAX_BYTES
from xlsync.repository import check_round, layout, round_order

_IDS = st.from_regex(layout.ID, fullmatch=True)


@pytest.mark.parametrize("name", ["2023/一上", "2024/final-2", "0000/十", "2023/" + "上" * 20])
def test_a_round_is_a_year_and_a_name(name: str) -> None:
    assert check_round(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *[
            "",
            "2023",
            "2023/",
            "23/一上",
            "２０２３/一上",
            "/2023/一上",
            "2023/一上\n",
            "2023/一 上",
        ],
        *[
            "2023/a.b",
            "2023/..",
            "2023/a/b",
            "2023/a_b",
            "2023/CON",
            "2023/-a",
            "2023/" + "上" * 21,
        ],
    ],
)
def test_a_bad_round_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(XlsyncError, match=r"^.* is not a round: write YEAR/NAME.*$") as error:
        check_round(name)
    assert "\n" not in str(error.value)


def test_rounds_are_ordered_by_year_and_numeral() -> None:
    rounds = ["2022/三上", "2023/一上", "2023/二上", "2023/三上", "2023/十", "2023/a", "2023/终审"]
    assert sorted(sorted(rounds, reverse=True), key=round_order) == rounds


@given(_IDS, st.text(), st.text() | st.text(alphabet=".abcjson-9", max_size=80))
def test_a_record_path_is_read_back(record_id: str, group: str, title: str) -> None:
    path = layout.record_path("2023/一上", record_id, group, title)
    parts = path.split("/")
    assert parts[:3] == ["rounds", "2023", "一上"]
    assert len(parts) == 5
    assert all(len(part.encode()) <= MAX_BYTES for part in parts)
    name = layout.read_record_name(parts[4])
    assert name is not None
    assert name.id == record_id


@pytest.mark.parametrize("name", ["", "note.txt", "a.json", "t.A.json", "t.a.JSON", "t.-a.json"])
def test_other_files_are_no_records(name: str) -> None:
    assert layout.read_record_name(name) is None


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("表.xlsx", "表.xlsx"),
        ("长" * 99 + ".XLSX", "长" * 65 + ".XLSX"),
        ("a/b.et", "a／b.et"),
        (".xlsx", "_.xlsx"),
        ("..", "_"),
        ("", "_"),
        ("CON.xls", "_CON.xls"),
        ("2023.道路", "2023.道路"),
        ("a.tar.gz\n", "a.tar.gz"),
    ],
)
def test_a_received_file_keeps_its_extension(name: str, stored: str) -> None:
    path = layout.received_path("2023/一上", "0123456789abcdef" * 4, name)
    assert path == f"received/2023/一上/0123456789abcdef/{stored}"
