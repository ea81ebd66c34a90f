"""A notice in words: the subject and the text of a mail, and what a letter says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.report.words.lines import visible
from xlsync.rounds.state.notices import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.rounds.state.notices import Notice, NoticeItem

_SOON = 3
"""Days before a date from which it is near; see :mod:`xlsync.rounds.kept.deadlines`."""


def chinese_date(day: str) -> str:
    """An ISO date as letters write it: ``2024年3月1日``."""
    year, month, rest = day.split("-")
    return f"{int(year)}年{int(month)}月{int(rest)}日"


def about(notice: Notice) -> str:
    """The round and the form that a notice is about: ``2024年（一上）的申报表``."""
    year, _, name = notice.round.partition("/")
    return visible(f"{year}年（{name}）{notice.document}")


def lateness(days: int | None) -> str:
    """How late something is, in words; empty where there is no date."""
    if days is None:
        return ""
    if days > 0:
        return f"逾期{days}天"
    return "今天到期" if days == 0 else f"还有{-days}天" if days >= -_SOON else "未到期"


def subject(notice: Notice) -> str:
    """The subject of a mail."""
    count = len(notice.items)
    late = notice.days_late or 0
    what = {
        Purpose.SEND: f"请填报 {count} 个项目",
        Purpose.RETURN: f"请修改 {count} 个项目",
        Purpose.REMIND: f"还有 {count} 个项目未交齐" + (f"，已逾期 {late} 天" if late > 0 else ""),
    }[notice.purpose]
    return visible(f"【{notice.purpose}】{notice.unit.name}{what}：{about(notice)}")


def title(notice: Notice) -> str:
    """The title of a letter."""
    what = {
        Purpose.SEND: "填报",
        Purpose.RETURN: "修改",
        Purpose.REMIND: "抓紧报送",
    }[notice.purpose]
    return visible(f"关于{what}{about(notice)}的函")


def opening(notice: Notice) -> list[str]:
    """The paragraphs before the list of projects."""
    count = len(notice.items)
    until = f"请于{chinese_date(notice.due)}前报送。" if notice.due else "请尽快报送。"
    if notice.purpose is Purpose.SEND:
        return [f"{about(notice)}已经开始填报，贵单位有{count}个项目（见下）。{until}"]
    if notice.purpose is Purpose.RETURN:
        first = f"贵单位报送的{about(notice)}中，有{count}个项目需要修改（见下）。"
        return [first + "标黄的格子是有问题的地方，改好后把同一个文件发回即可。"]
    late = notice.days_late or 0
    first = f"{about(notice)}，贵单位还有{count}个项目没有交齐（见下）。"
    if late > 0 and notice.due:
        return [first + f"截止日期{chinese_date(notice.due)}已过{late}天，请尽快补报。"]
    return [first + until]


def closing(notice: Notice) -> list[str]:
    """The paragraphs behind the list."""
    told = []
    if notice.purpose is not Purpose.RETURN:
        told.append("请直接在所附工作簿中填写，不要另建表格，不要改动表格的结构。")
    if notice.purpose is Purpose.REMIND:
        told.append("如已报送，请忽略本通知；项目有变动的，请及时告知。")
    if notice.contact:
        told.append(visible(f"报送至：{notice.contact}"))
    return told


def item_line(number: int, item: NoticeItem) -> str:
    """One project on a line of a mail."""
    late = lateness(item.days_late)
    due = f"（截止 {item.due}{'，' + late if late else ''}）" if item.due else ""
    return visible(f"{number}. {item.title}：{item.state}{due}")


def mail_text(notice: Notice, sender: str | None) -> str:
    """The whole text of a mail."""
    return "\n".join(_lines(notice, sender)) + "\n"


def _lines(notice: Notice, sender: str | None) -> Iterator[str]:
    person = f"（{notice.unit.contact}）" if notice.unit.contact else ""
    yield visible(f"{notice.unit.name}{person}：")
    yield ""
    yield from opening(notice)
    yield ""
    for number, item in enumerate(notice.items, start=1):
        yield item_line(number, item)
        for wrong in item.wrong:
            yield visible(f"   - {wrong}")
    yield ""
    yield from closing(notice)
    if sender:
        yield ""
        yield visible(sender)
