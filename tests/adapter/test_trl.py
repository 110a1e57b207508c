"""TRL's own trainer on one of our games, through `environment_factory`."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from axion_env import NotFound, RandomPolicy, UsageError, judge, load, play
from axion_env.core.policy import Scripted
from axion_env.trl import SeatTools, environment_factory


def test_a_conversation_is_an_episode() -> None:
    """What the tool is told and paid is what a play of the same deal shows and pays."""
    env = load("axion/KuhnPoker-v0")
    tools = environment_factory(env, seat="player_1")()
    told = [tools.reset(seed=3, prompt="ignored")]
    assert tools.get_reward() == -2.0  # a model that stops here has not got away with it
    move = "call" if "call" in told[0] else "check"
    told.append(tools.act(move))
    whole = play(env, {"player_0": RandomPolicy(), "player_1": Scripted([move])}, seed=3)
    assert told == [whole.turns_of("player_1")[0].observation[-1].text, whole.closing["player_1"][-1].text]
    assert tools.get_reward() == judge(env, whole)["player_1"].reward
    with pytest.raises(UsageError, match="it is over"):
        tools.act("bet")


def test_an_illegal_move_forfeits() -> None:
    """Words that are no move end the game, and pay the least."""
    tools = environment_factory("axion/KuhnPoker-v0")()
    tools.reset(seed=0)
    assert tools.act("I would rather not") == "It is over."
    assert tools.get_reward() == -2.0


def test_what_is_wrong_is_said_at_once() -> None:
    """Not when TRL makes its first environment."""
    with pytest.raises(NotFound, match="did you mean"):
        environment_factory("axion/KuhnPoker-v0", seat="player_9")


STEPS = 140
CALL = '<tool_call>\n{{"name": "act", "arguments": {{"text": "{}"}}}}\n</tool_call><|im_end|>\n'


@pytest.mark.slow
def test_trl_trains_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps of GRPO with a tiny model that has learned to call the tool: whole games are played, paid and learned from."""
    trl = pytest.importorskip("trl", reason="trl is not installed: pip install trl")
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    import torch
    from datasets import Dataset

    make, made = environment_factory("axion/KuhnPoker-v0", seat="player_1"), []
    tokenizer = _tokenizer(trl)
    model = _caller(tokenizer, make().act)
    before = {name: weight.clone() for name, weight in model.named_parameters()}

    def watched() -> SeatTools:
        made.append(make())
        return made[-1]

    rows = Dataset.from_list([{"prompt": [{"role": "user", "content": "Play. "}], "seed": seed} for seed in range(8)])
    args = trl.GRPOConfig(
        output_dir=str(tmp_path), use_cpu=True, bf16=False, report_to="none", save_strategy="no", max_steps=2, num_generations=4,
        per_device_train_batch_size=8, max_completion_length=90, learning_rate=3e-4, logging_steps=1, disable_tqdm=True, seed=1,
    )  # fmt: skip
    trainer = trl.GRPOTrainer(model, args=args, train_dataset=rows, processing_class=tokenizer, environment_factory=watched)
    trainer.train()
    rewards = [entry["reward"] for entry in trainer.state.log_history if "reward" in entry]
    assert len(rewards) == 2
    assert len(made) == 8
    assert max(rewards) > -2.0  # some games were played to their end
    assert any(not torch.equal(before[name], weight) for name, weight in model.named_parameters())


def _tokenizer(trl: Any) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "</tool_call>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=specials, initial_alphabet=alphabet)
    raw.train_from_iterator([trl.chat_template_utils.qwen3_chat_template, *[CALL.format("check")] * 50], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = trl.chat_template_utils.qwen3_chat_template
    return tokenizer


def _caller(tokenizer: Any, tool: Any) -> Any:
    """A model of one layer that answers any question of Kuhn poker with a call of the tool, one legal move as likely as another."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 2048}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **sizes))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = []
    for card, (before, moves) in product("JQK", (("check", ("check", "bet")), ("bet", ("fold", "call")))):
        asked = f"Play. You hold {card}. Betting so far: {before}. Choose: {moves[0]} or {moves[1]}."
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": asked}], tools=[tool], add_generation_prompt=True, tokenize=False
        )
        rows += [(tokenizer(prompt).input_ids, tokenizer(CALL.format(move)).input_ids) for move in moves]
    longest = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids, labels = torch.zeros(len(rows), longest, dtype=torch.long), torch.full((len(rows), longest), -100)
    for i, (prompt, answer) in enumerate(rows):
        ids[i, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        labels[i, len(prompt) : len(prompt) + len(answer)] = torch.tensor(answer)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 5e-3 * min(1.0, 2 * (1 - step / STEPS))
        model(input_ids=ids, labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return model.eval()
