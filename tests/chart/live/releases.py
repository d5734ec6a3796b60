"""Releases of the chart in the test's cluster, one for each set of values that the tests look at. Each has namespaces
of its own, so they do not see each other."""

import json
from pathlib import Path

import world
from objects import wait_for_policies

CHART = Path(__file__).resolve().parents[3] / "charts" / "taskgate"

# The first is what an operator gets who only names the image and switches the policy on.
RELEASES = {
    "plain": {},
    "classic": {"sidecar": {"mode": "classic"}},
    "subpath": {"tmux": {"share": "subPath"}},
    "existing": {"tmux": {"share": "existing"}},
    "memory": {"limitFrom": {"memoryPerTask": "1Gi"}, "workspaces": [
        {"name": "ws-alice", "namespace": "own", "limit": 3, "tmux": {"uid": 1000660000, "share": "subPath"},
         "resources": {"requests": {"cpu": "20m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}}}]},
    "bare": {"preset": "none", "app": {"preStop": "none"}},
}


def values_of(release):
    selected = {} if release == "plain" else {"taskgate.dev/inject": None, "variant": release}
    return {**RELEASES[release], "image": {"repository": "registry.example/taskgate"},
            "injection": {"admissionPolicy": {"enabled": True, "namespaceSelector": {"matchLabels": selected}}}}


def labels_of(release):
    return {"taskgate.dev/inject": "true"} if release == "plain" else {"variant": release}


def values_file(name, values):
    path = world.cluster.folder / f"{name}.values.json"
    path.write_text(json.dumps(values))
    return str(path)


def install_releases():
    """Installs all; afterwards each has a namespace of its name in which it is in effect, and one a workspace beside it."""
    world.cluster.namespace("own", **labels_of("memory"))
    for release in RELEASES:
        world.cluster.helm("install", release, str(CHART), "--namespace", "taskgate-system", "--create-namespace",
                           "--values", values_file(release, values_of(release)))
        world.cluster.namespace(release, **labels_of(release))
    world.cluster.namespace("elsewhere")
    for release in RELEASES:
        wait_for_policies(release)
