"""A headless Chromium, spoken to through a pair of pipes in the DevTools protocol: https://chromedevtools.github.io/devtools-protocol."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_PATIENCE_S = 60.0


def installed() -> str | None:
    """The browser's command; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One window.

    Args:
        profile: An empty folder for what the browser keeps.
        size: Of the window in pixels, width and height.
        dark: What the page is told the reader prefers.
    """

    def __init__(self, profile: Path, *, size: tuple[int, int] = (1280, 860), dark: bool = False) -> None:
        command = installed()
        assert command is not None
        (read_end, self._out), (self._in, write_end) = _pipe(), _pipe()
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
        ]
        launch = f'exec "$@" 3<&{read_end} 4>&{write_end}'  # the numbers that the protocol has for the two pipes
        self._process = subprocess.Popen(
            ["bash", "-c", launch, "bash", command, *flags, "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(read_end, write_end),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_end)
        os.close(write_end)
        self._rest = b""
        self._count = 0
        self._session: str | None = None
        self.requests: list[str] = []
        """Every address asked for."""
        self.complaints: list[str] = []
        """What the page or its scripts had to say: exceptions, violations of the policy, dialogs."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        width, height = size
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What a method gives."""
        self._count += 1
        wanted = self._count
        session = {} if self._session is None else {"sessionId": self._session}
        data = json.dumps({"id": wanted, "method": method, "params": parameters, **session}).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        while True:
            message = self._receive()
            if message.get("id") == wanted:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return dict(message["result"])
            self._notice(message)

    def open(self, page: Path, *, at: str = "") -> float:
        """Open a page and wait until it is ready; gives the seconds that took."""
        began = time.perf_counter()
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=page.resolve().as_uri() + at)
        while not self.run("document.body && document.body.dataset.ready === 'yes'"):
            assert time.perf_counter() - began < _PATIENCE_S, self.complaints
            time.sleep(0.02)
        return time.perf_counter() - began

    def run(self, code: str) -> Any:
        """The value of an expression in the page."""
        found = self.send("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(json.dumps(found["exceptionDetails"])[:1000])
        return found["result"].get("value")

    def press(self, *keys: str) -> None:
        """Press keys one after the other, by their names in the DOM: `j`, `ArrowDown`, `Escape`."""
        for key in keys:
            typed = {"text": key} if len(key) == 1 else {}
            self.send("Input.dispatchKeyEvent", type="keyDown", key=key, **typed)
            self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def shot(self, file: Path) -> Path:
        """A picture of the window."""
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))
        return file

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait(timeout=30)
        os.close(self._out)
        os.close(self._in)

    def _receive(self) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self._in, 1 << 16) if ready else b""
            if not chunk:
                raise RuntimeError("the browser says nothing any more")
            self._rest += chunk
        text, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(text))

    def _notice(self, message: dict[str, Any]) -> None:
        method, told = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"])[:500])
        elif method == "Log.entryAdded":
            self.complaints.append(told["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(json.dumps(told["args"])[:500])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append(f"dialog: {told['message']}")
            self.send("Page.handleJavaScriptDialog", accept=True)


def _pipe() -> tuple[int, int]:
    """Two ends numbered above what the protocol claims, so that neither is overwritten before it is used."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]
