"""The door: everything that xlsync does, as functions for programs.

The command line and the local page call these functions and no others. They return typed values
and write nothing but the files that they are told to write; nothing here prints or exits. What is
wrong with data comes back as :class:`Problem`; a broken set-up raises :class:`XlsyncError`, and a
question that makes no sense :class:`UsageError`. What people read of the results is made by
``xlsync.report``. Heavy modules are imported by the function that needs them.

Where ``forms`` is None, the installed forms serve. A repository is opened by the caller, in a
``with`` block.
"""

from xlsync.api.auditing import audit, ceilings, keep_ceilings, read_ceilings, write_audit
from xlsync.api.changes import compare, compare_rounds, compare_sides, write_page, write_revisions
from xlsync.api.choosing import choice, conflicts, decide_conflict
from xlsync.api.deciding import (
    close_round,
    coordinator,
    reopen_round,
    round_closing,
    round_states,
    round_warnings,
    tick,
    undo,
)
from xlsync.api.form_files import (
    check_forms,
    copy_forms,
    draft_form,
    form_doubts,
    forms,
    list_forms,
    write_draft,
)
from xlsync.api.library import (
    build_library,
    read_library,
    take_library,
    write_library,
    write_library_review,
)
from xlsync.api.papers import print_round, review, review_rows, review_word, write_review
from xlsync.api.running import (
    collect,
    column_choices,
    distribute,
    facts,
    init,
    join,
    open_repository,
    rounds,
    sync,
    write_conflicts,
    write_returned,
)
from xlsync.api.safekeeping import backup, check, check_backup, recover, trail
from xlsync.api.standing import (
    export,
    log,
    other_forms,
    project_year,
    received,
    show,
    status,
    write_ledger,
    write_received,
    write_record,
    write_year,
)
from xlsync.api.units import (
    keep_units,
    read_units,
    remind,
    units,
    write_roster,
    write_sent,
    write_units,
)
from xlsync.api.viewing import (
    is_round,
    reread,
    safe_name,
    totals,
    typed_texts,
    write_text,
)
from xlsync.api.workbooks import (
    carry_over,
    carry_over_files,
    check_fields,
    corrections,
    fitting_records,
    generate,
    read,
    read_files,
    workbook_names,
    write_corrections,
    write_workbooks,
)
from xlsync.base.errors import FormError, UsageError, XlsyncError
from xlsync.base.files import refuse_existing, refuse_full
from xlsync.base.language import in_chinese
from xlsync.base.problems import Problem, Severity, has_error

__all__ = [
    "FormError",
    "Problem",
    "Severity",
    "UsageError",
    "XlsyncError",
    "audit",
    "backup",
    "build_library",
    "carry_over",
    "carry_over_files",
    "ceilings",
    "check",
    "check_backup",
    "check_fields",
    "check_forms",
    "choice",
    "close_round",
    "collect",
    "column_choices",
    "compare",
    "compare_rounds",
    "compare_sides",
    "conflicts",
    "coordinator",
    "copy_forms",
    "corrections",
    "decide_conflict",
    "distribute",
    "draft_form",
    "export",
    "facts",
    "fitting_records",
    "form_doubts",
    "forms",
    "generate",
    "has_error",
    "in_chinese",
    "init",
    "is_round",
    "join",
    "keep_ceilings",
    "keep_units",
    "list_forms",
    "log",
    "open_repository",
    "other_forms",
    "print_round",
    "project_year",
    "read",
    "read_ceilings",
    "read_files",
    "read_library",
    "read_units",
    "received",
    "recover",
    "refuse_existing",
    "refuse_full",
    "remind",
    "reopen_round",
    "reread",
    "review",
    "review_rows",
    "review_word",
    "round_closing",
    "round_states",
    "round_warnings",
    "rounds",
    "safe_name",
    "show",
    "status",
    "sync",
    "take_library",
    "tick",
    "totals",
    "trail",
    "typed_texts",
    "undo",
    "units",
    "workbook_names",
    "write_audit",
    "write_conflicts",
    "write_corrections",
    "write_draft",
    "write_ledger",
    "write_library",
    "write_library_review",
    "write_page",
    "write_received",
    "write_record",
    "write_returned",
    "write_review",
    "write_revisions",
    "write_roster",
    "write_sent",
    "write_text",
    "write_units",
    "write_workbooks",
    "write_year",
]
