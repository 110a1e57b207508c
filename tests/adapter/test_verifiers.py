"""verifiers' own runner on our games, with a model behind a web address of this machine.

verifiers is half a gigabyte and no dependency: `pip install verifiers==0.4.0` in an environment beside this package and pytest, and these
tests run.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from axion_env import Scripted, judge, load, play, replay
from axion_env.record.codec import decode, encode

pytest.importorskip("verifiers.v1", reason="verifiers is not installed: pip install verifiers==0.4.0")

Chat = list[dict[str, str]]

KUHN = """\
from axion_env.verifiers import export
KuhnTaskset, KuhnEnv, KuhnHarness = export("axion/KuhnPoker-v0"{options})
__all__ = ["KuhnTaskset", "KuhnEnv", "KuhnHarness"]
"""

ROUNDS = """\
from axion_env import Env, EnvSpec, Memory, Outcome, Reward, Role, Rubric
from axion_env.verifiers import export

class Rounds(Env):
    spec = EnvSpec(
        "tests/Rounds-v0",
        agents={name: Role(name, memory=memory) for name, memory in zip(("alone", "keeper", "thinker"), Memory)},
        reward_range=(0, 4),
        retries=1,
    )
    rubric = Rubric(**{
        role: [Reward(lambda e, a: float(e.facts[a]), name="yes"), Reward(lambda e, t: 1.0, name="turn", per_turn=True)]
        for role in ("alone", "keeper", "thinker")
    })

    async def play(self, task, ctx):
        yes = dict.fromkeys(ctx.agents, 0)
        for i in range(2):
            said = await ctx.gather(*(ctx.ask(a, f"{a}, round {i}?", choices=("yes", "no")) for a in ctx.agents))
            for agent, word in zip(ctx.agents, said):
                yes[agent] += word == "yes"
            ctx.tell(ctx.agents, f"Round {i}: {', '.join(said)}.")
        return Outcome(yes)

Taskset, Env_, Harness = export("rounds_axion:Rounds")
__all__ = ["Taskset", "Env_", "Harness"]
"""


class Endpoint:
    """An OpenAI-compatible model: answers by a function of the chat, and remembers what it was shown."""

    def __init__(self) -> None:
        self.answer: Callable[[Chat], str] = lambda chat: ""
        self.chats: list[Chat] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                chat = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"]
                endpoint.chats.append(chat)
                try:
                    message = {"role": "assistant", "content": endpoint.answer(chat)}
                except LookupError:
                    return self.send_error(500, "the model is ill")
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                choices = [{"index": 0, "finish_reason": "stop", "message": message}]
                reply = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": choices, "usage": usage}
                data = json.dumps(reply).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                return None

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    served = Endpoint()
    yield served
    served.server.shutdown()
    served.server.server_close()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], Path]]:
    """Writes an importable module, and forgets it afterwards."""
    written = []

    def write(name: str, text: str) -> Path:
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        written.append(name)
        return tmp_path

    yield write
    for name in written:
        sys.modules.pop(name, None)


def evaluate(endpoint: Endpoint, folder: Path, taskset: str, deals: int = 1, **env: Any) -> list[Any]:
    """What `vf-eval` does, in this process: verifiers' episodes."""
    from verifiers.v1.cli.eval.runner import run_eval
    from verifiers.v1.configs.cli.eval import EvalConfig

    settings = {"client": {"base_url": endpoint.url, "api_key_var": "NO_KEY"}, "model": "m", "rich": None, "push": False}
    env = {"taskset": {"id": taskset}, **env}
    return asyncio.run(run_eval(EvalConfig.model_validate({**settings, "env": env, "select": {"limit": deals}, "output_dir": folder})))


def record(episode: Any) -> Any:
    (line,) = [trace.info["axion"]["record"] for trace in episode.traces if "record" in trace.info["axion"]]
    return decode(line)


def legal(chat: Chat) -> str:
    """A legal move of Kuhn poker, one or the other by what is seen."""
    first, second = chat[-1]["content"].rpartition("Choose: ")[2].rstrip(".").split(" or ")
    return f"I think, therefore [{first if len(chat[-1]['content']) % 2 else second}]"


def test_the_command_plays_kuhn(endpoint: Endpoint, package: Callable[[str, str], Path], tmp_path: Path) -> None:
    """`vf-eval` with the package of the docs: each seat's reward is our verdict of a record that replays, and the deals are ours."""
    package("kuhn_poker_axion", KUHN.format(options=""))
    endpoint.answer = legal
    command = [
        sys.executable,
        "-c",
        "from verifiers.v1.cli.eval.main import main; main()",
        "kuhn-poker-axion",
        "-m",
        "m",
        "-n",
        "6",
        "-r",
        "2",
    ]
    command += ["--client.base-url", endpoint.url, "--client.api-key-var", "NO_KEY", "--no-rich", "--no-push", "-o", str(tmp_path / "out")]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True, capture_output=True, timeout=300)
    (traces,) = (tmp_path / "out").glob("*/traces.jsonl")
    episodes = [json.loads(line) for line in traces.read_text().splitlines()]
    env = load("axion/KuhnPoker-v0")
    assert len(episodes) == 12
    for episode in episodes:
        seats = {trace["agent"]["name"]: trace for trace in episode["traces"]}
        ours = decode(seats["player_0"]["info"]["axion"]["record"])
        assert encode(replay(ours, env=env)) == encode(ours)
        assert ours == play(env, Scripted(lambda ask: legal([{"content": ask.text}])), seed=ours.seed)
        for agent, verdict in judge(env, ours).items():
            assert seats[agent]["rewards"] == {"chips_won": {"score": verdict.reward, "weight": 1.0}}
            assert seats[agent]["info"]["axion"]["role"] == verdict.role
    assert sorted(decode(e["traces"][-1]["info"]["axion"]["record"]).seed for e in episodes) == sorted([*range(6)] * 2)
    assert len({episode["task"]["key"] for episode in episodes}) == 6


def test_seats_see_what_our_play_shows(endpoint: Endpoint, package: Callable[[str, str], Path], tmp_path: Path) -> None:
    """Memory is ours in all its forms, simultaneous asks and retries too; a trace branches where a seat's past is not shown again."""
    package("rounds_axion", ROUNDS)

    def answer(chat: Chat) -> str:
        asked = chat[-1]["content"]
        if "alone" in asked and "round 1" in asked:
            return "maybe"
        return "<think>hm</think> yes" if "thinker" in asked else " yes\n"

    endpoint.answer = answer
    (episode,) = evaluate(endpoint, tmp_path / "out", "rounds-axion")
    assert episode.ok, episode.errors
    shown: list[Chat] = []

    def watched(ask: Any) -> str:
        runs = groupby(ask.messages, key=lambda message: message.author)
        shown.append([{"role": author, "content": "\n".join(message.text for message in run)} for author, run in runs])
        return answer(shown[-1])

    rules = load("rounds_axion:Rounds")
    whole = play(rules, Scripted(watched))
    assert encode(record(episode)) == encode(whole)
    assert sorted(map(json.dumps, endpoint.chats)) == sorted(map(json.dumps, shown))
    seats = {trace.agent.name: trace for trace in episode.traces}
    assert {agent: (trace.num_branches, trace.num_turns) for agent, trace in seats.items()} == {
        "alone": (2, 3),
        "keeper": (1, 2),
        "thinker": (2, 2),
    }
    for agent, verdict in judge(rules, whole).items():
        assert seats[agent].reward == verdict.reward
        assert seats[agent].info["axion"]["step_rewards"] == verdict.step_rewards(len(whole.turns_of(agent)))


def test_it_is_served_as_prime_rl_asks_for_it(endpoint: Endpoint, package: Callable[[str, str], Path]) -> None:
    """By verifiers' environment server: a deal crosses the wire, and what comes back is our verdict and our record."""
    import verifiers.v1 as vf
    from verifiers.v1.serve.client import EnvClient
    from verifiers.v1.serve.server import EnvServer
    from verifiers.v1.utils.loaders import resolve_env_config

    package("kuhn_poker_axion", KUHN.format(options=""))
    endpoint.answer = legal

    async def served() -> Any:
        server = EnvServer(resolve_env_config({"taskset": {"id": "kuhn-poker-axion"}}), "tcp://127.0.0.1:0")
        running = asyncio.create_task(server.run())
        client = EnvClient(server.address)
        (deal,) = server.env.taskset.skip(5).take(1)
        try:
            model = vf.EvalClientConfig(base_url=endpoint.url, api_key_var="NO_KEY")
            return await client.run(model, "m", vf.SamplingConfig(), deal.data.model_dump(mode="json"))
        finally:
            await client.close()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    episode = asyncio.run(served())
    assert episode.ok, episode.errors
    whole = record(episode)
    env = load("axion/KuhnPoker-v0")
    assert whole == play(env, Scripted(lambda ask: legal([{"content": ask.text}])), seed=5)
    assert {trace.agent.name: trace.reward for trace in episode.traces} == {a: v.reward for a, v in judge(env, whole).items()}


def test_an_illegal_move_forfeits(endpoint: Endpoint, package: Callable[[str, str], Path], tmp_path: Path) -> None:
    """The culprit pays, and a seat that was never asked has no trace to be trained on."""
    package("kuhn_poker_axion", KUHN.format(options=", ante=2"))
    endpoint.answer = lambda chat: "I would rather not"
    (episode,) = evaluate(endpoint, tmp_path / "out", "kuhn-poker-axion")
    (trace,) = episode.traces
    assert (trace.agent.name, trace.reward, trace.metrics["forfeit"]) == ("player_0", -3.0, 1.0)
    assert record(episode).ending == trace.info["axion"]["ending"] == "FORFEIT"


def test_a_seats_limit_truncates(endpoint: Endpoint, package: Callable[[str, str], Path], tmp_path: Path) -> None:
    """A limit that verifiers keeps ends the play as ours do: nobody is paid."""
    package("kuhn_poker_axion", KUHN.format(options=", hands=3"))
    endpoint.answer = legal
    (episode,) = evaluate(endpoint, tmp_path / "out", "kuhn-poker-axion", player_1={"max_turns": 2})
    assert record(episode).ending == "TRUNCATED"
    assert "max_turns" in record(episode).error
    assert [trace.reward for trace in episode.traces] == [0.0, 0.0]


def test_a_model_that_fails_pays_nobody(endpoint: Endpoint, package: Callable[[str, str], Path], tmp_path: Path) -> None:
    """The episode is void, says why, and no trace has a reward."""
    package("kuhn_poker_axion", KUHN.format(options=""))
    endpoint.answer = lambda chat: {}["no answer"]
    (episode,) = evaluate(endpoint, tmp_path / "out", "kuhn-poker-axion")
    assert not episode.ok
    assert "failed by the machine's fault: the model of player_0" in episode.errors[-1].message
    assert all(not trace.rewards for trace in episode.traces)


def test_a_harness_with_a_memory_of_its_own_is_refused(package: Callable[[str, str], Path]) -> None:
    """Our rules of memory would not hold."""
    from verifiers.v1.utils.loaders import load_environment, resolve_env_config

    package("kuhn_poker_axion", KUHN.format(options=""))
    config = resolve_env_config({"taskset": {"id": "kuhn-poker-axion"}, "player_1": {"harness": {"id": "null"}}})
    with pytest.raises(Exception, match="player_1 is played by the harness 'null', which keeps a memory of its own"):
        load_environment(config)


def test_deals_go_on(package: Callable[[str, str], Path]) -> None:
    """Every task of the split once, then again with the next seed; a deal tells nothing of the task but where it is."""
    from axion_env.verifiers import export

    taskset, _, _ = export("axion/Arithmetic-v0")
    tasks = load("axion/Arithmetic-v0").tasks("test")
    deals = list(taskset(_config(taskset, split="test")).take(len(tasks) + 1))
    assert [(d.data.id, d.data.seed) for d in deals] == [*((task.id, 0) for task in tasks), (tasks[0].id, 1)]
    assert set(deals[0].data.model_dump(exclude_unset=True)) == {"id", "name", "split", "index", "seed", "idx"}


def _config(taskset: type, **settings: Any) -> Any:
    from axion_env.verifiers import DealsConfig

    return DealsConfig(id="anything", **settings)
