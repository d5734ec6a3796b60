"""Values that the schema takes, every two of them together: what they render, the program and Kubernetes take."""

import copy
import json
import re
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from pairs import pairwise
from world import TASKGATE, ConsumerChart, documents, helm, kubeconform, run

# Words that YAML would read as something else, where nobody puts them into quotes.
ODD = {"a.example/yes": "yes", "b": "1e3", "c": "", "d": "0x1F"}
NOTES = {"a": 'two\nlines: "#', "b": "null", "c": "{{ .Values }}", "d": " "}
ALERT_TEXTS = {"a": "007", "b": "{{ $labels.pod }}", "c": "true"}
LONG = "a" * 63
RELABELINGS = [{"sourceLabels": ["__name__"], "regex": "go_.*|1e3", "action": "drop"}]
RULES = [{"name": "job", "path": "/v1/jobs/{id}", "slots": {"pointer": "/n", "most": 3}, "session": "/name"},
         {"name": "off", "path": "/v1/off", "starts": "elsewhere"}]
CLASSES = [{"name": "on", "match": {"routes": ["task"]}, "cap": 0}, {"name": "yes", "match": {"header": {"name": "X-A", "pattern": "*"}}, "wait": "5s"}]


def at(path, *options):
    """One factor: what stands at a dotted path; None leaves the default."""
    def nested(option):
        for name in reversed(path.split(".")):
            option = {name: option}
        return option
    return [{} if option is None else nested(option) for option in options]


FACTORS = [
    at("nameOverride", None, "1e3", LONG), at("fullnameOverride", None, "null", "b" * 80), at("commonLabels", None, ODD),
    at("commonAnnotations", None, NOTES), at("podAnnotations", None, NOTES, {"linkerd.io/inject": "false"}),
    at("image.registry", None, "r.example:5000/team"), at("image.repository", "r.example/taskgate", "10.0.0.1:5000/a/b__c"),
    at("image.tag", None, "007", "1e3", "v" * 128, "_"), at("image.digest", None, None, "sha256:" + "0123456789abcdef" * 4),
    at("image.pullPolicy", None, "Always", "Never"), at("image.pullSecrets", None, ["123", {"name": "a.b"}, "123"]),
    at("global", None, {"imageRegistry": "mirror.example"}, {"imagePullSecrets": [{"name": "true"}]}),
    at("limit", None, 0, 7, 100000), at("limitFrom.memoryPerTask", None, "1Gi", "1M"), at("preset", None, "none"),
    at("workspaces", [], [{"name": "ws-a"}], [{"name": "1e3", "namespace": "123", "limit": 0, "podLabels": ODD}],
       [{"name": "a", "namespace": "true", "limit": 100000, "config": {"mode": "observe"}, "tmux": {"uid": 4294967294}},
        {"name": LONG, "namespace": "null", "limit": 9, "classPreset": "people-first", "resources": {"requests": {"cpu": 1, "memory": "1M"}, "limits": {"memory": "1Gi"}}}]),
    at("config", None, {"mode": "observe", "tmux": {"match": ["on", "*:"]}}, {"refuse": {"unknown_status": 503, "help": "#: 'x' \""}},
       {"routes": {"rules": RULES}}, {"routes": {"rules": RULES}, "classes": CLASSES}),
    at("configMap.name", None, "123", LONG), at("app.container", None, "1e3"), at("app.limitVariable", None, "LIMIT"),
    at("app.urlVariable", None, "URL"), at("app.preStop", None, "exec", "none"), at("app.workspaceLabel", None, "", "a.example/1e3"), at("service.port", None, 65535),
    [{}, {"app": {"port": 1}, "sidecar": {"port": 2, "adminPort": 65535}}, {"sidecar": {"port": 100000 // 2}}],
    [{}, {"tmux": {"uid": "", "mountPath": "/0"}}, {"tmux": {"uid": 4294967294, "share": "subPath"}},
     {"tmux": {"share": "existing", "existing": {"mountPath": "/home/dev", "folder": "a/b"}}}],
    at("sidecar.mode", None, "classic"), at("sidecar.name", None, "0x1f", LONG),
    at("sidecar.resources", None, {"limits": {"cpu": None}}, {"requests": {"cpu": 0.5, "memory": 67108864}}, {"limits": {"memory": "1Gi", "cpu": 2}}),
    at("sidecar.securityContext", None, {"runAsGroup": 4294967294}, {"seLinuxOptions": {"level": "s0:c1,c2"}},
       {"seccompProfile": {"type": "Localhost", "localhostProfile": "1e3"}}),
    at("sidecar.extraEnv", None, [{"name": "TZ", "value": "yes"}, {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]),
    [{}, {"sidecar": {"extraVolumes": [{"name": "456", "emptyDir": {}}], "extraVolumeMounts": [{"name": "456", "mountPath": "/4"}]}}],
    [{}, {"drain": {"seconds": 0, "notice": 0}}, {"drain": {"seconds": 3600, "notice": 3600}}],
    at("networkPolicy.enabled", True, True, False), at("networkPolicy.sameNamespace", None, False),
    at("networkPolicy.extraIngress", None, [{"from": [{"podSelector": {"matchLabels": ODD}}], "ports": [{"port": 6090}]}]),
    [{}, *({kind: {"enabled": True, "labels": labels, "interval": interval, "scrapeTimeout": "10s", "relabelings": rules, "metricRelabelings": rules}}
           for kind in ("podMonitor", "serviceMonitor") for labels, interval, rules in (({}, "", RELABELINGS), (ODD, "1h30m", [])))],
    at("prometheusRule.enabled", True, False), at("prometheusRule.labels", None, ODD),
    at("prometheusRule.runbookUrl", None, "https://w.example/a?b=c&d='\"", "http://w.example/"),
    at("prometheusRule.alertLabels", None, ALERT_TEXTS), at("prometheusRule.alertAnnotations", None, ALERT_TEXTS),
    at("prometheusRule.alerts", None, {"TaskgateFull": {"threshold": 1e21, "for": "0s"}, "TaskgateDown": {"enabled": False}},
       {"TaskgateUpstreamFailing": {"threshold": 1e-9, "severity": "off", "labels": ALERT_TEXTS}, "TaskgatePassedBy": {"for": "1y"}}),
    at("dashboard", {"enabled": True}, {"enabled": True, "labels": ODD, "annotations": NOTES, "links": [{"title": "1e3", "url": "https://a.example/$pod"}]}, {"enabled": False}),
    at("helmTest", None, {"enabled": False}, {"annotations": NOTES, "nodeSelector": ODD, "priorityClassName": "1e3", "tolerations": [{"operator": "Exists"}]}),
    at("extraObjects", None, [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "more"}, "data": {"a": "{{ .Release.Name }}"}}]),
    at("injection.admissionPolicy", None, {"enabled": True}, {"enabled": True, "failurePolicy": "Ignore", "objectLabels": ODD, "portName": "a-1"}),
]


def over(values, more):
    for name, value in more.items():
        both = isinstance(value, dict) and isinstance(values.get(name), dict)
        values[name] = over(values[name], value) if both else copy.deepcopy(value)
    return values


# Names of release and namespace, and the cluster. A seed makes other cases, in which other threes meet.
INSTALLS = {1: ("gates", "taskgate", "1.36.0"), 2: ("true", "123", "1.34.0")}


def cases():
    """(values, install) of each."""
    for seed, install in INSTALLS.items():
        for numbers in pairwise([len(factor) for factor in FACTORS], seed):
            values = {}
            for factor, number in zip(FACTORS, numbers):
                over(values, factor[number])
            yield values, install


def rendered(chart, values, install):
    name, namespace, kubernetes = install
    return helm("template", name, chart, "--namespace", namespace, "--kube-version", kubernetes, "--values", "-",
                text=json.dumps({"taskgate": values}))


# --- What the API server refuses, and schemas do not say

KEY = re.compile(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
LABEL = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")


def complaints(one):
    """What is wrong with one object's names, labels and annotations, and with the pod in it."""
    # The labels of alerts are Prometheus' own.
    for holder in every_mapping(one if one["kind"] != "PrometheusRule" else one["metadata"]):
        for key, value in {**mapping(holder, "labels"), **mapping(holder, "matchLabels"), **mapping(holder, "nodeSelector")}.items():
            if not KEY.fullmatch(key) or not LABEL.fullmatch(value):
                yield f"label {key}: {value}"
        for key in mapping(holder, "annotations"):
            if not KEY.fullmatch(key.lower()):
                yield f"annotation {key}"
        if "containers" in holder:
            yield from pod_complaints(holder)
    if not (DNS_LABEL if one["kind"] == "Service" else NAME).fullmatch(one["metadata"]["name"]):
        yield f"name {one['metadata']['name']}"


def mapping(holder, name):
    found = holder.get(name)
    return found if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()) else {}


def every_mapping(value):
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every_mapping(each)


def pod_complaints(pod):
    containers = [*pod["containers"], *pod.get("initContainers", [])]
    volumes = [one["name"] for one in pod.get("volumes", [])]
    lists = {"containers": [one["name"] for one in containers], "volumes": volumes,
             "ports": [port["containerPort"] for one in containers for port in one.get("ports", [])]}
    for one in containers:
        lists[f"variables of {one['name']}"] = [each["name"] for each in one.get("env", [])]
        lists[f"mounts of {one['name']}"] = [each["mountPath"] for each in one.get("volumeMounts", [])]
        yield from (f"no volume {each['name']}" for each in one.get("volumeMounts", []) if each["name"] not in volumes)
    yield from (f"name {name}" for name in [*lists["containers"], *volumes] if not DNS_LABEL.fullmatch(name))
    for name, items in lists.items():
        if len(set(items)) != len(items):
            yield f"{name} twice: {items}"


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        chart = ConsumerChart()
        cls.addClassCleanup(chart.close)
        # The pod of the example, with this chart's own defaults.
        (chart.path / "values.yaml").write_text("")
        cls.cases = list(cases())
        with ThreadPoolExecutor(2) as pool:
            cls.rendered = list(pool.map(lambda case: rendered(chart.path, *case), cls.cases))

    def each(self):
        for (values, install), (status, out, err) in zip(self.cases, self.rendered):
            if status == 0:
                yield values, documents(out)

    def assert_none(self, found):
        self.assertEqual([], found[:3], f"{len(found)} in all")

    def test_all_are_rendered(self):
        self.assert_none([(err, json.dumps(values)) for (values, install), (status, out, err) in zip(self.cases, self.rendered) if status])

    def test_Kubernetes_schemas_have_nothing_against_them(self):
        told = kubeconform("\n---\n".join(out for status, out, err in self.rendered if status == 0))
        self.assertEqual(told, "")

    def test_nor_has_the_API_server_as_far_as_is_known_of_it_here(self):
        self.assert_none([(complaint, one["kind"], json.dumps(values)) for values, objects in self.each() for one in objects for complaint in complaints(one)])

    def test_the_program_takes_each_file(self):
        files = {one["data"]["config.yaml"]: values for values, objects in self.each() for one in objects
                 if one["kind"] == "ConfigMap" and "config.yaml" in one["data"]}
        self.assertGreater(len(files), 20)
        with tempfile.TemporaryDirectory() as folder:
            found = []
            for number, (text, values) in enumerate(files.items()):
                file = Path(folder) / f"{number}.yaml"
                file.write_text(text)
                status, out, err = run([TASKGATE, "check", "--config", file])
                if status:
                    found.append((out + err, json.dumps(values)))
        self.assert_none(found)

    def test_Prometheus_takes_the_rules(self):
        rules = {json.dumps(one["spec"]) for values, objects in self.each() for one in objects if one["kind"] == "PrometheusRule"}
        with tempfile.TemporaryDirectory() as folder:
            for number, spec in enumerate(rules):
                (Path(folder) / f"{number}.yaml").write_text(spec)
            status, out, err = run(["promtool", "check", "rules", *Path(folder).iterdir()])
        self.assertEqual(status, 0, out + err)


if __name__ == "__main__":
    unittest.main()
