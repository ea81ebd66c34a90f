"""Rich texts: what their runs say together, once it is known how each of them is shown.

A run that is struck through was crossed out: it is set aside, not read. Raised and lowered digits
keep their meaning as the characters that Unicode has for them (``10⁴``, ``m²``, ``CO₂``), and a
raised footnote mark behind a figure is none of its digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Aside

if TYPE_CHECKING:
    from collections.abc import Iterable

RAISED = "superscript"
LOWERED = "subscript"

_PLAIN = "0123456789+-=()"
_RAISED = str.maketrans(_PLAIN + "in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿ")
_LOWERED = str.maketrans(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_ORDINARY = str.maketrans("０１２３４５６７８９＋－−＝（）", "0123456789+--=()")

_SIGNS = {RAISED: "^", LOWERED: "_"}
"""What keeps raised digits apart from others, where Unicode has no such characters."""

_NOTE = re.compile(
    r"(?:[\u2460-\u24ff\u2776-\u2793\u3251-\u325f\u32b1-\u32bf*＊†‡§※]"
    r"|[(\[（【〔](?:注|註|附)?\s*[0-9]{0,2}[)\]）】〕]|[注註]\s*[0-9]{0,2}|\s)+"
)
"""What refers to a note: circled figures, stars and daggers, figures in brackets, 注1."""


class Run(NamedTuple):
    """One run of a rich text; ``is_struck`` is None where the cell's own font decides."""

    text: str
    is_struck: bool | None = False
    raised: str | None = None


@dataclass(frozen=True, slots=True)
class RichText:
    """The runs of a text that is not shown alike all over; its length is in characters."""

    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """Everything that stands in it."""
        return "".join(run.text for run in self.runs)

    def __len__(self) -> int:
        """All characters, those that are struck through as well."""
        return sum(len(run.text) for run in self.runs)

    def shown(self, *, is_struck: bool) -> tuple[str, Aside | None]:
        """What counts of the text, and what is set aside.

        ``is_struck`` says that the font of the cell is struck through. A text of which nothing is
        left otherwise is content that is struck through as a whole.
        """
        runs = [
            run._replace(is_struck=is_struck) if run.is_struck is None else run for run in self.runs
        ]
        is_whole = all(run.is_struck for run in runs if run.text.strip())
        struck: list[str] = []
        notes: list[str] = []
        kept: list[str] = []
        for run in runs:
            if run.is_struck and not is_whole:
                struck.append(run.text)
            elif run.raised == RAISED and run.text.strip() and _is_note(run.text, kept):
                notes.append(run.text.strip())
            else:
                kept.append(_placed(run))
        text = "".join(kept)
        if not struck and not notes and not (is_whole and text):
            return text, None
        return text, Aside("".join(struck), "".join(notes), is_whole and bool(text))


def rich(runs: Iterable[Run]) -> str | RichText:
    """The text of some runs: a plain one where all of it is shown alike."""
    made = tuple(run for run in runs if run.text)
    is_plain = all(run.raised is None for run in made) and (
        all(run.is_struck is None for run in made) or all(run.is_struck is False for run in made)
    )
    return "".join(run.text for run in made) if is_plain else RichText(made)


def shown(runs: Iterable[Run], *, is_struck: bool = False) -> tuple[str, Aside | None]:
    """What counts of the text of some runs, and what is set aside; see :meth:`RichText.shown`."""
    made = rich(runs)
    if isinstance(made, RichText):
        return made.shown(is_struck=is_struck)
    return made, Aside(is_whole=True) if is_struck and made else None


def _is_note(text: str, before: list[str]) -> bool:
    """Whether a raised text refers to a note, and stands behind what it is a note on."""
    return _NOTE.fullmatch(text) is not None and bool("".join(before).strip())


def _placed(run: Run) -> str:
    """A raised or lowered run in Unicode's characters where it has them, else with a sign."""
    table = {RAISED: _RAISED, LOWERED: _LOWERED}.get(run.raised or "")
    if table is None or not run.text.strip():
        return run.text
    ordinary = run.text.translate(_ORDINARY)
    if all(ord(one) in table or one.isspace() for one in ordinary):
        return ordinary.translate(table)
    has_digit = any(one.isdecimal() for one in ordinary)
    return f"{_SIGNS[run.raised or '']}{run.text}" if has_digit else run.text
