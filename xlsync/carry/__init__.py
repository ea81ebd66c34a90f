"""Carrying over: last round's or last year's record as a record of another form."""

from xlsync.carry.carrying import Carried, Remark, carry
from xlsync.carry.finding import Migrations, carry_over

__all__ = ["Carried", "Migrations", "Remark", "carry", "carry_over"]
