"""The life of a workspace: made, upgraded by the upstream's own chart, gated while it exists, and let go again. The
pods come from its Deployment, by the cluster's own controllers."""

import json
import unittest

from processes import wait_until

import world
from cluster import PATIENCE
from objects import app_of, is_gated, names, path_of, probe, upstream, wait_for_policies

GATED = {"taskgate.dev/inject": "true"}


class Workspace:
    """The upstream's objects in a namespace, installed by helm from a chart as the upstream's is."""

    def __init__(self, name, **labels):
        self.name = world.cluster.namespace(name, **labels)
        self.chart = world.cluster.folder / f"{name}-chart"
        self.objects = [item for kind, item in upstream().items() if kind != "Namespace"]
        for item in self.objects:
            item["metadata"]["namespace"] = name
        self.version = 0

    def deploy(self):
        """What `helm upgrade` does, without any post-renderer."""
        (self.chart / "templates").mkdir(parents=True, exist_ok=True)
        (self.chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: upstream\nversion: 1.0.{self.version}\n")
        (self.chart / "templates" / "all.json").write_text("\n---\n".join(map(json.dumps, self.objects)))
        world.cluster.helm("upgrade", "--install", "ws", str(self.chart), "--namespace", self.name)
        self.version += 1

    def item(self, kind):
        return next(item for item in self.objects if item["kind"] == kind)

    def template(self):
        return self.item("Deployment")["spec"]["template"]

    def pods(self):
        return [pod for pod in world.cluster.get(path_of("pods", self.name))["items"]
                if "deletionTimestamp" not in pod["metadata"]]

    def pod_after(self, former=None):
        """The workspace's pod, once it is another than the one given."""

        def another():
            pods = self.pods()
            is_new = len(pods) == 1 and (not former or pods[0]["metadata"]["uid"] != former["metadata"]["uid"])
            return pods[0] if is_new else None

        return wait_until(f"the pod of {self.name}", another, PATIENCE)

    def kubectl(self, *arguments):
        return world.cluster.kubectl(*arguments, "--namespace", self.name)

    def service(self):
        return world.cluster.get(f"{path_of('services', self.name)}/ws-alice")

    def door(self):
        """Where the Service leads, asked as the documents say."""
        return self.kubectl("get", "service", "ws-alice", "-o",
                            "jsonpath={.spec.ports[?(@.port==6080)].targetPort}")

    def events(self):
        return [event["message"] for event in world.cluster.get(path_of("events", self.name))["items"]]


class Life(unittest.TestCase):
    def test_a_new_workspace_is_gated_and_stays_so_through_an_upgrade(self):
        workspace = Workspace("ws-new", **GATED)
        workspace.deploy()
        pod = workspace.pod_after()
        self.assertTrue(is_gated(pod))
        self.assertEqual(workspace.door(), "browser")

        app_of(workspace.template())["image"] = "kube-coder/workspace:next"
        # The Service is written too, with the number for a target.
        workspace.item("Service")["metadata"]["labels"]["version"] = "next"
        workspace.deploy()
        pod = workspace.pod_after(pod)
        self.assertEqual(app_of(pod)["image"], "kube-coder/workspace:next")
        self.assertTrue(is_gated(pod))
        self.assertEqual(workspace.service()["metadata"]["labels"]["version"], "next")
        self.assertEqual(workspace.door(), "browser")

    def test_a_workspace_that_runs_is_gated_by_its_next_restart_and_let_go_by_another(self):
        workspace = Workspace("ws-running")
        workspace.deploy()
        pod = workspace.pod_after()
        self.assertFalse(is_gated(pod))
        self.assertEqual(workspace.door(), "6080")

        world.cluster.kubectl("label", "namespace", workspace.name, "taskgate.dev/inject=true")
        wait_for_policies(workspace.name)
        # Nothing has changed by that: neither the pod nor the Service.
        self.assertEqual(workspace.pod_after()["metadata"]["uid"], pod["metadata"]["uid"])
        self.assertEqual(workspace.door(), "6080")
        # Any write to the Service turns it.
        workspace.kubectl("annotate", "service", "ws-alice", "taskgate.dev/gated-at=now", "--overwrite")
        self.assertEqual(workspace.door(), "browser")
        workspace.kubectl("rollout", "restart", "deployment", "ws-alice")
        pod = workspace.pod_after(pod)
        self.assertTrue(is_gated(pod))

        world.cluster.kubectl("label", "namespace", workspace.name, "taskgate.dev/inject-")
        wait_until("the end of the policies' effect", lambda: not is_gated(probe(workspace.name)), PATIENCE)
        # kubectl refuses two restarts within a second, so this is another way to the next pod.
        workspace.kubectl("delete", "pod", pod["metadata"]["name"])
        pod = workspace.pod_after(pod)
        self.assertFalse(is_gated(pod))
        self.assertIn("browser", names(app_of(pod)["ports"]))

    def test_the_gates_image_is_changed_in_a_pod_that_stays(self):
        workspace = Workspace("ws-patched", **GATED)
        workspace.deploy()
        pod = workspace.pod_after()
        workspace.kubectl("patch", "pod", pod["metadata"]["name"], "-p",
                          '{"spec":{"initContainers":[{"name":"taskgate","image":"taskgate:next"}]}}')
        patched = workspace.pod_after()
        self.assertEqual(patched["metadata"]["uid"], pod["metadata"]["uid"])
        self.assertEqual(patched["spec"]["initContainers"][0].pop("image"), "taskgate:next")
        pod["spec"]["initContainers"][0].pop("image")
        self.assertEqual(patched["spec"], pod["spec"])


class Quota(unittest.TestCase):
    def test_the_gate_takes_what_it_asks_for_and_no_default(self):
        workspace = Workspace("ws-quota", **GATED)
        workspace.deploy()
        workspace.pod_after()
        path = f"/api/v1/namespaces/{workspace.name}/resourcequotas/ws-alice-quota"
        # 100m, 10m and 10m of the upstream's containers, and the gate's 10m; the limits are 2, 0.2, 0.2 and 0.5.
        expected = {"requests.cpu": "130m", "requests.memory": "1104Mi",
                    "limits.cpu": "2900m", "limits.memory": "4416Mi"}
        wait_until("the quota's use", lambda: world.cluster.get(path)["status"].get("used") == expected, PATIENCE)

    def test_a_workspace_that_fills_its_quota_is_refused_with_a_reason(self):
        workspace = Workspace("ws-full", **GATED)
        workspace.item("ResourceQuota")["spec"]["hard"]["requests.cpu"] = "120m"
        workspace.deploy()
        reasons = wait_until(
            "the event", lambda: [text for text in workspace.events() if "exceeded quota" in text], PATIENCE)
        self.assertIn("requested: requests.cpu=130m", reasons[0])
        self.assertEqual(workspace.pods(), [])
