"""The objects that the tests send: the upstream's own, from its fixture, and smaller ones."""

import copy
import json
from functools import cache
from pathlib import Path

from processes import wait_until

import world
from cluster import PATIENCE

FIXTURE = Path(__file__).resolve().parent.parent / "upstream" / "workspace.yaml"
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


@cache
def upstream_text():
    """The fixture in JSON, which it is read from: Python's library has no YAML."""
    return world.cluster.kubectl("create", "--dry-run=client", "-o", "json", "-f", str(FIXTURE))


def upstream():
    """The upstream's objects by kind."""
    text = upstream_text()
    decoder, at, objects = json.JSONDecoder(), 0, {}
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        at += len(text[at:]) - len(text[at:].lstrip())
        for item in value["items"] if value["kind"] == "List" else [value]:
            objects[item["kind"]] = item
    return objects


def upstream_pod(**metadata):
    """The pod that the upstream's Deployment makes, but for its service account."""
    template = upstream()["Deployment"]["spec"]["template"]
    spec = copy.deepcopy(template["spec"])
    del spec["serviceAccountName"]
    return {"apiVersion": "v1", "kind": "Pod", "spec": spec,
            "metadata": {"generateName": "ws-", **template["metadata"], **metadata}}


def small_pod(*containers, **spec):
    """A pod of nothing but its containers' names."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "small-"},
            "spec": {"automountServiceAccountToken": False, **spec,
                     "containers": [{"name": name, "image": "none"} for name in containers]}}


def service(*ports, **spec):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"generateName": "svc-"},
            "spec": {"selector": {"app": "ws-alice"}, "ports": list(ports), **spec}}


def path_of(kind, namespace):
    return f"/api/v1/namespaces/{namespace}/{kind}"


def try_out(kind, namespace, value):
    """What the API server would make of an object; nothing is stored."""
    return world.cluster.post(path_of(kind, namespace) + "?dryRun=All", value)


def own(value):
    """An object without what differs between any two."""
    value = copy.deepcopy(value)
    for name in ("name", "generateName", "namespace", "uid", "creationTimestamp", "managedFields",
                 "resourceVersion"):
        value["metadata"].pop(name, None)
    # A dry run gives out no address.
    for name in ("clusterIP", "clusterIPs"):
        value["spec"].pop(name, None)
    # The projected token's volume has a random name.
    text = json.dumps(value, sort_keys=True)
    for volume in value["spec"].get("volumes", []):
        if volume["name"].startswith("kube-api-access-"):
            text = text.replace(volume["name"], "kube-api-access")
    return json.loads(text)


def named(name, items):
    """The one item of that name."""
    found = [item for item in items if item["name"] == name]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} of '{name}' in {[item['name'] for item in items]}")
    return found[0]


def app_of(pod):
    return named("ide", pod["spec"]["containers"])


def names(items):
    return [item["name"] for item in items]


def is_gated(pod):
    spec = pod["spec"]
    return "taskgate" in names(spec["containers"] + spec.get("initContainers", []))


def probe(namespace):
    """What a pod comes out as that any policy takes, and any quota."""
    pod = small_pod("ide", volumes=[{"name": "home", "emptyDir": {}}])
    pod["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "1m", "memory": "1Mi"}}
    return try_out("pods", namespace, pod)


def wait_for_policies(namespace, pod_is_as_it_should=is_gated):
    """Policies take effect a while after they are stored: waits until new objects of the namespace show it."""

    def in_effect():
        door = try_out("services", namespace, service({"port": 6080}))
        return pod_is_as_it_should(probe(namespace)) and door["spec"]["ports"][0]["targetPort"] == "browser"

    wait_until(f"the policies' effect in {namespace}", in_effect, PATIENCE)
