"""The chart's NetworkPolicy, and an engine that obeys it: who reaches which port of a workspace's pod."""

import unittest

from cluster import CLIENTS, client, eventually, kubectl, make_client, namespace
from workspace import Workspace

HOME = "ws-closed"
# Where the chart's values say that Prometheus is.
SCRAPERS = "monitoring"
GATE, ADMIN, UPSTREAM = 6090, 9464, 6080
PORTS = (GATE, ADMIN, UPSTREAM)


class Policies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(Workspace(HOME))
        namespace(SCRAPERS)
        cls.addClassCleanup(kubectl, "delete", "namespace", SCRAPERS, "--wait=false")
        for home in (HOME, SCRAPERS):
            make_client(home)

    def tearDown(self):
        self.workspace.upgrade(networkPolicy={"enabled": False})
        eventually("all is open again", lambda: self.reached(CLIENTS) == set(PORTS))

    def reached(self, home):
        """The ports that a pod of a namespace reaches. What a policy forbids is not answered, so each is waited for."""
        pod = self.workspace.pod()["status"]["podIP"]
        asks = "".join(f"curl -s -m 2 -o /dev/null http://{pod}:{port}/livez && echo {port}; " for port in PORTS)
        return {int(port) for port in client("sh", "-c", asks + "true", home=home).split()}

    def close(self, **values):
        self.workspace.upgrade(networkPolicy={"enabled": True, "sameNamespace": True, "extraIngress": [], **values})
        eventually("the workspace itself is closed", lambda: UPSTREAM not in self.reached(HOME))

    def test_without_a_policy_all_is_open(self):
        for home in (HOME, SCRAPERS, CLIENTS):
            self.assertEqual(self.reached(home), set(PORTS), home)

    def test_each_reaches_what_it_needs_and_nobody_gets_past_the_gate(self):
        self.close()
        self.assertEqual(self.reached(HOME), {GATE})
        self.assertEqual(self.reached(SCRAPERS), {ADMIN})
        self.assertEqual(self.reached(CLIENTS), set())
        answer = client("curl", "-sS", "-i", "-X", "OPTIONS", "-H", "Max-Forwards: 0", f"http://{self.workspace.address()}/",
                        home=HOME)
        self.assertIn("Server: taskgate", answer)

    def test_a_further_rule_lets_in_whom_it_names(self):
        self.close(sameNamespace=False, extraIngress=[{
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": CLIENTS}}}],
            "ports": [{"port": GATE, "protocol": "TCP"}]}])
        self.assertEqual(self.reached(CLIENTS), {GATE})
        self.assertEqual(self.reached(HOME), set())

    def test_the_kubelets_probes_pass_all_the_same(self):
        self.close()
        self.workspace.kubectl("delete", "pod", self.workspace.pod_name())
        self.workspace.kubectl("rollout", "status", f"deployment/{HOME}", "--timeout=60s")
        self.assertEqual(self.reached(HOME), {GATE})
