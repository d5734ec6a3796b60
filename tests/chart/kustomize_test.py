"""The kustomize components and the post-renderer, over a workspace shaped like the first upstream's."""

import pathlib
import shutil
import tempfile
import unittest

import yaml

from world import (ROOT, TOOLS, UPSTREAM, VERSION, ConsumerChart, documents, gate_of, helm, kubeconform, named, of_kind, pod_of,
                   run, variables)

OTHERS = """
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: oauth2-proxy, namespace: ws-alice}
spec:
  selector: {matchLabels: {app: proxy}}
  template:
    metadata: {labels: {app: proxy}}
    spec: {containers: [{name: proxy, image: proxy:1}]}
---
apiVersion: v1
kind: Service
metadata: {name: oauth2-proxy, namespace: ws-alice}
spec: {ports: [{port: 4180}]}
"""


def build(workspace, component="component"):
    """The objects of a kustomization of this workspace and a component."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "workspace.yaml").write_text(workspace)
        shutil.copytree(ROOT / "manifests" / component, folder / component)
        (folder / "kustomization.yaml").write_text(f"resources: [workspace.yaml]\ncomponents: [{component}]\n")
        status, out, err = run([TOOLS / "kustomize", "build", folder])
    assert status == 0, err
    return out


def target_port(objects, service="ws-alice"):
    ports = of_kind(objects, "Service", service)["spec"]["ports"]
    return next(one["targetPort"] for one in ports if one["port"] == 6080)


def total(resources, field, unit):
    """The sum of a quantity over containers, in thousandths of a CPU or in MiB."""
    factors = {"cpu": {"m": 1, "": 1000}, "memory": {"Mi": 1, "Gi": 1024}}[unit]
    whole = 0
    for one in resources:
        text = str(one[field][unit])
        digits = text.rstrip("mMGi")
        whole += int(digits) * factors[text[len(digits):]]
    return whole


class Component(unittest.TestCase):
    workspace = UPSTREAM.read_text()

    def test_the_workspace_gets_all_it_needs(self):
        objects = documents(build(self.workspace))
        pod = pod_of(objects)
        ide = named(pod["containers"], "ide")
        self.assertEqual([one["name"] for one in pod["containers"]], ["ide", "ssh-server", "github-app-token"])
        self.assertEqual(gate_of(pod)["restartPolicy"], "Always")
        self.assertEqual(variables(ide)["TMUX_TMPDIR"], variables(gate_of(pod))["TMUX_TMPDIR"])
        self.assertEqual(variables(ide)["KC_DASHBOARD_URL"], "http://127.0.0.1:6090")
        self.assertEqual(variables(ide)["AUTH_MODE"], "basic")
        self.assertIsNotNone(named(ide["volumeMounts"], "taskgate-tmux"))
        self.assertIsNotNone(named(ide["volumeMounts"], "home"))
        self.assertEqual({one["name"] for one in pod["volumes"]}, {"home", "scripts", "taskgate-config", "taskgate-tmux"})
        self.assertEqual(ide["lifecycle"], {"preStop": {"sleep": {"seconds": 10}}})
        self.assertEqual(target_port(objects), 6090)

    def test_what_is_not_the_gates_stays(self):
        # The workspace's probes above all: through the gate, a fault of it would restart the workspace.
        before, after = (pod_of(documents(text)) for text in (self.workspace, build(self.workspace)))
        for one in before["containers"]:
            kept = named(after["containers"], one["name"])
            for field in ("livenessProbe", "readinessProbe", "ports", "resources", "securityContext", "image", "command"):
                self.assertEqual(kept.get(field), one.get(field))
        self.assertEqual(after["securityContext"], before["securityContext"])
        ports = [{one["port"]: one["targetPort"] for one in of_kind(documents(text), "Service")["spec"]["ports"]}
                 for text in (self.workspace, build(self.workspace))]
        self.assertEqual({**ports[0], 6080: 6090}, ports[1])

    def test_a_Service_is_patched_whether_it_spells_the_protocol_out_or_not(self):
        # A patch of a port without the same protocol is ignored without a word, and the gate is bypassed.
        spelled = self.workspace.replace("      targetPort:", "      protocol: TCP\n      targetPort:")
        self.assertIn("protocol: TCP", spelled)
        for text in (self.workspace, spelled):
            objects = documents(build(text))
            self.assertEqual(target_port(objects), 6090)
            self.assertEqual(len(of_kind(objects, "Service")["spec"]["ports"]), 5)

    def test_a_limit_that_the_workspace_has_already_gives_way(self):
        mine = self.workspace.replace("            - name: AUTH_MODE", "            - name: KC_MAX_TASKS\n"
                                      '              value: "30"\n            - name: AUTH_MODE')
        ide = named(pod_of(documents(build(mine)))["containers"], "ide")
        limit = named(ide["env"], "KC_MAX_TASKS")
        self.assertNotIn("value", limit)
        self.assertEqual(limit["valueFrom"]["configMapKeyRef"]["key"], "limit")

    def test_other_objects_are_left_alone(self):
        objects = documents(build(self.workspace + OTHERS))
        for one in documents(OTHERS):
            self.assertIn(one, objects)

    def test_classic_for_old_clusters(self):
        pod = pod_of(documents(build(self.workspace, "component-classic")))
        # Some of the upstream's scripts take the first container for the workspace.
        self.assertEqual(pod["containers"][0]["name"], "ide")
        self.assertEqual({one["name"] for one in pod["containers"]}, {"ide", "ssh-server", "github-app-token", "taskgate"})
        self.assertNotIn("initContainers", pod)

    def test_Kubernetes_schemas_have_nothing_against_it(self):
        for component in ("component", "component-classic"):
            self.assertEqual(kubeconform(build(self.workspace, component)), "")

    def test_it_fits_the_workspaces_quota(self):
        pod = pod_of(documents(build(self.workspace)))
        quota = of_kind(documents(self.workspace), "ResourceQuota")["spec"]["hard"]
        containers = [one["resources"] for one in pod["containers"] + pod["initContainers"]]
        for field in ("requests", "limits"):
            for unit in ("cpu", "memory"):
                allowed = total([{field: {unit: quota[f"{field}.{unit}"]}}], field, unit)
                self.assertLessEqual(total(containers, field, unit), allowed, f"{field}.{unit}")

    def test_a_chart_of_ones_own_gets_the_same_container(self):
        chart = ConsumerChart()
        pod = chart.render({"app": {"port": 6080}})
        chart.close()
        self.assertEqual(gate_of(pod), gate_of(pod_of(documents(build(self.workspace)))))


class PostRenderer(unittest.TestCase):
    script = ROOT / "manifests/post-renderer/taskgate"

    environment = {"PATH": f"{TOOLS}:/usr/bin:/bin", "TASKGATE_IMAGE": f"taskgate:{VERSION}"}

    def filter(self, text, **environment):
        return run([self.script], text, env={**self.environment, **environment})

    def test_it_is_the_component_as_a_filter(self):
        text = UPSTREAM.read_text()
        status, out, err = self.filter(text)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(documents(out), documents(build(text)))

    def test_image_mode_and_names_are_told_by_variables(self):
        text = UPSTREAM.read_text().replace("ws-alice", "agent-1")
        status, out, err = self.filter(text, TASKGATE_WORKSPACE="agent-[0-9]", TASKGATE_MODE="classic",
                                       TASKGATE_IMAGE="registry:5000/team/taskgate:2.0")
        self.assertEqual((status, err), (0, ""))
        pod = pod_of(documents(out), "agent-1")
        self.assertEqual(gate_of(pod)["image"], "registry:5000/team/taskgate:2.0")
        self.assertNotIn("initContainers", pod)

    def test_it_fails_where_nothing_would_have_a_gate(self):
        text = UPSTREAM.read_text()
        deployment = text.replace("kind: Deployment\nmetadata:\n  name: ws-alice", "kind: Deployment\nmetadata:\n  name: x")
        service = text.replace("port: 6080\n      targetPort: 6080", "port: 6079\n      targetPort: 6080")
        for rendered, words in ((deployment, "no Deployment called ws-.* was rendered"),
                                (service, "no Service called ws-.* has the port")):
            self.assertNotEqual(rendered, text)
            status, out, err = self.filter(rendered)
            self.assertEqual((status, out), (1, ""))
            self.assertIn(words, err)

    def test_it_refuses_what_it_does_not_understand(self):
        for environment, words in (({"TASKGATE_MODE": "new"}, "use native or classic"),
                                   # The workspace's pod was replaced by one whose image no node could pull.
                                   ({"TASKGATE_IMAGE": ""}, "TASKGATE_IMAGE is not set"),
                                   ({"TASKGATE_IMAGE": "r:5000/taskgate"}, "has no tag")):
            status, out, err = self.filter(UPSTREAM.read_text(), **environment)
            self.assertEqual((status, out), (1, ""))
            self.assertIn(words, err)

    def test_helm_runs_it_as_a_plugin(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            environment = {**self.environment, "HOME": name}
            status, out, err = helm("plugin", "install", ROOT / "manifests/post-renderer", env=environment)
            self.assertEqual(status, 0, err)
            (folder / "chart/templates").mkdir(parents=True)
            (folder / "chart/Chart.yaml").write_text(yaml.safe_dump({"apiVersion": "v2", "name": "w", "version": "1.0.0"}))
            shutil.copy(UPSTREAM, folder / "chart/templates/workspace.yaml")
            status, out, err = helm("template", "ws-alice", folder / "chart", "--post-renderer", "taskgate", env=environment)
            self.assertEqual(status, 0, err)
            self.assertEqual(target_port(documents(out)), 6090)


if __name__ == "__main__":
    unittest.main()
