"""Output for programs: JSON on a stream, the same bytes whatever the locale.

It stands apart from :mod:`xlsync.report.words.terminal`, because a program that reads JSON should
not wait for what draws on screens to be imported.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from xlsync.base.record import Json


_DRIVING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What would drive a terminal or turn a line around; JSON itself escapes all below a blank."""


def write_json(stream: TextIO, value: Json, *, on_one_line: bool = False) -> None:
    """Write a JSON value and a line feed, in UTF-8 unless the stream is a terminal.

    What the encoding cannot hold (on a GBK console, or a broken character anywhere) is escaped
    as JSON does it, so that the output stays valid; so is what would drive the terminal.
    ``on_one_line`` is for JSON Lines.
    """
    binary = None if stream.isatty() else getattr(stream, "buffer", None)
    encoding = "utf-8" if binary else stream.encoding or "utf-8"
    text = _text(value, encoding, indent=None if on_one_line else 2)
    if binary is None:
        stream.write(text)
    else:
        stream.flush()
        binary.write(text.encode())
        binary.flush()


def _text(value: Json, encoding: str, *, indent: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    text = _DRIVING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent, allow_nan=False)
    return f"{text}\n"
