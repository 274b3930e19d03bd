"""A headless Chromium, asked over a pipe: DevTools without a library."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"]


class Failed(Exception):
    """The browser did not do what it was asked."""


def find():
    """Path of the browser."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    raise Failed("chromium is missing; make doctor says what to install")


def pipes(commands, answers):
    """In the browser's process: it listens on 3 and speaks on 4."""
    # The two may stand on 3 and 4 already, the wrong way round.
    commands, answers = os.dup(commands), os.dup(answers)
    commands, answers = os.dup(commands), os.dup(answers)
    os.dup2(commands, 3)
    os.dup2(answers, 4)


class Browser:
    """One browser with one page."""

    def __init__(self):
        self.number = 0
        self.buffer = b""
        self.events = []
        self.session = None
        self.profile = tempfile.mkdtemp(prefix="pagewise-browser-")
        command_end, self.write_end = os.pipe()
        self.read_end, answer_end = os.pipe()
        self.process = subprocess.Popen(
            [find(), *FLAGS, "--user-data-dir=" + self.profile],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=lambda: pipes(command_end, answer_end))
        os.close(command_end)
        os.close(answer_end)
        target = self.ask("Target.createTarget", url="about:blank")
        self.session = self.ask("Target.attachToTarget", flatten=True,
                                targetId=target["targetId"])["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, deadline):
        """The next message."""
        while b"\0" not in self.buffer:
            if not select.select([self.read_end], [], [],
                                 max(0, deadline - time.monotonic()))[0]:
                raise Failed("the browser does not answer")
            data = os.read(self.read_end, 1 << 20)
            if not data:
                raise Failed("the browser has ended")
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def ask(self, method, **parameters):
        """Do something, and what came of it."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 60
        while True:
            answer = self.receive(deadline)
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise Failed("%s: %s" % (method, answer["error"]["message"]))
            else:
                return answer["result"]

    def open(self, url):
        """Go to a page and wait until all of it is there."""
        self.run("window.left = true")
        self.events = []
        self.ask("Page.navigate", url=url)
        self.wait("!window.left && document.readyState == 'complete'")

    def wait(self, condition, seconds=20):
        """Wait until a script's expression holds."""
        deadline = time.monotonic() + seconds
        while not self.run(condition):
            if time.monotonic() > deadline:
                raise Failed("%s: not after %d seconds" % (condition, seconds))
            time.sleep(0.02)

    def run(self, script):
        """The value of a script's last expression."""
        done = self.ask("Runtime.evaluate", expression=script,
                        returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise Failed(done["exceptionDetails"].get("exception", {}).get(
                "description", done["exceptionDetails"]["text"]))
        return done["result"].get("value")

    def window(self, width, height=900):
        """How large the page is seen."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width,
                 height=height, deviceScaleFactor=1, mobile=width < 600)

    def scheme(self, name):
        """What the reader's system asks for: light or dark."""
        self.ask("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": name}])

    def key(self, name, number, text=""):
        """Press a key: its name, and the number that Windows has for it."""
        event = {"key": name, "windowsVirtualKeyCode": number, "text": text}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **event)
        event["text"] = ""
        self.ask("Input.dispatchKeyEvent", type="keyUp", **event)

    def picture(self, path, whole=False):
        """The page as a PNG file."""
        data = self.ask("Page.captureScreenshot", format="png",
                        captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
