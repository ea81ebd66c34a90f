"""The whole way on the samples: text, records, workbooks, two rounds, status and diff.

Everything it makes stays in one folder, so that a newcomer can open it and go on from there.
"""

from xlsync.demo.season import run_season
from xlsync.demo.walk import run

__all__ = ["run", "run_season"]
