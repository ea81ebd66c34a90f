"""The language in which people are spoken to: Chinese, or English for engineers.

Code says set-up errors and help in English; ``messages.zh.toml`` beside this module has the
Chinese of each, with numbered blanks where something is put in. What is found in data, and
reports, are Chinese in the code. A plain catalogue, and not gettext's: it is read as it is
edited, needs no compiled file, and finds a message by the text that an exception carries.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import lru_cache
from pathlib import Path

CHINESE, ENGLISH = "zh", "en"
LANGUAGES = (CHINESE, ENGLISH)
VARIABLE = "XLSYNC_LANG"

_CATALOGUE = Path(__file__).with_name("messages.zh.toml")
_BLANK = re.compile(r"\\\{(\d)\\\}")
_chosen: list[str] = []


def speak(language: str | None) -> None:
    """Speak a language from now on; None: that of the environment, Chinese by default."""
    _chosen[:] = [language] if language in LANGUAGES else []


def language() -> str:
    """The language that is spoken."""
    if _chosen:
        return _chosen[0]
    wanted = os.environ.get(VARIABLE, "")[:2].lower()
    return wanted if wanted in LANGUAGES else CHINESE


def told(text: str) -> str:
    """A text of the program in the language that is spoken; as it is where there is no other."""
    return text if language() == ENGLISH else in_chinese(text)


def in_chinese(text: str) -> str:
    """The Chinese of a text of the program, whatever is spoken; as it is where there is none."""
    if not text:
        return text
    known = catalogue()["messages"]
    if text in known:
        return known[text]
    return _filled(text, "messages") or _mistakes(text)


def _filled(text: str, table: str) -> str | None:
    """The Chinese of a message with blanks; None where it is none of the table."""
    for pattern, translated in _patterns(table):
        if match := pattern.fullmatch(text):
            return re.sub(r"\{(\d)\}", lambda blank: in_chinese(match[f"b{blank[1]}"]), translated)
    return None


def _mistakes(text: str) -> str:
    """Some mistakes in the files of a form; as it is where none of them is known."""
    mistakes = text.split("; ")
    said = [_mistake(one) for one in mistakes]
    return "；".join(said) if said != mistakes else text


def _mistake(text: str) -> str:
    """One mistake, with file, table and key before it."""
    parts = text.split(": ")
    for at in reversed(range(len(parts))):
        end = ": ".join(parts[at:])
        chinese = catalogue()["mistakes"].get(end) or _filled(end, "mistakes")
        if chinese is not None:
            return "：".join([*parts[:at], chinese])
    return text


def command_help(name: str, text: str) -> str:
    """What a command does, by its name; its own English text where that is spoken."""
    if language() == ENGLISH:
        return text
    return catalogue()["commands"].get(name, text)


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, str]]:
    """The Chinese of messages by their English, and of commands by their names."""
    made: dict[str, dict[str, str]] = tomllib.loads(_CATALOGUE.read_text(encoding="utf-8"))
    return made


@lru_cache
def _patterns(table: str) -> list[tuple[re.Pattern[str], str]]:
    """Messages with blanks, those with most fixed text first."""
    found = [(one, other) for one, other in catalogue()[table].items() if "{0}" in one]
    found.sort(key=lambda pair: len(re.sub(r"\{\d\}", "", pair[0])), reverse=True)
    return [(_pattern(one), other) for one, other in found]


def _pattern(text: str) -> re.Pattern[str]:
    blanks = _BLANK.sub(lambda match: f"(?P<b{match[1]}>.*?)", re.escape(text))
    return re.compile(blanks, re.DOTALL)
