"""The first upstream's own manifest, with its quota, limits, claim and three containers, behind the chart's gate; and a
workspace that is a release of Helm itself."""

import unittest
from pathlib import Path
from shutil import chown
from tempfile import TemporaryDirectory

import yaml

from cluster import CODER_IMAGE, ROOT, apply, get, helm, kubectl
from workspace import FOR_CLIENTS, RELEASES, Workspace, containers_of

MANIFEST = ROOT / "tests" / "chart" / "upstream" / "workspace.yaml"
LIMIT = 3


class Upstream(Workspace):
    """Left as it is but for the name, the images, and what they run."""

    def objects(self):
        objects = {entry["kind"]: entry for entry in yaml.safe_load_all(MANIFEST.read_text().replace("ws-alice", self.name))}
        # Its namespace is there already, with a label more.
        del objects["Namespace"]
        for container in objects["Deployment"]["spec"]["template"]["spec"]["containers"]:
            container["image"] = CODER_IMAGE
            container.setdefault("command", ["sleep", "86400"])
        objects["ConfigMap"]["data"]["start.sh"] = (
            "exec coder_standin --port 6080 --address 0.0.0.0 --no-cap --state /tmp/state --files /home/dev")
        return list(objects.values())

    def deploy(self):
        home = Path("/var/lib", self.name)
        home.mkdir(exist_ok=True)
        # A hostPath knows no fsGroup.
        chown(home, 1000, 1000)
        self.callback(kubectl, "delete", "persistentvolume", self.name, "--wait=false", check=False)
        apply({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": self.name}, "spec": {
            "capacity": {"storage": "20Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": str(home)},
            "claimRef": {"namespace": self.home, "name": f"{self.name}-home"}}})
        super().deploy()


class AsItIs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The manifest has a NetworkPolicy that lets in the ingress controller alone.
        cls.workspace = cls.enterClassContext(Upstream("ws-upstream", {"limit": LIMIT, "networkPolicy": FOR_CLIENTS}))

    def test_the_gate_fits_into_its_quota_and_limits(self):
        pod = self.workspace.pod()
        (gate,) = pod["spec"]["initContainers"]
        self.assertEqual(gate["resources"]["limits"], {"cpu": "500m", "memory": "64Mi"})
        used = get("-n", self.workspace.home, "resourcequota", f"{self.workspace.name}-quota")["status"]["used"]
        self.assertEqual((used["requests.cpu"], used["limits.cpu"]), ("130m", "2900m"))

    def test_creates_are_let_in_exactly_to_the_limit(self):
        self.workspace.end_sessions()
        self.assertEqual(self.workspace.storm(30), {"201": LIMIT, "429": 30 - LIMIT})

    def test_helm_test_succeeds_within_the_quota(self):
        self.assertIn("Succeeded", helm("test", self.workspace.name, "-n", RELEASES).stdout)

    def test_a_deploy_of_the_same_again_differs_in_nothing_and_changes_nothing(self):
        """What GitOps tools ask by a dry run on the server, and what an upgrade of the upstream's chart writes."""
        before = self.workspace.pod_name()
        for object_ in self.workspace.objects():
            with self.subTest(kind=object_["kind"]):
                diff = kubectl("diff", "-f", "-", stdin=yaml.safe_dump(object_), check=False)
                self.assertEqual((diff.returncode, diff.stdout), (0, ""), diff.stderr)
        apply(*self.workspace.objects())
        self.assertEqual(self.workspace.service()["ports"][2]["targetPort"], "browser")
        self.assertEqual(self.workspace.pod_name(), before)

    def test_a_server_side_apply_owns_the_service_and_differs_in_nothing(self):
        """As Flux does it, and Argo CD with ServerSideApply: under a name of its own, without a look at what was there."""
        (service,) = [entry for entry in self.workspace.objects() if entry["kind"] == "Service"]
        gitops = ("--server-side", "--force-conflicts", "--field-manager=gitops", "-f", "-")
        for again in range(2):
            with self.subTest(again=again):
                kubectl("apply", *gitops, stdin=yaml.safe_dump(service))
                self.assertEqual(self.workspace.service()["ports"][2]["targetPort"], "browser")
                diff = kubectl("diff", *gitops, stdin=yaml.safe_dump(service), check=False)
                self.assertEqual((diff.returncode, diff.stdout), (0, ""), diff.stderr)


class Released(Workspace):
    """By a chart of its own, which knows nothing of the gate."""

    def deploy(self):
        with TemporaryDirectory() as chart:
            Path(chart, "templates").mkdir()
            Path(chart, "Chart.yaml").write_text("apiVersion: v2\nname: coder\nversion: 1.0.0\n")
            Path(chart, "templates", "all.yaml").write_text(yaml.safe_dump_all(self.objects()))
            helm("upgrade", "--install", self.name, chart, "-n", self.home)


class ItsOwnRelease(unittest.TestCase):
    def test_upgrades_and_a_rollback_of_it_leave_the_gate_in_front(self):
        with Released("ws-released") as workspace:
            first = workspace.pod_name()
            workspace.deploy()
            self.assertEqual(workspace.pod_name(), first)
            self.check(workspace)
            workspace.ide_changes = {"env": [{"name": "VERSION", "value": "2"}]}
            workspace.deploy()
            self.check(workspace)
            self.assertEqual(workspace.variable("VERSION"), "2")
            helm("rollback", workspace.name, "1", "-n", workspace.home)
            self.check(workspace)
            self.assertEqual(workspace.variable("VERSION"), "")

    def check(self, workspace):
        workspace.wait_until_available()
        self.assertEqual(workspace.service()["ports"][0]["targetPort"], "browser")
        self.assertEqual(containers_of(workspace.pod()["spec"]), {"taskgate", "ide"})
