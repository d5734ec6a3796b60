"""What the chart's tests stand on: rendering with the real helm, and looking into what comes out."""

import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/taskgate"
UPSTREAM = ROOT / "tests/chart/upstream/workspace.yaml"
# scripts/chart_test says where they are.
TOOLS = pathlib.Path(os.environ["CHART_TOOLS"])
TASKGATE = os.environ["GATE_BINARY"]
ALICE = {"name": "ws-alice", "namespace": "ws-alice"}
IMAGE = "registry.example/taskgate"
INJECTION = {"injection": {"admissionPolicy": {"enabled": True}}, "image": {"repository": IMAGE}}
VERSION = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
EVERYTHING = {
    "workspaces": [ALICE],
    "networkPolicy": {"enabled": True},
    "podMonitor": {"enabled": True},
    "prometheusRule": {"enabled": True},
    "dashboard": {"enabled": True},
}


def run(command, text="", **more):
    """(exit status, standard output, standard error). Helm and kustomize keep to a home of their own."""
    done = subprocess.run([str(word) for word in command], input=text, capture_output=True, text=True, timeout=120, **more)
    return done.returncode, done.stdout, done.stderr


def helm(*words, text="", **more):
    return run([TOOLS / "helm", *words], text, **more)


def helm_template(values, *words, chart=CHART, kubernetes="1.36.0"):
    """(exit status, standard output, standard error) of rendering with these values."""
    return rendered(json.dumps(values), words, chart, kubernetes)


@functools.cache  # Many tests look at the same objects.
def rendered(values, words, chart, kubernetes):
    return helm("template", "gates", chart, "--namespace", "taskgate", "--kube-version", kubernetes, "--values", "-",
                *words, text=values)


def render_text(values, *words, **more):
    status, out, err = helm_template(values, *words, **more)
    if status:
        raise AssertionError(f"helm template: {err}")
    return out


def render(values, *words, **more):
    """The objects that come out, as a list."""
    return documents(render_text(values, *words, **more))


def error_of(values, *words, **more):
    """What helm says; these values must be refused."""
    status, out, err = helm_template(values, *words, **more)
    if status == 0:
        raise AssertionError(f"not refused: {values}")
    return err


def documents(text):
    return [one for one in yaml.safe_load_all(text) if one]


def of_kind(objects, kind, name=None):
    """The one object of this kind (and name)."""
    found = [one for one in objects if one["kind"] == kind and name in (None, one["metadata"]["name"])]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} objects {kind} {name or ''}")
    return found[0]


def named(items, name):
    """The item of a list that has this name, or nothing."""
    return next((one for one in items or [] if one["name"] == name), None)


def variables(container):
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container.get("env", [])}


def plain_variables(container):
    """Those whose values stand in the pod itself."""
    return {name: value for name, value in variables(container).items() if isinstance(value, str)}


def gate_of(pod):
    """The gate's container in a pod's spec, wherever it stands."""
    return named(pod.get("initContainers"), "taskgate") or named(pod["containers"], "taskgate")


def pod_of(objects, name="ws-alice"):
    return of_kind(objects, "Deployment", name)["spec"]["template"]["spec"]


class ConsumerChart:
    """The example of a chart that has this one as a dependency, in a folder of its own."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self._folder.name) / "consumer"
        shutil.copytree(ROOT / "tests/chart/consumer", self.path)
        shutil.copytree(CHART, self.path / "charts/taskgate")

    def render(self, values=None, **more):
        """The pod's spec for these values of the dependency."""
        return pod_of(render({"taskgate": values or {}}, chart=self.path, **more), "agent")

    def close(self):
        self._folder.cleanup()


def kubeconform(text, schemas="schemas"):
    """What kubeconform has against these objects, by the schemas in a folder here; nothing is the wish."""
    status, out, err = run([TOOLS / "kubeconform", "-strict", "-schema-location",
                            ROOT / "tests/chart" / schemas / "{{.ResourceKind}}{{.KindSuffix}}.json"], text)
    return out + err if status else ""
