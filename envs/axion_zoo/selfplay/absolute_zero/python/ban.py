"""What a program may not use, and the form it has to have: judged by its syntax tree, before anything of it runs.

The modules of `PAPER` are those that Absolute Zero bans (arXiv 2505.03335, and its `configs/azr_ppo_trainer.yaml`); the rest of the list
is what else tells one process from another, a clock, a source text, or hides what it does. It is a look, and no proof: what it does not see
(the address in a function's `repr`, the order of a set) is caught where it shows, by running the program in other processes.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Finding: TypeAlias = tuple[str, str]
"""(code, what and where)."""
ENTRY = "f"
LONGEST = 1 << 13
"""Characters of a program."""

PAPER = frozenset(
    {
        "logging",
        "random",
        "multiprocessing",
        "pebble",
        "subprocess",
        "threading",
        "datetime",
        "time",
        "hashlib",
        "hmac",
        "bcrypt",
        "calendar",
    }
)
"""Of its further entries, `os.sys`, `os.path` and `os.environ` fall with `os`, and `sys.exit` with what is left out of `_OF_SYS`."""
MODULES: Mapping[str, str] = {
    **dict.fromkeys(PAPER, "IMPORT"),
    **dict.fromkeys(("sched", "timeit", "zoneinfo", "locale"), "CLOCK"),
    **dict.fromkeys(("secrets", "uuid", "tempfile", "numpy"), "CHANCE"),
    **dict.fromkeys(("inspect", "linecache", "traceback", "tracemalloc", "dis", "gc", "weakref", "pkgutil", "symtable"), "IDENTITY"),
    **dict.fromkeys(("os", "posix", "io", "pathlib", "shutil", "glob", "socket", "signal", "resource", "mmap", "platform"), "HOST"),
    **dict.fromkeys(("asyncio", "concurrent", "thread", "queue", "atexit", "contextvars", "selectors", "select", "fcntl"), "HOST"),
    **dict.fromkeys(
        ("importlib", "imp", "builtins", "ctypes", "pickle", "marshal", "shelve", "runpy", "code", "codeop", "types"), "HIDDEN"
    ),
    **dict.fromkeys(("wire", "tree", "runner", "seal", "report", "solution"), "HIDDEN"),  # the sandbox's own
}
_OF_SYS = frozenset({"maxsize", "float_info", "setrecursionlimit"})
"""All that may be used of `sys`; the paper bans `sys.exit` alone."""
_NAMES = {
    **dict.fromkeys(("id", "hash"), "IDENTITY"),
    **dict.fromkeys(("open",), "HOST"),
    **dict.fromkeys(("exec", "eval", "compile", "globals", "locals", "vars", "getattr", "setattr", "delattr", "breakpoint"), "HIDDEN"),
}
_FRAMES = ("gi_", "cr_", "ag_", "tb_", "f_", "co_")
_INNER = ("frame", "code", "globals", "builtins", "locals", "back", "consts", "lasti", "lineno")
_DUNDERS = frozenset({"__init__", "__name__", "__doc__"})
_TOP = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a program; None: it is none, or could not be compiled."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
            compile(source, "solution.py", "exec", dont_inherit=True)  # what the grammar allows and the compiler does not: `return` outside
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    return tree


def banned(tree: ast.Module) -> Iterator[Finding]:
    """What a program uses and may not."""
    origins = dict(_origins(tree))
    bases = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        for code, name in _of_node(node, origins, is_base=node in bases):
            yield code, f"{name} in line {getattr(node, 'lineno', 0)}"


def _origins(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that imports bind, and what they bind them to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield alias.asname or top, alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _of_node(node: ast.AST, origins: Mapping[str, str], *, is_base: bool) -> Iterator[Finding]:
    match node:
        case ast.Import(names):
            yield from (found for alias in names for found in _of_dotted(alias.name, whole=False))
        case ast.ImportFrom(module, names, level):
            yield from [("HIDDEN", "a relative import")] if level else ()
            yield from (found for alias in names for found in _of_dotted(f"{module}.{alias.name}"))
        case ast.Name(name):
            yield from [(_NAMES[name], name)] if name in _NAMES else _of_dunder(name)
            yield from () if is_base else _of_dotted(origins.get(name, ""))
        case ast.Attribute(_, attribute):
            yield from _of_dunder(attribute)
            yield from [("IDENTITY", attribute)] if attribute.startswith(_FRAMES) and attribute.endswith(_INNER) else ()
            yield from _of_dotted(_dotted(node, origins))


def _of_dunder(name: str) -> Iterator[Finding]:
    if name.startswith("__") and name.endswith("__") and name not in _DUNDERS:
        yield "HIDDEN", name


def _dotted(node: ast.expr, origins: Mapping[str, str]) -> str:
    """What `a.b.c` names, by the origin of `a`; empty: nothing imported."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    base = origins.get(node.id, "") if isinstance(node, ast.Name) else ""
    return ".".join([base, *reversed(names)]) if base else ""


def _of_dotted(name: str, *, whole: bool = True) -> Iterator[Finding]:
    """What is banned of `a.b.c`: also a module that another one imports, `statistics.random`; `collections._sys` is `sys`."""
    parts = [part.lstrip("_") for part in name.split(".")] if name else []
    for i, part in enumerate(parts):
        if part in MODULES:
            yield MODULES[part], name
            return
        if part == "sys" and (i or whole) and (i or parts[1:2] == [] or parts[1] not in _OF_SYS):
            yield "HOST", name
            return


def misshapen(tree: ast.Module, counts: Iterator[int] | tuple[int, ...]) -> Finding | None:
    """What is wrong with a program's form: it has to be one plain function `f` that takes `counts` arguments, and what that needs.

    Imports, constants and classes may stand beside it, and functions inside it.
    """
    for node in tree.body:
        remark = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not isinstance(node, _TOP) and not remark:
            return "STATEMENT", f"line {node.lineno} is neither an import, a constant, a class nor a function"
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not any(node.name == ENTRY for node in functions):
        return "NO_FUNCTION", f"there is no function {ENTRY}"
    if len(functions) > 1:
        return "MANY_FUNCTIONS", f"{len(functions)} functions, and one was asked for"
    (function,) = functions
    if isinstance(function, ast.AsyncFunctionDef):
        return "ASYNC", f"{ENTRY} is async"
    if function.decorator_list:
        return "DECORATED", f"{ENTRY} is decorated"
    if any(name == ENTRY for name in _bound(tree, function)):
        return "REBOUND", f"{ENTRY} is also bound to something else"
    least, most = arity(tree)
    wrong = next((count for count in counts if not least <= count <= most), None)
    return None if wrong is None else ("ARITY", f"{ENTRY} cannot be called with {wrong} arguments")


def arity(tree: ast.Module) -> tuple[float, float]:
    """Fewest and most positional arguments of a program that is in form; (1, 0): no call without keywords will do."""
    arguments = next(node.args for node in tree.body if isinstance(node, ast.FunctionDef))
    if any(default is None for default in arguments.kw_defaults):
        return 1, 0
    most = len(arguments.posonlyargs) + len(arguments.args)
    return most - len(arguments.defaults), float("inf") if arguments.vararg else most


def _bound(tree: ast.Module, function: ast.FunctionDef) -> Iterator[str]:
    """Names that something else than this function is bound to, wherever."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(name, ast.Store() | ast.Del()) | ast.ClassDef(name) | ast.ExceptHandler(_, str(name)) | ast.arg(name):
                yield name
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) if node is not function:
                yield name
            case ast.alias(name, asname):
                yield asname or name.partition(".")[0]
            case ast.Global(names) | ast.Nonlocal(names):
                yield from names
            case ast.MatchAs(_, str(name)) | ast.MatchStar(str(name)):
                yield name
