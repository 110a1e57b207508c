"""`ctx.run` from end to end: typed results in `play`, records that need no sandbox, workspaces that an episode goes on in."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from axion_env import (
    Context,
    Ending,
    Env,
    EnvSpec,
    Episode,
    Outcome,
    Play,
    Reward,
    Role,
    Rubric,
    Scripted,
    Task,
    drive,
    judge,
    replay,
)
from axion_env.core.driver import serve
from axion_env.core.replay import fork, rerun, verify
from axion_env.error import UsageError
from axion_env.record.codec import encode
from axion_env.sandbox import Command, Function, JobResult, Limits, Match, Sandbox, SandboxUnavailable, Workspace
from axion_env.service import Fault
from tests.sandbox.offer import skip_without

CALLS = [([3, 1, 2],), ([],), ([1, 1],)]
EXPECTED = ([1, 2, 3], [], [1, 1])
GOOD, WRONG, RAISES, SPINS = (
    "def solve(x): return sorted(x)",
    "def solve(x): return x",
    "def solve(x): return x[0]",
    "def solve(x):\n    while True: pass",
)


def passed(episode: Episode, agent: str) -> float:
    return float(episode.facts["same"] == len(EXPECTED))


class Solve(Env):
    """Write a function; it is run on inputs, and what it gives is compared here."""

    spec = EnvSpec("test/Solve-v0", agents={"solver_0": Role("solver")}, max_turns=1, reward_range=(0, 1))
    rubric = Rubric(solver=[Reward(passed)])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        code = await ctx.ask("solver_0", "Write solve(x).")
        result = await ctx.run(Function(code, "solve", CALLS, limits=Limits(cpu_s=0.3, wall_s=30.0)))
        same = sum(Match().same(e, v) for e, v in zip(EXPECTED, result.values, strict=False))
        return Outcome({"same": same, "status": str(result.status)})


class Patch(Env):
    """Edit a file, turn by turn; each edit is tried out, and the next starts from the files it left."""

    spec = EnvSpec("test/Patch-v0", agents={"writer_0": Role("writer")}, max_turns=3)
    rubric = Rubric(writer=[Reward(lambda episode, agent: 0.0, name="nothing")])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        files = Workspace(
            {"log": "", "run.py": "import sys\nopen('log', 'a').write(sys.stdin.read() + '\\n')\nprint(len(open('log').read()))"}
        )
        seen = []
        for _ in range(3):
            word = await ctx.ask("writer_0", "A word?")
            result = await ctx.run(Command(["python", "run.py"], stdin=word), workspace=files)
            assert result.workspace is not None
            files = result.workspace
            seen.append(result.stdout)
        return Outcome({"log": files.text("log"), "seen": seen, "id": files.id})


class Race(Env):
    """Two at once, each in files of its own."""

    spec = EnvSpec("test/Race-v0", agents={"a": Role("a"), "b": Role("b")}, max_turns=2)
    rubric = Rubric(a=[Reward(lambda episode, agent: 0.0, name="nothing")], b=[Reward(lambda episode, agent: 0.0, name="nothing")])

    async def play(self, task: Task, ctx: Context) -> Outcome:
        async def one(agent: str) -> list[Any]:
            code = await ctx.ask(agent, "Code?")
            results = await ctx.gather(*(ctx.run(Function(code, "f", [(i,)])) for i in range(3)))
            return [result.values[0] for result in results]

        first, second = await ctx.gather(one("a"), one("b"))
        return Outcome({"a": first, "b": second})


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(slots=2) as made:
        yield made


@pytest.fixture
def needs_commands(sandbox: Sandbox) -> None:
    skip_without(sandbox, "proc")


def finish(env: Env, answers: Mapping[str, Sequence[str]], service: Any) -> Episode:
    scripts = {agent: Scripted(words) for agent, words in answers.items()}
    (episode,) = drive([Play(env)], scripts, services={"sandbox": service})
    return episode


@pytest.mark.parametrize(
    ("code", "same", "status"),
    [(GOOD, 3, "OK"), (WRONG, 2, "OK"), (RAISES, 0, "EXCEPTION"), (SPINS, 0, "CPU_LIMIT"), ("def", 0, "EXCEPTION")],
)
def test_code_is_run_apart_and_judged_here(sandbox: Sandbox, code: str, same: int, status: str) -> None:
    """`play` gets a typed result and compares by itself; right code is paid, whatever else it is not."""
    episode = finish(Solve(), {"solver_0": [code]}, sandbox)
    assert episode.ending is Ending.FINISHED, episode.error
    assert episode.facts == {"same": same, "status": status}
    assert judge(Solve(), episode)["solver_0"].reward == (same == 3)


def test_the_result_is_a_job_result(sandbox: Sandbox) -> None:
    """Not facts: what a type checker is told."""
    kinds = []

    class Look(Solve):
        async def play(self, task: Task, ctx: Context) -> Outcome:
            result = await ctx.run(Function("def f(): return {1: (2, 3j)}", "f"))
            kinds.append(type(result))
            return Outcome({"same": 0, "whole": result.values == ({1: (2, 3j)},)})

    assert finish(Look(), {"solver_0": []}, sandbox).facts["whole"] is True
    assert kinds == [JobResult]


@pytest.mark.usefixtures("needs_commands")
def test_records_need_no_sandbox(sandbox: Sandbox) -> None:
    """A replay gives the same bytes though nothing is run; running the jobs again gives the same answers."""
    for env, answers in (
        (Solve(), {"solver_0": [RAISES]}),
        (Patch(), {"writer_0": ["one", "two", "\ud800é"]}),
        (Race(), {"a": ["def f(i): return {i, 'é'}"], "b": ["def f(i): return 1 / i"]}),
    ):
        episode = finish(env, answers, sandbox)
        line = encode(episode)
        assert encode(replay(episode, env=env)) == line
        assert verify(line, env=env) is None
        assert rerun(episode, {"sandbox": sandbox}, env=env) == []


def test_a_record_that_lies_is_found_out(sandbox: Sandbox) -> None:
    """Where a job's stored answer is not what it gives, running it again says so."""
    lies = finish(Solve(), {"solver_0": [WRONG]}, lambda calls: [JobResult.of(_answer(GOOD, sandbox)).record() for _ in calls])
    assert lies.facts["same"] == 3
    (difference,) = rerun(lies, {"sandbox": sandbox}, env=Solve())
    assert "sandbox at" in difference


def _answer(code: str, sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.run([Function(code, "solve", CALLS)])[0].record()


@pytest.mark.usefixtures("needs_commands")
def test_a_fork_goes_on_in_its_files(sandbox: Sandbox) -> None:
    """A fork at the second turn has the files the first one left, and goes its own way in them; the old episode stays as it was."""
    episode = finish(Patch(), {"writer_0": ["one", "two", "three"]}, sandbox)
    assert (episode.facts["log"], episode.facts["seen"]) == ("one\ntwo\nthree\n", ["4\n", "8\n", "14\n"])
    address = [turn_at for turn_at, event in enumerate(episode.root) if type(event).__name__ == "Turn"][1]
    other = fork(episode, ((), address), env=Patch())
    (forked,) = drive([other], Scripted(["2", "3"]), services={"sandbox": sandbox})
    assert (forked.facts["log"], forked.facts["seen"]) == ("one\n2\n3\n", ["4\n", "6\n", "8\n"])
    assert forked.facts["id"] != episode.facts["id"]
    assert encode(replay(episode, env=Patch())) == encode(episode)


@pytest.mark.usefixtures("needs_commands")
def test_a_play_that_was_pickled_goes_on(sandbox: Sandbox) -> None:
    """Between any two answers a play can be stored: it comes back with its files, and ends in the same bytes."""
    whole = finish(Patch(), {"writer_0": ["one", "two", "three"]}, sandbox)
    words = iter(["one", "two", "three"])
    play = Play(Patch())
    while play.episode is None:
        play = pickle.loads(pickle.dumps(play))
        (request,) = play.requests
        if hasattr(request, "agent"):
            play.answer(request, next(words))
        else:
            serve([request], {"sandbox": sandbox})  # type: ignore[list-item]
    assert encode(play.episode) == encode(whole)


def test_one_fault_voids_one_play(sandbox: Sandbox) -> None:
    """The machine's fault over one job fails its play, which can be tried again, and no other of the batch."""

    def service(calls: Sequence[Any]) -> list[Any]:
        answers = sandbox(calls)
        return [Fault("a slot burned down") if job.code == WRONG else answer for (job, _), answer in zip(calls, answers, strict=True)]

    codes = [GOOD, WRONG, RAISES]
    plays = [Play(Solve(), seed=i) for i in range(3)]
    episodes = list(drive(plays, lambda play: Scripted([codes[plays.index(play)]]), services={"sandbox": service}))
    assert [e.ending for e in episodes] == [Ending.FINISHED, Ending.FAILED, Ending.FINISHED]
    assert (episodes[1].fault, episodes[1].error) == ("machine", "service 'sandbox': a slot burned down")
    assert encode(replay(episodes[1], env=Solve())) == encode(episodes[1])


def test_without_a_service_it_is_this_process_own() -> None:
    """`ctx.run` needs no set-up; the shared sandbox answers it."""
    (episode,) = drive([Play(Solve())], Scripted([GOOD]))
    assert episode.facts["same"] == 3


def test_a_machine_without_a_sandbox_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """No play is voided for it: the driver raises before the first job."""
    import axion_env.sandbox as package

    class None_:
        def tier(self, profile: str) -> str:
            raise SandboxUnavailable(profile, {})

    monkeypatch.setattr(package, "shared", None_)
    with pytest.raises(UsageError, match="no sandbox for the profile 'func' on this machine"):
        list(drive([Play(Solve())], Scripted([GOOD])))


def test_many_plays_share_one_batch(sandbox: Sandbox) -> None:
    """A round of the driver sends all pending jobs together, and each play gets its own answer."""
    sizes = []

    def service(calls: Sequence[Any]) -> list[Any]:
        sizes.append(len(calls))
        return sandbox(calls)

    codes = [f"def f(i): return (i, {n})" for n in range(12)]
    plays = [Play(Race(), seed=n) for n in range(12)]
    episodes = list(drive(plays, lambda play: Scripted([codes[play.seed or 0]] * 2), services={"sandbox": service}))
    assert sizes == [72]
    assert [e.facts["b"] for e in episodes] == [[[0, n], [1, n], [2, n]] for n in range(12)]


def test_a_candidate_cannot_break_the_record(sandbox: Sandbox) -> None:
    """Whatever is forged inside, the episode can be stored and replayed."""
    forge = "import os\ndef solve(x):\n    os.write(3, b'{}')\n    os._exit(0)"
    lines = [
        '["returned",' + "9" * 4001 + "]",
        '["raised",""]',
        '["returned","\\ud800"]',
        '["returned",{"set":[1,1]}]',
        '["raised","\\ud800"]',
    ]
    for line in lines:
        code = forge.format(line.encode("unicode_escape").decode().replace("'", "\\'") + "\\n")
        episode = finish(Solve(), {"solver_0": [code]}, sandbox)
        assert episode.ending is Ending.FINISHED, (line, episode.error)
        assert encode(replay(episode, env=Solve())) == encode(episode)


def test_only_jobs_are_run() -> None:
    """What is no job is the author's mistake, said at once."""

    class Odd(Solve):
        async def play(self, task: Task, ctx: Context) -> Outcome:
            await ctx.run("print(1)")  # type: ignore[arg-type]
            return Outcome({})

    play = Play(Odd())
    assert play.episode is not None
    assert play.episode.error is not None
    assert "run takes a Function or a Command: got str" in play.episode.error


def test_an_argument_no_job_can_be_given_fails_its_own_play_and_names_the_line() -> None:
    """The author's mistake: that play is FAILED at the line that made the job, and the other plays of the batch go on."""

    class Passing(Solve):
        async def play(self, task: Task, ctx: Context) -> Outcome:
            code = await ctx.ask("solver_0", "Write solve(x).")
            first = await ctx.run(Function(code, "solve", [(1,)]))
            second = await ctx.run(Function("def f(x): return x", "f", [(first.values[0],)]))  # an object has no form to cross in
            return Outcome({"same": 0, "status": str(second.status)})

    plays = [Play(Passing(), seed=seed) for seed in range(2)]
    answers = {plays[0]: "def solve(x): return object()", plays[1]: "def solve(x): return 5"}
    for play in plays:
        play.answer(play.requests[0], answers[play])
    with Sandbox(slots=1) as sandbox:
        while any(play.requests for play in plays):
            serve([call for play in plays for call in play.requests], {"sandbox": sandbox})
    broken, whole = (play.episode for play in plays)
    assert broken is not None
    assert (broken.ending, broken.fault) == (Ending.FAILED, "author")
    assert "are not all builtins" in str(broken.error)
    assert "test_run.py" in str(broken.error)
    assert whole is not None
    assert whole.facts == {"same": 0, "status": "OK"}
