"""Value types: how each kind of field is read from a cell, kept in JSON and written again.

A mapping names the type of each field (``type = "money"``). A new kind of value that some form
needs becomes a new type here, for every form; :data:`TYPES` is the list of them.
"""

from xlsync.form.types.base import OnSheet, Parsed, ValueType
from xlsync.form.types.dates import DateType
from xlsync.form.types.numbers import IntegerType, MoneyType, UncertainMoney, money_in, plain_number
from xlsync.form.types.quantity import Quantity, is_fraction, parse_quantity, render_quantity
from xlsync.form.types.scores import PercentType, ScoreType
from xlsync.form.types.texts import (
    EmailType,
    LabelType,
    SignsType,
    TextType,
    cell_text,
    comparable,
    is_percentage,
)

TYPES: dict[str, ValueType] = {
    "text": TextType(),
    "label": LabelType(),
    "integer": IntegerType(),
    "date": DateType(),
    "money": MoneyType(),
    "score": ScoreType(),
    "percent": PercentType(),
    "phone": SignsType("电话号码", "021-60000000", "+-－—()（）、,，;；/转"),
    "email": EmailType(),
    "code": SignsType("代码", "213001", "-.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
}

__all__ = [
    "TYPES",
    "DateType",
    "MoneyType",
    "OnSheet",
    "Parsed",
    "Quantity",
    "UncertainMoney",
    "ValueType",
    "cell_text",
    "comparable",
    "is_fraction",
    "is_percentage",
    "money_in",
    "parse_quantity",
    "plain_number",
    "render_quantity",
]
