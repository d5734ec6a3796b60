"""A workspace as kube-coder's chart makes it, with the stand-in as its server, and the release of the chart that puts a gate
in front of it."""

import json
import os
import tempfile
from contextlib import ExitStack

from cluster import CLIENTS, CODER_IMAGE, GATE_IMAGE, PATIENCE, ROOT, apply, client, eventually, get, helm, in_url, kubectl, namespace, \
    processes

CHART = str(ROOT / "charts" / "taskgate")
RELEASES = "taskgate"
CREATE = "/api/claude/tasks/terminal"
# The chart's NetworkPolicy, which lets in the client's pod besides.
FOR_CLIENTS = {"enabled": True, "extraIngress": [{
    "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": CLIENTS}}}],
    "ports": [{"port": 6090, "protocol": "TCP"}]}]}


def upgrade(release, values):
    """Installs or upgrades a release as an operator does."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(values, file)
        file.flush()
        helm("upgrade", "--install", release, CHART, "-n", RELEASES, "--create-namespace", "-f", file.name)


def merged(*values):
    """Values laid over each other as Helm does it."""
    result = {}
    for layer in values:
        for name, value in layer.items():
            both = isinstance(value, dict) and isinstance(result.get(name), dict)
            result[name] = merged(result[name], value) if both else value
    return result


def probe(path):
    """As kube-coder's are. It listens on IPv4 alone, and the kubelet asks the pod's first address."""
    if os.environ.get("FAMILIES") == "64":
        return {"exec": {"command": ["curl", "-sf", f"http://127.0.0.1:6080{path}"]}}
    return {"httpGet": {"path": path, "port": 6080}}


def ipv4(addresses):
    return next(address for address in addresses if ":" not in address)


def containers_of(spec):
    return {container["name"] for container in spec.get("initContainers", []) + spec["containers"]}


def is_ready(pod):
    return any((entry["type"], entry["status"]) == ("Ready", "True") for entry in pod["status"].get("conditions", []))


class Workspace(ExitStack):
    """Deployment and Service, called `name`, behind the release of that name; gone at the end of the `with`. They are in the
    namespace `home`, or else in one of their own. `values` are the chart's, `pod` is laid over the pod's spec, `ide` over its
    container. Without `listed` the release does not know of the workspace."""

    def __init__(self, name, values=None, *, home=None, pod=None, ide=None, listed=True):
        super().__init__()
        self.name, self.home, self.pod_changes, self.ide_changes = name, home or name, pod or {}, ide or {}
        repository, tag = GATE_IMAGE.rsplit(":", 1)
        selector = {"taskgate.dev/inject": None, "home": self.home}
        self.values = merged({
            "image": {"repository": repository, "tag": tag},
            "workspaces": [{"name": name, "namespace": self.home}] if listed else [],
            "injection": {"admissionPolicy": {"enabled": True, "namespaceSelector": {"matchLabels": selector}}},
        }, values or {})

    def __enter__(self):
        self.callback(self.remove)
        try:
            namespace(self.home, home=self.home)
            self.upgrade()
            self.wait_for_policy()
            self.deploy()
            self.wait_until_available()
        except BaseException:
            self.close()
            raise
        return self

    def remove(self):
        # Whatever is not there: what a test says must not be hidden by what its end says.
        helm("uninstall", self.name, "-n", RELEASES, check=False)
        kubectl("delete", "namespace", self.home, "--wait=false", check=False)
        self.kubectl("delete", "pods", "--all", "--force", "--grace-period=0", check=False)

    def kubectl(self, *arguments, stdin=None, check=True):
        return kubectl("-n", self.home, *arguments, stdin=stdin, check=check).stdout

    # --- The release

    def upgrade(self, **changes):
        self.values = merged(self.values, changes)
        upgrade(self.name, self.values)

    def wait_for_policy(self):
        """A policy takes effect a moment after it is stored."""
        probe = json.dumps(self.pod_object())
        eventually("the policy is in effect", lambda: containers_of(json.loads(self.kubectl(
            "create", "--dry-run=server", "-o", "json", "-f", "-", stdin=probe))["spec"]) > {"ide"})

    # --- The workspace

    def pod_template(self):
        ide = merged({
            "name": "ide", "image": CODER_IMAGE, "args": ["--address", "0.0.0.0"],
            "ports": [{"name": "browser", "containerPort": 6080}],
            "readinessProbe": {**probe("/health"), "periodSeconds": 1},
            "livenessProbe": {**probe("/livez"), "periodSeconds": 30},
            "resources": {"requests": {"cpu": "20m", "memory": "32Mi"}, "limits": {"memory": "1Gi"}},
        }, self.ide_changes)
        user = {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000,
                "seccompProfile": {"type": "RuntimeDefault"}}
        return {"metadata": {"labels": {"app": self.name}},
                "spec": merged({"securityContext": user, "containers": [ide]}, self.pod_changes)}

    def pod_object(self):
        return {"apiVersion": "v1", "kind": "Pod", **merged(self.pod_template(), {"metadata": {"name": "probe"}})}

    def objects(self):
        metadata = {"name": self.name, "namespace": self.home, "labels": {"app": self.name}}
        return [
            {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {
                "selector": {"app": self.name}, "ipFamilyPolicy": "PreferDualStack",
                "ports": [{"name": "browser", "port": 6080, "targetPort": 6080}]}},
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {
                "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": {"app": self.name}}, "template": self.pod_template()}}]

    def deploy(self):
        apply(*self.objects())

    def wait_until_available(self):
        self.kubectl("rollout", "status", f"deployment/{self.name}", f"--timeout={PATIENCE:.0f}s")
        self.wait_for_service()

    def wait_for_service(self):
        """A pod is ready a moment before the Service leads to it."""
        eventually(f"the Service {self.name} answers", lambda: client("curl", "-sf", "-m", "5", self.live_url()))

    def restart(self):
        self.kubectl("rollout", "restart", f"deployment/{self.name}")
        self.wait_until_available()

    def pods(self):
        found = get("-n", self.home, "pods", "-l", f"app={self.name}")["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def pod(self):
        """The one pod that is not about to end."""
        (pod,) = self.pods()
        return pod

    def pod_name(self):
        return self.pod()["metadata"]["name"]

    def wait_for_ready_pods(self, count=1):
        """Waits until there are exactly so many, and all are ready."""
        eventually(f"{count} ready pods of {self.name}", lambda: [is_ready(pod) for pod in self.pods()] == [True] * count)
        self.wait_for_service()

    def container_status(self, name="taskgate"):
        status = self.pod()["status"]
        every = status.get("initContainerStatuses", []) + status.get("containerStatuses", [])
        return next(entry for entry in every if entry["name"] == name)

    def restarts(self, name="taskgate"):
        return self.container_status(name)["restartCount"]

    def process(self, program="taskgate"):
        """The process id in the node."""
        (pid,) = processes(program, self.pod()["metadata"]["uid"])
        return pid

    def service(self):
        return get("-n", self.home, "service", self.name)["spec"]

    def address(self):
        """The Service's, with its port, of the family that the cluster has first."""
        return f"{in_url(self.service()['clusterIP'])}:6080"

    def live_url(self):
        """What every workspace answers, over the Service."""
        return f"http://{self.address()}/livez"

    def gate_url(self):
        """Past the Service, of the pod itself."""
        return f"http://{in_url(self.pod()['status']['podIP'])}:6090"

    # --- Asking

    def ide(self, *command, check=True):
        return self.kubectl("exec", self.pod_name(), "-c", "ide", "--", *command, check=check)

    def variable(self, name):
        """What the workspace's container has it at; empty where it has none."""
        return self.ide("sh", "-c", f"echo ${name}").strip()

    def gate(self, *command, check=True):
        """A command of the gate's own image, in its container."""
        return self.kubectl("exec", self.pod_name(), "-c", "taskgate", "--", "taskgate", *command, check=check)

    def status(self):
        return json.loads(self.gate("status", "--json"))

    def create(self):
        """A create over the Service, from the client's pod: status and body."""
        out = client("curl", "-s", "-m", "20", "-w", "\n%{http_code}", "-d", "{}", f"http://{self.address()}{CREATE}",
                     check=False)
        body, _, status = out.rpartition("\n")
        return int(status), body

    def storm(self, count, past_the_service=False):
        """So many creates at once from the client's pod; how often each status came. Storm knows IPv4 only."""
        pod_address = ipv4([entry["ip"] for entry in self.pod()["status"]["podIPs"]]) + ":6090"
        target = pod_address if past_the_service else ipv4(self.service()["clusterIPs"]) + ":6080"
        result = json.loads(client("storm", "--target", target, "--path", CREATE, "--count", str(count)))
        assert (result["errors"], result["unanswered"]) == ({}, 0), result
        return result["answers"]

    def sessions(self):
        return self.ide("tmux", "list-sessions", "-F", "#{session_id} #{session_name}", check=False).splitlines()

    def end_sessions(self):
        self.ide("tmux", "kill-server", check=False)
        eventually("no session is left", lambda: not self.sessions())

    def events(self):
        return self.kubectl("events", "--for", f"pod/{self.pod_name()}")
