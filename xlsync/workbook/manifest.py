"""What a generated workbook carries about itself, and the names by which its cells are found.

The manifest lies as text cells on a very hidden sheet, key and value, a list as a repeated
key. It tells which form and which record a returned workbook is, and which values were
absent or empty text when it was made: a blank cell alone cannot tell these from null.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FORMAT = "2"
FIRST_FORMAT = "1"
"""Of workbooks that went out before seals had an encoding without ambiguity; still read."""

BEGUN = "xs_begun"
DONE = "xs_done"
OPEN = "xs_open"
ERRORS = "xs_errors"
WARNINGS = "xs_warnings"
FOUND = "xs_found"
LISTED = "xs_listed"
LABELS = "xs_labels"
MESSAGES = "xs_messages"
GIVEN = "xs_given"
WRONG = "xs_wrong"
DOUBTFUL = "xs_doubtful"

_STARTS = "xs_s_"
_MIDDLES = "xs_m_"
_SUGGESTIONS = "xs_n_"
_FIELD = "xs_f_"
_TABLE = "xs_t_"
_CODES = "xs_c_"
_TREE = "xs_k_"


_CHECK = "check"
_SEAL = "seal"
_FIXED = "fixed"
PREFILLED, DUE, CONTACT, PAGE = "prefilled", "due", "contact", "page"
"""Keys of what formulas of the workbook look up."""

_SINGLE = ("record", "round", "issue", "base", "content", PREFILLED, DUE, CONTACT)
_LISTS = ("absent", "empty", "blank", "kept")
_BRIEF = re.compile(r"([a-z][a-z0-9-]*)(?:/([0-9a-z][0-9a-z-]*)(?:/([0-9]{4}/[^/]+)/([0-9]+))?)?")


def field_name(slot: str) -> str:
    """The defined name on a field's slot."""
    return f"{_FIELD}{slot}"


def room_key(slot: str) -> str:
    """The key under which a workbook tells how many points high the row of a field was made."""
    return f"room {slot}"


def page_key(row: int) -> str:
    """The key under which a workbook tells that a printed page begins at a row."""
    return f"{PAGE} {row}"


def table_name(table: str) -> str:
    """The defined name from a table's first heading row to the row below its items."""
    return f"{_TABLE}{table}"


def suggestions_name(table: str, branch: int | None = None) -> str:
    """The defined name of the second levels with suggestions, or of those of the n-th."""
    return f"{_SUGGESTIONS}{table}" if branch is None else f"{_SUGGESTIONS}{table}_{branch}"


def starts_name(table: str, level: int) -> str:
    """The defined name of the rows where a group of equal levels begins, for each row."""
    return f"{_STARTS}{table}_{level}"


def middles_name(table: str, level: int) -> str:
    """The defined name of the rows in which such a group shows its level, for each row."""
    return f"{_MIDDLES}{table}_{level}"


def codes_name(codes: str) -> str:
    """The defined name of a code list on the list sheet."""
    return f"{_CODES}{codes}"


def tree_name(tree: str, branch: int | None = None) -> str:
    """The defined name of a tree's first level, or of what lies under its n-th name."""
    return f"{_TREE}{tree}" if branch is None else f"{_TREE}{tree}_{branch}"


def kept_mark(pointer: str, text: str) -> str:
    """What the manifest notes of a text that was given: it holds for that very text alone."""
    return f"{pointer}={hashlib.sha256(text.encode('utf-8')).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a workbook says of itself; pointers of what was not there when it was made.

    Pointers of table cells name the row by its id (``/indicators/3f2a/unit``), since rows move.
    ``blank`` lists the nulls that would otherwise be read as inherited from the row above.
    ``kept`` lists texts that stand as they were given, though a person who typed them would mean
    more (see :func:`kept_mark`).
    ``issue`` numbers the workbooks that went out for a record in a round, from 1; ``base`` is the
    commit that it was issued from. ``prefilled`` is how many fields were filled in for a
    recipient who has begun nothing yet. ``due`` and ``contact`` say until when and to whom it
    goes back. ``content`` is the digest of the record that was filled in
    (:func:`content_mark`), so that two workbooks of one number can be told apart. ``fixed`` are
    the values that the recipient was not to change, by pointer, as they stand in the record.
    ``seal`` is the HMAC of everything else, in the encoding of ``format``.
    """

    form: str
    record: str | None = None
    round: str | None = None
    base: str | None = None
    issue: str | None = None
    prefilled: str | None = None
    due: str | None = None
    contact: str | None = None
    absent: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    blank: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    fixed: Mapping[str, str] = field(default_factory=dict)
    seal: str | None = None
    content: str | None = None
    format: str = FORMAT

    def pairs(self, rooms: Iterable[tuple[str, str]] = ()) -> Iterator[tuple[str, str]]:
        """Keys and values in the order in which they are written, a check of them all at last.

        ``rooms`` are what the sheet's formulas need to know of the layout (:func:`room_key`);
        they say nothing of the record, and no seal is broken by them.
        """
        pairs = [*rooms, *self._content()]
        if self.seal is not None:
            pairs.append((_SEAL, self.seal))
        yield from pairs
        yield _CHECK, _digest(pairs, self.format)

    def sealed(self, key: bytes) -> Manifest:
        """The same with a seal that only the holder of the key can make."""
        return replace(self, seal=self._signature(key))

    def is_sealed_by(self, key: bytes) -> bool:
        """Whether the seal was made with this key over what the manifest says now."""
        return self.seal is not None and hmac.compare_digest(self.seal, self._signature(key))

    def brief(self) -> str:
        """Which workbook this is, in the few characters that a document property can hold."""
        issue = (self.round, self.issue) if self.round and self.issue else ()
        return "/".join(filter(None, (self.form, self.record, *issue)))

    @classmethod
    def from_brief(cls, text: str) -> Manifest | None:
        """What a document property says of a workbook; None where it is another text."""
        match = _BRIEF.fullmatch(text)
        if match is None:
            return None
        form, record, round_name, issue = match.groups()
        return cls(form, record, round_name, issue=issue)

    def _signature(self, key: bytes) -> str:
        return hmac.new(key, self._signed(), hashlib.sha256).hexdigest()

    def _signed(self) -> bytes:
        """What a seal is made over: no two manifests have the same bytes.

        In the first format keys and values were joined by signs that may stand inside them, so
        that bytes could be moved from one field into its neighbour.
        """
        if self.format == FIRST_FORMAT:
            return _joined(self._content())
        content: dict[str, object] = {"form": self.form, "fixed": dict(self.fixed)}
        content |= {key: getattr(self, key) for key in _SINGLE}
        content |= {key: sorted(getattr(self, key)) for key in _LISTS}
        return _SEALED + _encoded(content)

    def _content(self) -> Iterator[tuple[str, str]]:
        yield "format", self.format
        yield "form", self.form
        for key in _SINGLE:
            value = getattr(self, key)
            if value is not None:
                yield key, value
        for key in _LISTS:
            for pointer in sorted(getattr(self, key)):
                yield key, pointer
        for pointer, value in sorted(self.fixed.items()):
            yield _FIXED, f"{pointer}={value}"

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Manifest | None:
        """Read it back; None where there is none of a known format, or where it was changed."""
        pairs = list(pairs)
        content = [pair for pair in pairs if pair[0] != _CHECK]
        single = {key: value for key, value in content if key not in {*_LISTS, _FIXED}}
        known = single.get("format")
        if known not in {FORMAT, FIRST_FORMAT} or "form" not in single:
            return None
        if [value for key, value in pairs if key == _CHECK] != [_digest(content, known)]:
            return None
        lists: dict[str, set[str]] = {key: set() for key in (*_LISTS, _FIXED)}
        for key, value in content:
            if key in lists:
                lists[key].add(value)
        if not all(value.startswith("/") for values in lists.values() for value in values):
            return None  # no pointers (RFC 6901)
        fixed = (one.partition("=") for one in lists[_FIXED])
        return cls(
            form=single["form"],
            **{key: single.get(key) for key in _SINGLE},
            absent=frozenset(lists["absent"]),
            empty=frozenset(lists["empty"]),
            blank=frozenset(lists["blank"]),
            kept=frozenset(lists["kept"]),
            fixed={pointer: value for pointer, _, value in fixed},
            seal=single.get(_SEAL),
            format=known,
        )


_SEALED = b"xlsync workbook 2\n"
"""What the bytes under a seal begin with: a seal of one kind is none of another."""


def content_mark(data: bytes) -> str:
    """The digest by which a workbook names the record (its canonical bytes) that it took out."""
    return hashlib.sha256(data).hexdigest()[:_MARK_LENGTH]


_MARK_LENGTH = 16


def _digest(pairs: Iterable[tuple[str, str]], known: str) -> str:
    """What the pairs amount to, in whatever order: it tells a change, it does not sign."""
    data = _joined(pairs) if known == FIRST_FORMAT else _encoded(sorted(pairs))
    return hashlib.sha256(data).hexdigest()


def _encoded(value: object) -> bytes:
    """The same value, and no other, as the same bytes."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def _joined(pairs: Iterable[tuple[str, str]]) -> bytes:
    return "".join(sorted(f"{key}\x1f{value}\x1e" for key, value in pairs)).encode("utf-8")
