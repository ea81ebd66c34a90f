"""Records as canonical JSON: the same content is always the same bytes.

A record is a plain JSON object (``dict`` of text, integers, null, lists and objects; amounts
are decimal strings, never floats). This module knows JSON pointers and bytes, no form.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = Any
Record = dict[str, Json]


class _Missing:
    """There is one of it, in every process and out of every file."""

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Final[object] = _Missing()
"""What :func:`get` returns where a pointer leads nowhere: absent is not null."""

_ID_LENGTH = 12

DIGEST = re.compile(rf"[0-9a-f]{{{_ID_LENGTH}}}(?:-[0-9]+)?")
"""An id that was made by :func:`digest`, numbered where it was taken already."""


_INSIDE = (dict, list)
"""What holds other values."""

_encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def canonical_bytes(value: Json) -> bytes:
    """UTF-8 JSON, two-space indent, a newline at the end; key order is the caller's.

    Raises:
        ValueError: for what JSON cannot say: a number that is none, or half a character.
        TypeError: for what is no JSON value.
    """
    return _indented(value, "\n").encode("utf-8") + b"\n"


def _indented(value: Json, line: str) -> str:
    """A value over several lines, ``line`` being the break and the blanks before its end.

    The library writes indented JSON in Python, piece by piece, which takes twice as long.
    """
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict) and value:
        inner = f"{line}  "
        pairs = [f"{quoted(key)}: {_indented(one, inner)}" for key, one in value.items()]
        return f"{{{inner}{f',{inner}'.join(pairs)}{line}}}"
    if isinstance(value, list | tuple) and value:
        inner = f"{line}  "
        return f"[{inner}{f',{inner}'.join([_indented(one, inner) for one in value])}{line}]"
    return "null" if value is None else _encoded(value)


@lru_cache(maxsize=4096)
def split(pointer: str) -> tuple[str, ...]:
    """The parts of a JSON pointer (RFC 6901), unescaped."""
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is not a JSON pointer")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


@lru_cache(maxsize=4096)
def join(*parts: str | int) -> str:
    """A JSON pointer of these parts, escaped."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def get(value: Json, pointer: str) -> Json:
    """What stands at a pointer, or :data:`MISSING`."""
    for part in split(pointer):
        if isinstance(value, dict):
            value = value.get(part, MISSING)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def rows_at(record: Json, pointer: str) -> list[Record]:
    """The rows of the list at a pointer; none where there is no list."""
    rows = get(record, pointer)
    return rows if isinstance(rows, list) else []


def pointers(value: Json, at: str = "") -> list[str]:
    """The pointer of everything inside a value, each before those further inside."""
    found: list[str] = []
    if isinstance(value, _INSIDE):
        for part, one in value.items() if isinstance(value, dict) else enumerate(value):
            found.append(here := at + join(part))
            if isinstance(one, _INSIDE):
                found += pointers(one, here)
    return found


def put(record: Record, pointer: str, value: Json) -> None:
    """Set what stands at a pointer of objects, making the objects on the way."""
    *parents, last = split(pointer)
    target = record
    for part in parents:
        target = target.setdefault(part, {})
    target[last] = value


def differences(one: Json, other: Json, pointer: str = "") -> Iterator[str]:
    """The pointers at which two values differ; lists of different lengths differ as a whole."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one | other:
            yield from differences(get(one, join(key)), get(other, join(key)), pointer + join(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, pointer + join(index))
    elif one != other:
        yield pointer or "/"


def digest(parts: Iterable[str]) -> str:
    """A short stable id of some texts: twelve hexadecimal digits."""
    joined = "\x1f".join(parts).encode("utf-8")
    return hashlib.sha256(joined).hexdigest()[:_ID_LENGTH]
