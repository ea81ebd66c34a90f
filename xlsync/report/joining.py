"""What joining another coordinator's work did, in sentences for a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.report.lines import line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlsync.report.lines import Line
    from xlsync.rounds.joining import Joined
    from xlsync.rounds.syncing import Synced

_SHORT_HASH = 10


def joined_lines(joined: Joined, written: Sequence[Path] = ()) -> Iterator[Line]:
    """What a join did, and each record that both sides had changed."""
    if joined.commit is None:
        yield line("已是最新，没有可合并的内容。")
    else:
        yield from _told(joined)
    yield from _to_decide(written, has_conflict=joined.has_conflict)


def synced_lines(synced: Synced, written: Sequence[Path] = ()) -> Iterator[Line]:
    """What an exchange did in both directions."""
    for one in synced.joined:
        yield from _told(one)
    if not synced.joined:
        yield line("对方没有新内容。")
    yield line("本库的内容已送到对方。" if synced.is_sent else "本库没有对方缺少的内容。")
    yield from _to_decide(written, has_conflict=synced.has_conflict)


def _told(joined: Joined) -> Iterator[Line]:
    version = (joined.commit or "")[:_SHORT_HASH]
    if joined.is_forward:
        yield line(f"已取得对方的新内容，本库没有自己的改动需要合并：{version}。")
        return
    waiting = sum(one.waits for one in joined.joints)
    both = f"，两边都有改动的项目 {len(joined.joints)} 个" if joined.joints else ""
    disputed = f"，其中冲突 {waiting} 个" if waiting else ""
    yield line(f"已与对方的内容合并{both}{disputed}。已记入版本库：{version}。")
    for one in joined.joints:
        yield line(visible(f"  {one.word} {one.round} {one.group} {one.title}"))
        for printed, number in one.renumbered:
            yield line(
                f"    两边都下发过第 {printed} 次；表上印着第 {printed} 次的其中一份，"
                f"台账记为第 {number} 次。"
            )


def _to_decide(written: Sequence[Path], *, has_conflict: bool) -> Iterator[Line]:
    """Where the workbooks lie in which conflicts are decided, or how one gets them."""
    if written:
        yield line(visible(f"冲突处理单 {len(written)} 份，在 {written[0].parent}。"))
    elif has_conflict:
        yield line("冲突等待裁定：加 --return 目录，写出冲突处理单；选好后用 collect 收回。")
