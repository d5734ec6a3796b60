#!/usr/bin/env python3
"""The product in a pod: what only two containers can get wrong. See README.md beside this file; ./dev pod-test."""

import os
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from manifest import FOLDER, OTHER  # noqa: E402
from pod import ADMIN, GATE, NAME, Pod, engine, eventually  # noqa: E402

LIMIT = 12
STORM = 200


class Counting(unittest.TestCase):
    def test_a_storm_leaves_exactly_the_limit(self):
        with Pod() as pod:
            result = pod.storm(STORM)
            self.assertEqual(result["answers"], {"201": LIMIT, "429": STORM - LIMIT})
            self.assertEqual((result["errors"], result["unanswered"]), ({}, 0))
            self.assertEqual(len(pod.sessions()), LIMIT)
            self.assertEqual(pod.metrics()["taskgate_sessions_live"], LIMIT)
            self.assertEqual(pod.metrics()["taskgate_reservations_abandoned_total"], 0)

    def test_sessions_made_in_the_coders_container_count(self):
        with Pod(limit=3) as pod:
            pod.new_session("kube-coder-by-hand")
            pod.new_session("somebody-elses")
            self.assertEqual(pod.metrics()["taskgate_sessions_live"], 1)
            self.assertEqual(pod.storm(20)["answers"], {"201": 2, "429": 18})
            status, refusal = pod.create()
            self.assertEqual((status, refusal["live"], refusal["limit"]), (429, 3, 3))
            pod.kill_session("kube-coder-by-hand")
            self.assertEqual(pod.create()[0], 201)
            self.assertEqual(pod.create()[0], 429)

    def test_the_gate_runs_as_a_strict_cluster_runs_it(self):
        with Pod() as pod:
            process = pod.process()
            self.assertEqual(process["Uid"].split(), ["1000"] * 4)
            self.assertEqual({process[name] for name in ("CapEff", "CapPrm", "CapBnd")}, {"0" * 16})
            self.assertEqual(process["NoNewPrivs"], "1")
            mounts = Path(f"/proc/{process['Pid']}/mounts").read_text().splitlines()
            options = {fields[1]: fields[3].split(",") for fields in map(str.split, mounts)}
            self.assertIn("ro", options["/"])
            self.assertIn("ro", options[FOLDER])
            self.assertNotIn("/tmp", options)


class NeverASilentZero(unittest.TestCase):
    """Each way of wiring a pod wrongly ends in a state that says so."""

    def check_refuses(self, pod, state, fault=None):
        """Creates are refused, who asks the gate hears the fault, nothing shows a count, and all else passes."""
        before = pod.sessions()
        for _ in range(3):
            status, refusal = pod.create()
            self.assertEqual((status, refusal["live"]), (503, None), refusal)
            self.assertNotIn(FOLDER, refusal["error"])
        self.assertEqual(pod.storm(50)["answers"], {"503": 50})
        self.assertEqual(pod.sessions(), before)
        self.assertEqual(pod.state(), state)
        self.assertFalse({"taskgate_sessions_live", "taskgate_slots_free"} & pod.metrics().keys())
        signal = pod.status()["signal"]
        self.assertEqual(signal["state"], state)
        if fault:
            self.assertEqual(signal["fault"], fault)
        self.assertIn(state, pod.gate("status").stdout)
        self.assertEqual(pod.asked(f"http://{GATE}/livez")[0], 200)
        self.assertEqual(pod.asked(f"{ADMIN}/readyz")[0], 200)

    def check_learns(self, pod, fault):
        """An empty pod counts none, until its tmux is seen to listen where the gate cannot reach it."""
        self.assertEqual(pod.create()[0], 201)
        eventually("the last good count is too old", lambda: pod.state() == "unknown")
        self.check_refuses(pod, "unknown", fault)
        self.assertLessEqual(len(pod.sessions()), LIMIT)

    def test_the_gates_volume_is_another_one(self):
        with Pod(gate_volume=OTHER) as pod:
            self.check_learns(pod, "socket_deleted")

    def test_the_coders_folder_is_missing_and_tmux_falls_back_in_silence(self):
        with Pod(coder_tmux="/run/not-mounted") as pod:
            self.check_learns(pod, "another_server")
            self.assertIn("/tmp/tmux-1000", pod.coder("sh", "-c", "ls -d /tmp/tmux-*"))

    def test_the_gates_folder_is_missing(self):
        with Pod(gate_tmux="/run/not-mounted") as pod:
            pod.new_session("kube-coder-unseen")
            self.check_refuses(pod, "unknown", "another_server")

    def test_the_gate_was_not_told_the_folder(self):
        with Pod(gate_tmux="") as pod:
            pod.new_session("kube-coder-unseen")
            self.check_refuses(pod, "unknown", "another_server")

    def test_the_gate_runs_with_another_uid(self):
        with Pod(gate_uid=1001) as pod:
            pod.new_session("kube-coder-unseen")
            self.check_refuses(pod, "unknown", "another_server")
            refused = pod.gate("sessions")
            self.assertEqual(refused.returncode, 1)
            self.assertIn(f"unknown (another_server): the upstream's tmux listens on {FOLDER}/tmux-1000", refused.stderr)

    def test_a_gate_with_another_uid_is_told_the_coders_socket(self):
        with Pod(gate_uid=1001) as pod:
            pod.new_session("kube-coder-unseen")
            refused = pod.gate("sessions", "--tmux-socket", f"{FOLDER}/tmux-1000/default")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("unknown (permission_denied)", refused.stderr)


class Replacing(unittest.TestCase):
    """The gate goes and comes back; the coder and its sessions notice nothing."""

    def test_a_restart_loses_neither_a_session_nor_a_count(self):
        with Pod() as pod:
            pod.storm(STORM)
            before, coder = pod.sessions(), pod.process("ide")["Pid"]
            pod.restart()
            self.assertEqual(pod.sessions(), before)
            self.assertEqual(pod.process("ide")["Pid"], coder)
            self.assertEqual(pod.metrics()["taskgate_sessions_live"], LIMIT)
            self.assertEqual(pod.metrics()["taskgate_sessions_inherited"], LIMIT)
            self.assertEqual(pod.storm(STORM)["answers"], {"429": STORM})
            self.assertEqual(pod.sessions(), before)

    def test_a_patched_image_takes_over_where_the_old_one_left(self):
        with Pod(limit=9) as pod:  # not the default, so that its ConfigMap must have come along
            pod.storm(5)
            before = pod.sessions()
            self.assertEqual(len(before), 5)
            pod.replace(os.environ["NEXT_IMAGE"])
            running = engine("inspect", "--format", "{{.ImageName}}", f"{NAME}-taskgate").stdout.strip()
            self.assertEqual(running, os.environ["NEXT_IMAGE"])
            self.assertEqual(pod.storm(STORM)["answers"], {"201": 4, "429": STORM - 4})
            self.assertEqual(len(pod.sessions()), 9)
            self.assertLessEqual(before.items(), pod.sessions().items())

    def test_drain_works_inside_the_image_and_then_sigterm_ends_it(self):
        with Pod() as pod:
            pod.storm(4)
            before = pod.sessions()
            drained = pod.gate("drain")
            self.assertEqual((drained.returncode, drained.stderr), (0, ""))
            # It stays, for the probes and the last scrape, and takes nothing any more.
            self.assertEqual(pod.asked(f"{ADMIN}/livez")[0], 200)
            self.assertEqual(pod.asked(f"{ADMIN}/readyz")[0], 503)
            self.assertEqual(pod.metrics()["taskgate_draining"], 1)
            self.assertEqual(pod.asked(f"http://{GATE}/livez")[0], 0)
            engine("stop", "-t", "30", f"{NAME}-taskgate")
            self.assertEqual(pod.exit_code(), 0)
            self.assertEqual(pod.sessions(), before)

    def test_creates_are_refused_while_the_gate_drains(self):
        with Pod(drain_notice="60s", drain_timeout="90s") as pod:
            self.assertEqual(pod.gate("drain", "--no-wait").returncode, 0)
            eventually("the drain has begun", lambda: pod.status()["draining"])
            status, refusal = pod.create()
            self.assertEqual((status, refusal["reason"]), (503, "draining"))
            self.assertEqual(pod.asked(f"{ADMIN}/readyz")[0], 503)
            self.assertEqual(pod.asked(f"http://{GATE}/livez")[0], 200)
            self.assertEqual(pod.sessions(), {})


if __name__ == "__main__":
    unittest.main(verbosity=2)
