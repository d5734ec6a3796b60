"""A browser driven over the WebDriver protocol (W3C), by the standard library alone.

One headless Chromium with a folder of its own; Browser is a context manager that ends it and its driver.
"""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 60  # seconds; the machine may be slow

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
)


class Failure(Exception):
    """The driver or the browser says no."""


def eventually(what, fact, patience=PATIENCE):
    """The first value of fact() that is true; fails with `what` and the last value when none comes."""
    deadline = time.monotonic() + patience
    while True:
        value = fact()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: still {value!r} after {patience} s")
        time.sleep(0.05)


class Browser:
    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="taskgate-browser-")
        self.driver = None
        self.session = None
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if self.session:
                self.call("DELETE", "")
        finally:
            if self.driver:
                self.driver.terminate()
                self.driver.wait(PATIENCE)
                self.driver.stdout.close()
            shutil.rmtree(self.profile, ignore_errors=True)

    def start(self):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.port = self.driver_port()
        options = {"args": [*ARGUMENTS, f"--user-data-dir={self.profile}"]}
        if shutil.which("chromium"):  # else the driver looks for a browser itself
            options["binary"] = shutil.which("chromium")
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}
        answer = self.request("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = answer["sessionId"]

    def driver_port(self):
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return int(found[1])
        raise Failure("chromedriver did not start")

    def request(self, method, path, body=None):
        data = json.dumps(body).encode() if method == "POST" else None
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            raise Failure(json.load(refused)["value"]["message"]) from None

    def call(self, method, path, body=None):
        return self.request(method, f"/session/{self.session}{path}", body)

    # --- What a test does

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """The value of a function's body in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def protocol(self, command, **parameters):
        """A command of Chromium's own protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def press(self, key):
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def log(self, kind):
        """What has been logged since the last call."""
        return self.call("POST", "/se/log", {"type": kind})

    def complaints(self):
        """What the browser has said of pages since the last call, but for its own new tab, which it may load late."""
        return [each for each in self.log("browser") if not each["message"].startswith("chrome://")]

    def network(self):
        """The events of the network since the last call: (name, parameters)."""
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"].startswith("Network."):
                yield message["method"], message["params"]

    def size(self, width, height, phone=False):
        self.protocol(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )

    def scheme(self, name):
        self.protocol("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def scripts(self, on):
        self.protocol("Emulation.setScriptExecutionDisabled", value=not on)

    def screenshot(self, whole_page=False):
        """PNG."""
        picture = self.protocol("Page.captureScreenshot", format="png", captureBeyondViewport=whole_page)
        return base64.b64decode(picture["data"])

    def text(self, selector):
        """What a person reads there; empty when it is not there."""
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)
