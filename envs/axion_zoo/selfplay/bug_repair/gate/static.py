"""What can be seen of a bug without running it: clocks, chance, its own source, hints in comments, old code kept in them.

It is a look at the lines that a patch adds, names followed through the file's imports; a second line beside the regrades, and no proof.
It does not see: what unchanged code does for the bug (a helper of the project that reads the clock), names built at run time (`getattr`
with a computed name), the order of sets and of threads, or the speed of a loop. The regrades in fresh processes, under other hash seeds,
are what catches those where they change a verdict.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TypeAlias

from axion_env import Patch
from axion_env.sandbox import Workspace
from axion_zoo.selfplay.bug_repair.suite import parsed, plain

Finding: TypeAlias = tuple[str, str]
"""(kind, what and where)."""
_MODULES = {
    **dict.fromkeys(("time", "calendar", "sched", "timeit"), "CLOCK"),
    **dict.fromkeys(("random", "secrets", "uuid", "tempfile", "numpy.random"), "CHANCE"),
    **dict.fromkeys(("inspect", "linecache", "traceback", "dis", "tokenize", "gc", "pkgutil"), "SOURCE"),
    **dict.fromkeys(("importlib", "builtins", "ctypes", "socket", "threading", "multiprocessing", "subprocess", "platform"), "HIDDEN"),
}
_DOTTED = {
    **dict.fromkeys(("os.urandom", "os.getrandom", "os.getpid", "os.getppid", "os.listdir", "os.scandir"), "CHANCE"),
    **dict.fromkeys(
        ("os.times", "os.stat", "os.path.getmtime", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"), "CLOCK"
    ),
    **dict.fromkeys(("os.environ", "os.getenv", "os.system", "os.popen", "os._exit", "sys.modules", "sys.argv", "sys.flags"), "HIDDEN"),
    **dict.fromkeys(("sys._getframe", "sys._current_frames", "sys.getrefcount"), "SOURCE"),
}
_NAMES = {
    **dict.fromkeys(("hash", "id"), "CHANCE"),
    **dict.fromkeys(("__file__", "__loader__", "__spec__", "__cached__", "open"), "SOURCE"),
    **dict.fromkeys(("exec", "eval", "compile", "__import__", "__builtins__", "globals", "vars", "input", "breakpoint"), "HIDDEN"),
}
_ATTRIBUTES = {
    **dict.fromkeys(("urandom", "getrandbits", "randint", "randrange", "shuffle", "__hash__"), "CHANCE"),
    **dict.fromkeys(("perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "time_ns", "process_time", "utcnow"), "CLOCK"),
    **dict.fromkeys(
        ("__code__", "co_code", "co_consts", "f_code", "getsource", "read_text", "read_bytes", "__globals__", "__subclasses__"), "SOURCE"
    ),
}
_SHELL = re.compile(
    r"\$\{?(RANDOM|SRANDOM|EPOCH\w*|SECONDS|BASHPID|\$)|/dev/u?random|(^|[;&|(`])[ \t]*(date|shuf|mktemp|uuidgen|sha\d+sum|md5sum|cksum)\b",
    re.MULTILINE,
)
_HINTS = re.compile(
    r"\b(bugs?|buggy|fix\s?me|xxx|hack|inject(ed|ion)?|mutat(ed|ion|ant)|mutant|sabotaged?|intentional(ly)?|deliberate(ly)?|broken|"
    r"wrong(ly)?|incorrect(ly)?|originally|original code|was previously|should (be|have been)|instead of the)\b",
    re.IGNORECASE,
)
_LEAST = 6
"""Characters, without spaces, of a removed line that tell it from chance."""
_MOST_PAIRS = 1 << 20  # of remarks and removed lines, to be compared
_DEEPEST = 8  # dots of a name


def added_lines(before: Workspace, after: Workspace) -> Mapping[str, Set[int]]:
    """Numbers of the lines that are new, by Python file of `after`."""
    found: dict[str, Set[int]] = {}
    for change in Patch.between(before, after).changes:
        numbers: set[int] = set()
        for hunk in change.hunks:
            at = hunk.new_start
            for sign, _ in hunk.lines:
                numbers |= {at} if sign == "+" else set()
                at += sign != "-"
        if change.path.endswith(".py") and change.kind != "deleted":
            found[change.path] = numbers
    return found


def impure_change(before: Workspace, after: Workspace) -> Iterator[Finding]:
    """What a change brings in that reads a clock, chance or its own source, or hides what it does; not what it merely touched."""
    gone = added_lines(after, before)
    for path, lines in added_lines(before, after).items():
        old = Counter(name for _, name, _ in _impure(before.text(path), gone[path])) if path in gone else Counter()
        for kind, name, number in _impure(after.text(path), lines):
            if old[name] > 0:
                old[name] -= 1
            else:
                yield kind, f"{name} in line {number} of {path}"


def impure(source: str) -> Iterator[Finding]:
    """What a whole program has that reads a clock, chance or its own source."""
    for kind, name, number in _impure(source, None):
        yield kind, f"{name} in line {number}"


def _impure(source: str, lines: Set[int] | None) -> Iterator[tuple[str, str, int]]:
    tree = parsed(source)
    if tree is None:
        return
    origins = dict(_origins(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.expr) and (lines is None or not lines.isdisjoint(range(node.lineno, _end(node) + 1))):
            yield from ((kind, name, node.lineno) for kind, name in _of_node(node, origins))


def impure_script(script: str) -> Iterator[Finding]:
    """What a shell script has that reads chance, by its words; that of `python -c …` by its code."""
    yield from (("CHANCE", found[0].strip()) for found in _SHELL.finditer(script))
    words = plain(script) or []
    if words[1:2] == ["-c"]:
        yield from impure(words[2])


def _end(node: ast.stmt | ast.expr) -> int:
    """The last line of a node's own text; of a compound statement that of its head."""
    return node.lineno if isinstance(node, ast.stmt) and hasattr(node, "body") else node.end_lineno or node.lineno


def _origins(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (
                (alias.asname or alias.name.split(".")[0], alias.name if alias.asname else alias.name.split(".")[0]) for alias in node.names
            )
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _of_node(node: ast.AST, origins: Mapping[str, str]) -> Iterator[Finding]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from _of_dotted(alias.name)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names if node.level == 0 else ():  # a module of the project may be called `random`
            yield from _of_dotted(f"{node.module}.{alias.name}")
    elif isinstance(node, ast.Name):
        if node.id in _NAMES:
            yield _NAMES[node.id], node.id
        yield from _of_dotted(origins.get(node.id, ""))
    elif isinstance(node, ast.Attribute):
        if node.attr in _ATTRIBUTES:
            yield _ATTRIBUTES[node.attr], node.attr
        yield from _of_dotted(_dotted(node, origins))


def _dotted(node: ast.expr, origins: Mapping[str, str]) -> str:
    """What `a.b.c` names, by the origin of `a`; empty: nothing imported."""
    names: list[str] = []
    while isinstance(node, ast.Attribute) and len(names) < _DEEPEST:
        names.append(node.attr)
        node = node.value
    base = origins.get(node.id, "") if isinstance(node, ast.Name) else ""
    return ".".join([base, *reversed(names)]) if base else ""


def _of_dotted(name: str) -> Iterator[Finding]:
    for module, kind in _MODULES.items():
        if name == module or name.startswith(f"{module}."):
            yield kind, name
            return
    for dotted, kind in _DOTTED.items():
        if name == dotted or name.endswith(f".{dotted}") or name.startswith(f"{dotted}."):
            yield kind, name
            return


def comments(before: Workspace, after: Workspace) -> Iterator[Finding]:
    """Comments and bare strings between two trees that tell of a bug, or keep code: HINT, CODE, ORIGINAL. Not those merely moved."""
    removed = [text for change in Patch.between(before, after).changes for hunk in change.hunks for sign, text in hunk.lines if sign == "-"]
    old = {_squeezed(text.partition("#")[0]) for text in removed}
    gone = added_lines(after, before).items()
    moved = {_squeezed(text) for path, lines in gone for number, text, _ in _remarks(before.text(path)) if number in lines}
    for path, lines in added_lines(before, after).items():
        remarks = [remark for remark in _remarks(after.text(path)) if remark[0] in lines and _squeezed(remark[1]) not in moved]
        if len(remarks) * len(old) > _MOST_PAIRS:
            yield "MANY", f"{len(remarks)} comments come into {path}, and {len(old)} lines go"
            return
        for number, text, is_comment in remarks:
            kind = _kind(text, old, is_comment=is_comment)
            if kind is not None:
                yield kind, f"{text.strip()[:80]!r} in line {number} of {path}"


def _kind(text: str, old: Iterable[str], *, is_comment: bool) -> str | None:
    squeezed = _squeezed(text)
    if any(len(line) >= _LEAST and line in squeezed for line in old):
        return "ORIGINAL"
    if not is_comment:
        return None
    return "HINT" if _HINTS.search(text) else "CODE" if _is_code(text) else None


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _remarks(source: str) -> Iterator[tuple[int, str, bool]]:
    """(line, text, whether it is a comment) of comments, and line by line of strings that stand for themselves."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string.lstrip("#!"), True
    except (tokenize.TokenError, SyntaxError):
        pass
    for node in ast.walk(parsed(source) or ast.Module([], [])):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from ((node.lineno + i, line, False) for i, line in enumerate(node.value.value.split("\n")))


_STATEMENTS = (
    ast.Assign, ast.AugAssign, ast.Return, ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.Delete, ast.If, ast.For, ast.While,
    ast.With, ast.Try, ast.FunctionDef, ast.ClassDef, ast.Call, ast.Compare, ast.Subscript, ast.Break, ast.Continue, ast.Yield,
)  # fmt: skip


def _is_code(text: str) -> bool:
    """Whether a comment reads as Python: as more than names, numbers and what stands between them."""
    said = text.strip()
    if said.startswith(("else:", "elif ", "except", "finally:", "@")):
        return True
    for form in (said, f"{said} pass"):
        tree = parsed(form)
        if tree is not None:
            return any(isinstance(node, _STATEMENTS) for node in ast.walk(tree))
    return False
