"""Any file that holds filled forms to readings: a workbook, a text, or records as JSON.

What is wrong with a file is a problem of that file; nothing here raises for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.problems import problem
from xlsync.reader import Reading, read
from xlsync.sources import ENDINGS, open_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsync.form import Form
    from xlsync.problems import Problem
    from xlsync.record import Json

MAX_BYTES = 256 * 1024 * 1024
"""A file larger than that is not read into memory at all."""

_JSON = {".json", ".jsonl"}
_OTHERS = {
    *(".xls", ".xlsb", ".xltx", ".xlt", ".et", ".ett", ".ods", ".csv", ".html", ".htm"),
    *(".doc", ".docx", ".wps", ".odt", ".rtf", ".pdf", ".zip", ".rar", ".7z"),
    *(".jpg", ".jpeg", ".png", ".tif", ".tiff"),
}
"""Files in which a form may come back though it cannot be read from them: told, not passed over."""

_WANTED = ENDINGS | _JSON | _OTHERS


@dataclass(frozen=True, slots=True)
class FileReading:
    """What was read from one file: its bytes, and a reading for each form in it."""

    path: Path
    data: bytes
    readings: list[Reading]
    is_text: bool = False


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and every file of the folders that may hold a form, in order of names.

    Lock files that office programs leave behind (``~$…``, ``.~lock…``) are passed over.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for inner in sorted(path.rglob("*")):
            is_lock = inner.name.startswith(("~$", ".~"))
            if inner.is_file() and not is_lock and inner.suffix.lower() in _WANTED:
                yield inner


def read_file(forms: Mapping[str, Form], path: Path) -> FileReading:
    """Read one file, whatever it is."""
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"文件超过 {MAX_BYTES // 1024 // 1024} MB，未读取。"
            return _failed(path, problem("X001", message))
        data = path.read_bytes()
    except OSError as error:
        return _failed(path, problem("X001", f"文件打不开：{error.strerror or error}。"))
    ending = path.suffix.lower()
    if ending in _JSON:
        readings = list(_records(forms, data, lines=ending == ".jsonl"))
        nothing = _unreadable(problem("X003", "没有找到记录，请检查文件内容。"))
        return FileReading(path, data, readings or [nothing])
    workbook = open_file(ending, data)
    return FileReading(path, data, read(list(forms.values()), workbook), workbook.is_text)


def read_record(forms: Mapping[str, Form], value: Json, start: int = 1) -> Reading:
    """A record as JSON to a reading: canonical, with all ids, checked by its form's rules."""
    form_id = value.get("form") if isinstance(value, dict) else None
    form = forms.get(form_id) if isinstance(form_id, str) else None
    if form is None:
        known = "、".join(sorted(forms))
        message = f"记录的 form 是 {form_id!r}，不是已知的表（{known}）。"
        return Reading(None, start, None, None, [problem("X005", message, pointer="/form")])
    record, problems = form.canonical(value)
    if record is None:
        return Reading(None, start, form.id, None, problems)
    made = form.identified(record)
    return Reading(None, start, form.id, made, form.check(made), states_id="id" in record)


def _records(forms: Mapping[str, Form], data: bytes, *, lines: bool) -> Iterator[Reading]:
    if not data.strip():
        yield _unreadable(problem("X002", "文件是空的，请重新导出或重新发送。"))
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield _unreadable(problem("X001", "JSON 不是 UTF-8 编码，请另存为 UTF-8。"))
        return
    pieces = enumerate(text.split("\n"), start=1) if lines else [(1, text)]
    for number, piece in pieces:
        if piece.strip():
            yield from _parsed(forms, piece, number)


def _parsed(forms: Mapping[str, Form], text: str, start: int) -> Iterator[Reading]:
    try:
        value = json.loads(text, parse_float=Decimal, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        yield _unreadable(problem("X001", f"不是有效的 JSON：{error}。"), start)
        return
    for one in value if isinstance(value, list) else [value]:
        is_printed = isinstance(one, dict) and "record" in one and "problems" in one
        if not is_printed or one["record"] is not None:
            yield read_record(forms, one["record"] if is_printed else one, start)


def _unique_keys(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object; a key that stands twice would lose a value, so it is an error."""
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"键“{double}”重复")
    return made


def _unreadable(one: Problem, start: int = 1) -> Reading:
    return Reading(None, start, None, None, [one])


def _failed(path: Path, one: Problem) -> FileReading:
    return FileReading(path, b"", [_unreadable(one)])
