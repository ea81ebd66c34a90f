"""What was found, put into words: deltas and problems as lines for people or as JSON.

One module a kind of report. They build plain :data:`~xlsync.report.lines.Line` values, which
:mod:`xlsync.report.terminal` alone brings to a screen; none of them exits or picks a stream.
"""
