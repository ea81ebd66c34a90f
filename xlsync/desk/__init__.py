"""The coordinator's page: a face of :mod:`xlsync.api` for a browser on the same machine.

A request passes the guard (:mod:`~xlsync.desk.guarding`), is answered by one of
:mod:`~xlsync.desk.pages`, and becomes HTML by a template of the same name. Long work is a job
(:mod:`~xlsync.desk.jobs`). No page knows anything of the work itself: what a page needs is a
function of the API, what people read of its results comes from ``xlsync.report``.
"""

from xlsync.desk.serving import serve
from xlsync.desk.shortcut import write_shortcut

__all__ = ["serve", "write_shortcut"]
