"""A pod of two containers in podman: the stand-in coder and the gate. Its network is its own, so whoever asks the gate
does it from within the coder's container."""

import json
import os
import subprocess
import time
from pathlib import Path

from manifest import Wiring, gate_options, manifest, volumes

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINE = str(ROOT / "scripts" / "engine")

NAME = "taskgate-test"
GATE = "127.0.0.1:6090"
ADMIN = "http://127.0.0.1:9464"
CREATE = "/api/claude/tasks/terminal"
PATIENCE = 60.0


class Failure(Exception):
    """The engine, not the gate, does not do what it should."""


def engine(*arguments, stdin=None, check=True):
    done = subprocess.run([ENGINE, *arguments], input=stdin, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise Failure(f"{' '.join(arguments)}: status {done.returncode}: {done.stderr.strip()}")
    return done


def eventually(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(0.05)


class Pod:
    """One pod, gone at the end of `with`. What a test wires otherwise than it is shipped, it gives by name."""

    def __init__(self, **changes):
        self.wiring = Wiring(os.environ["CODER_IMAGE"], os.environ["GATE_IMAGE"], **changes)

    def __enter__(self):
        self.remove()  # what an interrupted run has left
        for volume, in_memory in volumes(self.wiring).items():
            # Podman would put an emptyDir on the disk, whatever its medium; one of that name that is there it takes.
            if in_memory:
                engine("volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs", volume)
        engine("kube", "play", "--network", "none", "-", stdin=manifest(NAME, self.wiring))
        self.wait_until_ready()
        eventually("the coder listens", lambda: self.asked("http://127.0.0.1:6080/livez")[0] == 200)
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        engine("pod", "rm", "-f", "-i", "-t", "0", NAME)
        engine("volume", "rm", "-f", *volumes(self.wiring), check=False)

    # --- From within the containers

    def coder(self, *command, check=True):
        return engine("exec", f"{NAME}-ide", *command, check=check).stdout

    def gate(self, *command):
        """A command of the gate's image; the finished process."""
        return engine("exec", f"{NAME}-taskgate", "taskgate", *command, check=False)

    def asked(self, url, *flags):
        """The status (0: no answer) and the body."""
        out = self.coder("curl", "-s", "-w", "\n%{http_code}", *flags, url, check=False)
        body, _, status = out.rpartition("\n")
        return int(status), body

    # --- The gate

    def create(self):
        """Asks for a task through the gate; the status and the answer."""
        status, body = self.asked(f"http://{GATE}{CREATE}", "-d", "{}")
        return status, json.loads(body)

    def storm(self, count):
        return json.loads(self.coder("storm", "--target", GATE, "--path", CREATE, "--count", str(count)))

    def metrics(self):
        lines = self.asked(f"{ADMIN}/metrics")[1].splitlines()
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}

    def state(self):
        """The one state of the signal that the metrics show."""
        prefix, suffix = 'taskgate_signal_state{state="', '"}'
        states = [name[len(prefix):-len(suffix)] for name, value in self.metrics().items()
                  if name.startswith(prefix) and value == 1]
        assert len(states) == 1, states
        return states[0]

    def status(self):
        return json.loads(self.gate("status", "--json").stdout)

    def process(self, container="taskgate"):
        """The lines of /proc/PID/status by their names."""
        pid = engine("inspect", "--format", "{{.State.Pid}}", f"{NAME}-{container}").stdout.strip()
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def restart(self):
        engine("restart", "-t", "30", f"{NAME}-taskgate")
        self.wait_until_ready()

    def replace(self, image):
        """What a kubelet does when the image of one container is patched: the old one goes, the new one comes in its
        place, in the same pod, with the same settings."""
        engine("stop", "-t", "30", f"{NAME}-taskgate")
        engine("rm", f"{NAME}-taskgate")
        engine("run", "-d", "--pod", NAME, "--name", f"{NAME}-taskgate", *gate_options(self.wiring), image)
        self.wait_until_ready()

    def wait_until_ready(self):
        eventually("the gate is ready", lambda: self.asked(f"{ADMIN}/readyz")[0] == 200)

    def exit_code(self):
        return int(engine("inspect", "--format", "{{.State.ExitCode}}", f"{NAME}-taskgate").stdout)

    # --- The coder's tmux

    def sessions(self):
        """Name by id, of the server that the coder's tmux talks to; none where no server runs."""
        out = self.coder("tmux", "list-sessions", "-F", "#{session_id} #{session_name}", check=False)
        return dict(line.split(" ", 1) for line in out.splitlines())

    def new_session(self, name):
        self.coder("tmux", "new-session", "-d", "-s", name, "sleep 86400")

    def kill_session(self, name):
        self.coder("tmux", "kill-session", "-t", f"={name}")
