"""Reads a table of a recipe as the arguments of a section or a part, by their annotations.

pydantic checks them, nested ones too. A whole number may stand for a number; apart from that no scalar is taken for another ("1" is no
number, and true is none), while an array becomes the list, tuple or set that is asked for.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import re
import types
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from functools import lru_cache, partial
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PydanticUserError,
    Strict,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    PydanticCustomError,
    PydanticSerializationError,
    SchemaError,
    core_schema,
    to_jsonable_python,
)

from axion_env import UsageError
from axion_env.error import nearest
from axion_train.learner.schedule import Schedule
from axion_train.recipe.description import descriptions
from axion_train.recipe.rename import Target, current, hints_of, joined

_SHORT: Mapping[Any, str] = {Schedule: "start"}
"""The key that a bare number stands for: `rate = 0.1` is `rate = { start = 0.1 }`."""
_CONCRETE: Mapping[Any, Any] = dict.fromkeys((Sequence, Collection, Iterable), list) | dict.fromkeys((Mapping, MutableMapping), dict)
_SCALARS = (bool, int, float, str)
_NOUNS = {
    **{"bool_type": "true or false", "int_type": "a whole number", "float_type": "a number", "string_type": "a string"},
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "a list"),
    "dict_type": "a table",
}
"""What a value must be, by the kind of error that pydantic tells of."""
_ARM = "|"  # in the place of an error: below it is one arm of a union


def read_arguments(target: Target, table: Any, where: str = "") -> dict[str, Any]:
    """The arguments that a table gives, checked; what it leaves out is left out.

    Args:
        target: Takes them.
        table: Of the recipe.
        where: The table's own place in the recipe.

    Raises:
        UsageError: an unknown key (names the nearest), a missing one, a value of the wrong type, or one that is refused.
    """
    try:
        adapter = _adapter(target)
        found: dict[str, Any] = adapter.validate_python(current(target, table, where) if isinstance(table, Mapping) else table)
    except ValidationError as problem:
        raise _usage_error(problem.errors(include_url=False), where) from None
    return found


def json_schema(target: Target) -> dict[str, Any]:
    """The JSON schema of a table of these arguments, with what docstrings say of them.

    Raises:
        UsageError: its annotations cannot be read.
    """
    return _adapter(target).json_schema(schema_generator=_Loose)


def defaults(target: Target) -> dict[str, Any]:
    """The default of every argument that has one."""
    if dataclasses.is_dataclass(target):
        made = {f.name: f.default_factory() for f in dataclasses.fields(target) if callable(f.default_factory)}
        return made | {f.name: f.default for f in dataclasses.fields(target) if f.default is not dataclasses.MISSING}
    return {name: p.default for name, p in parameters(target).items() if p.default is not p.empty}


def parameters(target: Target) -> dict[str, inspect.Parameter]:
    """What it takes by name."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: p for name, p in inspect.signature(target).parameters.items() if p.kind in named}


@dataclasses.dataclass(frozen=True)
class Arguments:
    """Annotates a type for pydantic: it is read from a table whose keys are the arguments of `target`."""

    target: Target

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The keys with their types, after unknown ones are refused."""
        hints = hints_of(self.target)
        fields = {
            name: core_schema.typed_dict_field(handler.generate_schema(_annotated(hints.get(name, Any))), required=p.default is p.empty)
            for name, p in parameters(self.target).items()
        }
        table = core_schema.typed_dict_schema(fields, extra_behavior="forbid")
        return core_schema.no_info_before_validator_function(self._known, table)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The same as a JSON schema, with what the docstrings say of each key."""
        found = handler.resolve_ref_schema(handler(schema))
        told, usual = descriptions(self.target), defaults(self.target)
        found["additionalProperties"] = False  # not every version of pydantic reads it from the schema of the table
        for name, described in found.setdefault("properties", {}).items():
            described.pop("title", None)
            if name in told:
                described["description"] = told[name]
            if usual.get(name) is not None:
                with contextlib.suppress(PydanticSerializationError):  # an object of somebody's own
                    described["default"] = to_jsonable_python(plain(usual[name]))
        found.pop("title", None)
        return {"anyOf": [{"type": "number"}, found]} if self.target in _SHORT else found

    def _known(self, table: Any) -> Any:
        """The table, of which no key is unknown."""
        if self.target in _SHORT and isinstance(table, int | float) and not isinstance(table, bool):
            return {_SHORT[self.target]: table}
        if not isinstance(table, Mapping):
            raise PydanticCustomError("no_table", "no table", {"wanted": "a number or a table" if self.target in _SHORT else "a table"})
        known = parameters(self.target)
        for key in table:
            if key not in known:
                near = nearest(key, known)
                hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known) or 'no keys'}"
                raise PydanticCustomError("unknown_key", "unknown key", {"key": key, "hint": hint})
        return table


@dataclasses.dataclass(frozen=True)
class _Either:
    """Annotates a union for pydantic, so that errors in its arms can be told from errors at keys."""

    arms: tuple[Any, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.union_schema([(handler.generate_schema(arm), _ARM) for arm in self.arms])


class _Loose(GenerateJsonSchema):
    """Lets stand what no JSON schema can tell of: a class of somebody's own."""

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        return {}


def plain(value: Any) -> Any:
    """A value as TOML and JSON have it; TOML has no null, so None is left out of tables."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items() if v is not None}
    return [plain(v) for v in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=256)
def _adapter(target: Target) -> TypeAdapter[Any]:
    if not callable(target):
        raise UsageError(f"a part of a recipe is a class, or a function that makes one: got {target!r}")
    try:
        return TypeAdapter(Annotated[Any, Arguments(target)], config=ConfigDict(arbitrary_types_allowed=True))
    except (PydanticUserError, SchemaError, TypeError, RecursionError) as problem:
        reason = (str(problem) or type(problem).__name__).splitlines()[0]
        raise UsageError(f"the arguments of {target!r} cannot be read: {reason}") from problem


def _annotated(hint: Any) -> Any:
    """An annotation as pydantic is to read it: scalars strictly, dataclasses as tables."""
    hint = _CONCRETE.get(hint, hint)
    if hint in _SCALARS:
        return Annotated[hint, Strict()]
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return Annotated[hint, Arguments(hint), AfterValidator(partial(_made, hint))]
    origin, inner = get_origin(hint), get_args(hint)
    if not inner or origin is Literal or origin is Callable:
        return hint
    if origin is Annotated:
        return Annotated[(_annotated(inner[0]), *inner[1:])]
    arms = tuple(map(_annotated, inner))
    if origin in (Union, types.UnionType):
        return Annotated[Any, _Either(arms)]
    return _CONCRETE.get(origin, origin)[arms]


def _made(target: Target, arguments: dict[str, Any]) -> Any:
    try:
        return target(**arguments)
    except UsageError as problem:
        raise PydanticCustomError("refused", "refused", {"problem": problem}) from None


def _usage_error(errors: Sequence[ErrorDetails], where: str) -> UsageError:
    """The first error; of a union, that of the arm which fits best, or all arms where they say different things of one value."""
    errors = [error for error in errors if error["type"] != "none_required"] or list(errors)  # TOML has no null
    first = errors[0]
    if _ARM not in first["loc"]:
        return _told(first, [first], where)
    union = first["loc"][: first["loc"].index(_ARM)]
    arms = [error for error in errors if error["loc"][: len(union)] == union]
    best = max(arms, key=_depth)
    return _told(best, [error for error in arms if _place(error) == _place(best)], where)


def _depth(error: ErrorDetails) -> int:
    return len(_place(error)) + (error["type"] in ("unknown_key", "refused"))  # by then it was a table


def _place(error: ErrorDetails) -> list[int | str]:
    return [step for step in error["loc"] if step != _ARM]


def _told(error: ErrorDetails, all_of_it: Iterable[ErrorDetails], where: str) -> UsageError:
    path, kind, context, value = where, error["type"], error.get("ctx", {}), error["input"]
    for step in _place(error):
        path = f"{path}[{step}]" if isinstance(step, int) else joined(path, step)
    if kind == "refused":
        problem: UsageError = context["problem"]
        return problem
    if kind == "unknown_key":
        return UsageError(f"unknown recipe key '{joined(path, context['key'])}'; {context['hint']}")
    if kind == "missing":
        return UsageError(f"the recipe lacks '{path}'")
    wanted = dict.fromkeys(noun for one in all_of_it if (noun := _noun(one)))
    if not wanted:
        return UsageError(f"recipe key '{path}': {error['msg'][:1].lower()}{error['msg'][1:]}: got {value!r}")
    choices = [choice for noun in wanted for choice in re.findall(r"'([^']*)'", noun)]
    near = nearest(value, choices) if isinstance(value, str) else []
    return UsageError(
        f"recipe key '{path}' must be {' or '.join(wanted)}: got {value!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    )


def _noun(error: ErrorDetails) -> str:
    """What the value must be; empty where only pydantic's own words say it."""
    context = error.get("ctx", {})
    if error["type"] == "too_long":
        return f"a list of {context['max_length']} or less"
    return str(context.get("wanted") or context.get("expected") or _NOUNS.get(error["type"], ""))
