"""The lines at the head and the foot of printed pages: what a person wrote there.

ECMA-376 part 1, clause 18.3.1.46: codes behind an ampersand set font, size, colour and place, or
stand for the number of the page, the date, the name of the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLACES = re.compile(r"(?<!&)((?:&&)*)&[LCR]")
_CODE = re.compile(
    r'&(?:(?P<amp>&)|"[^"]*"|K[0-9A-Fa-f]{6}|K[0-9]{2}[+-][0-9]{3}|[0-9]{1,3}|[A-Za-z])'
)
_COUNTED = re.compile(r"[第共页頁PageofOF0-9\s　,，/／.\-–—_:：()（）]*")
"""What is left of the numbers of pages, whatever stands around them."""


def written(lines: Iterable[str]) -> Iterator[str]:
    """The texts of some lines without their codes, each part of a line by itself."""
    for line in lines:
        for part in _PLACES.sub(r"\1\n", line).split("\n"):
            text = _CODE.sub(lambda code: code["amp"] or "", part).strip()
            if text and _COUNTED.fullmatch(text) is None:
                yield text
