"""Packages made into repositories: a good one, and every way in which one can be bad. Each bad one gets a clear line and leaves nothing."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import textwrap
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from axion_zoo.selfplay.bug_repair.command import repo
from axion_zoo.selfplay.bug_repair.repository import Repository, find, layout, prepare, sdist
from axion_zoo.selfplay.bug_repair.repository.trial import Trial
from axion_zoo.selfplay.bug_repair.suite import now, run_suite
from click.testing import CliRunner

from axion_env import Patch, UsageError
from axion_env.command import axion
from axion_env.sandbox import Sandbox, Workspace

SDISTS = os.environ.get("AXION_SDISTS", "")
"""A folder of source archives, for the tests that read real ones."""
SHOP = {
    "PKG-INFO": "Metadata-Version: 2.1\nName: corner-shop\nVersion: 1.2\n\nA shop.\n",
    "pyproject.toml": '[project]\nname = "corner-shop"\nversion = "1.2"\n[tool.pytest.ini_options]\naddopts = "--cov --no-such-option"\n',
    "src/shop/__init__.py": "from importlib.metadata import version\n\nfrom shop.price import total\nfrom shop.stock import Stock\n\n"
    "__version__ = version('corner-shop')\n",
    "src/shop/price.py": "def total(prices, discount=0):\n    return sum(prices) * (100 - discount) // 100\n\n\nTAX = 7\n",
    "src/shop/stock.py": "class Stock:\n    def __init__(self):\n        self.kept = {}\n\n    def add(self, name, count=1):\n"
    "        self.kept[name] = self.kept.get(name, 0) + count\n        return self\n",
    "src/shop/unused.py": "def nobody():\n    return 1\n",
    "setup.py": "from setuptools import setup\nsetup()\n",
    "docs/conf.py": "project = 'shop'\n",
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef prices():\n    return [100, 200]\n",
    "tests/test_price.py": "import pytest\nfrom shop import total\n\n\ndef test_sum(prices):\n    assert total(prices) == 300\n\n\n"
    "@pytest.mark.parametrize('off', [10, 50])\ndef test_discount(prices, off):\n    assert total(prices, off) == 300 - 3 * off\n\n\n"
    "@pytest.mark.skip\ndef test_later():\n    pass\n",
    "tests/test_stock.py": "from shop import Stock\n\n\ndef test_add():\n    assert Stock().add('a').add('a').kept == {'a': 2}\n\n\n"
    "def test_wrong():\n    assert Stock().add('a').kept == {}\n",
}
"""A package as they are: a src layout, settings that ask for a plugin nobody has, its own version asked for, a test that fails, one that
is skipped."""
METADATA = {"src/corner_shop.egg-info/PKG-INFO": SHOP["PKG-INFO"]}
"""What an installer adds, and reading a source does."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def shop(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, Path]:
    folder = tmp_path_factory.mktemp("shop")
    package = sdist.read(packed(folder, SHOP))
    found = prepare.prepare(package, sandbox)
    prepare.write(found, folder / "prepared")
    return found, folder / "prepared"


def packed(folder: Path, files: Mapping[str, str], top: str = "corner_shop-1.2/") -> Path:
    """The files as a .tar.gz."""
    path = folder / "corner_shop-1.2.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(top + name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def test_a_package_is_prepared(shop: tuple[Repository, Path]) -> None:
    """What passes in every run, what fails, which code it calls into, and what pytest has to be told."""
    found, _ = shop
    assert (found.title, found.profile) == ("corner-shop-1.2", "proc")
    assert found.code == ("src/shop/price.py", "src/shop/stock.py")
    assert found.options[-2:] == ("-o", "pythonpath=src")
    price, stock = found.tests["tests/test_price.py"], found.tests["tests/test_stock.py"]
    names = ["tests/test_price.py::test_discount[10]", "tests/test_price.py::test_discount[50]", "tests/test_price.py::test_sum"]
    assert list(price.passing) == names
    assert list(stock.passing) == ["tests/test_stock.py::test_add"]
    assert stock.failing == ("tests/test_stock.py::test_wrong",)
    assert (price.covers, stock.covers) == (("src/shop/price.py",), ("src/shop/stock.py",))
    assert price.flaky == stock.flaky == ()
    assert [run["hash_seed"] for run in found.runs] == [None, None, 2, 3, 4]
    assert {(run["passed"], run["failed"]) for run in found.runs} == {(4, 1)}
    assert 0 < found.cpu_s < 5
    assert all(0 <= seconds < 5 for seconds in price.passing.values())


def test_what_was_written_is_read(shop: tuple[Repository, Path], tmp_path: Path) -> None:
    """Load gives what was saved; a tree that was changed since, a damaged record or none at all is refused."""
    found, folder = shop
    assert Repository.load(folder) == found
    assert find(folder) == [folder]
    assert find(folder.parent) == [folder]
    found.save(tmp_path / "copy")
    (tmp_path / "copy/tree/src/shop/price.py").write_text("def total(*_): return 0\n")
    with pytest.raises(UsageError, match="is not the one that was prepared"):
        Repository.load(tmp_path / "copy")
    found.save(tmp_path / "other")
    record = tmp_path / "other/repository.json"
    for text, match in (('{"format": 1', "no prepared"), ('{"format": 0}', "another version"), ("[]", "another version")):
        record.write_text(text)
        with pytest.raises(UsageError, match=match):
            Repository.load(tmp_path / "other")
    record.write_text(json.dumps({"format": 1, "tree": found.workspace.id, "tests": {}}))
    with pytest.raises(UsageError, match="is damaged"):
        Repository.load(tmp_path / "other")
    with pytest.raises(UsageError, match="no prepared repository"):
        Repository.load(tmp_path / "none")


def test_a_bug_is_told_by_the_tests_that_meet_it(shop: tuple[Repository, Path], sandbox: Sandbox) -> None:
    """The script of a bug runs the files that call into what it changes, and no others; it fails with the bug alone."""
    found, _ = shop
    broken = found.workspace.write({"src/shop/price.py": found.workspace.text("src/shop/price.py").replace("(100 -", "(99 -")})
    artifact = found.artifact(Patch.between(found.workspace, broken))
    assert artifact.oracle_paths == ("tests/test_price.py",)
    for tree, failing in ((found.workspace, 0), (broken, 3)):
        report = now(lambda run, tree=tree: run_suite(run, tree, artifact.test_script, artifact.test_parser), sandbox)  # type: ignore[misc]
        assert (len(report.tests or {}), len(report.failed)) == (3, failing)
    assert found.tests_of(["src/shop/unused.py"]) == found.tests_of(found.code)
    assert found.tests_of(["src/shop/stock.py"]) == ("tests/test_stock.py",)


def test_runs_are_alike_in_fresh_processes(shop: tuple[Repository, Path], sandbox: Sandbox) -> None:
    """The script says the same warm, cold, and under another hash seed."""
    found, _ = shop
    said = [
        now(
            lambda run, seed=seed: run_suite(run, found.workspace, found.script(), found.artifact(Patch()).test_parser, hash_seed=seed),
            sandbox,
        )  # type: ignore[misc]
        for seed in (None, 0, 99)
    ]
    assert said[0].passed == found.passing
    assert said[0].tests == said[1].tests == said[2].tests


def test_what_hangs_on_the_hash_seed_is_flaky_and_never_run(sandbox: Sandbox) -> None:
    """A test that warm runs agree on, and fresh ones do not, counts for nothing; the script leaves it out."""
    tests = "from shop import total\ndef test_it(): assert hash('axion') % 5 < 2\ndef test_good(): assert total([1]) == 1\n"
    tree = Workspace({**SHOP, **METADATA, "tests/test_hash.py": tests})
    found = prepare.prepare(sdist.Sdist("shop", "1", "", tree), sandbox)
    file = found.tests["tests/test_hash.py"]
    assert file.flaky == ("tests/test_hash.py::test_it",)
    assert list(file.passing) == ["tests/test_hash.py::test_good"]
    assert "--deselect=tests/test_hash.py::test_it" in found.script()
    report = now(lambda run: run_suite(run, tree, found.script(), found.artifact(Patch()).test_parser, hash_seed=7), sandbox)
    assert report.passed == found.passing
    assert not any("test_it" in name for name in report.tests or ())


# Bad packages --------------------------------------------------------------------------------------------------------

CODE = {"PKG-INFO": "Name: bad\nVersion: 0\n", "bad.py": "def f(x):\n    return x\n"}
BAD: dict[str, tuple[dict[str, str], str]] = {
    "no tests": (CODE, "bad has no tests: no file in it is named test_*.py"),
    "no code": ({"PKG-INFO": "Name: bad\n", "test_it.py": "def test_it(): pass\n"}, "bad has no code"),
    "empty tests": ({**CODE, "test_it.py": "x = 1\n"}, "its suite is broken: no test passes\n  test_it.py: "),
    "every test fails": ({**CODE, "test_it.py": "from bad import f\ndef test_it(): assert f(1) == 2\n"}, "test_it.py: assert 1 == 2"),
    "syntax": ({**CODE, "test_it.py": "def test_it(:\n"}, "its suite is broken: no test passes\n  test_it.py: SyntaxError"),
    "a broken conftest": (
        {**CODE, "conftest.py": "1 / 0\n", "test_it.py": "def test_it(): pass\n"},
        "its suite is broken: no test passes\n  test_it.py: ZeroDivisionError",
    ),
    "a package that is not there": (
        {**CODE, "test_it.py": "import numpy_or_so\ndef test_it(): pass\n"},
        "where numpy_or_so is installed here, --with NAME lets tests import it\n  test_it.py: it imports numpy_or_so, which is not there",
    ),
    "the network": (
        {**CODE, "test_it.py": "import urllib.request\ndef test_it(): urllib.request.urlopen('http://127.0.0.1:9/')\n"},
        "its suite needs the network\n  test_it.py: it needs the network, and there is none",
    ),
    "too slow": (
        {**CODE, "test_it.py": "def test_it():\n    while True: pass\n"},
        "its suite is too slow; --file-seconds and --seconds allow more",
    ),
    "an exit": ({**CODE, "test_it.py": "import os\nos._exit(0)\n"}, "test_it.py: it ended its own run"),
    "tests of an installed copy": ({**CODE, "test_it.py": "def test_it(): pass\n"}, "its tests call no function of its own code"),
    "what pytest runs on": ({"PKG-INFO": "Name: pluggy\n", "pluggy.py": "", "test_it.py": ""}, "pluggy is what pytest itself runs on"),
    "compiled": ({**CODE, "bad/fast.c": "int x;\n", "test_it.py": ""}, "is not pure Python: it has bad/fast.c"),
}


@pytest.mark.parametrize("why", BAD)
def test_a_bad_package_is_reported_and_nothing_is_left(why: str, tmp_path: Path) -> None:
    """One clear error, exit code 2, and no folder, half or whole."""
    files, expected = BAD[why]
    archive = packed(tmp_path, files)
    args = ["repo", "prepare", str(archive), "--out", str(tmp_path / "out/bad"), "--file-seconds", "0.8", "--runs", "2"]
    done = CliRunner().invoke(axion, args)
    assert done.exit_code == 2, done.output
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [archive.name]


def test_a_suite_that_is_flaky_throughout_is_reported(sandbox: Sandbox) -> None:
    """Every test is a coin of its own: hash seeds of fresh processes show it, and nothing is prepared."""
    tests = "from bad import f\n" + "".join(f"def test_{i}(): f(0); assert hash('{i}') in WARM\n" for i in range(4))
    warm = "import os\nWARM = {hash(str(i)) for i in range(4)} if os.environ['PYTHONHASHSEED'] == '0' else ()\n"
    tree = Workspace({**CODE, "test_it.py": warm + tests})
    with pytest.raises(UsageError, match="its suite is flaky throughout: no test passes in every run"):
        prepare.prepare(sdist.Sdist("bad", "0", "", tree), sandbox)


def test_one_bad_file_is_left_out_and_named(sandbox: Sandbox) -> None:
    """The others are prepared; the report says which file was left out and why."""
    more = {
        "tests/test_slow.py": "def test_it():\n    while True: pass\n",
        "tests/test_odd.py": "import no_such_module\n",
        "tests/test_net.py": "import socket\ndef test_it(): socket.create_connection(('127.0.0.1', 9))\n",
        "tests/test_fails.py": "def test_it(): assert not 'so'\n",
    }
    settings = prepare.Settings(runs=2, file_s=0.8)
    found = prepare.prepare(sdist.Sdist("shop", "1", "", Workspace({**SHOP, **METADATA, **more})), sandbox, settings)
    assert found.left_out == {
        "tests/test_slow.py": "it takes more than 0.8 seconds",
        "tests/test_odd.py": "it imports no_such_module, which is not there",
        "tests/test_net.py": "it needs the network, and there is none",
        "tests/test_fails.py": "AssertionError: assert not 'so'",
    }
    assert list(found.tests) == ["tests/test_price.py", "tests/test_stock.py"]


def test_the_slowest_go_where_all_take_too_long() -> None:
    """Files are kept from the quickest on, while they fit together."""
    trials = [Trial(name, {"t": 0.1}, {}, (), cpu_s) for name, cpu_s in (("b", 3.0), ("a", 1.0), ("c", 2.0), ("d", 9.0))]
    assert [one.file for one in prepare._within(trials, prepare.Settings(total_s=6.5))] == ["a", "b", "c"]
    assert [one.file for one in prepare._within(trials, prepare.Settings(total_s=5.5))] == ["a", "c"]
    assert prepare._within([Trial("x", {"t": 0.1}, {"t": "E no"}, (), 0.1)], prepare.Settings()) == []
    with pytest.raises(UsageError, match="2 runs or more"):
        prepare.Settings(runs=1)


# Reading sources -----------------------------------------------------------------------------------------------------

LEAKS = {
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/objects/ab/cdef": "the answer",
    "src/.git": "gitdir: elsewhere\n",
    ".hg/store": "the answer",
    "src/shop/price.py.orig": "the answer",
    "src/shop/price.py.rej": "the answer",
    "src/shop/price.py~": "the answer",
    "src/shop/price.pyc": "the answer",
    "src/shop/__pycache__/price.cpython-311.pyc": "the answer",
    "build/lib/shop/price.py": "the answer",
    "dist/shop.tar.gz": "the answer",
    "src/corner_shop.egg-info/SOURCES.txt": "the answer",
    "fix.patch": "the answer",
    ".pytest_cache/v/cache/lastfailed": "{}",
    ".venv/lib/shop.py": "the answer",
    ".tox/py/log": "the answer",
}


@pytest.mark.parametrize("how", ["folder", "archive"])
def test_nothing_that_answers_gets_into_a_workspace(how: str, tmp_path: Path) -> None:
    """History, bytecode of another day, leftovers of merges and builds: none of it reaches a tree, whatever it came in."""
    kept = {**SHOP, "src/corner_shop.egg-info/PKG-INFO": "Name: corner-shop\n", "src/shop/build.py": "x = 1\n", "tests/data/a.json": "{}"}
    if how == "archive":
        path = packed(tmp_path, {**kept, **LEAKS})
    else:
        path = tmp_path / "checkout"
        Workspace({**kept, **LEAKS}).save(path)
    tree = sdist.read(path).tree
    assert tree == Workspace(kept)
    assert not any(b"the answer" in file.data for file in tree.files.values())


def _member(name: str, **about: object) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    for key, value in about.items():
        setattr(member, key, value)
    return member


@pytest.mark.parametrize(
    ("member", "match"),
    [
        (_member("../out.py"), "a part that is empty"),
        (_member("/etc/out.py"), "is absolute"),
        (_member("shop/../../out.py"), "a part that is empty"),
        (_member("shop/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "a link or no file"),
        (_member("shop/hard", type=tarfile.LNKTYPE, linkname="../../etc/passwd"), "a link or no file"),
        (_member("shop/holes", type=tarfile.GNUTYPE_SPARSE), "a link or no file"),
        (_member("shop/pipe", type=tarfile.FIFOTYPE), "a link or no file"),
        (_member("shop/device", type=tarfile.CHRTYPE), "a link or no file"),
        (_member("shop/a\\b.py"), "backslash"),
    ],
)
def test_an_archive_that_leaves_its_folder_is_refused(member: tarfile.TarInfo, match: str, tmp_path: Path) -> None:
    """Nothing is unpacked to a disk at any time; what could have hurt if it were is refused by name."""
    path = tmp_path / "shop-1.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(_member("shop/PKG-INFO"), io.BytesIO())
        archive.addfile(member, io.BytesIO())
    with pytest.raises(UsageError, match=match):
        sdist.read(path)


def test_a_zip_is_read_as_carefully(tmp_path: Path) -> None:
    """The same for the other kind: good ones are read, links and paths that leave are refused."""
    path = tmp_path / "shop-1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in SHOP.items():
            archive.writestr(f"shop-1/{name}", text)
    assert sdist.read(path).tree == Workspace({**SHOP, **METADATA})
    for name, mode in (("shop/../../out", 0), ("shop/link", 0o120777 << 16), ("/out", 0)):
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(entry, "x")
        with pytest.raises(UsageError, match=r"a link or no file|a path that"):
            sdist.read(path)


@pytest.mark.parametrize(
    ("name", "data", "match"),
    [
        ("a.tar.gz", b"no archive", "cannot be unpacked"),
        ("a.tar.gz", gzip.compress(b"no archive"), "cannot be unpacked"),
        ("a.tar.gz", b"", "is not a source distribution|cannot be unpacked"),
        ("a.tar.gz", gzip.compress(bytes(9999))[:10] + b"\xff" * 20, "cannot be unpacked"),
        ("a.zip", b"PK no archive", "cannot be unpacked"),
        ("a-1-py3-none-any.whl", b"", "a wheel, which brings no tests"),
        ("a.rar", b"", r"neither .tar.gz nor .zip"),
        ("a.tar.gz", gzip.compress(bytes((128 << 20) + 1), 1), "unpacks to more than 128 MiB"),
    ],
)
def test_what_is_no_archive_is_refused(name: str, data: bytes, match: str, tmp_path: Path) -> None:
    """By what it is, and in bounded memory."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=match):
        sdist.read(tmp_path / name)


def test_what_else_is_refused(tmp_path: Path) -> None:
    """A path that is not there, an archive of anything, too many files."""
    with pytest.raises(UsageError, match="no folder and no file"):
        sdist.read(tmp_path / "nothing")
    with pytest.raises(UsageError, match="is not a source distribution"):
        sdist.read(packed(tmp_path, {"letter.txt": "Dear"}))
    with pytest.raises(UsageError, match="at most 4096 files"):
        sdist.read(packed(tmp_path, {"PKG-INFO": "", **{f"f{i}.py": "" for i in range(5000)}}))


def test_a_folder_needs_no_archive(tmp_path: Path) -> None:
    """A checkout is read as it stands; its name is its folder's where it says none."""
    Workspace({"thing.py": "x = 1\n", "test_thing.py": "def test(): pass\n"}).save(tmp_path / "my thing")
    found = sdist.read(tmp_path / "my thing")
    assert (found.name, found.version, found.digest) == ("my thing", "0", found.tree.id)


@pytest.mark.parametrize(
    ("files", "code", "tests", "options"),
    [
        ("a.py setup.py conftest.py noxfile.py test_a.py", "a.py", "test_a.py", ()),
        ("p/__init__.py p/b.py p/tests/test_b.py p/tests/__init__.py docs/c.py q/d.py", "p/__init__.py p/b.py", "p/tests/test_b.py", ()),
        ("src/p/b.py src/p/b_test.py tool/x.py tests/helper.py", "src/p/b.py", "src/p/b_test.py", ("-o", "pythonpath=src")),
        ("examples/__init__.py examples/e.py a.py tests.py", "a.py", "tests.py", ()),
    ],
)
def test_names_tell_code_from_tests(files: str, code: str, tests: str, options: tuple[str, ...]) -> None:
    """Flat and src layouts; tools, examples and settings are neither."""
    found = layout.layout(Workspace(dict.fromkeys(files.split(), "")))
    assert (found.code, found.tests) == (tuple(code.split()), tuple(tests.split()))
    assert found.options[5:] == options


def test_a_project_that_says_its_path_keeps_it() -> None:
    """Its own setting is not overruled, and plugins that it requires are not there."""
    tree = Workspace({"src/a.py": "", "pytest.ini": "[pytest]\npythonpath = src lib\nrequired_plugins = x\n"})
    assert layout.layout(tree).options[5:] == ("-o", "required_plugins=")


# The command ---------------------------------------------------------------------------------------------------------


def test_the_command_prepares_lists_and_breeds(tmp_path: Path) -> None:
    """From an archive to a bank of bugs, in three commands; what is there already is not overwritten."""
    run, folder = CliRunner(), tmp_path / "all/shop"
    args = ["prepare", str(packed(tmp_path, SHOP)), "--out", str(folder), "--runs", "2"]
    done = run.invoke(repo, [*args, "--json"])
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert facts["tests"]["tests/test_stock.py"]["failing"] == ["tests/test_stock.py::test_wrong"]
    assert "2 test files work alone" in done.stderr
    again = run.invoke(axion, ["repo", *args])
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    listed = run.invoke(repo, ["list", str(tmp_path / "all")])
    assert listed.output.split()[-5:] == [str(folder), "2", "2", "4", listed.output.split()[-1]]
    told = run.invoke(repo, ["info", str(folder)])
    assert "corner-shop-1.2: 4 tests of 2 code files" in told.output
    empty = run.invoke(axion, ["repo", "list", str(tmp_path / "nowhere")])
    assert (empty.exit_code, "axion repo prepare" in empty.stderr) == (2, True)


def test_an_interrupt_leaves_nothing(tmp_path: Path, shop: tuple[Repository, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is written beside its place and put there when it is whole."""
    found, _ = shop

    def interrupted(self: Workspace, folder: Path) -> None:
        (Path(folder) / "half").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare.write(found, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(not SDISTS, reason="AXION_SDISTS names no folder of packages' source archives")
def test_real_archives(sandbox: Sandbox) -> None:
    """Whatever real source distributions there are, each is prepared or refused in words."""
    paths = sorted(Path(SDISTS).glob("*.tar.gz"))
    assert paths
    prepared = 0
    for path in paths:
        try:
            found = prepare.prepare(sdist.read(path), sandbox, prepare.Settings(runs=3))
        except UsageError as problem:
            print(path.name, problem)
        else:
            prepared += 1
            assert found.passing
            assert found.code
    assert prepared


def test_a_third_party_tree_that_is_surely_there(sandbox: Sandbox, tmp_path: Path) -> None:
    """Somebody else's code, as it is installed, under tests of ours: a module of many functions that call each other."""
    import click.formatting
    import click.parser

    source = Path(click.formatting.__file__).parent
    tree = {f"click/{path.name}": path.read_text() for path in sorted(source.glob("*.py"))}
    test = """
        import pytest
        from click.formatting import HelpFormatter, measure_table, wrap_text
        from click.testing import CliRunner
        import click

        def test_wrapping():
            assert wrap_text("one two three four", width=9) == "one two\\nthree\\nfour"

        def test_measuring():
            assert measure_table([("a", "bbb"), ("cc", "d")]) == (2, 3)

        @pytest.mark.parametrize("words, expected", [([], "0\\n"), (["-n", "3"], "3\\n")])
        def test_command(words, expected):
            @click.command()
            @click.option("-n", default=0)
            def say(n):
                click.echo(n)

            assert CliRunner().invoke(say, words).output == expected
    """
    found = prepare.prepare(
        sdist.Sdist("click", "0", "", Workspace({**tree, "tests/test_click.py": textwrap.dedent(test)})), sandbox, prepare.Settings(runs=3)
    )
    assert len(found.passing) == 4
    assert {"click/formatting.py", "click/core.py", "click/testing.py"} <= set(found.code)
