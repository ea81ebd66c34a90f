"""The base of every model that is read from a TOML file: frozen, and strict about its keys.

A model is a plain class of annotated keys. pydantic checks what a file says of it, and is imported
for that alone: a model that was checked before, or is made by code, does without.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Literal,
    Self,
    TypeVar,
    cast,
    dataclass_transform,
    get_type_hints,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pydantic import GetCoreSchemaHandler, TypeAdapter
    from pydantic_core import CoreSchema

Method = TypeVar("Method", bound="Callable[..., Any]")

_REQUIRED = object()
_CHECK = "_xlsync_check"


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What a value must keep to, in pydantic's words; in an annotation, or as a key's default."""

    default: object
    key: str | None
    words: dict[str, object]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """The schema of the value with these limits."""
        from pydantic import Field as PydanticField  # noqa: PLC0415 - only where files are checked

        limited: Any = Annotated[source, cast("Any", PydanticField)(**self.words)]
        return handler.generate_schema(limited)


@dataclass(frozen=True, slots=True)
class AfterValidator:
    """A function that a value goes through once its type was checked; ValueError refuses it."""

    check: Callable[[Any], Any]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """The schema of the value with the function behind it."""
        from pydantic_core.core_schema import (  # noqa: PLC0415 - as above
            no_info_after_validator_function,
        )

        return no_info_after_validator_function(self.check, handler(source))


def Field(  # noqa: N802 - a specifier of fields, as type checkers know it
    *, default: object = _REQUIRED, key: str | None = None, **words: object
) -> Any:  # noqa: ANN401 - stands where a value of the key's type does
    """Limits of a key: ``min_length``, ``gt``, ``discriminator`` and so on.

    ``key`` is what a file calls it.
    """
    return Limits(default, key, words)


def StringConstraints(**words: object) -> Limits:  # noqa: N802 - as above
    """Limits of a text: ``pattern``, ``min_length``, ``max_length``."""
    return Limits(_REQUIRED, None, words)


def model_validator(*, mode: Literal["before", "after"]) -> Callable[[Method], Method]:
    """Marks a check of a whole model; it raises ValueError for what is wrong.

    One that comes ``after`` is a method, called when a model was made. One that comes ``before`` is
    a class method that is given what a file says, and gives what is to be checked.
    """

    def mark(method: Method) -> Method:
        setattr(getattr(method, "__func__", method), _CHECK, mode)
        return method

    return mark


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
class Strict:
    """A model without unknown keys, silent conversions or later changes."""

    _defaults: ClassVar[dict[str, object]] = {}
    """Every key with its default, or with the mark of one that has none."""
    _limits: ClassVar[dict[str, Limits]] = {}
    _checks: ClassVar[tuple[str, ...]] = ()
    _preparations: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **more: Any) -> None:
        """Collect the keys of the class; its annotations stay text until a file is checked."""
        super().__init_subclass__(**more)
        defaults, limits = dict(cls._defaults), dict(cls._limits)
        for name, annotation in get_annotations(cls).items():
            if name.startswith("_") or "ClassVar" in str(annotation):
                continue
            default = cls.__dict__.get(name, _REQUIRED)
            if isinstance(default, Limits):
                limits[name] = default
                default = default.default
                delattr(cls, name)
            defaults[name] = default
        marks = {name: _mark(member) for name, member in cls.__dict__.items()}
        cls._checks = _with(cls._checks, marks, "after")
        cls._preparations = _with(cls._preparations, marks, "before")
        cls._defaults, cls._limits = defaults, limits

    def __init__(self, **values: Any) -> None:
        """Take the values of all keys; TypeError for one that is missing or unknown."""
        if not values.keys() <= self._defaults.keys():
            raise TypeError(f"{type(self).__name__}: unknown {values.keys() - self._defaults}")
        for name, default in self._defaults.items():
            value = values.get(name, default)
            if value is _REQUIRED:
                raise TypeError(f"{type(self).__name__}: {name} is missing")
            # A default that can be changed would be shared.
            self.__dict__[name] = copy(value) if value is default else value
        for check in self._checks:
            getattr(self, check)()

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a model does not change."""
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        """Whether the other is of the same class and says the same."""
        return (
            type(self) is type(other) and self.__getstate__() == cast("Self", other).__getstate__()
        )

    def __hash__(self) -> int:
        """A hash of all values, which must be hashable."""
        return hash(tuple(self.__getstate__().values()))

    def __repr__(self) -> str:
        """The class and its keys, as it would be made again."""
        values = (f"{name}={value!r}" for name, value in self.__getstate__().items())
        return f"{type(self).__name__}({', '.join(values)})"

    def __getstate__(self) -> dict[str, Any]:
        """The keys with their values, without anything that was derived from them."""
        return {name: self.__dict__[name] for name in self._defaults}

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """The same with other values, which nobody checks."""
        copied = object.__new__(type(self))
        copied.__dict__.update({**self.__getstate__(), **update})
        return copied

    def model_dump(
        self,
        *,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        exclude: Collection[str] = (),
    ) -> dict[str, Any]:
        """The keys and values as a TOML file would say them."""
        return {
            name: _dumped(value, exclude_defaults, exclude_none)
            for name, value in self.__getstate__().items()
            if name not in exclude
            and not (exclude_none and value is None)
            and not (exclude_defaults and value == self._defaults[name])
        }

    @classmethod
    def hints(cls) -> dict[str, Any]:
        """The type of each key, with its marks (``Annotated``)."""
        found = get_type_hints(cls, include_extras=True)
        return {name: found[name] for name in cls._defaults}

    @classmethod
    def model_validate(cls, tables: object) -> Self:
        """A model of what a file says.

        Raises:
            pydantic.ValidationError: with every mistake and its place.
        """
        made: Self = _adapter(cast("Any", cls)).validate_python(tables)
        return made

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """A table of exactly these keys, made into a model."""
        from pydantic_core import core_schema  # noqa: PLC0415 - as above

        fields, name_of = {}, {}
        for name, hint in cls.hints().items():
            limits = cls._limits.get(name)
            typed: Any = Annotated[hint, limits] if limits and limits.words else hint
            key = (limits and limits.key) or name
            name_of[key] = name
            fields[key] = core_schema.typed_dict_field(
                handler.generate_schema(typed), required=cls._defaults[name] is _REQUIRED
            )
        config = core_schema.CoreConfig(strict=True)
        table = core_schema.typed_dict_schema(fields, extra_behavior="forbid", config=config)

        def make(values: dict[str, Any]) -> Strict:
            return cls(**{name_of[key]: value for key, value in values.items()})

        schema: CoreSchema = core_schema.no_info_after_validator_function(make, table)
        for name in cls._preparations:
            prepare = getattr(cls, name)
            schema = core_schema.no_info_before_validator_function(prepare, schema)
        return schema


def _mark(member: object) -> str | None:
    """When a member is called as a check, if it is one."""
    return getattr(getattr(member, "__func__", member), _CHECK, None)


def _with(names: tuple[str, ...], marks: Mapping[str, str | None], mode: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *(name for name, mark in marks.items() if mark == mode))))


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a class, whatever its hash
    """What checks a file against a model; making it takes longer than any file."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - only where files are checked

    return TypeAdapter(model, config={"strict": True})


def _dumped(value: object, *leave_out: bool) -> object:
    if isinstance(value, Strict):
        defaults, none = leave_out
        return value.model_dump(exclude_defaults=defaults, exclude_none=none)
    if isinstance(value, dict):
        return {key: _dumped(one, *leave_out) for key, one in value.items()}
    if isinstance(value, list):
        return [_dumped(one, *leave_out) for one in value]
    return value
