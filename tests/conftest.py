"""One thread per process, so that times and sums do not depend on the machine; signals as at a prompt; and `--update-golden`.

How a run goes, what a warning does to it and what it says at its end stand in `tests/plugin`.
"""

from __future__ import annotations

import os
import signal
import sys

import pytest
from hypothesis import settings

pytest_plugins = ("tests.plugin.order", "tests.plugin.skipped", "tests.plugin.warned")

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # read when the library is loaded: before any test imports it
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:  # a shell's job in the background is born deaf to both, and so would be what it starts
        signal.signal(number, handler)

settings.register_profile("axion", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("axion")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew from what the demos do now")


@pytest.fixture(autouse=True)
def one_torch_thread() -> None:
    """Sums in torch depend on the number of threads."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != 1:
        torch.set_num_threads(1)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
