"""A dataset for analysis: rounds as partitioned parquet that grows by what is new, and its sums.

A folder with a part for each round and unit (docs/scale.md). Which parts count stands in one file
a round, which is replaced last: whoever reads through it sees the round as it was or as it is,
however the writing ended. Only this package knows what a dataset holds, and only its sums know
DuckDB.
"""

MARKER = "_dataset.json"
"""The file that says that a folder is a dataset.

Programs that read parquet pass over files whose names begin so.
"""
