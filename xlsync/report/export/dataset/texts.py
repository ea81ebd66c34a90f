"""Sums over datasets for people: tables on a screen, and values set apart by commas."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.table import Table as TextTable

from xlsync.report.export.text import write_values
from xlsync.report.words.lines import line, visible
from xlsync.report.words.terminal import BOX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from xlsync.base.record import Json
    from xlsync.report.export.dataset.totals import (
        ItemLevel,
        RolledPlace,
        RollUp,
        SummedAmount,
        SummedItems,
        SummedPlace,
        SummedSide,
    )
    from xlsync.report.words.lines import Line

_ALL, _NO_SUM = "全部", "—"
_PLACE = ("数据集", "单位", "表")
_INDENT = "  "


def sums_tables(made: RollUp) -> Iterator[TextTable]:
    """A table for each form, with its main amounts."""
    forms = {place.form: place.form_title for place in (made.places or made.items or {})}
    for form_id, title in forms.items():
        if made.items is not None:
            yield _items_table(made.items, form_id, title)
        else:
            yield _amounts_table(made, form_id, title)


def sums_lines(made: RollUp) -> Iterator[Line]:
    """What the sums are of, and what has to be known about them."""
    since = f"（与 {made.since} 比较）" if made.since else ""
    count = sum(one.projects for one in made.datasets)
    yield line(visible(f"{made.round}{since}：{len(made.datasets)} 个数据集，{count} 个项目。"))
    for name, lacks in made.missing:
        yield line(visible(f"数据集 {name} 没有 {lacks}，没有计入。"), "yellow")
    for one in made.datasets:
        if one.disputed:
            text = f"数据集 {one.name}：{one.disputed} 个项目还有未定的冲突，计入的是已收的版本。"
            yield line(visible(text), "yellow")
        if one.cancelled:
            text = f"数据集 {one.name}：{one.cancelled} 个项目已取消，没有计入。"
            yield line(visible(text), "yellow")
    if made.other_form:
        text = f"{made.other_form} 个项目两轮用的表不同，金额没有相互比较，各计在自己的表下。"
        yield line(text, "yellow")
    if made.twice_count:
        names = "、".join(f"{one.title}（{'、'.join(one.datasets)}）" for one in made.twice)
        more = "等" if made.twice_count > len(made.twice) else ""
        text = f"{made.twice_count} 个项目在几个数据集里都有，重复计入：{names}{more}。"
        yield line(visible(text), "red")
    yield from _empty_lines(made)


def sums_csv(made: RollUp) -> bytes:
    """All figures, one row for each amount of each place, or for each level of items."""
    file = io.BytesIO()
    if made.items is not None:
        heads = [*_PLACE, "指标表", "一级", "二级", "条数", "量化条数", "量化率（%）", "涉及项目"]
        rows = (
            [*_place(place), level.table, *_two(level), *_figures(found)]
            for place, levels in made.items.items()
            for level, found in levels.items()
        )
        write_values(file, heads, rows)
        return file.getvalue()
    heads = [*_PLACE, "项目数", "金额", "合计（元）", "已填", "未填"]
    if made.since:
        heads += ["原项目数", "新增项目", "减少项目", "原合计（元）", "原已填", "原未填"]
        heads += ["增减（元）", "只有一轮填写"]
    else:
        heads[4:4] = ["指标条数"]
    write_values(file, heads, (row for one in made.places.items() for row in _rows(*one)))
    return file.getvalue()


def _amounts_table(made: RollUp, form_id: str, title: str) -> TextTable:
    table = TextTable(box=BOX, title=title, title_justify="left")
    table.add_column("单位")
    for head in ("项目", *(("原有", "新增", "减少") if made.since else ("指标",))):
        table.add_column(head, justify="right")
    places = {place: sums for place, sums in made.places.items() if place.form == form_id}
    main = {
        one.pointer: one.label
        for sums in places.values()
        for one in sums.amounts.values()
        if one.is_main
    }
    for label in main.values():
        for head in (f"原{label}", label, "增减") if made.since else (label,):
            table.add_column(head, justify="right")
    for place, sums in places.items():
        cells = [_name(place), *map(str, _counts(sums))]
        for pointer in main:
            cells += _shown(sums.amounts.get(pointer), has_earlier=made.since is not None)
        table.add_row(*cells)
    return table


def _items_table(
    items: dict[RolledPlace, dict[ItemLevel, SummedItems]], form_id: str, title: str
) -> TextTable:
    table = TextTable(box=BOX, title=title, title_justify="left")
    table.add_column("单位")
    table.add_column("指标")
    for head in ("条数", "量化", "量化率", "涉及项目"):
        table.add_column(head, justify="right")
    for place, levels in items.items():
        if place.form != form_id:
            continue
        name = _name(place)
        for level, found in levels.items():
            depth = len(level.levels)
            text = visible(level.levels[-1]) if depth else level.table
            figures = (found.rows, found.quantified, f"{found.share}%", found.projects)
            table.add_row(name, _INDENT * depth + text, *map(str, figures))
            name = ""
    return table


def _name(place: RolledPlace) -> str:
    if place.dataset is None:
        return _ALL
    return visible(place.dataset if place.unit is None else _INDENT + place.unit)


def _counts(sums: SummedPlace) -> list[int]:
    if sums.earlier is None:
        return [sums.projects, sums.items]
    return [sums.projects, sums.earlier, sums.added, sums.gone]


def _shown(amount: SummedAmount | None, *, has_earlier: bool) -> list[str]:
    if amount is None:
        return [_NO_SUM] * (3 if has_earlier else 1)
    if amount.earlier is None:
        return [_money(amount.now.amount)]
    change = amount.change
    told = _NO_SUM if change is None else f"{change:+,}"
    return [_money(amount.earlier.amount), _money(amount.now.amount), told]


def _money(amount: Decimal | None) -> str:
    return _NO_SUM if amount is None else f"{amount:,}"


def _empty_lines(made: RollUp) -> Iterator[Line]:
    """Amounts that could not be added up since they are not filled in, over all that was asked."""
    for place, sums in made.places.items():
        if place.unit is not None or (place.dataset is not None and len(made.datasets) > 1):
            continue
        for one in sums.amounts.values():
            sides = [(made.round, one.now)] + (
                [(made.since or "", one.earlier)] if one.earlier else []
            )
            for name, side in sides:
                if one.is_main and side.empty:
                    text = f"{name} {one.label}：{side.empty} 个项目没有填，没有计入（不当作 0）。"
                    yield line(visible(text), "yellow")
            if one.is_main and one.unpaired:
                text = f"{one.label}：{one.unpaired} 个项目只有一轮填了，增减里是整笔金额。"
                yield line(visible(text), "yellow")


def _place(place: RolledPlace) -> list[Json]:
    return [place.dataset or _ALL, place.unit or "", place.form_title]


def _two(level: ItemLevel) -> list[Json]:
    first, second = (*level.levels, "", "")[:2]
    return [first, second]


def _figures(found: SummedItems) -> Sequence[Json]:
    return [found.rows, found.quantified, str(found.share), found.projects]


def _rows(place: RolledPlace, sums: SummedPlace) -> Iterator[list[Json]]:
    for one in sums.amounts.values():
        row = [*_place(place), sums.projects]
        if one.earlier is None:
            yield [*row, sums.items, one.label, *_side(one.now)]
            continue
        change = "" if one.change is None else str(one.change)
        more = [sums.earlier, sums.added, sums.gone, *_side(one.earlier), change, one.unpaired]
        yield [*row, one.label, *_side(one.now), *more]


def _side(side: SummedSide) -> list[Json]:
    return ["" if side.amount is None else str(side.amount), side.filled, side.empty]
