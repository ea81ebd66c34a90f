"""Texts as they are spelled between the tags of a part: entities, and escapes of spreadsheets.

By the escapes a file holds what XML does not allow (ECMA-376 part 1, clause 22.9.2.19,
ST_Xstring). Texts in any other spelling than that of the usual programs are left to the XML parser.
"""

from __future__ import annotations

import re

# A character beyond U+FFFF is escaped as two surrogates. A lone surrogate is no character and
# could not be written to any file later: its escape stays as it is.
_ESCAPE = re.compile(
    r"_x(?P<high>[Dd][89ABab][0-9A-Fa-f]{2})__x(?P<low>[Dd][C-Fc-f][0-9A-Fa-f]{2})_"
    r"|_x(?P<unit>(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_"
)

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
"""The entities that programs write; that of the ampersand is decoded last."""

_NUMBERED = re.compile("&#([0-9]+);")

# Up to U+FFDB: tab and line breaks, no other control character, no half of a character, and no
# ampersand, so that decoding it makes no entity of what stands behind it.
_OTHER_ENTITY = re.compile(
    "&(?!amp;|lt;|gt;|quot;|apos;|#(?:9|10|13|3[2-79]|[4-9][0-9]|[1-9][0-9]{2,3}|[1-4][0-9]{4}"
    "|5[0-4][0-9]{3}|5[89][0-9]{3}|6[0-4][0-9]{3}|65[0-4][0-9]{2});)"
)

NOT_READ_SO = r"\x00-\x08\x0b-\x1f\ufffe\uffff"
"""The inside of a class of a pattern: a carriage return, which XML reads as a line feed, and what
XML does not allow at all."""

_VALUES = re.compile(f"[^{NOT_READ_SO}]*+")


def unescape(text: str) -> str:
    """Decode the escapes of ST_Xstring: ``_x000D_`` → carriage return, ``_x005F_`` → ``_``."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    if match["unit"]:
        return chr(int(match["unit"], 16))
    return bytes.fromhex(match["high"] + match["low"]).decode("utf-16-be")


def has_other_entity(item: str) -> bool:
    """Whether a text holds an entity that :func:`decoded` does not know."""
    return "&" in item and _OTHER_ENTITY.search(item) is not None


def value(spelled: bytes) -> str | None:
    """What stands in an element as text, None if it is not plain."""
    found = values([spelled])
    return found[0] if found else None


def values(spelled: list[bytes]) -> list[str] | None:
    """What stands in some elements as texts, None if any of them is not plain."""
    try:
        text = b"<".join(spelled).decode()
    except UnicodeDecodeError:
        return None
    if not _VALUES.fullmatch(text) or has_other_entity(text):
        return None
    texts = text.split("<") if spelled else []
    if len(texts) != len(spelled):
        return None
    return list(map(decoded, texts)) if "&" in text else texts


def decoded(text: str) -> str:
    """A text without entities."""
    if "&#" in text:
        # Programs that write ASCII alone write every Chinese character so.
        pieces = _NUMBERED.split(text)
        pieces[1::2] = map(chr, map(int, pieces[1::2]))
        text = "".join(pieces)
    if "&" in text:
        for entity, character in _ENTITIES.items():
            text = text.replace(entity, character)
    return text
