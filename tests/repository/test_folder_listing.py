"""Folders that are asked for one name after the other."""

from __future__ import annotations

from dulwich.objects import Tree
from hypothesis import given
from hypothesis import strategies as st

from xlsync.repository.folder_listing import FolderListing

_FILE, _FOLDER = 0o100644, 0o040000
_NAMES = st.text("a é甲 0164.\udcff", min_size=1, max_size=8)


@given(st.dictionaries(_NAMES, st.booleans(), max_size=30), _NAMES)
def test_a_listing_finds_what_stands_in_the_folder(entries: dict[str, bool], other: str) -> None:
    """Also where git's order is not that of the names, and where a name looks like an entry."""
    tree = Tree()
    names = {**entries, "100644 a": False, "a": True, "a.b": False}
    for number, (name, is_folder) in enumerate(names.items()):
        sha = f"{number:040x}".encode()
        tree[name.encode(errors="surrogateescape")] = (_FOLDER if is_folder else _FILE, sha)
    listing = FolderListing(tree.as_raw_string())
    for number, (name, is_folder) in enumerate(names.items()):
        found = listing.find(name)
        assert found == (name, f"{number:040x}".encode(), is_folder)
    assert other in names or listing.find(other) is None
    assert listing.find("") is None


def test_of_two_entries_of_a_name_the_last_one_counts_in_whatever_order() -> None:
    """Git refuses such folders, and its library reads them so."""
    entries = [b"100644 b\0" + b"1" * 20, b"100644 a\0" + b"2" * 20, b"100644 b\0" + b"3" * 20]
    listing = FolderListing(b"".join(entries))
    found = [listing.find(one) for one in ("a", "b", "c")]
    assert [one and one.sha[:2] for one in found] == [b"32", b"33", None]


def test_an_empty_folder_has_nothing() -> None:
    assert FolderListing(b"").find("a") is None
