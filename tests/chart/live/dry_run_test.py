"""Everything that the chart renders and the folder manifests holds, against the API server: a server-side dry run
checks each object as if it were stored, and a field that does not exist is an error."""

import json
import shutil
import unittest

from processes import Failure

import world
from objects import FIXTURE
from releases import CHART, values_file

CONSUMER = CHART.parents[1] / "tests" / "chart" / "consumer"
MANIFESTS = CHART.parents[1] / "manifests"

# Kinds of the Prometheus Operator. Their schemas are not Kubernetes' own: of these objects only the metadata is looked
# at here.
OPERATOR_KINDS = {"podmonitors": "PodMonitor", "servicemonitors": "ServiceMonitor", "prometheusrules": "PrometheusRule"}

WORKSPACES = [{"name": "ws-alice", "namespace": "ws-alice", "limit": 5}, {"name": "ws-bob", "namespace": "ws-bob"}]
EVERYTHING = {"workspaces": WORKSPACES, "networkPolicy": {"enabled": True}, "podMonitor": {"enabled": True},
              "prometheusRule": {"enabled": True}, "dashboard": {"enabled": True},
              "injection": {"admissionPolicy": {"enabled": True}}, "image": {"repository": "registry.example/taskgate"}}
VALUES = {
    "one workspace": {"workspaces": WORKSPACES[:1]},
    "everything": EVERYTHING,
    "everything, by a Service": {**EVERYTHING, "podMonitor": {"enabled": False}, "serviceMonitor": {"enabled": True}},
}


def define_operator_kinds():
    for plural, kind in OPERATOR_KINDS.items():
        world.cluster.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
            "metadata": {"name": f"{plural}.monitoring.coreos.com"},
            "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced",
                     "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
                     "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                         "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}})
    for plural in OPERATOR_KINDS:
        world.cluster.kubectl("wait", "--for=condition=Established", "--timeout=180s",
                              f"crd/{plural}.monitoring.coreos.com")


def rendered(chart, *flags):
    return world.cluster.helm("template", "taskgate", str(chart), "--kube-version", "1.36.0", *flags)


def kustomized(component):
    """The upstream's objects with a component of manifests/."""
    folder = world.cluster.folder / f"with-{component}"
    shutil.copytree(MANIFESTS / component, folder / component)
    shutil.copy(FIXTURE, folder / "workspace.yaml")
    (folder / "kustomization.yaml").write_text(json.dumps({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["workspace.yaml"],
        "components": [component]}))
    return world.cluster.kubectl("kustomize", str(folder))


class DryRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        define_operator_kinds()
        for name in ("ws-alice", "ws-bob"):
            world.cluster.namespace(name)

    def told_of(self, text):
        """What the API server says of each object; one that it refuses is a failure."""
        told = world.cluster.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-",
                                     text=text).splitlines()
        self.assertTrue(all(line.endswith("(server dry run)") for line in told), told)
        return [line.split(" ")[0] for line in told]

    def test_a_field_that_does_not_exist_is_refused(self):
        # So that the tests below say something.
        text = FIXTURE.read_text().replace("readinessProbe:", "readynessProbe:")
        with self.assertRaisesRegex(Failure, r'unknown field "spec.template.spec.containers\[0\].readynessProbe"'):
            self.told_of(text)

    def test_what_the_chart_renders(self):
        for name, values in VALUES.items():
            with self.subTest(values=name):
                told = self.told_of(rendered(CHART, "--values", values_file(f"dry-{len(name)}", values)))
                self.assertEqual(told.count("configmap/taskgate"), len(values["workspaces"]))
                if "injection" in values:
                    self.assertIn("mutatingadmissionpolicy.admissionregistration.k8s.io/taskgate-pods", told)

    def test_a_chart_that_has_it_as_a_dependency(self):
        # `helm dependency update` would put a copy there too.
        chart = world.cluster.folder / "consumer"
        shutil.copytree(CONSUMER, chart)
        shutil.copytree(CHART, chart / "charts" / "taskgate")
        for mode in ("native", "classic"):
            with self.subTest(mode=mode):
                told = self.told_of(rendered(chart, "--set", f"taskgate.sidecar.mode={mode}"))
                self.assertIn("deployment.apps/agent", told)

    def test_the_folders_of_manifests(self):
        for folder in sorted(MANIFESTS.iterdir()):
            file = folder / "kustomization.yaml"
            if not file.exists() or "kind: Kustomization" not in file.read_text():
                continue
            with self.subTest(folder=folder.name):
                self.assertTrue(self.told_of(world.cluster.kubectl("kustomize", str(folder))))
                for single in sorted(folder.glob("*.yaml")):
                    if single != file:
                        self.assertTrue(self.told_of(single.read_text()))

    def test_the_components_of_manifests(self):
        for component in ("component", "component-classic"):
            with self.subTest(component=component):
                text = kustomized(component)
                self.assertIn("name: taskgate\n", text)
                self.assertIn("deployment.apps/ws-alice", self.told_of(text))
