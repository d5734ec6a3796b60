"""What a gate is for, in a real pod: it is put in, it is what the Service leads to, and it lets in exactly the limit."""

import json
import unittest

from cluster import client, eventually, helm, note, uptime
from workspace import RELEASES, Workspace, is_ready

STORM = 100


class Gate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        began = uptime()
        cls.workspace = cls.enterClassContext(Workspace("ws-alice", {"limit": 5}))
        note("from `helm install` to a workspace that is available behind its gate", uptime() - began)

    def setUp(self):
        self.workspace.end_sessions()

    def test_the_policy_puts_the_gate_into_the_pod(self):
        spec = self.workspace.pod()["spec"]
        (gate,) = [container for container in spec["initContainers"] if container["name"] == "taskgate"]
        self.assertEqual(gate["restartPolicy"], "Always")
        self.assertEqual([container["name"] for container in spec["containers"]], ["ide"])

    def test_the_gate_knows_which_one_it_is(self):
        self.assertEqual(self.workspace.status()["identity"], {
            "pod": self.workspace.pod_name(), "namespace": "ws-alice", "workspace": "ws-alice"})

    def test_the_service_leads_to_the_gate(self):
        self.assertEqual(self.workspace.service()["ports"][0]["targetPort"], "browser")
        answer = client("curl", "-sS", "-i", "-X", "OPTIONS", "-H", "Max-Forwards: 0", f"http://{self.workspace.address()}/")
        self.assertIn("Server: taskgate", answer)
        self.assertIn("a gate answers", self.workspace.gate("verify", "ws-alice.ws-alice.svc:6080"))

    def test_creates_from_another_pod_are_let_in_exactly_to_the_limit(self):
        limit = self.workspace.status()["limit"]
        self.assertEqual(self.workspace.storm(STORM), {"201": limit, "429": STORM - limit})
        self.assertEqual(len(self.workspace.sessions()), limit)

    def test_a_session_made_inside_takes_a_slot_and_gives_it_back(self):
        limit = self.workspace.status()["limit"]
        self.workspace.ide("tmux", "new-session", "-d", "-s", "kube-coder-by-hand", "sleep 86400")
        self.assertEqual(self.workspace.storm(20), {"201": limit - 1, "429": 21 - limit})
        self.assertEqual(self.workspace.create()[0], 429)
        self.workspace.ide("tmux", "kill-session", "-t", "=kube-coder-by-hand")
        self.assertEqual(self.workspace.create()[0], 201)

    def test_the_kubelets_probes_pass(self):
        self.assertTrue(is_ready(self.workspace.pod()))
        self.assertTrue(self.workspace.container_status()["started"])
        self.assertEqual(self.workspace.restarts(), 0)
        unhealthy = [line for line in self.workspace.events().splitlines() if "Unhealthy" in line and "taskgate" in line]
        self.assertEqual(unhealthy, [])

    def test_a_new_limit_reaches_the_gate_without_a_restart(self):
        pod, before = self.workspace.pod_name(), self.workspace.status()["limit"]
        began = uptime()
        self.workspace.upgrade(limit=before + 4)
        eventually("the gate has the new limit", lambda: self.workspace.status()["limit"] == before + 4)
        note("from `helm upgrade` to a new limit in effect (syncFrequency 5s)", uptime() - began)
        self.assertEqual(self.workspace.storm(STORM), {"201": before + 4, "429": STORM - before - 4})
        self.assertEqual((self.workspace.pod_name(), self.workspace.restarts()), (pod, 0))

    def test_helm_test_succeeds(self):
        self.assertIn("Succeeded", helm("test", self.workspace.name, "-n", RELEASES).stdout)

    def test_a_refusal_over_the_service_says_why(self):
        self.workspace.storm(STORM)
        status, body = self.workspace.create()
        refusal = json.loads(body)
        self.assertEqual((status, refusal["status"], refusal["live"]), (429, "rejected", refusal["limit"]))
