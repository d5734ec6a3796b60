"""The node that the tests run on: they run within its namespaces, so its network and its processes are theirs."""

import json
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What scripts/lib/cluster/images makes.
GATE_IMAGE, NEXT_IMAGE = "registry.example/taskgate:dev", "registry.example/taskgate:next"
CODER_IMAGE = "registry.example/taskgate-coder:test"
# A machine may be busy with other things: this bounds a test that would hang, no more.
PATIENCE = 120.0
CLIENTS = "clients"
# Of curl's exit codes.
NOT_CONNECTED = "7"

FIGURES = []


class Failure(Exception):
    """A command that should work does not."""


def note(what, seconds):
    """A figure for the end of the output; no test depends on one."""
    FIGURES.append(f"{seconds:7.1f} s  {what}")


def uptime():
    """Seconds on the one clock that all containers share, as they read it from /proc/uptime."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def in_url(address):
    return f"[{address}]" if ":" in address else address


def run(*command, stdin=None, check=True):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False,
                          timeout=PATIENCE + 30)
    if check and done.returncode:
        raise Failure(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def kubectl(*arguments, stdin=None, check=True):
    return run("kubectl", *arguments, stdin=stdin, check=check)


def helm(*arguments, check=True):
    return run("helm", *arguments, check=check)


def apply(*objects):
    kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def get(*what):
    return json.loads(kubectl("get", "-o", "json", *what).stdout)


def eventually(what, condition, seconds=PATIENCE):
    """Waits until the condition holds; its value. What is not there yet is no failure."""
    end = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except Failure:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)


def namespace(name, **labels):
    apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    eventually(f"the service account of {name}", lambda: kubectl("-n", name, "get", "serviceaccount", "default"))


def make_client(home=CLIENTS):
    """A pod, in a namespace that is there, from which workspaces are asked."""
    apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "client", "namespace": home}, "spec": {
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "client", "image": CODER_IMAGE, "command": ["sleep", "86400"]}]}})
    kubectl("-n", home, "wait", "--for=condition=Ready", "pod/client", f"--timeout={PATIENCE:.0f}s")


def client(*command, stdin=None, check=True, home=CLIENTS):
    return kubectl("-n", home, "exec", "-i", "client", "--", *command, stdin=stdin, check=check).stdout


def processes(program, pod_uid):
    """Process ids of a program or a script in a pod, by its cgroup."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if (folder.name.isdigit() and (folder / "comm").read_text() == program + "\n"
                    and pod_uid in (folder / "cgroup").read_text()):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


class Observer:
    """Asks again and again, from the client's pod, while the `with` lasts. `questions`: curl's arguments by name; each is
    asked in turn. Afterwards `answers` has (uptime, name, status), a status of 0 where there was no answer, and `lost`
    the names of the requests that were taken and not answered."""

    COUNT = 0

    def __init__(self, **questions):
        Observer.COUNT += 1
        self.stop = f"/tmp/stop-{Observer.COUNT}"
        asks = "\n".join(f"ask {name} {' '.join(question)}" for name, question in questions.items())
        self.script = f"""
ask() {{
  name=$1; shift
  code=$(curl -s -m 5 -o /dev/null -w '%{{http_code}} %{{exitcode}}' "$@")
  echo "$(cut -d' ' -f1 /proc/uptime) $name $code"
}}
end=$(($(cut -d. -f1 /proc/uptime) + 300))
until [ -e {self.stop} ] || [ "$(cut -d. -f1 /proc/uptime)" -gt $end ]; do
  {asks}
  sleep 0.1
done
"""
        self.answers, self.lost = [], []

    def __enter__(self):
        self.process = subprocess.Popen(
            ["kubectl", "-n", CLIENTS, "exec", "client", "--", "sh", "-c", self.script],
            stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        client("touch", self.stop)
        for line in self.process.communicate(timeout=PATIENCE)[0].splitlines():
            at, name, status, code = line.split()
            self.answers.append((float(at), name, int(status)))
            if code not in ("0", NOT_CONNECTED):
                self.lost.append(name)

    def of(self, name, since=0.0):
        return [(at, status) for at, asked, status in self.answers if asked == name and at >= since]


class Stream:
    """An event stream that the client's pod has open; when and how it ended."""

    def __init__(self, url):
        self.process = subprocess.Popen(
            ["kubectl", "-n", CLIENTS, "exec", "client", "--", "sh", "-c",
             f"curl -sN -m 200 -o /dev/null -w '%{{http_code}} %{{exitcode}} ' {url}; cut -d' ' -f1 /proc/uptime"],
            stdout=subprocess.PIPE, text=True)

    def end(self):
        """(uptime, status, curl's exit code)"""
        status, code, at = self.process.communicate(timeout=PATIENCE * 2)[0].split()
        return float(at), int(status), int(code)
