"""What was found, put into words: deltas and problems as lines for people or as JSON.

``words`` says it in lines and tables, ``books`` in workbooks, ``page`` on pages, ``notices`` to
units, ``export`` to other programs; ``schemas`` describes the JSON. They build plain
:data:`~xlsync.report.words.lines.Line` values, which :mod:`xlsync.report.words.terminal` alone
brings to a screen; none of them exits or picks a stream.
"""
