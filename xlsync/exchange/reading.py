"""Any file that holds filled forms to readings: a workbook, a text, or records as JSON.

Files come as they are, in folders and in zip archives; a file of an archive is a file like any
other, its path that of the archive with its name in it. What is wrong with a file is a problem
of that file; nothing here raises for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING

from xlsync.base.problems import from_json, problem
from xlsync.form.salvage import salvage
from xlsync.reader import Reading, read
from xlsync.sources import ENDINGS, archive, open_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Form

MAX_BYTES = 256 * 1024 * 1024
"""A file larger than that is not read into memory at all."""

_MOST_NAMED = 5
"""Files of an archive that are named when they could not be read."""

_JSON = {".json", ".jsonl"}
_OTHERS = {
    *(".xls", ".xlsb", ".xltx", ".xlt", ".et", ".ett", ".ods", ".csv", ".html", ".htm"),
    *(".doc", ".docx", ".wps", ".odt", ".rtf", ".pdf", ".zip", ".rar", ".7z"),
    *(".jpg", ".jpeg", ".png", ".tif", ".tiff"),
}
"""Files in which a form may come back though it cannot be read from them: told, not passed over."""

_WANTED = ENDINGS | _JSON | _OTHERS


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came: its bytes where they are at hand already, and why it cannot be read."""

    path: Path
    data: bytes | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class FileReading:
    """What was read from one file: its bytes, and a reading for each form in it."""

    path: Path
    data: bytes
    readings: list[Reading]
    is_text: bool = False

    def as_json(self) -> list[Json]:
        """One object a reading, as ``xlsync read`` prints them."""
        return [self._printed(one) for one in self.readings]

    def _printed(self, reading: Reading) -> Json:
        place: Json = {"line": reading.start} if self.is_text else {"sheet": reading.sheet}
        if reading.by is not None and not self.is_text:
            place["by"] = reading.by
        return {
            "source": {"file": str(self.path), **place},
            "form": reading.form,
            "record": reading.record,
            "problems": [one.as_json() for one in reading.problems],
        }


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and every file of the folders that may hold a form, in order of names.

    Lock files that office programs leave behind (``~$…``, ``.~lock…``) are passed over.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and _is_wanted(inner.name):
                yield inner


def find_arrivals(paths: Iterable[Path]) -> Iterator[Arrival]:
    """Every file that :func:`find_files` finds, with those of an archive in place of it.

    An archive of which something could not be read comes itself too, behind its files.
    """
    for path in find_files(paths):
        if path.suffix.lower() == archive.ENDING:
            yield from _unpacked(path)
        else:
            yield Arrival(path)


def _unpacked(path: Path) -> Iterator[Arrival]:
    whole = _whole(path)
    if whole.data is None or whole.problem or archive.is_document(whole.data):
        yield whole
        return
    found = archive.Archive(BytesIO(whole.data), _is_wanted)
    is_empty = True
    for member in found:
        is_empty = False
        yield Arrival(path / member.name, member.data)
    if found.failures:
        listed = "、".join(found.failures[:_MOST_NAMED])
        more = "等" if len(found.failures) > _MOST_NAMED else ""
        message = f"压缩包里有 {len(found.failures)} 处没有读出：{listed}{more}。请解压后重新发送。"
        yield replace(whole, problem=problem("X001", message))
    elif is_empty:
        yield replace(whole, problem=problem("X003", "压缩包里没有可以读取的文件。"))


def _is_wanted(name: str) -> bool:
    """Whether a file of this name may hold a form."""
    is_lock = name.startswith(("~$", ".~"))
    return not is_lock and PurePath(name).suffix.lower() in _WANTED


def _whole(path: Path) -> Arrival:
    """A file with its bytes, or why they cannot be had."""
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"文件超过 {MAX_BYTES // 1024 // 1024} MB，未读取。"
            return Arrival(path, b"", problem("X001", message))
        return Arrival(path, path.read_bytes())
    except OSError as error:
        return Arrival(path, b"", problem("X001", f"文件打不开：{_reason(error)}。"))


def read_file(forms: Mapping[str, Form], path: Path) -> FileReading:
    """Read one file, whatever it is; an archive is none, see :func:`find_arrivals`."""
    return read_arrival(forms, Arrival(path))


def read_files(
    forms: Mapping[str, Form],
    paths: Iterable[Path],
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[FileReading]:
    """Read every file that is found, one after the other; ``progress`` counts files on the disk."""
    found = list(find_files(paths))
    for number, path in enumerate(found):
        if progress:
            progress(number, len(found))
        for arrival in find_arrivals([path]):
            yield read_arrival(forms, arrival)
    if progress:
        progress(len(found), len(found))


def loaded(arrival: Arrival) -> Arrival:
    """The file with its bytes, or with why they cannot be had."""
    return _whole(arrival.path) if arrival.data is None else arrival


def read_arrival(forms: Mapping[str, Form], arrival: Arrival) -> FileReading:
    """Read a file that was found."""
    arrival = loaded(arrival)
    data, ending = arrival.data or b"", arrival.path.suffix.lower()
    if arrival.problem is not None:
        return FileReading(arrival.path, data, [_unreadable(arrival.problem)])
    if ending in _JSON:
        readings = list(_records(forms, data, lines=ending == ".jsonl"))
        nothing = _unreadable(problem("X003", "没有找到记录，请检查文件内容。"))
        return FileReading(arrival.path, data, readings or [nothing])
    is_document = ending == archive.ENDING and archive.is_document(data)
    workbook = open_file(".xlsx" if is_document else ending, data)
    if is_document:
        message = f"扩展名是 {ending}，内容是电子表格，已按内容读取，请用正确的扩展名保存。"
        workbook.problems.append(problem("X007", message))
    readings = read(list(forms.values()), workbook)
    return FileReading(arrival.path, data, readings, workbook.is_text)


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
        draft, typed = salvage(form, value, problems)
        reading = Reading(None, start, form.id, None, problems, typed=typed, draft=draft)
        states_id = draft is not None and draft["id"] == value.get("id")
        return replace(reading, states_id=states_id, unread=frozenset(typed))
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
        yield _unreadable(problem("X001", f"不是有效的 JSON：{_fault(error)}。"), start)
        return
    for one in value if isinstance(value, list) else [value]:
        if not (isinstance(one, dict) and "record" in one and "problems" in one):
            yield read_record(forms, one, start)
        elif one["record"] is None:
            yield _without_record(one, start)
        else:
            yield read_record(forms, one["record"], start)


def _without_record(printed: dict[str, Json], start: int) -> Reading:
    """What was printed of a place where no record was found: it still has none."""
    form, problems = printed.get("form"), from_json(printed["problems"])
    if not problems:
        problems = [problem("X005", "这一行没有记录，也没有说明原因，请重新导出。")]
    return Reading(None, start, form if isinstance(form, str) else None, None, problems)


def _fault(error: ValueError | RecursionError) -> str:
    """What is wrong with a JSON text, and where."""
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行第 {error.colno} 个字符处写法有误"
    if isinstance(error, _DoubleKeyError):
        return str(error)
    return "嵌套过深" if isinstance(error, RecursionError) else "数字过长"


def _reason(error: OSError) -> str:
    """Why a file does not open, as the coordinator reads it."""
    reasons = {
        FileNotFoundError: "文件不存在",
        PermissionError: "没有读取权限，或正被其他程序占用",
        IsADirectoryError: "这是一个文件夹",
    }
    return reasons.get(type(error), f"系统错误 {error.errno}")


def _unique_keys(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object; a key that stands twice would lose a value, so it is an error."""
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise _DoubleKeyError(f"键“{double}”重复")
    return made


class _DoubleKeyError(ValueError):
    """A key that stands twice in one object."""


def _unreadable(one: Problem, start: int = 1) -> Reading:
    return Reading(None, start, None, None, [one])
