"""The headline metrics, and what may be concluded from them."""

from __future__ import annotations

from axion_train.report.curve import headline, noun
from axion_train.report.reference import References
from axion_train.report.role import ratios
from axion_train.report.run_data import RunData, number


def headlines(run: RunData, known: References) -> list[tuple[str, str, str]]:
    """(name, value, detail) of each headline metric that the run has."""
    key = headline(run)
    found = _nash_conv(run, known, key) if key.startswith("nash_conv") else _accuracy(run, key)
    cpu, episodes = run.final("cpu_seconds"), sum(value for _, value in run.series("episodes"))
    if cpu:
        found.append(("CPU time", f"{cpu:,.0f} s" if cpu < 6000 else f"{cpu / 3600:,.1f} h", f"{episodes:,.0f} episodes played"))
    return found


def _nash_conv(run: RunData, known: References, key: str) -> list[tuple[str, str, str]]:
    value, last, legal, illegal = map(run.final, (key, f"last/{key}", "nash_conv_legal", "illegal_mass"))
    told = run.told(f"{key}_last")
    last = last if told is None else told
    found = []
    if value is not None:
        start = run.told(f"{key}_start")
        detail = "averaged weights" + (f"; {start:.3f} at the start" if start is not None else "")
        found.append(("NashConv", f"{value:.3f}", _interval(run) if key == "nash_conv_estimate" else detail))
    if last is not None:
        found.append(("Last weights", f"{last:.3f}", "NashConv"))
    if legal is not None:
        found.append(("Legal answers only", f"{legal:.3f}", "NashConv, averaged weights"))
    if illegal is not None:
        found.append(("Illegal answers", f"{illegal:.2%}", "as self-play meets them"))
    below = _below(run, known, key)
    if below is not None:
        found.append(("Below the rule", f"update {below}", "and from there on"))
    return found


def _interval(run: RunData) -> str:
    """The interval of an estimate, in words."""
    for line in reversed(run.metrics):
        interval = line.get("nash_conv_interval")
        if isinstance(interval, list) and len(interval) == 2 and all(map(number, interval)):
            low, high = interval
            return f"estimate from samples; 95 % between {low:.3f} and {high:.3f}"
    return "estimate from samples"


def _below(run: RunData, known: References, key: str) -> int | None:
    """The first measured update after which the averaged weights stay below the rule. None: not at the end."""
    found = None
    for update, value in reversed(run.series(key)):
        if known.rule is None or value >= known.rule:
            break
        found = int(update)
    return found


def _accuracy(run: RunData, key: str) -> list[tuple[str, str, str]]:
    value, error, illegal = map(run.final, (key, f"{key}_error", key.replace(run.label, "illegal_rate")))
    found = []
    if value is not None:
        found.append(
            (noun(run), f"{value:.1%}", f"standard error {error:.1%}; averaged weights" if error is not None else "averaged weights")
        )
    others = [(f"{key}_last", "Last weights"), (f"{key}_start", "At the start")]
    others += [(f"{key}_{name}", f"Ablation {name}") for name in run.recipe.controls]
    others += [(f"heldout/{split}/{run.label}", f"Split {split}") for split in run.recipe.evaluation.also]
    for name, title in others:
        told = run.told(name)
        if told is not None:
            found.append((title, f"{told:.1%}", run.label.replace("_", " ")))
    if illegal is not None:
        found.append(("Illegal answers", f"{illegal:.2%}", "held-out tasks"))
    return found + _ratios(run)


def _ratios(run: RunData) -> list[tuple[str, str, str]]:
    """The ratios of facts, measured held out."""
    found = []
    for name in ratios(run):
        value, start = run.told(name), run.told(f"{name}_start")
        if value is not None:
            detail = f"held-out tasks; {start:.1%} at the start" if start is not None else "held-out tasks"
            found.append((name.replace("_", " ").capitalize(), f"{value:.1%}", detail))
    return found


def statement(run: RunData, known: References) -> list[str]:
    """What was trained, how it was measured, and what that does not say."""
    return [line for line in (_made(run), _measured(run), _limits(run, known)) if line]


def _made(run: RunData) -> str:
    name = run.recipe.pretrained
    size = run.parameters()
    scale = f" of {_rounded(size)} parameters" if size else ""
    reference_kl = run.recipe.reference_kl.coefficient
    held = ", held near its start by a KL penalty" if max(reference_kl.start, reference_kl.last) > 0 else ""
    many = len(getattr(getattr(run.env, "spec", None), "agents", ())) > 1
    then = f"then trained by {'self-play' if many else 'reinforcement learning on checked answers'}{held}"
    if name:
        return f"The pretrained model {name}{scale}, {then}. Nothing is claimed beyond the metrics on this page."
    if not run.has_recipe:
        return ""
    if not run.recipe.warmup.steps:
        return f"A model{scale}, made from scratch, {then}. It knows nothing but this environment; no larger claim."
    taught = "taught the legal format with a uniform strategy" if many else "first taught the format on worked examples"
    return f"A model{scale}, made from scratch, {taught}, {then}. It knows nothing but this environment; no larger claim."


def _measured(run: RunData) -> str:
    key = headline(run)
    if not run.measured(key):
        return ""
    if key == "nash_conv":
        return (
            "NashConv is exact: the probability of every completion is summed at every information set, illegal answers forfeit as in "
            "play, and best responses are computed on the whole tree. Nothing in it is sampled."
        )
    if key == "nash_conv_estimate":
        return "NashConv is an estimate: the policy's answers are too free to be enumerated and were sampled, which biases it upwards."
    split = run.recipe.evaluation.split
    return f"{noun(run)} is sampled, on tasks of the split “{split}”, which the environment keeps apart from those trained on."


def _limits(run: RunData, known: References) -> str:
    seed = "This is one run with one seed: compare several before believing a difference between recipes."
    if run.updates < run.planned:
        seed = f"The run has not ended: {run.updates} of {run.planned} updates are done. {seed}"
    return seed


def _rounded(size: int) -> str:
    return f"some {round(size, -3):,}" if size < 10**6 else f"{size / 10**6:.3g} million" if size < 10**9 else f"{size / 10**9:.3g} billion"
