"""Names for files and folders: whatever the text, every system takes the name."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.files import MAX_BYTES, safe_name, unique_names

_NASTY = st.sampled_from(
    [
        *'<>:"/\\|?*~. -_\t\r\n\0',
        *["CON", "nul", "com¹", ".git", "git~1", "ß", "SS", "ſ", "é", "e\u0301", "≮", "\u0338"],
        *["\u202e", "\u200d", "\ufeff", "\ud800", "\ufdd0", "　", "一", "上海", "𠮷", "가"],
    ]
)
_TEXTS = st.one_of(
    st.text(), st.lists(_NASTY).map("".join), st.lists(_NASTY, min_size=90).map("".join)
)
_SUFFIXES = st.sampled_from(["", ".xlsx", ".c220910399858272.json", " (2).xlsx"])
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?")


@given(_TEXTS, _SUFFIXES)
def test_every_system_takes_the_name(text: str, suffix: str) -> None:
    name = safe_name(text, suffix=suffix)
    assert name.endswith(suffix)
    assert len(name) > len(suffix)
    assert len(name.encode()) <= MAX_BYTES
    assert not re.search(r'[<>:"/\\|?*~\x00-\x1f\x7f]', name)
    assert name == name.strip()
    assert not name.startswith(("-", ".", " "))
    assert not name.endswith((".", " "))
    assert not _DEVICES.fullmatch(name)
    assert not {unicodedata.category(c) for c in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert unicodedata.is_normalized("NFC", name)


@given(_TEXTS)
def test_a_safe_name_stays_as_it_is(text: str) -> None:
    assert safe_name(safe_name(text)) == safe_name(text)


@given(st.lists(_TEXTS, max_size=12) | st.lists(_NASTY, max_size=40), _SUFFIXES)
def test_no_two_names_are_equal_to_a_file_system(texts: list[str], suffix: str) -> None:
    names = unique_names(texts, suffix=suffix)
    assert len(names) == len(texts)
    assert names == unique_names(texts, suffix=suffix)
    assert all(name.endswith(suffix) and len(name.encode()) <= MAX_BYTES for name in names)
    for form in ("NFC", "NFD"):
        for fold in (str.casefold, str.upper, str.lower):
            assert len({fold(unicodedata.normalize(form, name)) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2023年城区道路养护", "2023年城区道路养护"),
        ("a/b", "a／b"),
        ("道路：养护<一期>?", "道路：养护＜一期＞？"),
        ("", "_"),
        ("..", "_"),
        (".git", "_git"),
        ("-rf", "_rf"),
        ("~$表.xlsx", "～$表.xlsx"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("LPT²", "_LPT²"),
        ("CONSOLE", "CONSOLE"),
        ("  第一行\n 第二行　", "第一行 第二行"),
        ("报告. .", "报告"),
        ("ab\u200bc\u202ed\ufeff", "abcd"),
        ("a\0b", "a_b"),
        ("e\u0301", "é"),
    ],
)
def test_what_becomes_of_a_text(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_long_text_is_cut_between_characters_and_keeps_its_suffix() -> None:
    assert safe_name("养" * 300, suffix=".xlsx") == "养" * 65 + ".xlsx"


def test_a_device_with_a_suffix_is_still_a_device() -> None:
    assert safe_name("con", suffix=".xlsx") == "_con.xlsx"


def test_later_names_are_numbered() -> None:
    texts = ["道路", "a", "A", "道路", "道路", "道路 (2)"]
    assert unique_names(texts, suffix=".x") == [
        "道路.x",
        "a.x",
        "A (2).x",
        "道路 (2).x",
        "道路 (3).x",
        "道路 (2) (2).x",
    ]


def test_ten_thousand_equal_texts_are_numbered_at_once() -> None:
    assert unique_names(["养" * 100] * 10_000, suffix=".x")[-1].endswith(" (10000).x")
