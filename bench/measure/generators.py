"""Those who make load: wrk, which sends as fast as it is answered, and bench_load, for all that wrk cannot do."""

import json
import os
import resource
import subprocess
from pathlib import Path

from processes import Failure

HERE = Path(__file__).resolve().parent


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wrk(port, path, connections, seconds, method="GET", closes=False, padding=0):
    """One run; its result has the share of a core that wrk itself used as `generator`."""
    settings = {"WRK_METHOD": method, "WRK_PADDING": str(padding), **({"WRK_CLOSE": "1"} if closes else {})}
    before = children_seconds()
    run = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "wrk.lua"), f"http://127.0.0.1:{port}{path}"],
        env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True, check=True)
    result = json.loads(run.stdout.splitlines()[-1])
    result["generator"] = (children_seconds() - before) * 1e6 / result["microseconds"]
    return result


class Load:
    """A run of bench_load: its connections are open when this is made, until its `with` ends."""

    def __init__(self, world, mode, port, **flags):
        words = [word for name, value in flags.items() for word in ("--" + name.replace("_", "-"), str(value))]
        self.what = f"bench_load {mode} {' '.join(words)}"
        self.process = subprocess.Popen([world.program("bench/bench_load"), mode, "--port", str(port), *words],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.opened = self.said()["ready"]
        except BaseException:
            self.end()
            raise

    def said(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{self.what}: {self.process.communicate()[1].strip()}")
        return json.loads(line)

    def run(self):
        """Lets it begin, and gives what it counted. All its connections must have lived through it."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        result = self.said()
        if result["open"] != self.opened:
            raise Failure(f"{self.what}: of {self.opened} connections {result['open']} stand at the end")
        return result

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
