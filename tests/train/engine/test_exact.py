"""The sampler and the renderer: exactness, sharing, padding, agreement with the learner."""

from __future__ import annotations

import copy
from collections import Counter

import numpy as np
import pytest
import torch

from axion_env import Message
from axion_train.data.pack import pack
from axion_train.engine.exact import sample
from axion_train.learner.learner import Learner
from axion_train.model.renderer import Renderer, layout
from axion_train.model.tiny import TinyLlama, WordTokenizer
from axion_train.types import Batch, Row

EOS, PAD = WordTokenizer.eos_id, WordTokenizer.pad_id


@pytest.fixture(scope="module")
def model():
    return TinyLlama(layers=2, hidden=32, heads=4, mlp=64, init=0.4).build(11, seed=3).eval()


def draw(model, prompts, seed=0, max_tokens=4, temperature=1.0):
    return sample(model, prompts, np.random.default_rng(seed), max_tokens=max_tokens, eos_id=EOS, pad_id=PAD, temperature=temperature)


def full(model, prompt, ids, temperature=1.0):
    """Log-probabilities by one whole forward pass, nothing cached, nothing padded."""
    with torch.inference_mode():
        logits = model(torch.tensor([[*prompt, *ids]])).logits[0, len(prompt) - 1 : -1] / temperature
    return torch.log_softmax(logits, -1)[range(len(ids)), list(ids)].tolist()


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_log_probabilities_agree_with_a_full_forward(model, temperature):
    """What the sampler says of a token is what an uncached, unpadded pass says, also among prompts of unlike lengths."""
    prompts = [(4, 5, 6), (7,), (4, 5, 6, 7, 8, 9), (7, 8)] * 8
    out = draw(model, prompts, max_tokens=6, temperature=temperature)
    for prompt, number in zip(prompts, out.answer, strict=True):
        assert out.logprobs[number] == pytest.approx(full(model, prompt, out.completion_ids[number], temperature), abs=2e-5)


def test_an_answer_ends_at_its_first_end_of_sequence(model):
    """End-of-sequence stands last or not at all, and no answer is longer than allowed."""
    out = draw(model, [(4, 5), (6,)] * 200, max_tokens=5)
    assert all(1 <= len(ids) <= 5 and EOS not in ids[:-1] and (ids[-1] == EOS or len(ids) == 5) for ids in out.completion_ids)


def test_samples_have_the_models_distribution(model):
    """Frequencies of whole answers match their exact probabilities: chi-squared over 20,000 draws."""
    n = 20_000
    out = draw(model, [(4, 5, 6)] * n, max_tokens=2)
    counts = Counter(out.completion_ids[i] for i in out.answer)
    expected = {ids: n * np.exp(sum(out.logprobs[k])) for k, ids in enumerate(out.completion_ids)}
    common = [ids for ids, e in expected.items() if e >= 10]
    chi = sum((counts[ids] - expected[ids]) ** 2 / expected[ids] for ids in common)
    assert len(common) > 5
    assert chi < len(common) + 5 * np.sqrt(2 * len(common))


def test_answers_to_equal_prompts_are_independent(model):
    """Which ask gets which answer carries no order: neighbours agree as often as the probabilities say."""
    n = 20_000
    out = draw(model, [(4, 5, 6)] * n, max_tokens=1)
    first = np.array([out.completion_ids[i][0] for i in out.answer])
    p = np.bincount(first, minlength=11) / n
    agree = (first[:-1] == first[1:]).mean()
    assert agree == pytest.approx((p**2).sum(), abs=4 * np.sqrt(0.25 / n))


def test_sharing_changes_nothing(model):
    """An ask's answer depends on its own random numbers, not on who shares its prompt or its batch."""
    prompts = [(4, 5, 6), (7,), (4, 5, 6), (8, 9)]
    together = draw(model, prompts, seed=5)
    rng = np.random.default_rng(5)
    again = sample(model, prompts, rng, max_tokens=4, eos_id=EOS, pad_id=PAD)
    assert [together.completion_ids[i] for i in together.answer] == [again.completion_ids[i] for i in again.answer]


def test_equal_answers_are_one(model):
    """Distinct pairs of prompt and answer are listed once."""
    out = draw(model, [(4, 5, 6)] * 500, max_tokens=1)
    assert len(set(out.completion_ids)) == len(out.completion_ids) <= 11
    assert sorted(set(out.answer.tolist())) == list(range(len(out.completion_ids)))


def test_the_learner_scores_what_was_sampled(model):
    """Right after sampling, the learner's log-probabilities equal the sampler's: no token was re-made from text."""
    prompts = [(4, 5, 6), (7,), (4, 5)]
    out = draw(model, prompts, seed=2, max_tokens=6)
    rows = [Row(p, out.completion_ids[i], out.logprobs[i], 1, 1.0, 0.0) for p, i in zip(prompts, out.answer, strict=True)]
    scored = Learner(model, PAD).logprobs(rows)
    for r, row in enumerate(rows):
        assert scored[r, : len(row.completion_ids)].tolist() == pytest.approx(list(row.logprobs), abs=2e-5)


@pytest.mark.parametrize(
    "prompts", [[(4, 5, 6), (7,), (4, 5)], [(4, 5, 6), (7,)] * 3, [(4, 5), (6, 7)] * 3], ids=["alone", "shared", "unpadded"]
)
def test_the_learner_scores_as_a_full_forward_does(model, prompts):
    """Whether prompts are shared, padded or neither."""
    answers = [(5, 6, EOS), (8,), (9, 4, 7, EOS), (3, EOS), (5, 5), (6,)]
    rows = [Row(p, ids, (0.0,) * len(ids), 1, 1.0, 0.0) for p, ids in zip(prompts, answers, strict=False)]
    for row, scored in zip(rows, Learner(model, PAD).logprobs(rows), strict=True):
        assert scored[: len(row.completion_ids)].tolist() == pytest.approx(full(model, row.prompt_ids, row.completion_ids), abs=2e-5)


def test_small_passes_add_up(model):
    """The gradient of a batch is the same in passes of two rows as in one, whatever the answers' lengths."""
    rows = [Row((4, 5), (6,) * n, (0.0,) * n, 1, 1.0, 0.0) for n in (5, 1, 4, 2, 3)]
    gradients = []
    for size in (8, 2):
        learner = Learner(copy.deepcopy(model), PAD, rows=size)
        learner.forward_backward(Batch(rows, 5, 15))
        gradients.append(torch.cat([p.grad.flatten() for p in learner.model.parameters()]))
    assert torch.allclose(*gradients, atol=1e-5)


def test_word_tokenizer_loses_nothing():
    """Text → ids → text is the identity on texts of the vocabulary's words, spaces and lines included."""
    texts = ["You hold K. Betting so far: none.\nAnswer:", " K bet", " 7+5=12 2+1+1=04 <answer>42</answer>"]
    tokenizer = WordTokenizer.of(texts)
    for text in texts:
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.encode(" <answer>42</answer>") != tokenizer.encode("<answer>42</answer>")
    assert tokenizer.encode(" unheard")[0] == 2


def test_saved_tokenizers_load_in_transformers(tmp_path):
    """A run's folder is a model folder like any other."""
    from transformers import AutoTokenizer

    tokenizer = WordTokenizer.of(["You hold K.\nAnswer:", " K bet"])
    tokenizer.save(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert loaded.encode(" K bet", add_special_tokens=False) == tokenizer.encode(" K bet")
    assert WordTokenizer.load(tmp_path).encode("You hold K.") == tokenizer.encode("You hold K.")


def test_layout_of_a_dialogue():
    """Questions stand as they are; the agent's own answers follow "Answer:"."""
    messages = (Message("user", "Hand 1."), Message("assistant", "bet"), Message("user", "Hand 2."))
    assert layout(messages) == "Hand 1.\nAnswer: bet\nHand 2.\nAnswer:"


def test_prompts_are_tokenized_once():
    """The same messages give the same tuple, from memory."""
    renderer = Renderer(WordTokenizer.of(["Hand 1.\nAnswer:"]))
    assert renderer.prompt_ids((Message("user", "Hand 1."),)) is renderer.prompt_ids((Message("user", "Hand 1."),))


def test_packing_nothing():
    """A batch without the learner's actions is empty, not an error."""
    assert pack([], []).rows == []
