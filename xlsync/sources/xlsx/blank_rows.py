"""Formatted rows without any content, which programs write down to the end of a sheet.

They come by the million, say nothing, and cost the parser most of what a file may cost. They are
taken out of a part before it is looked at, the last one of each run excepted: what follows
without a number of its own counts on from it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BLANK_CELL = rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,9}")?(?: ?/>|></c>)'
_BLANK_ROW = (
    rb'<row r="[0-9]{1,7}"(?: [A-Za-z0-9:]+="[^"<>]*")*+'
    rb"(?: ?/>|>(?:" + _BLANK_CELL + rb")*+</row>)"
)
_RUN = re.compile(_BLANK_ROW + rb"(?:\s*+(" + _BLANK_ROW + rb"))++")
_OTHER_MARKUP = b"<!"
"""Where a comment or CDATA begins, a row might be none."""

_LONGEST = 4096
"""Bytes of a blank row that waits for its end in the next piece."""


def without_blank_rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a part without what a run of blank rows repeats."""
    waiting = b""
    is_sure = True
    for chunk in chunks:
        piece = waiting + chunk
        is_sure = is_sure and _OTHER_MARKUP not in piece
        if not is_sure:
            yield piece
            waiting = b""
            continue
        thin = _RUN.sub(rb"\1", piece)
        # A row that goes on in the next piece is seen there as a whole.
        cut = thin.rfind(b"<row ")
        keeps = cut >= 0 and len(thin) - cut <= _LONGEST
        yield thin[:cut] if keeps else thin
        waiting = thin[cut:] if keeps else b""
    yield waiting
