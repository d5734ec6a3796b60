"""What operators adapt: annotations, images, scheduling, monitors, further variables, volumes and objects."""

import json
import unittest

import yaml

from world import (ALICE, CHART, EVERYTHING, IMAGE, INJECTION, VERSION, ConsumerChart, error_of, gate_of, helm, kubeconform, named, of_kind, pod_of,
                   render, variables)

MONITOR = {
    "enabled": True, "interval": "1m", "scrapeTimeout": "10s",
    "relabelings": [{"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "node"}],
    "metricRelabelings": [{"sourceLabels": ["__name__"], "regex": "process_.*", "action": "drop"}],
}


def setUpModule():
    global chart
    chart = ConsumerChart()


def tearDownModule():
    chart.close()


class Metadata(unittest.TestCase):
    def test_each_object_has_the_annotations_and_keeps_its_own(self):
        dashboard = {"enabled": True, "annotations": {"team": "b", "folder": "x"}}
        objects = render({**EVERYTHING, **INJECTION, "commonAnnotations": {"team": "a", "empty": ""}, "dashboard": dashboard})
        for one in objects:
            found = one["metadata"]["annotations"]
            self.assertEqual(found["empty"], "")
            self.assertEqual(found["team"], "b" if "taskgate.json" in one.get("data", {}) else "a", one["kind"])
        self.assertEqual(of_kind(objects, "Pod")["metadata"]["annotations"]["helm.sh/hook"], "test")

    def test_what_would_make_every_object_a_hook_is_refused(self):
        self.assertIn("commonAnnotations: helm.sh/hook", error_of({"commonAnnotations": {"helm.sh/hook": "test"}}))

    def test_a_gated_pod_says_which_gate_it_has(self):
        metadata = of_kind(render({}, chart=chart.path), "Deployment", "agent")["spec"]["template"]["metadata"]
        labels, annotations = metadata["labels"], metadata["annotations"]
        self.assertEqual(labels["taskgate.dev/version"], VERSION)
        self.assertRegex(labels["taskgate.dev/settings"], "^[0-9a-f]{8}$")
        self.assertEqual(annotations["taskgate.dev/injected"], f"taskgate:{VERSION}, settings {labels['taskgate.dev/settings']}")
        self.assertEqual(annotations["kubectl.kubernetes.io/default-container"], "agent")

    def test_the_mark_changes_with_what_is_in_the_pod_and_with_nothing_else(self):
        marks = [self.labels(values) for values in (
            {}, {"limit": 3, "config": {"mode": "observe"}}, {"image": {"tag": "9"}}, {"sidecar": {"port": 7000}},
            {"podAnnotations": {"a": "b"}}, {"drain": {"seconds": 20}})]
        self.assertEqual(marks[0], marks[1])
        self.assertEqual(len({one["taskgate.dev/settings"] for one in marks}), len(marks) - 1)

    def test_the_version_is_a_label_whatever_the_tag_is(self):
        for image, version in (({"tag": "v" * 70}, "v" * 63), ({"tag": "_1.0-"}, "1.0"), ({"digest": "sha256:" + "ab" * 32}, "ab" * 6)):
            self.assertEqual(self.labels({"image": image})["taskgate.dev/version"], version)

    def test_annotations_for_other_injectors(self):
        pod = {"podAnnotations": {"config.linkerd.io/skip-inbound-ports": "9464", "kubectl.kubernetes.io/default-container": "x"}}
        found = of_kind(render({"taskgate": pod}, chart=chart.path), "Deployment", "agent")["spec"]["template"]["metadata"]["annotations"]
        self.assertEqual(found["config.linkerd.io/skip-inbound-ports"], "9464")
        self.assertEqual(found["kubectl.kubernetes.io/default-container"], "agent")

    @staticmethod
    def labels(values):
        return of_kind(render({"taskgate": values}, chart=chart.path), "Deployment", "agent")["spec"]["template"]["metadata"]["labels"]


class Images(unittest.TestCase):
    def test_the_registry_alone_can_be_given(self):
        for values, expected in (({"registry": "r:5000"}, f"r:5000/taskgate:{VERSION}"),
                                 ({"registry": "r.example/team", "repository": "hub.example/taskgate"}, f"r.example/team/taskgate:{VERSION}")):
            self.assertEqual(gate_of(chart.render({"image": values}))["image"], expected)

    def test_an_umbrella_charts_registry_goes_before_it(self):
        pod = of_kind(render({"workspaces": [ALICE], "image": {"registry": "r:5000"}, "global": {"imageRegistry": "mirror.example"}}), "Pod")
        self.assertEqual(pod["spec"]["containers"][0]["image"], f"mirror.example/taskgate:{VERSION}")

    def test_secrets_by_name_and_as_objects_each_once(self):
        pod = of_kind(render({"workspaces": [ALICE], "image": {"pullSecrets": ["a", {"name": "b"}, {"name": "a"}]},
                              "global": {"imagePullSecrets": ["b", {"name": "c.d"}]}}), "Pod")
        self.assertEqual([one["name"] for one in pod["spec"]["imagePullSecrets"]], ["a", "b", "c.d"])


class TestPod(unittest.TestCase):
    def test_it_goes_where_the_workspaces_may_run(self):
        scheduling = {
            "nodeSelector": {"pool": "workspaces"}, "priorityClassName": "high",
            "tolerations": [{"key": "workspaces", "operator": "Exists", "effect": "NoSchedule"}],
            "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchExpressions": [{"key": "pool", "operator": "Exists"}]}]}}},
        }
        pod = of_kind(render({"workspaces": [ALICE], "helmTest": {**scheduling, "annotations": {"a": "b"}}}), "Pod")
        self.assertLessEqual(scheduling.items(), pod["spec"].items())
        self.assertEqual(pod["metadata"]["annotations"]["a"], "b")


class Monitors(unittest.TestCase):
    def test_a_PodMonitor_scrapes_as_it_is_told(self):
        endpoint = of_kind(render({"workspaces": [ALICE], "podMonitor": MONITOR}), "PodMonitor")["spec"]["podMetricsEndpoints"][0]
        self.assertLessEqual({name: MONITOR[name] for name in MONITOR if name != "enabled"}.items(), endpoint.items())

    def test_a_ServiceMonitors_own_rules_come_first(self):
        endpoint = of_kind(render({"workspaces": [ALICE], "serviceMonitor": MONITOR}), "ServiceMonitor")["spec"]["endpoints"][0]
        self.assertEqual([one.get("action", "replace") for one in endpoint["relabelings"]], ["replace", "keepequal", "replace"])
        self.assertEqual(endpoint["relabelings"][2:], MONITOR["relabelings"])
        self.assertEqual((endpoint["scrapeTimeout"], endpoint["metricRelabelings"]), ("10s", MONITOR["metricRelabelings"]))

    def test_a_time_out_that_Prometheus_would_refuse_is_refused(self):
        for timeout, interval in (("61s", "1m"), ("1m1s", "1m"), ("2h", "1h59m59s")):
            for kind in ("podMonitor", "serviceMonitor"):
                self.assertIn(f"{kind}.scrapeTimeout ({timeout}) is longer", error_of({kind: {"scrapeTimeout": timeout, "interval": interval}}))
        render({"podMonitor": {"scrapeTimeout": "60s", "interval": "1m"}})

    def test_the_name_of_a_Service_is_one(self):
        long = of_kind(render({"workspaces": [ALICE], "serviceMonitor": MONITOR, "fullnameOverride": "a" * 80}), "Service")
        self.assertEqual(long["metadata"]["name"], "a" * 55 + "-metrics")
        self.assertIn("a Service's name begins with a letter", error_of({"serviceMonitor": MONITOR, "fullnameOverride": "7"}))
        status, out, err = helm("template", "a.b", CHART, "--set", "serviceMonitor.enabled=true")
        self.assertIn("a.b-taskgate-metrics is none", err)


class Container(unittest.TestCase):
    def test_further_variables_volumes_and_mounts(self):
        pod = chart.render({"sidecar": {
            "extraEnv": [{"name": "TZ", "value": "UTC"}, {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
            "extraVolumes": [{"name": "zones", "configMap": {"name": "zones"}}],
            "extraVolumeMounts": [{"name": "zones", "mountPath": "/usr/share/zoneinfo", "readOnly": True}]}})
        gate = gate_of(pod)
        self.assertEqual(variables(gate)["TZ"], "UTC")
        self.assertEqual(variables(gate)["NODE"], {"fieldRef": {"fieldPath": "spec.nodeName"}})
        self.assertEqual(named(gate["volumeMounts"], "zones")["mountPath"], "/usr/share/zoneinfo")
        self.assertEqual(named(pod["volumes"], "zones"), {"name": "zones", "configMap": {"name": "zones"}})

    def test_what_would_go_before_the_gates_settings_is_refused(self):
        for name in ("TASKGATE_LIMIT", "TASKGATE_TMUX_HOLD", "KC_MAX_TASKS", "TMUX_TMPDIR"):
            self.assertIn(f"sidecar.extraEnv: {name} is a setting", error_of({"sidecar": {"extraEnv": [{"name": name, "value": "1"}]}}))

    def test_what_the_API_server_refuses_twice_is_refused(self):
        volume, mount = {"name": "a", "emptyDir": {}}, {"name": "a", "mountPath": "/a"}
        for values, words in (
                ({"extraVolumes": [volume, volume]}, "two volumes would have the name a"),
                ({"extraVolumes": [{**volume, "name": "taskgate-tmux"}]}, "two volumes would have the name taskgate-tmux"),
                ({"extraVolumeMounts": [mount, mount]}, "two mounts would be at /a"),
                ({"extraVolumeMounts": [{**mount, "mountPath": "/run/tmux"}]}, "two mounts would be at /run/tmux"),
                ({"extraEnv": [{"name": "A", "value": ""}] * 2}, "A is there twice")):
            self.assertIn(words, error_of({"sidecar": values}))

    def test_its_security_context_can_be_added_to_but_not_loosened(self):
        context = gate_of(chart.render({"sidecar": {"securityContext": {
            "runAsGroup": 3000, "seLinuxOptions": {"level": "s0:c1"}, "seccompProfile": {"type": "Localhost", "localhostProfile": "p.json"}}}}))["securityContext"]
        self.assertEqual((context["runAsGroup"], context["seLinuxOptions"]), (3000, {"level": "s0:c1"}))
        self.assertEqual(context["seccompProfile"], {"type": "Localhost", "localhostProfile": "p.json"})
        self.assertEqual((context["runAsUser"], context["runAsNonRoot"]), (1000, True))
        for field in ("privileged", "runAsUser", "allowPrivilegeEscalation", "capabilities"):
            self.assertIn(f"'{field}' not allowed", error_of({"sidecar": {"securityContext": {field: True}}}))

    def test_a_cluster_that_gives_the_user_is_left_to_do_so(self):
        pod = chart.render({"tmux": {"uid": ""}})
        self.assertNotIn("runAsUser", gate_of(pod)["securityContext"])
        self.assertIs(gate_of(pod)["securityContext"]["runAsNonRoot"], True)
        self.assertIn("tmux.uid may not be empty", error_of({"tmux": {"uid": "", "share": "subPath"}}))

    def test_the_limit_on_CPU_can_be_taken_away_and_the_one_on_memory_cannot(self):
        resources = gate_of(chart.render({"sidecar": {"resources": {"limits": {"cpu": None}}}}))["resources"]
        self.assertEqual(resources["limits"], {"memory": "64Mi"})
        self.assertIn("missing property 'memory'", error_of({"sidecar": {"resources": {"limits": {"memory": None}}}}))

    def test_more_asked_for_than_allowed_is_refused(self):
        for requests in ({"memory": "65Mi"}, {"cpu": "0.6"}, {"cpu": 1}, {"memory": "67108865"}):
            self.assertIn("is more than limits", error_of({"sidecar": {"resources": {"requests": requests}}}))
        self.assertIn("is more than limits.cpu (0)", error_of({"sidecar": {"resources": {"limits": {"cpu": 0}}}}))
        render({"sidecar": {"resources": {"requests": {"cpu": "0.5", "memory": 67108864}}}})


class Further(unittest.TestCase):
    def test_objects_as_mappings_and_as_text_with_templates(self):
        extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-a"}, "data": {"n": "1"}}
        text = yaml.safe_dump({**extra, "metadata": {"name": "b", "namespace": "{{ .Release.Namespace }}"}})
        objects = render({"extraObjects": [extra, text]})
        self.assertEqual([one["metadata"]["name"] for one in objects], ["gates-a", "b"])
        self.assertEqual(objects[1]["metadata"]["namespace"], "taskgate")
        self.assertIn("missing property 'kind'", error_of({"extraObjects": [{"apiVersion": "v1"}]}))

    def test_Kubernetes_schemas_have_nothing_against_any_of_it(self):
        values = {**EVERYTHING, "podMonitor": MONITOR, "commonAnnotations": {"a": "b"},
                  "image": {"repository": IMAGE, "pullSecrets": [{"name": "a"}]},
                  "helmTest": {"tolerations": [{"operator": "Exists"}], "nodeSelector": {"a": "b"}, "priorityClassName": "p"}}
        self.assertEqual(kubeconform("\n---\n".join(json.dumps(one) for one in render(values))), "")


if __name__ == "__main__":
    unittest.main()
