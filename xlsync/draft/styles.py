"""The looks of a sheet as named styles of a template, each said once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.draft.looks import Look
    from xlsync.draft.toml import Value

BASE = "base"


class StyleNames:
    """Names for looks by the role in which each was met first, counted: ``label``, ``label_2``."""

    def __init__(self, looks: Iterable[Look]) -> None:
        """Take what most looks share as the base that all of them extend."""
        counted = Counter((one.font, one.size) for one in looks)
        self._font, self._size = counted.most_common(1)[0][0] if counted else (None, None)
        self._names: dict[Look, str] = {}

    def name(self, role: str, look: Look) -> str:
        """The style of a look."""
        if look not in self._names:
            taken = set(self._names.values())
            number, name = 1, role
            while name in taken:
                number += 1
                name = f"{role}_{number}"
            self._names[look] = name
        return self._names[look]

    def tables(self) -> dict[str, dict[str, Value]]:
        """Every style as the template writes it, the base first."""
        base: dict[str, Value] = {"font": self._font or "宋体", "size": self._size or 11.0}
        made = {name: self._style(look) for look, name in self._names.items()}
        return {BASE: base | {"valign": "center", "wrap": True}, **made}

    def _style(self, look: Look) -> dict[str, Value]:
        style: dict[str, Value] = {"extends": BASE}
        if look.font and look.font != self._font:
            style["font"] = look.font
        if look.size and look.size != self._size:
            style["size"] = look.size
        if look.bold:
            style["bold"] = True
        for name in ("color", "fill", "align", "border", "number_format"):
            value = getattr(look, name)
            if value is not None:
                style[name] = value
        if look.border and len(look.sides) < len(("left", "right", "top", "bottom")):
            style["sides"] = list(look.sides)
        if look.valign != "center":
            style["valign"] = look.valign
        if not look.wrap:
            style["wrap"] = False
        if look.indent:
            style["indent"] = look.indent
        return style
