"""Drafts, letters and archives for units, written into a folder: nothing is sent."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.files import (
    make_folder,
    put_together,
    refuse_existing,
    unique_names,
    write_file,
)
from xlsync.report.notices.letter import letter
from xlsync.report.notices.mail import mail_draft
from xlsync.report.notices.notice_text import subject, title
from xlsync.report.words.lines import line, visible
from xlsync.rounds.sending.sendings import Dispatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from xlsync.report.words.lines import Line
    from xlsync.rounds.sending.distributing import Distribution
    from xlsync.rounds.state.notices import Notice

    Files = Sequence[tuple[str, bytes]]

_WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Post:
    """How notices are written: who signs, of which day (ISO), and what beside the drafts.

    ``zipped`` makes one archive a unit of its letter and workbooks, which then is what the draft
    carries. A post that is one ``of_many`` never writes over another: what is the same stays, and
    beside other files of its names a unit's new ones get a number. Without, ``force`` is asked.
    """

    sender: str | None
    day: str
    letters: bool = True
    zipped: bool = False
    force: bool = False
    of_many: bool = False


def write_post(
    folder: Path,
    notices: Sequence[Notice],
    workbooks: Callable[[Notice], Files],
    post: Post,
) -> list[Path]:
    """Write a draft a unit, and what the post wishes beside it.

    Args:
        folder: where they go; it is made.
        notices: what is told, one a unit.
        workbooks: name and bytes of what goes with a notice, asked for one after the other.
        post: how.

    Raises:
        XlsyncError: when a file is there already and not to be written over.
    """
    names = unique_names([one.unit.name for one in notices])
    endings = [".eml", *([".docx"] if post.letters else []), *([".zip"] if post.zipped else [])]
    paths = [folder / f"{name}{ending}" for name in names for ending in endings]
    if not (post.force or post.of_many):
        refuse_existing(paths)
    make_folder(folder)
    written: list[Path] = []
    for name, notice in zip(names, notices, strict=True):
        files, made = list(workbooks(notice)), {}
        if post.letters:
            made[".docx"] = letter(notice, post.sender, post.day)
            files.insert(0, (f"{title(notice)}.docx", made[".docx"]))
        if post.zipped:
            made[".zip"] = zip_of(files)
            files = [(f"{name}.zip", made[".zip"])]
        made[".eml"] = mail_draft(notice, files, post.sender)
        if post.of_many:
            written += put_together(folder, name, made)
            continue
        for ending, data in made.items():
            write_file(folder / f"{name}{ending}", data)
            written.append(folder / f"{name}{ending}")
    return written


def zip_of(files: Files) -> bytes:
    """An archive of some files, with their names in UTF-8; the same files give the same bytes."""
    buffer = io.BytesIO()
    names = unique_names([name.rpartition(".")[0] for name, _ in files])
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, (own, data) in zip(names, files, strict=True):
            ending = own.rpartition(".")[2]
            archive.writestr(zipfile.ZipInfo(f"{name}.{ending}", _WHEN), data)
    return buffer.getvalue()


def notice_lines(notices: Iterable[Notice]) -> Iterator[Line]:
    """One line a unit: what its draft says, and that it lacks an address."""
    for one in notices:
        yield line(subject(one) + ("" if one.unit.mail else "（没有邮箱）"))


def no_draft_lines(done: Distribution) -> Iterator[Line]:
    """Why a distribution that was to write drafts has none, and what makes it write them."""
    if Dispatch.UNCHANGED in done.counts() and not any(one.is_written for one in done.sendings):
        yield line("没有要发的工作簿，不写邮件草稿；未变的项目也要写的，请加 --all。", "yellow")


def draft_lines(paths: Sequence[Path]) -> Iterator[Line]:
    """How many drafts were written, and where; nothing where there are none."""
    drafts = [one for one in paths if one.suffix == ".eml"]
    if drafts:
        told = f"邮件草稿 {len(drafts)} 份，在 {drafts[0].parent}；没有发送，请核对后自行发出。"
        yield line(visible(told))
