"""The changed parts of long texts: shown whole, with what did not change cut short."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from xlsync.report.words.changes import Part, inline_change, segments
from xlsync.report.words.lines import plain

if TYPE_CHECKING:
    import pytest

_FILLER = "理顺业主自治的各项程序，指导任期届满的业委会及时改选。"
_TEXTS = st.text(alphabet="甲乙丙，。12a ", max_size=60)
_MARKED = re.compile(r"〔([-+])(.*?)\1〕")


def _shown(old: str, new: str) -> str:
    return plain(inline_change(old, new))


def test_a_replaced_word() -> None:
    old, new = f"{_FILLER}总结上年{_FILLER}", f"{_FILLER}评估上年{_FILLER}"
    assert _shown(old, new) == "…业委会及时改选。〔-总结-〕〔+评估+〕上年理顺业主自治…"


def test_a_number_changes_as_a_whole() -> None:
    assert (
        _shown("投入6810000.00元", "投入7010000.00元") == "投入〔-6810000.00-〕〔+7010000.00+〕元"
    )


def test_near_changes_are_one_and_far_ones_two() -> None:
    assert _shown("一甲二甲三", "一乙二乙三") == "一〔-甲二甲-〕〔+乙二乙+〕三"
    assert _shown("一甲二三甲四", "一乙二三乙四") == "一〔-甲-〕〔+乙+〕二三〔-甲-〕〔+乙+〕四"


def test_a_change_at_either_end_is_not_cut_off() -> None:
    assert _shown(_FILLER, f"新{_FILLER}").startswith("〔+新+〕")
    assert _shown(_FILLER, f"{_FILLER}新").endswith("〔+新+〕")
    assert _shown("", _FILLER) == f"〔+{_FILLER}+〕"


def test_a_long_change_is_shown_to_its_end() -> None:
    added = "甲乙" * 5000
    assert f"〔+{added}+〕" in _shown(_FILLER, f"{_FILLER}{added}")


def test_what_does_not_show_is_written_out() -> None:
    assert "〔+〔换行〕+〕" in _shown("甲乙丙", "甲乙\n丙")
    assert "〔+〔U+200B〕+〕" in _shown("甲乙丙", "甲乙\u200b丙")
    assert _shown("甲 乙丙", "甲\u00a0乙丙") == "甲〔- -〕〔+〔U+00A0〕+〕乙丙"


@given(_TEXTS, _TEXTS)
@example("甲" * 3000 + "乙", "丙" + "甲" * 3000)
def test_old_text_is_cut_out_of_old_and_new_text_of_new(old: str, new: str) -> None:
    shown = _shown(old, new)
    for sign, text in _MARKED.findall(shown):
        assert text in (old if sign == "-" else new)
    assert ("〔" in shown) == (old != new)


@given(_TEXTS, _TEXTS)
def test_both_texts_can_be_read_off_where_nothing_is_cut(old: str, new: str) -> None:
    shown = _shown(old, new)
    if "…" not in shown:
        assert re.sub(r"〔\+.*?\+〕", "", shown).replace("〔-", "").replace("-〕", "") == old
        assert re.sub(r"〔-.*?-〕", "", shown).replace("〔+", "").replace("+〕", "") == new


@given(_TEXTS, _TEXTS, st.integers(0, 5))
@example("甲" * 3000 + "乙", "丙" + "甲" * 3000, 0)
def test_stretches_make_both_texts_again(old: str, new: str, context: int) -> None:
    for found in (segments(old, new), segments(old, new, context)):
        kept = [(part, text) for part, text in found if part is not Part.ADDED]
        assert "".join(text for _, text in kept) == old
        assert "".join(text for part, text in found if part is not Part.REMOVED) == new
        assert all(text for _, text in found)
    assert not any(part is Part.CUT for part, _ in segments(old, new))


def test_what_only_happens_to_be_the_same_in_a_rewritten_sentence_is_no_island() -> None:
    old, new = "做好日常巡查和宣传工作", "加强治安防范和法治教育"
    assert segments(old, new) == [(Part.REMOVED, old), (Part.ADDED, new)]


def test_a_sign_for_what_does_not_show_changes_as_a_whole() -> None:
    found = segments("甲乙丙〔U+200B〕丁戊己", "甲乙丙〔U+200C〕丁戊己")
    assert (Part.REMOVED, "〔U+200B〕") in found


def test_the_longest_texts_of_a_cell_are_compared_in_few_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pieces: list[int] = []

    def compare(junk: None, old: list[str], new: list[str]) -> SequenceMatcher[str]:
        pieces.append(max(len(old), len(new)))
        return SequenceMatcher(junk, old, new)

    monkeypatch.setattr("xlsync.report.words.changes.SequenceMatcher", compare)
    old = "".join(f"第{number}项，完成{number * 7}次。" for number in range(2400))
    rewritten = "".join(f"共{number}条，达到{number * 3}件。" for number in range(2400))
    assert _shown(old, old.replace("第1200项", "第一千二百项")).count("〔") == 2
    _shown(old, rewritten)
    _shown("甲乙" * 16_000, "乙丙" * 16_000)
    assert pieces
    assert max(pieces) <= 2_000
