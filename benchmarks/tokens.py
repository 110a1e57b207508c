"""Tokens per second, generated and trained, beside Hugging Face `generate`, TRL's GRPOTrainer and a plain torch step.

Arithmetic prompts, none twice, so that nothing can be shared; and for comparison groups of 16 samples of one prompt, as GRPO has them.
Everybody has the same model (the arithmetic recipe's, warmed up until its answers are well-formed), the same number of rows in a batch
and in a pass, and the same longest answer; the learning rate is 0, so that nobody's answers change under way. TRL asks for groups of two
at least: its prompts come twice.

Counted are the tokens of answers, their end-of-sequence token included and padding not.
"""

from __future__ import annotations

import dataclasses
import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from axion_env import Env, Message, Play
from axion_train import recipe
from axion_train.engine.exact import sample
from axion_train.learner.learner import Learner
from axion_train.learner.schedule import Schedule
from axion_train.learner.warmup import collect, warm_up
from axion_train.model.load import from_scratch, use_threads
from axion_train.model.renderer import Renderer, layout
from axion_train.types import Batch, Row
from benchmarks.measure import Spread, ratios, spread

ROWS = 512
PASS = 128
"""Rows that go through the model at once in training; gradients of the four passes add up."""
GROUP = 16
MAX_TOKENS = 26
"""As in the recipe: room for a whole scratchpad."""
WARM_UP = 150
"""Steps; nearly all answers are well-formed after them, and one in five is right."""
ROUNDS = 9

Answers = list[tuple[int, ...]]
Rates = dict[str, list[float]]
"""[rounds] Tokens per second of processor time, by contender."""


class Setting(NamedTuple):
    """What all contenders are given."""

    model: Any
    renderer: Renderer
    questions: list[tuple[Message, ...]]
    """Distinct ones."""

    def prompts(self, group: int) -> list[tuple[int, ...]]:
        """[ROWS] Ids, each prompt `group` times."""
        return [self.renderer.prompt_ids(q) for q in self.questions[: ROWS // group] for _ in range(group)]


def setting() -> Setting:
    """The arithmetic recipe's model after a short warm-up, and questions of its train tasks."""
    chosen = recipe.read("arithmetic")
    use_threads(chosen.training.threads)
    env = chosen.env.load()
    pairs = collect(env, chosen.warmup.plays, chosen.training.seed)
    model, renderer = from_scratch(chosen.model, pairs, seed=0)
    warm_up(model, renderer, pairs, dataclasses.replace(chosen.warmup, steps=WARM_UP, until=0.0), chosen.training.seed)
    return Setting(model, renderer, _questions(env))


def _questions(env: Env) -> list[tuple[Message, ...]]:
    found: dict[tuple[Message, ...], None] = {}
    for i, task in enumerate(env.tasks("train")):
        found[Play(env, task, i).requests[0].messages] = None  # type: ignore[union-attr]  # Arithmetic asks at once
        if len(found) == ROWS:
            break
    return list(found)


def padded(rows: Sequence[Sequence[int]], pad: int, *, left: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """[R, L] Ids and mask."""
    longest = max(map(len, rows))
    ids, mask = torch.full((len(rows), longest), pad), torch.zeros((len(rows), longest), dtype=torch.long)
    for i, row in enumerate(rows):
        where = slice(longest - len(row), None) if left else slice(0, len(row))
        ids[i, where], mask[i, where] = torch.tensor(row), 1
    return ids, mask


def axion_sample(s: Setting, prompts: list[tuple[int, ...]], rng: np.random.Generator) -> Answers:
    tokenizer = s.renderer.tokenizer
    found = sample(s.model, prompts, rng, max_tokens=MAX_TOKENS, eos_id=tokenizer.eos_id, pad_id=tokenizer.pad_id)
    return [found.completion_ids[i] for i in found.answer]


def hf_generate(s: Setting, prompts: list[tuple[int, ...]]) -> Answers:
    """`model.generate`, sampling from the model's own distribution."""
    eos = s.renderer.tokenizer.eos_id
    ids, mask = padded(prompts, s.renderer.tokenizer.pad_id, left=True)
    made = s.model.generate(
        input_ids=ids, attention_mask=mask, do_sample=True, temperature=1.0, top_k=0, top_p=1.0, max_new_tokens=MAX_TOKENS,
        pad_token_id=s.renderer.tokenizer.pad_id, eos_token_id=eos,
    )  # fmt: skip
    rows = made[:, ids.shape[1] :].tolist()
    return [tuple(row[: row.index(eos) + 1 if eos in row else None]) for row in rows]


class AxionStep:
    """Our learner's step on the arithmetic recipe's loss and optimizer."""

    def __init__(self, s: Setting) -> None:
        chosen = recipe.read("arithmetic")
        optimizer = dataclasses.replace(chosen.optimizer, rate=Schedule(0.0))
        self.learner = Learner(s.model, s.renderer.tokenizer.pad_id, optimizer=optimizer, loss=chosen.build("loss"), ema=0.0, rows=PASS)

    def __call__(self, batch: Batch) -> int:
        self.learner.forward_backward(batch)
        self.learner.optim_step()
        return batch.tokens


class PlainStep:
    """The step one writes first: prompts and answers padded into one table, all logits, AdamW."""

    def __init__(self, s: Setting) -> None:
        self.model, self.pad = s.model, s.renderer.tokenizer.pad_id
        self.optimizer = torch.optim.AdamW(s.model.parameters(), lr=0.0, weight_decay=0.0)

    def __call__(self, batch: Batch) -> int:
        for start in range(0, len(batch.rows), PASS):
            self._backward(batch.rows[start : start + PASS], len(batch.rows))
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 10.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return batch.tokens

    def _backward(self, rows: list[Row], of: int) -> None:
        prompts, prompt_mask = padded([row.prompt_ids for row in rows], self.pad, left=True)
        answers, mask = padded([row.completion_ids for row in rows], self.pad, left=False)
        old = torch.zeros(mask.shape)
        for i, row in enumerate(rows):
            old[i, : len(row.completion_ids)] = torch.tensor(row.logprobs)
        advantage = torch.tensor([[row.positive + row.negative] for row in rows])
        logits = self.model(torch.cat((prompts, answers), 1), attention_mask=torch.cat((prompt_mask, mask), 1)).logits
        logprobs = torch.log_softmax(logits[:, prompts.shape[1] - 1 : -1], -1).gather(-1, answers.unsqueeze(-1)).squeeze(-1)
        ratio = (logprobs - old).exp()
        gain = torch.minimum(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage)
        (-(gain * mask).sum() / of).backward()  # type: ignore[no-untyped-call]


def batch_of(s: Setting, prompts: list[tuple[int, ...]], rng: np.random.Generator) -> Batch:
    """Sampled answers with made-up advantages of either sign, one row each."""
    tokenizer = s.renderer.tokenizer
    found = sample(s.model, prompts, rng, max_tokens=MAX_TOKENS, eos_id=tokenizer.eos_id, pad_id=tokenizer.pad_id)
    signs = rng.choice((-1.0, 1.0), len(prompts)).tolist()
    rows = [
        Row(prompt, found.completion_ids[i], found.logprobs[i], 1, max(a, 0.0), min(a, 0.0))
        for prompt, i, a in zip(prompts, found.answer, signs, strict=True)
    ]
    return Batch(rows, len(rows), sum(len(row.completion_ids) for row in rows))


class Race:
    """Takes the contenders' times in turns."""

    def __init__(self, s: Setting, group: int) -> None:
        self.s = s
        self.prompts = s.prompts(group)
        self.rng = np.random.default_rng(0)
        self.ours, self.plain = AxionStep(s), PlainStep(s)
        self.generated: Rates = {"axion": [], "hf_generate": [], "trl": []}
        self.trained: Rates = {"axion": [], "plain_torch": [], "trl": []}

    def round(self) -> None:
        """All contenders but TRL, once each."""
        s, prompts, rng = self.s, self.prompts, self.rng
        batch = batch_of(s, prompts, rng)
        self.generated["axion"].append(_rate(lambda: sum(map(len, axion_sample(s, prompts, rng))), deterministic=True))
        self.generated["hf_generate"].append(_rate(lambda: sum(map(len, hf_generate(s, prompts)))))
        self.trained["axion"].append(_rate(lambda: self.ours(batch), deterministic=True))
        self.trained["plain_torch"].append(_rate(lambda: self.plain(batch)))

    def run(self) -> dict[str, Any]:
        """ROUNDS rounds, after one that is not counted."""
        with tempfile.TemporaryDirectory() as folder:
            trl_steps(self, Path(folder), ROUNDS + 1)
        return {"generated": _table(self.generated), "trained": _table(self.trained)}


def trl_steps(race: Race, folder: Path, steps: int) -> None:
    """TRL's own loop; after each of its steps the others have their turn.

    Its generation is `_generate_single_turn`; its training is the step less all of generating and scoring.
    """
    from datasets import Dataset
    from transformers import AutoTokenizer, TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    race.s.renderer.tokenizer.save(folder)  # type: ignore[attr-defined]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = [layout(question) for question in race.s.questions[: len(set(race.prompts))]]
    assert tokenizer(texts, add_special_tokens=False)["input_ids"] == [list(ids) for ids in dict.fromkeys(race.prompts)]
    group = max(2, ROWS // len(texts))
    config = GRPOConfig(
        output_dir=str(folder), use_cpu=True, bf16=False, report_to="none", save_strategy="no", logging_strategy="no",
        disable_tqdm=True,
        gradient_checkpointing=False, max_steps=steps, learning_rate=0.0, num_generations=group,
        per_device_train_batch_size=PASS, gradient_accumulation_steps=ROWS // PASS,
        max_completion_length=MAX_TOKENS, temperature=1.0, top_k=0, top_p=1.0, beta=0.0, loss_type="dr_grpo",
        max_grad_norm=10.0, shuffle_dataset=False,
    )  # fmt: skip

    class Watched(GRPOTrainer):  # type: ignore[misc]
        def _generate_single_turn(self, *args: Any, **options: Any) -> Any:
            start = time.process_time()
            found = super()._generate_single_turn(*args, **options)
            self.tokens = sum(map(len, found[0]))
            race.generated["trl"].append(self.tokens / (time.process_time() - start))
            return found

        def _generate_and_score_completions(self, inputs: Any) -> Any:
            start = time.process_time()
            found = super()._generate_and_score_completions(inputs)
            self.other = time.process_time() - start
            return found

    class Turns(TrainerCallback):
        def on_step_begin(self, *args: Any, **options: Any) -> None:
            gc.collect()
            self.start = time.process_time()

        def on_step_end(self, *args: Any, **options: Any) -> None:
            race.trained["trl"].append(trainer.tokens / (time.process_time() - self.start - trainer.other))
            race.s.model.eval()
            race.round()
            race.s.model.train()

    trainer = Watched(
        model=race.s.model, args=config, processing_class=tokenizer, callbacks=[Turns()],
        train_dataset=Dataset.from_dict({"prompt": texts * (ROWS // len(texts))}),
        reward_funcs=lambda completions, **_: [float(len(c) % 2) for c in completions],
    )  # fmt: skip
    trainer.train()
    race.s.model.eval()


def _rate(contender: Callable[[], int], *, deterministic: bool = False) -> float:
    """Tokens per second of processor time. `deterministic` are the kernels that our runs ask for; nobody else has to."""
    gc.collect()
    torch.use_deterministic_algorithms(deterministic)
    start = time.process_time()
    tokens = contender()
    spent = time.process_time() - start
    torch.use_deterministic_algorithms(False)
    return tokens / spent


def _table(taken: Rates) -> dict[str, Any]:
    counted = {name: values[1:] for name, values in taken.items()}
    ratio: dict[str, Spread] = {name: ratios(counted["axion"], values) for name, values in counted.items() if name != "axion"}
    return {"tokens_per_cpu_s": {name: spread(values) for name, values in counted.items()}, "axion_over": ratio}


def run() -> dict[str, Any]:
    """Prompts that are all different, and groups of 16 samples of one prompt."""
    s = setting()
    return {f"{ROWS} prompts": Race(s, 1).run(), f"{ROWS // GROUP} prompts of {GROUP}": Race(s, GROUP).run()}
