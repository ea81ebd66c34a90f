"""The escapes inside of texts, by which a file holds what XML does not allow.

ECMA-376 part 1, clause 22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

import re

# A character beyond U+FFFF is escaped as two surrogates. A lone surrogate is no character and
# could not be written to any file later: its escape stays as it is.
_ESCAPE = re.compile(
    r"_x(?P<high>[Dd][89ABab][0-9A-Fa-f]{2})__x(?P<low>[Dd][C-Fc-f][0-9A-Fa-f]{2})_"
    r"|_x(?P<unit>(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_"
)


def unescape(text: str) -> str:
    """Decode the escapes of ST_Xstring: ``_x000D_`` → carriage return, ``_x005F_`` → ``_``."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    if match["unit"]:
        return chr(int(match["unit"], 16))
    return bytes.fromhex(match["high"] + match["low"]).decode("utf-16-be")
