"""The ConfigMap that a gate has, has not, or had; limits that come from elsewhere; and two workspaces that differ."""

import unittest
from contextlib import ExitStack

from cluster import apply, eventually, note, uptime
from workspace import Workspace, containers_of, merged

DEFAULT_LIMIT = 12


def config_map(workspace, text):
    """As an operator's own hands make it."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "taskgate", "namespace": workspace.home},
            "data": {"config.yaml": text, "limit": "12"}}


class WithoutRelease(unittest.TestCase):
    """A workspace that no release lists has no ConfigMap."""

    def test_a_config_map_that_is_missing_late_broken_and_deleted(self):
        with Workspace("ws-unlisted", listed=False) as workspace:
            pod = workspace.pod_name()
            self.assertEqual(workspace.status()["limit"], DEFAULT_LIMIT)
            began = uptime()
            apply(config_map(workspace, "limit: 2\n"))
            eventually("the late ConfigMap is taken up", lambda: workspace.status()["limit"] == 2)
            note("from a ConfigMap that comes late to its limit in effect (syncFrequency 5s)", uptime() - began)
            self.assertEqual(workspace.storm(20), {"201": 2, "429": 18})
            # The last good one is kept, and said to be.
            apply(config_map(workspace, "limit: many\n"))
            eventually("the broken one is refused", lambda: self.log_of(workspace, "limit"))
            self.assertEqual(workspace.status()["limit"], 2)
            self.assertEqual(workspace.create()[0], 429)
            apply(config_map(workspace, "limit: 3\n"))
            eventually("the mended one is taken up", lambda: workspace.status()["limit"] == 3)
            self.assertEqual(workspace.create()[0], 201)
            workspace.kubectl("delete", "configmap", "taskgate")
            eventually("its end is said", lambda: self.log_of(workspace, "config.yaml"))
            self.assertEqual((workspace.pod_name(), workspace.restarts()), (pod, 0))

    def test_a_new_pod_with_a_broken_config_map_serves_all_but_creates(self):
        with Workspace("ws-broken", listed=False) as workspace:
            apply(config_map(workspace, "limit: many\n"))
            workspace.restart()
            status, body = workspace.create()
            self.assertEqual(status, 503)
            self.assertIn("unconfigured", body)
            apply(config_map(workspace, "limit: 2\n"))
            eventually("the mended one is taken up", lambda: workspace.create()[0] == 201)
            self.assertEqual(workspace.restarts(), 0)

    @staticmethod
    def log_of(workspace, text):
        """Lines of the gate's log that are no ordinary ones and have the text."""
        lines = workspace.kubectl("logs", workspace.pod_name(), "-c", "taskgate").splitlines()
        return [line for line in lines if text in line and ('"level":"error"' in line or '"level":"warn' in line)]


class Annotated(Workspace):
    """Its pods ask for a limit of their own."""

    def pod_template(self):
        return merged(super().pod_template(), {"metadata": {"annotations": {"taskgate.dev/limit": "2"}}})


class LimitsFromElsewhere(unittest.TestCase):
    """They go before the ConfigMap's, and the workspace reads the same one."""

    def check(self, workspace, limit):
        self.assertEqual(workspace.status()["limit"], limit)
        self.assertEqual(workspace.variable("KC_MAX_TASKS"), str(limit))
        self.assertEqual(workspace.storm(20), {"201": limit, "429": 20 - limit})

    def test_from_an_annotation_of_the_pod(self):
        with Annotated("ws-annotated", {"limit": 5}) as workspace:
            self.check(workspace, 2)

    def test_from_the_memory_of_the_workspaces_container(self):
        """The kubelet divides, and rounds up."""
        with Workspace("ws-memory", {"limit": 5, "limitFrom": {"memoryPerTask": "1Gi"}},
                       ide={"resources": {"limits": {"memory": "2560Mi"}}}) as workspace:
            self.check(workspace, 3)


class TwoWorkspaces(unittest.TestCase):
    def test_two_workspaces_in_one_namespace_have_settings_of_their_own(self):
        """Each has a release, which tells its own pods and Service by a label."""
        home, limits = "team", {"ws-carol": 2, "ws-dave": 5}
        with ExitStack() as stack:
            workspaces = {name: stack.enter_context(Workspace(name, {
                "limit": limit, "configMap": {"name": f"taskgate-{name}"},
                "injection": {"admissionPolicy": {"objectLabels": {"app": name}}}}, home=home))
                          for name, limit in limits.items()}
            for name, workspace in workspaces.items():
                self.assertEqual(containers_of(workspace.pod()["spec"]), {"taskgate", "ide"})
                self.assertEqual(workspace.service()["ports"][0]["targetPort"], "browser")
                self.assertEqual(workspace.storm(20), {"201": limits[name], "429": 20 - limits[name]})
