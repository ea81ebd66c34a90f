"""What a command did, in Chinese sentences: carried over, joined, sent out, checked.

A column that a new form does not have is the same news for every record; it is told once with
how many it concerns. What concerns a record alone is told with the record and its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from xlsync.base.acting import is_preview
from xlsync.report.words.lines import line, visible
from xlsync.report.words.terminal import BOX
from xlsync.rounds.sending.sendings import Dispatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from xlsync.records import Remark
    from xlsync.report.words.lines import Line
    from xlsync.repository.checking import Soundness
    from xlsync.repository.storing import MovedOriginals, OriginalTraffic
    from xlsync.repository.tidying import Tidied
    from xlsync.repository.upgrading import Upgraded
    from xlsync.rounds.sending.distributing import Distribution
    from xlsync.rounds.sharing.brought import Brought, Named
    from xlsync.rounds.sharing.joining import JoinResult
    from xlsync.rounds.sharing.syncing import Synced

_MAX_TEXT = 60
_SHORT_HASH = 10
_MOST_NAMED = 20


def carried_lines(records: Sequence[tuple[str, Iterable[Remark]]]) -> Iterator[Line]:
    """The remarks of each (title, remarks), and how many records were carried over."""
    groups: dict[tuple[str, str], list[tuple[str, Remark]]] = {}
    for title, remarks in records:
        for one in remarks:
            groups.setdefault((one.label, one.why), []).append((title, one))
    for (label, why), places in groups.items():
        heading = f"未沿用“{visible(label)}”：{visible(why)}。"
        titles = dict.fromkeys(title for title, _ in places)
        if len(titles) > 1 and len(titles) == len(records):
            yield ((heading, "yellow"), (f"（{len(titles)} 份记录都是）", ""))
            continue
        yield line(heading, "yellow")
        for title, one in places:
            place = "，".join(filter(None, (title, one.row)))
            yield line(f"  {visible(place)}：“{_short(visible(one.text))}”")
    yield line(f"沿用 {len(records)} 份记录。", "bold")


def _short(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"


def joined_lines(joined: JoinResult, written: Sequence[Path] = ()) -> Iterator[Line]:
    """What a join did, and each record that both sides had changed."""
    if joined.commit is None:
        yield line("已是最新，没有可合并的内容。")
    else:
        yield from _told(joined)
    yield from _to_decide(written, has_conflict=joined.has_conflict)


def synced_lines(synced: Synced, written: Sequence[Path] = ()) -> Iterator[Line]:
    """What an exchange did in both directions, and where conflicts are decided."""
    yield from exchange_lines(synced)
    yield from _to_decide(written, has_conflict=synced.has_conflict)


def exchange_lines(synced: Synced) -> Iterator[Line]:
    """What an exchange did in both directions."""
    for one in synced.joined:
        yield from _told(one)
    if not synced.joined:
        yield line("对方没有新内容。")
    if synced.originals is not None:
        yield from _original_lines(synced.originals)
    sent = "本库的内容将送到对方。" if synced.is_preview else "本库的内容已送到对方。"
    yield line(sent if synced.is_sent else "本库没有对方缺少的内容。")
    yield from brought_lines("送去", synced.goes)


def _original_lines(found: OriginalTraffic) -> Iterator[Line]:
    """What became of originals that lie beside the repository."""
    will = "将" if is_preview() else "已"
    if found.sent or found.brought:
        yield line(f"原件{will}送去 {found.sent} 份，取来 {found.brought} 份。")
    if found.kept:
        text = f"对方是 git 服务器，不收原件：{found.kept} 份原件只在本库的原件库里。"
        yield line(text, "yellow")
    if found.lacking:
        yield line(f"有 {found.lacking} 份原件本库和对方都没有。", "yellow")


def soundness_lines(found: Soundness, *, is_tidying: bool = False) -> Iterator[Line]:
    """What a check of a repository has found, and what it took away."""
    yield line(
        f"核对了 {found.commits} 次提交、{found.folders} 个目录、{found.files} 个文件；"
        f"最新一版有 {found.records} 份记录、{found.originals} 份原件。"
    )
    if found.signed:
        known = (
            "已用名单核对" if found.is_verified else "未核对（没有设 gpg.ssh.allowedSignersFile）"
        )
        yield line(f"有签名的提交 {found.signed} 次，{known}；没有签名的 {found.unsigned} 次。")
    if found.is_sound:
        yield line("版本库完好。")
        if found.unneeded is not None and any(found.unneeded[:2]):
            yield _unneeded_line(found.unneeded, is_tidying=is_tidying)
        elif found.unneeded is None and is_tidying:
            yield line(
                "没有清理：只清理版本库自己的 originals 文件夹。放在共用的文件夹或网址的原件，"
                "别的版本库可能也用着，一份也不删。",
                "yellow",
            )
        return
    for fault in found.faults:
        yield line(fault, "red")
    more = f"另有 {found.unlisted} 处未列出。" if found.unlisted else ""
    yield line(
        f"有 {len(found.faults) + found.unlisted} 处损坏。{more}请换回备份（xlsync recover），"
    )
    yield line("或从共享的版本库重新取一份（git clone --bare），再收集一次手头的文件。")


def _unneeded_line(found: Tidied, *, is_tidying: bool) -> Line:
    size = f"（共 {found.size / 1024 / 1024:.1f} MB）"
    told = f"没有哪个版本用到的原件 {found.originals} 份、没写完的文件 {found.leftovers} 个{size}"
    if not is_tidying:
        return line(f"原件库里有两周以前中断的写入留下的{told}；可用 check --tidy 清理。", "yellow")
    return line(f"{'将' if is_preview() else '已'}清理{told}。")


def upgraded_lines(done: Upgraded, moved: MovedOriginals | None = None) -> Iterator[Line]:
    """What an upgrade of a repository did."""
    yield from _format_lines(done)
    if moved is not None:
        yield from _moved_lines(moved)


def _moved_lines(moved: MovedOriginals) -> Iterator[Line]:
    if moved.commit is None:
        yield line(f"原件都在原件库里（{visible(moved.place)}），没有改动。")
        return
    will = "将" if is_preview() else "已"
    text = f"{will}把 {moved.moved} 份原件移入原件库（{visible(moved.place)}），并读回核对；"
    yield line(f"{text}此后收到的也放在那里，版本库里只记它们的 SHA-256。")
    yield line("以前各版本里的原件仍在历史中，不会因此变小；新取的一份（git clone）也带着历史。")
    yield line("请把原件库一并备份（xlsync backup 会带上它）。", "yellow")


def _format_lines(done: Upgraded) -> Iterator[Line]:
    if done.commit is None:
        yield line(f"版本库已是最新的格式 {done.number}，没有改动。")
        return
    told = f"格式 {done.former} 升级为格式 {done.number}，逐个文件核对，内容不变"
    if is_preview():
        yield line(f"版本库将由{told}。")
    else:
        yield line(f"版本库已由{told}。已记入版本库：{done.commit[:_SHORT_HASH]}。")
    yield line(f"以前的版本都在历史里（到 {done.before[:_SHORT_HASH]} 为止），照常查看和撤销。")
    yield line("共用这个版本库的人，请都把 xlsync 更新到能读新格式的版本。", "yellow")


def _told(joined: JoinResult) -> Iterator[Line]:
    kept = "" if joined.is_preview else f"已记入版本库：{(joined.commit or '')[:_SHORT_HASH]}。"
    for head, tail, answers_only in (("删去了", "", False), ("撤回了", "已收的内容", True)):
        found = [one for one in joined.removed if one.answers_only is answers_only]
        if found:
            names = "、".join(f"{one.round} {one.title}" for one in found[:_MOST_NAMED])
            more = "等" if len(found) > _MOST_NAMED else ""
            told = f"对方{head} {len(found)} 个项目{tail}：{names}{more}"
            yield line(visible(f"{told}；以前的版本仍在，可用 log 查看。"), "yellow")
    yield from brought_lines("送来", joined.comes)
    lists = [one for one in joined.comes.lists if one in joined.goes.lists]
    if lists:
        yield line(f"两边都改过：{'、'.join(lists)}；逐项合并。")
    for came in joined.closings:
        word = came.closure.act.word
        yield line(visible(f"对方{word}了 {came.round}（{came.closure.said}）。"), "yellow")
    if joined.is_forward:
        yield line(f"对方有新内容，本库没有自己的改动需要合并。{kept}")
        return
    waiting = sum(one.waits for one in joined.joints)
    both = f"，两边都有改动的项目 {len(joined.joints)} 个" if joined.joints else ""
    disputed = f"，其中冲突 {waiting} 个" if waiting else ""
    yield line(f"{'将' if joined.is_preview else '已'}与对方的内容合并{both}{disputed}。{kept}")
    for one in joined.joints:
        yield line(visible(f"  {one.word} {one.round} {one.group} {one.title}"))
        for printed, number in one.renumbered:
            yield line(
                f"    两边都下发过第 {printed} 次；表上印着第 {printed} 次的其中一份，"
                f"台账记为第 {number} 次。"
            )
        for told in one.told():
            yield line(visible(f"    {told}"))


def brought_lines(word: str, what: Brought) -> Iterator[Line]:
    """What a side brings, a line a round; ``word`` says in which direction."""
    for one in what.rounds:
        parts = [
            f"{head} {len(found)} 个（{_titles(found)}）"
            for head, found in (("新项目", one.new), ("改动", one.changed))
            if found
        ]
        parts += [f"下发 {one.sent} 份"] if one.sent else []
        parts += [f"回表文件 {one.files} 份"] if one.files else []
        yield line(visible(f"{word} {one.round}：{'，'.join(parts)}。"))
    if what.lists:
        yield line(f"{word}的还有：{'、'.join(what.lists)}。")


def _titles(found: Sequence[Named]) -> str:
    names = "、".join(one.title for one in found[:_MOST_NAMED])
    return f"{names}等" if len(found) > _MOST_NAMED else names


def _to_decide(written: Sequence[Path], *, has_conflict: bool) -> Iterator[Line]:
    """Where the workbooks lie in which conflicts are decided, or how one gets them."""
    if written:
        yield line(visible(f"冲突处理单 {len(written)} 份，在 {written[0].parent}。"))
    elif has_conflict:
        yield line("冲突等待裁定：加 --return 目录，写出冲突处理单；选好后用 collect 收回。")


def unit_table(done: Distribution) -> Table:
    """One row a unit: how many workbooks are new, sent anew or unchanged, and their folder."""
    table = Table(box=BOX, safe_box=False)
    states = list(done.counts())
    for head in ("单位", *states, "文件夹"):
        is_count = isinstance(head, Dispatch)
        table.add_column(str(head), justify="right" if is_count else "left", overflow="fold")
    units: dict[str, dict[Dispatch, int]] = {}
    folders: dict[str, str] = {}
    for one in done.sendings:
        counts = units.setdefault(one.group, dict.fromkeys(states, 0))
        counts[one.state] += 1
        if one.is_written:
            folders[one.group] = one.file.partition("/")[0]
    for unit, counts in units.items():
        row = (unit, *map(str, counts.values()), folders.get(unit, ""))
        table.add_row(*map(visible, row))
    return table


def distribution_lines(done: Distribution) -> Iterator[Line]:
    """What a distribution did, what changed since the last one, and what it left alone."""
    counts = "，".join(f"{state} {count}" for state, count in done.counts().items())
    what = "将下发" if done.wishes.is_preview else "下发"
    yield line(f"{what} {done.wishes.round}：{counts}。")
    for one in done.sendings:
        if one.changes:
            told = "；".join(one.changes)
            how = f"第{one.number}次" if one.is_written else Dispatch.CORRECTED.value
            also = "（已收的内容也已更正）" if one.is_corrected and one.is_written else ""
            yield line(visible(f"  {how} {one.group} {one.title}：{told}{also}"))
        if one.replaces:
            yield line(visible(f"  原来的文件 {one.replaces} 已作废，请不要再发。"), "yellow")
    if outdated := done.outdated():
        text = f"{outdated} 份未变的工作簿里仍是原来的截止日期或联系方式，要更新请加 --all。"
        yield line(text, "yellow")
    if done.missing:
        names = "、".join(one.title for one in done.missing[:_MOST_NAMED])
        more = "等" if len(done.missing) > _MOST_NAMED else ""
        text = f"此前已下发、这次名册里没有的项目 {len(done.missing)} 个：{names}{more}。"
        yield line(visible(text), "yellow")
    if done.wishes.is_preview:
        return
    if any(one.is_written for one in done.sendings):
        yield line(visible(f"工作簿在 {done.wishes.folder}。"))
    if done.commit is None:
        yield line("没有新内容，版本库未改动。")
    else:
        yield line(f"已记入版本库：{done.commit[:_SHORT_HASH]}。")
