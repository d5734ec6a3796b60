"""The gate's process is killed, stopped, or runs out of memory: the kubelet brings it back, and neither a session nor the
count is lost. It is so where NetworkPolicies are enforced."""

import os
import signal
import unittest
from contextlib import suppress
from pathlib import Path

from cluster import client, eventually, note, uptime
from workspace import FOR_CLIENTS, Workspace

LIMIT = 4
STEP = 128 * 1024
# Heads that do not end, which the gate holds in the meantime.
HEADS = """
for _ in $(seq 100); do
  (printf 'GET / HTTP/1.1\\r\\nHost: a\\r\\nLong: '; head -c 60000 /dev/zero | tr '\\0' a; sleep 5) | nc {ip} 6090 &
done
wait
"""


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(Workspace("ws-faults", {"limit": LIMIT, "networkPolicy": FOR_CLIENTS}))

    def comes_back(self, what, strike):
        """The workspace and its sessions see nothing of what is done to the gate, and the limit holds afterwards."""
        self.workspace.end_sessions()
        self.workspace.storm(LIMIT - 1)
        sessions, coder = self.workspace.sessions(), self.workspace.process("coder_standin")
        before = self.workspace.restarts()
        began = uptime()
        strike(self.workspace.process())
        eventually("the kubelet restarts the gate", lambda: self.workspace.restarts() > before, 240)
        self.workspace.wait_for_ready_pods()
        note(f"from {what} to a ready pod (restart {before + 1})", uptime() - began)
        self.assertEqual(self.workspace.sessions(), sessions)
        self.assertEqual(self.workspace.process("coder_standin"), coder)
        self.assertEqual(self.workspace.restarts("ide"), 0)
        # Not over the Service: kube-proxy looks once a second, so it may close it behind a pod that is ready again.
        self.assertEqual(self.workspace.storm(20, past_the_service=True), {"201": 1, "429": 19})
        return self.workspace.container_status()["lastState"]["terminated"]

    def test_a_killed_gate_comes_back(self):
        ended = self.comes_back("kill -9 of the gate", lambda pid: os.kill(pid, signal.SIGKILL))
        self.assertEqual(ended["exitCode"], 137)

    def test_a_gate_that_stands_still_is_ended_by_its_liveness_probe(self):
        self.comes_back("SIGSTOP of the gate", lambda pid: os.kill(pid, signal.SIGSTOP))

    def test_a_gate_out_of_memory_comes_back(self):
        """Nothing that a client may do takes what the chart gives it: here it is left with what it needs while nobody asks."""

        def starve(pid):
            group = next(line for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines() if ":memory:" in line)
            folder = Path("/sys/fs/cgroup/memory" + group.rpartition(":")[2])
            used = int((folder / "memory.usage_in_bytes").read_text())
            # The kernel takes each smaller limit for which it finds pages to give back, then no more.
            with suppress(OSError):
                for limit in range(used, 0, -STEP):
                    (folder / "memory.limit_in_bytes").write_text(str(limit))
            client("sh", "-c", HEADS.format(ip=self.workspace.pod()["status"]["podIP"]), check=False)

        ended = self.comes_back("the end of the gate's memory", starve)
        self.assertEqual(ended["reason"], "OOMKilled")
