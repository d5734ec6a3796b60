"""The pod that is played: the shipped component for a classic sidecar, put into a pod that has a coder and nothing else."""

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

MANIFESTS = Path(__file__).resolve().parent.parent.parent / "manifests"
FOLDER = "/run/tmux"
SHARED = "taskgate-tmux"
OTHER = "another-tmux"
# What podman would carry out otherwise than a cluster: it publishes ports on the machine, and runs probes as shell
# commands in the container.
NOT_FOR_PODMAN = ("ports", "readinessProbe", "livenessProbe")


@dataclass
class Wiring:
    """How the two containers are joined. The defaults are what is shipped."""

    coder_image: str
    gate_image: str
    limit: int = 12
    coder_tmux: str = FOLDER
    gate_tmux: str = FOLDER
    gate_volume: str = SHARED
    gate_uid: int = 1000
    drain_notice: str = "3s"
    drain_timeout: str = "10s"


def read(path):
    return yaml.safe_load((MANIFESTS / path).read_text())


def set_variable(container, name, value):
    variables = [variable for variable in container["env"] if variable["name"] != name]
    container["env"] = [*variables, {"name": name, "value": value}]


def without_nulls(value):
    """In a patch, null takes something away; here there is nothing to be taken from."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(member) for member in value] if isinstance(value, list) else value


def component_spec(wiring):
    spec = without_nulls(read("component-classic/pod.yaml")["spec"]["template"]["spec"])
    for container in spec["containers"]:
        for name in NOT_FOR_PODMAN:
            container.pop(name, None)
    coder, gate = spec["containers"]
    coder["image"], gate["image"] = wiring.coder_image, wiring.gate_image
    set_variable(coder, "TMUX_TMPDIR", wiring.coder_tmux)
    set_variable(gate, "TMUX_TMPDIR", wiring.gate_tmux)
    set_variable(gate, "TASKGATE_DRAIN_NOTICE", wiring.drain_notice)
    set_variable(gate, "TASKGATE_DRAIN_TIMEOUT", wiring.drain_timeout)
    # Podman has no namespaces, and a gate that is run in the pod by itself has no fields to refer to.
    gate["env"] = [variable for variable in gate["env"] if "value" in variable]
    gate["securityContext"]["runAsUser"] = wiring.gate_uid
    for mount in gate["volumeMounts"]:
        if mount["name"] == SHARED:
            mount["name"] = wiring.gate_volume
    spec["volumes"].append({"name": OTHER, "emptyDir": {"medium": "Memory"}})
    return spec


def pod(name, wiring):
    # As the upstream's pods have it.
    security = {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000, "runAsNonRoot": True}
    spec = component_spec(wiring) | {"securityContext": security, "restartPolicy": "Never"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def settings(wiring):
    config = read("workspace/configmap.yaml")
    config["data"] = {"limit": str(wiring.limit), "config.yaml": f"limit: {wiring.limit}\n"}
    return config


def manifest(name, wiring):
    return "\n---\n".join(json.dumps(part) for part in (settings(wiring), pod(name, wiring)))


def podman_name(volume):
    """Podman calls a ConfigMap's volume by the ConfigMap's name."""
    return volume.get("configMap", volume)["name"]


def volumes(wiring):
    """The pod's volumes as podman has them: name and whether it is in memory."""
    return {podman_name(volume): "emptyDir" in volume for volume in component_spec(wiring)["volumes"]}


def gate_options(wiring):
    """The gate's container as the options of `podman run`, for one that takes its place in the pod."""
    spec = component_spec(wiring)
    gate = spec["containers"][1]
    names = {volume["name"]: podman_name(volume) for volume in spec["volumes"]}
    options = ["--user", f"{wiring.gate_uid}:1000", "--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL",
               "--security-opt=no-new-privileges"]
    for variable in gate["env"]:
        options += ["-e", f"{variable['name']}={variable['value']}"]
    for mount in gate["volumeMounts"]:
        options += ["-v", f"{names[mount['name']]}:{mount['mountPath']}:ro"]
    return options
