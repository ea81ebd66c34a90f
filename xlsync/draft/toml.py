"""Values as TOML, with remarks behind them: the standard library reads TOML but does not write it.

Only what form files hold: texts, figures, truth values, lists, inline tables (TOML 1.0.0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    Value: TypeAlias = str | float | bool | Sequence["Value"] | Mapping[str, "Value"]

_WIDTH = 100
_DELETE = "\x7f"


def toml(value: Value) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes what a basic string of TOML must, but for one character.
        return json.dumps(value, ensure_ascii=False).replace(_DELETE, "\\u007f")
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, Mapping):
        pairs = (f"{key(name)} = {toml(item)}" for name, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return "[" + ", ".join(toml(item) for item in value) + "]"


def key(name: str) -> str:
    """A key, in quotation marks where it is no bare one."""
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else toml(name)


def pair(name: str, value: Value, remark: str = "") -> str:
    """A key and its value; a list too long for a line gets several."""
    line = f"{key(name)} = {toml(value)}"
    if isinstance(value, Sequence) and not isinstance(value, str) and len(line) > _WIDTH:
        return listed(name, ((row, "") for row in _filled(map(toml, value))), remark)
    return line + comment(remark)


def _filled(items: Iterable[str]) -> Iterator[str]:
    """Items joined to rows that fill a line."""
    row = ""
    for item in items:
        if row and len(row) + len(item) > _WIDTH - len("    , ,"):
            yield row
            row = ""
        row = f"{row}, {item}" if row else item
    if row:
        yield row


def listed(name: str, items: Iterable[tuple[str, str]], remark: str = "") -> str:
    """A list with a line for each item, which is TOML already, and the remark behind it."""
    lines = [f"    {item},{comment(doubt)}" for item, doubt in items]
    return "\n".join([f"{key(name)} = [{comment(remark)}", *lines, "]"])


def table(header: str, pairs: Mapping[str, Value], remarks: Mapping[str, str]) -> list[str]:
    """A table with its pairs, what is empty left out; a remark stands behind its key."""
    lines = [pair(name, value, remarks.get(name, "")) for name, value in pairs.items()]
    return ["", header, *lines]


def comment(remark: str) -> str:
    """A remark behind a line; nothing for none."""
    return f"  # {' '.join(remark.split())}" if remark else ""
