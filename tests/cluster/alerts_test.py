"""A Prometheus that finds the gates by itself, with the chart's monitors and rules: what it sees, and what it alerts on."""

import unittest

from cluster import eventually, note, uptime
from prometheus import Prometheus
from workspace import CHART, Workspace

LIMIT = 2
MONITORING = {
    "podMonitor": {"enabled": True},
    # Nobody waits half an hour here.
    "prometheusRule": {"enabled": True, "alerts": {"TaskgateFull": {"for": "3s"}}},
}


class Alerts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(Workspace("ws-watched", {"limit": LIMIT}))
        cls.prometheus = cls.enterClassContext(Prometheus("ws-watched", CHART, {**cls.workspace.values, **MONITORING}))
        eventually("the gate is scraped", lambda: [health for _, health in cls.prometheus.targets()] == ["up"])

    def setUp(self):
        self.workspace.end_sessions()
        eventually("no alert fires", lambda: not self.prometheus.firing())

    def test_it_finds_the_gate_alone_and_knows_whose_it_is(self):
        ((labels, _),) = self.prometheus.targets()
        self.assertEqual((labels["namespace"], labels["pod"], labels["container"]),
                         (self.workspace.home, self.workspace.pod_name(), "taskgate"))

    def test_every_rule_can_be_evaluated_and_none_fires_while_all_is_well(self):
        self.prometheus.wait_for_evaluations()
        states = self.prometheus.rule_states()
        self.assertEqual((len(states), set(states)), (len(self.prometheus.rules), {"ok"}))
        self.assertEqual(self.prometheus.firing(), {})

    def test_an_alert_fires_for_a_full_gate_and_ends_with_it(self):
        self.assertEqual(self.workspace.storm(LIMIT), {"201": LIMIT})
        began = uptime()
        firing = eventually("an alert fires", self.prometheus.firing)
        note("from a full gate to its alert (`for: 3s`)", uptime() - began)
        self.assertEqual(set(firing), {"TaskgateFull"})
        self.assertEqual(firing["TaskgateFull"]["pod"], self.workspace.pod_name())
        self.workspace.end_sessions()
        began = uptime()
        eventually("it fires no more", lambda: not self.prometheus.firing())
        note("from a free slot to the end of its alert", uptime() - began)

    def test_a_pod_that_comes_anew_is_found_again(self):
        self.workspace.restart()
        pod = self.workspace.pod_name()
        eventually("the new gate is scraped", lambda: [
            (labels["pod"], health) for labels, health in self.prometheus.targets()] == [(pod, "up")])
