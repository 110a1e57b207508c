# ruff: noqa: E501 - attacks read best as they are
"""Names and links in a workspace that comes back: nothing but regular files in the tree, and nothing of the host's."""

from collections.abc import Callable

from axion_env.sandbox import JobResult, Limits, Workspace
from axion_env.sandbox.workspace import path_problem
from tests.sandbox.attack.entry import Attack

_OWN = {"attack.py", "world.json"}


def _nothing_new(result: JobResult) -> bool:
    return result.workspace is not None and set(result.workspace.files) <= _OWN


def _sound(result: JobResult) -> bool:
    return result.workspace is not None and not any(map(path_problem, result.workspace.files))


def _unlike(result: JobResult) -> bool:
    """Whether the tree is told from the one whose name it wants."""
    after = result.workspace
    assert after is not None
    wanted = after.remove([path for path in after.files if "\n" in path]).write({"b": "B"})
    return len(after.files) == len(wanted.files) and after != wanted and Workspace(after.files) == after


def _tree(
    name: str, body: str, *, ends: str = "OK", limits: Limits | None = None, holds: Callable[[JobResult], bool] = _nothing_new
) -> Attack:
    """The tree that comes back holds nothing new, or else `holds`; or none comes back."""
    return Attack(
        name=name,
        profiles=("proc",),
        code=f"def attack(world):\n{body}\n",
        proc=ends,
        limits=limits or Limits(cpu_s=2.0, wall_s=15.0, memory_mib=256, disk_mib=4),
        held=lambda result: not result.ok or holds(result),
    )


ATTACKS = [
    _tree(
        "a link to a file of the host",
        "    os.symlink('/etc/passwd', 'l')\n    os.symlink(world['secret'], 'm')\n    os.symlink('/proc/self/environ', 'n')",
    ),
    _tree(
        "a link to a folder", "    os.symlink('/', 'root')\n    os.symlink('..', 'up')\n    os.symlink(os.path.dirname(os.__file__), 'lib')"
    ),
    _tree("a link to itself", "    os.symlink('l', 'l')\n    os.symlink('b', 'a')\n    os.symlink('a', 'b')"),
    _tree(
        "links in place of its files",
        "    os.remove('attack.py')\n    os.symlink(world['secret'], 'attack.py')\n    os.remove('world.json')\n    os.mkdir('world.json')\n    os.symlink('/etc', 'world.json/etc')",
    ),
    _tree(
        "a link in place of the workspace",
        "    os.rename('../work', '../was')\n    os.symlink('/', '../work')",
        ends="OK OUTPUT_LIMIT BAD_RESULT MEMORY CPU_LIMIT NO_RESULT",
    ),
    _tree("no workspace at all", "    os.rename('../work', '../was')", ends="OK OUTPUT_LIMIT BAD_RESULT NO_RESULT"),
    _tree(
        "a workspace moved below itself",
        "    os.mkdir('../a')\n    os.rename('../work', '../a/work')",
        ends="OK OUTPUT_LIMIT BAD_RESULT NO_RESULT",
    ),
    _tree("a hard link out of the tree", "    os.link(os.__file__, 'h')", ends="EXCEPTION"),
    _tree(
        "a pipe, a socket, a device",
        "    import stat\n    return got(fifo=lambda: os.mkfifo('f'), socket=lambda: os.mknod('s', stat.S_IFSOCK), null=lambda: os.mknod('n', stat.S_IFCHR, os.makedev(1, 3)))",
    ),
    _tree(
        "names that are not UTF-8",
        "    for name in (b'\\xff\\xfe', b'\\xc0\\xaf', b'\\xed\\xa0\\x80'):\n        open(name, 'w').close()\n        os.mkdir(name + b'd')\n        open(name + b'd/f', 'w').close()",
    ),
    _tree("names with backslashes", "    for name in ('a\\\\b', '..\\\\..\\\\x', 'C:\\\\x'):\n        open(name, 'w').close()"),
    _tree(
        "names with control characters",
        "    for name in ('a\\nb', '\\x1b[2J', 'a\\rb', '\\x7f'):\n        open(name, 'w').close()\n    os.mkdir('d\\n')\n    open('d\\n/f', 'w').close()",
        holds=_sound,
    ),
    _tree(
        "a file nobody may read",
        "    open('f', 'w').close()\n    os.chmod('f', 0)\n    os.mkdir('d')\n    open('d/f', 'w').close()\n    os.chmod('d', 0)",
    ),
    _tree(
        "paths longer than a path may be",
        "    for _ in range(400):\n        os.mkdir('d' * 200)\n        os.chdir('d' * 200)\n        open('f', 'w').close()",
        ends="OK OUTPUT_LIMIT",
        holds=_sound,
    ),
    _tree(
        "a thousand folders deep",
        "    for _ in range(2_000):\n        os.mkdir('d')\n        os.chdir('d')\n    open('f', 'w').close()",
        ends="OK OUTPUT_LIMIT EXCEPTION",
    ),
    _tree(
        "a file too great",
        "    for i in range(3):\n        with open(f'f{i}', 'wb') as file:\n            file.write(bytes(3 << 20))",
        ends="OUTPUT_LIMIT EXCEPTION",
    ),
    _tree("files too many", "    for i in range(4_097):\n        open(f'f{i}', 'w').close()", ends="BAD_RESULT OUTPUT_LIMIT EXCEPTION"),
    _tree(
        "names too long",
        "    for i in range(400):\n        os.makedirs(f'{i}' + 'n' * 200 + '/' + 'n' * 250 + '/' + 'n' * 250 + '/' + 'n' * 250)\n        open(f'{i}' + 'n' * 200 + '/' + 'n' * 250 + '/' + 'n' * 250 + '/' + 'n' * 250 + '/' + 'n' * 250, 'w').close()",
        ends="OK OUTPUT_LIMIT BAD_RESULT",
    ),
    Attack(
        name="a file that was a folder",
        profiles=("proc",),
        files={"d/a": "1", "d/b": "2"},
        code="def attack(world):\n    import shutil\n    shutil.rmtree('d')\n    with open('d', 'w') as file:\n        file.write('x')\n",
        held=lambda result: result.ok and result.workspace is not None and set(result.workspace.files) == _OWN | {"d"},
    ),
    Attack(
        name="an executable, setuid",
        profiles=("proc",),
        code="def attack(world):\n    open('s', 'w').close()\n    os.chmod('s', 0o6755)\n",
        held=lambda result: result.ok and result.workspace is not None and result.workspace.files["s"].executable,
    ),
    Attack(
        name="a tree that takes another's name",
        profiles=("proc",),
        files={"a": "A"},
        code="""
def attack(world):
    import hashlib
    line = "- " + hashlib.sha256(b"B").hexdigest() + " b"
    open("a\\n" + line, "w").close()
""",
        held=_unlike,
    ),
]
