"""The objects that the chart makes."""

import json
import pathlib
import re
import tempfile
import unittest

import yaml

import world
from world import (ALICE, CHART, EVERYTHING, INJECTION, ROOT, VERSION, documents, gate_of, helm, kubeconform, of_kind, render,
                   render_text, run)

BOB = {"name": "ws-bob", "namespace": "ws-bob", "limit": 0, "podLabels": {"app": "bob", "tier": "two"}}


def config_of(objects, namespace):
    found = [one for one in objects if one["kind"] == "ConfigMap" and one["metadata"]["namespace"] == namespace]
    assert len(found) == 1, found
    return found[0]["data"]


class ConfigMaps(unittest.TestCase):
    def test_one_limit_reaches_the_gate_and_the_workspace(self):
        data = config_of(render({"workspaces": [ALICE], "limit": 7}), "ws-alice")
        self.assertEqual(data["limit"], "7")
        self.assertEqual(yaml.safe_load(data["config.yaml"])["limit"], 7)

    def test_each_workspace_has_its_own_and_a_limit_of_0_is_one(self):
        objects = render({"workspaces": [ALICE, BOB]})
        self.assertEqual(config_of(objects, "ws-alice")["limit"], "12")
        self.assertEqual(config_of(objects, "ws-bob")["limit"], "0")
        self.assertEqual(yaml.safe_load(config_of(objects, "ws-bob")["config.yaml"])["limit"], 0)

    def test_the_namespace_is_the_releases_if_none_is_given(self):
        self.assertEqual(config_of(render({"workspaces": [{"name": "agent"}]}), "taskgate")["limit"], "12")

    def test_further_keys_stand_beside_the_limit(self):
        config = {"tmux": {"match": ["kube-coder-*", "claude-*"]}, "refuse": {"unknown_status": 503}}
        data = config_of(render({"workspaces": [ALICE], "config": config}), "ws-alice")
        self.assertEqual(yaml.safe_load(data["config.yaml"]), {"limit": 12, **config})

    def test_an_unknown_count_is_refused_in_a_way_that_kube_coders_ingress_lets_pass(self):
        # It puts a page of its own in place of a 502, 503 or 504.
        data = config_of(render({"workspaces": [ALICE], "config": {"tmux": {"hold": "20s"}}}), "ws-alice")
        self.assertEqual(yaml.safe_load(data["config.yaml"])["refuse"], {"unknown_status": 429})

    def test_the_gate_takes_what_is_rendered(self):
        config = {
            "admission": {"wait": "0", "body_limit": "512KiB"}, "refuse": {"unknown_status": 429},
            "tmux": {"match": ["a-*", "b-*"], "hold": "30s", "on_unknown": "admit"}, "timeouts": {"create": "3m"},
            "limits": {"fields": 99}, "forwarded": True, "log": {"access": "all"},
            "routes": {"use": "none", "rules": [{"name": "job", "path": "/v1/jobs", "settle": "500ms"}]},
        }
        data = config_of(render({"workspaces": [ALICE], "config": config, "limit": 3}), "ws-alice")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "config.yaml"
            file.write_text(data["config.yaml"])
            status, out, err = run([world.TASKGATE, "check", "--config", file])
        self.assertEqual((status, err), (0, ""))
        effective = yaml.safe_load(out)
        self.assertEqual((effective["limit"], effective["tmux"]["match"]), (3, ["a-*", "b-*"]))


class Network(unittest.TestCase):
    def policy(self, **values):
        objects = render({"workspaces": [ALICE], "networkPolicy": {"enabled": True, **values}})
        return of_kind(objects, "NetworkPolicy")

    def test_crons_reach_the_gate_and_Prometheus_its_metrics(self):
        policy = self.policy()
        self.assertEqual(policy["metadata"]["namespace"], "ws-alice")
        self.assertEqual(policy["spec"]["podSelector"], {"matchLabels": {"app": "ws-alice"}})
        self.assertEqual(policy["spec"]["ingress"], [
            {"from": [{"podSelector": {}}], "ports": [{"port": 6090, "protocol": "TCP"}]},
            {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
             "ports": [{"port": 9464, "protocol": "TCP"}]},
        ])

    def test_nobody_but_Prometheus_and_who_else_is_named(self):
        extra = {"from": [{"podSelector": {"matchLabels": {"app": "x"}}}]}
        rules = self.policy(sameNamespace=False, extraIngress=[extra])["spec"]["ingress"]
        self.assertEqual(len(rules), 2)
        self.assertEqual(rules[1], extra)

    def test_there_is_none_unless_asked_for(self):
        # Where no other policy selects the pods, this one would close all their other ports.
        self.assertNotIn("NetworkPolicy", [one["kind"] for one in render({"workspaces": [ALICE]})])


class Monitoring(unittest.TestCase):
    def test_a_PodMonitor_names_a_port_of_the_gate(self):
        monitor = of_kind(render({"workspaces": [BOB], "podMonitor": {"enabled": True, "labels": {"release": "p"}}}),
                          "PodMonitor")
        consumer = world.ConsumerChart()
        ports = [port["name"] for port in gate_of(consumer.render())["ports"]]
        consumer.close()
        endpoint = monitor["spec"]["podMetricsEndpoints"][0]
        self.assertIn(endpoint["port"], ports)
        self.assertEqual(endpoint["path"], "/metrics")
        self.assertEqual(monitor["spec"]["selector"]["matchLabels"], BOB["podLabels"])
        self.assertEqual(monitor["metadata"]["labels"]["release"], "p")

    def test_a_ServiceMonitor_finds_its_Service_and_no_other(self):
        objects = render({"workspaces": [ALICE], "serviceMonitor": {"enabled": True, "interval": "15s"}})
        service, monitor = of_kind(objects, "Service"), of_kind(objects, "ServiceMonitor")
        wanted = monitor["spec"]["selector"]["matchLabels"]
        self.assertLessEqual(wanted.items(), service["metadata"]["labels"].items())
        self.assertEqual(wanted["app.kubernetes.io/component"], "metrics")
        self.assertEqual(service["spec"]["selector"], {"app": "ws-alice"})
        self.assertEqual(service["spec"]["ports"][0]["targetPort"], 9464)
        endpoint = monitor["spec"]["endpoints"][0]
        self.assertEqual((endpoint["port"], endpoint["path"], endpoint["interval"]),
                         (service["spec"]["ports"][0]["name"], "/metrics", "15s"))

    def test_the_metrics_Service_has_an_address_of_each_family_and_each_pod_is_one_target(self):
        objects = render({"workspaces": [ALICE], "serviceMonitor": {"enabled": True}})
        self.assertEqual(of_kind(objects, "Service")["spec"]["ipFamilyPolicy"], "PreferDualStack")
        # Of the two addresses that endpoint slices list for a pod of two families, one is kept.
        address, kept = of_kind(objects, "ServiceMonitor")["spec"]["endpoints"][0]["relabelings"]
        for given, pod_ip in (("10.0.0.1:9464", "10.0.0.1"), ("[fd00::a:1]:9464", "fd00::a:1")):
            self.assertEqual(re.fullmatch(address["regex"], given)[1], pod_ip)
        self.assertEqual((kept["action"], kept["sourceLabels"], kept["targetLabel"]),
                         ("keepequal", [address["targetLabel"]], "__meta_kubernetes_pod_ip"))

    def test_the_dashboard_is_JSON_with_panels(self):
        dashboard = of_kind(render({"dashboard": {"enabled": True}}), "ConfigMap")
        self.assertEqual(dashboard["metadata"]["labels"]["grafana_dashboard"], "1")
        self.assertTrue(json.loads(dashboard["data"]["taskgate.json"])["panels"])


class Rules(unittest.TestCase):
    def groups(self, **values):
        return of_kind(render({"prometheusRule": {"enabled": True}, **values}), "PrometheusRule")["spec"]["groups"]

    def test_every_rule_file_is_in_it(self):
        expected = [group for file in sorted((CHART / "files").glob("alerts*.yaml"))
                    for group in yaml.safe_load(file.read_text())["groups"]]
        self.assertEqual(self.groups(), expected)

    def test_names_that_values_change_are_changed(self):
        groups = self.groups(app={"container": "agent", "port": 8000}, sidecar={"name": "gate"}, configMap={"name": "gates"})
        expressions = "\n".join(rule["expr"] for group in groups for rule in group["rules"])
        for name in ('container="agent"', 'container="gate"', 'configmap="gates"', 'port_number="8000"'):
            self.assertIn(name, expressions)
        self.assertNotRegex(expressions, '="(ide|taskgate|6080)"')

    def test_Prometheus_takes_them(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "rules.yaml"
            file.write_text(yaml.safe_dump({"groups": self.groups()}))
            status, out, err = run(["promtool", "check", "rules", file])
        self.assertEqual(status, 0, out + err)

    def test_the_bypass_alarms_go_off_when_and_only_when(self):
        status, out, err = run(["promtool", "test", "rules", ROOT / "tests/chart/bypass_alarms.yaml"])
        self.assertEqual(status, 0, out + err)


class PolicyBindings(unittest.TestCase):
    def selectors(self, policy):
        objects = render(INJECTION | {"injection": {"admissionPolicy": {"enabled": True, **policy}}})
        found = [one for one in objects if one["kind"] == "MutatingAdmissionPolicyBinding"]
        self.assertEqual(len(found), 2)
        return [binding["spec"]["matchResources"]["objectSelector"] for binding in found]

    def test_two_releases_in_one_namespace_are_told_apart_by_labels(self):
        left_out = {"matchExpressions": [{"key": "taskgate.dev/inject", "operator": "NotIn", "values": ["false"]}]}
        self.assertEqual(self.selectors({}), [left_out] * 2)
        labels = {"app": "ws-alice", "version": "1"}
        self.assertEqual(self.selectors({"objectLabels": labels}), [{"matchLabels": labels, **left_out}] * 2)


class HelmTest(unittest.TestCase):
    def test_a_pod_asks_the_workspaces_Service(self):
        pod = of_kind(render({"workspaces": [ALICE], "service": {"port": 80}}), "Pod")
        self.assertEqual(pod["metadata"]["annotations"]["helm.sh/hook"], "test")
        self.assertEqual(pod["metadata"]["namespace"], "ws-alice")
        container = pod["spec"]["containers"][0]
        self.assertEqual(container["args"], ["verify", "ws-alice.ws-alice.svc:80"])
        # What the program says to these very words, where there is no such name.
        status, out, err = run([world.TASKGATE, *container["args"]])
        self.assertEqual(status, 1)
        self.assertIn("ws-alice.ws-alice.svc:80: ", err)

    def test_it_pulls_from_a_private_registry(self):
        pod = of_kind(render({"workspaces": [ALICE], "image": {"pullSecrets": ["ours"]}}), "Pod")
        self.assertEqual(pod["spec"]["imagePullSecrets"], [{"name": "ours"}])

    def test_an_umbrella_charts_registry_and_secrets_are_used(self):
        for repository in ("team/taskgate", "hub.example/team/taskgate", "localhost/team/taskgate", "r:5000/team/taskgate"):
            pod = of_kind(render({"workspaces": [ALICE], "image": {"repository": repository, "pullSecrets": ["ours"]},
                                  "global": {"imageRegistry": "mirror.example:5000", "storageClass": "another chart's",
                                             "imagePullSecrets": ["theirs", {"name": "more"}]}}), "Pod")
            self.assertEqual(pod["spec"]["containers"][0]["image"], f"mirror.example:5000/team/taskgate:{VERSION}")
        self.assertEqual([one["name"] for one in pod["spec"]["imagePullSecrets"]], ["ours", "theirs", "more"])

    def test_it_fits_beside_the_workspace_in_a_quota(self):
        # Without resources a LimitRange would give it a whole CPU.
        container = of_kind(render({"workspaces": [ALICE]}), "Pod")["spec"]["containers"][0]
        self.assertEqual(container["resources"]["limits"], {"cpu": "100m", "memory": "32Mi"})


class Whole(unittest.TestCase):
    MATRIX = (
        {}, {"workspaces": [ALICE, BOB]}, EVERYTHING,
        {**EVERYTHING, "podMonitor": {"enabled": False}, "serviceMonitor": {"enabled": True, "interval": "1m"}},
        {**EVERYTHING, "commonLabels": {"team": "platform"}, "fullnameOverride": "gate", "configMap": {"name": "gate"}},
        {**INJECTION, "sidecar": {"mode": "classic"}},
        {**INJECTION, "tmux": {"share": "subPath"}},
    )

    def test_Kubernetes_schemas_have_nothing_against_any_of_it(self):
        self.assertEqual(kubeconform("\n---\n".join(map(render_text, self.MATRIX))), "")

    def test_the_schemas_would_notice(self):
        wrong = render_text(EVERYTHING).replace("podSelector:", "podSelectors:")
        self.assertIn("podSelectors", kubeconform(wrong))

    def test_helm_lint_has_nothing_against_it(self):
        for values in self.MATRIX:
            with self.subTest(values=values):
                status, out, err = helm("lint", "--strict", CHART, "--kube-version", "1.36.0", "--values", "-",
                                        text=json.dumps(values))
                self.assertEqual(status, 0, out + err)

    def test_each_object_has_the_labels(self):
        for one in render({**EVERYTHING, "commonLabels": {"team": "platform"}}):
            labels = one["metadata"]["labels"]
            self.assertEqual((labels["app.kubernetes.io/name"], labels["team"]), ("taskgate", "platform"), one["kind"])

    def test_a_label_of_an_objects_own_wins_and_none_stands_twice(self):
        labels = {"labels": {"team": "b"}}
        text = render_text({**EVERYTHING, "commonLabels": {"team": "a"}, "dashboard": {"enabled": True, **labels},
                            "podMonitor": {"enabled": True, **labels}, "prometheusRule": {"enabled": True, **labels}})
        # PyYAML lets a key stand twice, and takes the last.
        self.assertEqual(sorted(re.findall(r"^    team: (.)$", text, re.MULTILINE)), ["a", "a", "a", "b", "b", "b"])

    def test_no_number_is_put_into_text_as_a_float(self):
        # Values files hold numbers as float64, which templates write as 1e+06 from a million on.
        schema = json.loads((CHART / "values.schema.json").read_text())
        number = r'{"type": "integer"|{"\$ref": "#/\$defs/port"}'
        whole = set(re.findall(rf'"(\w+)": (?:{number}|{{"anyOf": \[{{"const": ""}}, {number})', json.dumps(schema)))
        self.assertLessEqual({"limit", "port", "adminPort", "uid", "seconds", "notice"}, whole)
        templates = [*CHART.glob("templates/**/*.*"), *(ROOT / "manifests/source/templates").iterdir(),
                     *(ROOT / "tests/chart/consumer/templates").iterdir()]
        use = re.compile(rf"{{{{[^}}]*\.(?:{'|'.join(whole)})\b[^}}]*}}}}")
        for template in templates:
            for expression in use.findall(re.sub(r'"(\\.|[^"\\])*"', '""', template.read_text())):
                # A dictionary holds it as a number, and a condition puts nothing into text.
                self.assertRegex(expression, r"\| int64|\(int(64)? |:= dict|^{{- (if|with) ", template.name)

    def test_names_that_look_like_numbers_stay_names(self):
        objects = render({"workspaces": [{"name": "123", "namespace": "1e3"}], "fullnameOverride": "7",
                          "configMap": {"name": "0"}, "sidecar": {"name": "8"}, "podMonitor": {"enabled": True},
                          "networkPolicy": {"enabled": True}, "prometheusRule": {"enabled": True}})
        for one in objects:
            self.assertIsInstance(one["metadata"]["name"], str)
            self.assertIn(one["metadata"]["namespace"], ("1e3", "taskgate"))

    def test_no_workspace_is_no_object(self):
        self.assertEqual(documents(render_text({})), [])

    def test_the_charts_version_is_the_programs(self):
        project = re.search(r"project\(taskgate VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        self.assertEqual((chart["version"], chart["appVersion"]), (project, project))

    def test_the_notes_say_how_to_look(self):
        def notes(values):
            status, out, err = helm("install", "gates", CHART, "--dry-run=client", "-n", "taskgate", "--values", "-",
                                    text=json.dumps(values))
            self.assertEqual(status, 0, err)
            return out.split("NOTES:")[1]

        told = notes({"workspaces": [ALICE]})
        self.assertIn("kubectl get service ws-alice -n ws-alice", told)
        self.assertIn("helm test gates -n taskgate", told)
        self.assertIn("This release changes no pod", told)
        self.assertNotIn("WARNING", told)
        self.assertIn("No workspace is named, so no ConfigMap, no NetworkPolicy and no monitor was made", notes({}))
        two = {**ALICE, "podLabels": {"app": "ws-alice", "tier": "1"}}
        self.assertIn("kubectl get pods -n ws-alice -l app=ws-alice,tier=1 -L", notes({"workspaces": [two]}))
        self.assertIn("WARNING: config.tmux.socket", notes({"workspaces": [ALICE], "config": {"tmux": {"socket": "/s"}}}))
        self.assertIn("WARNING: config.tmux.socket", notes({"workspaces": [{**ALICE, "config": {"tmux": {"socket": "/s"}}}]}))
        self.assertIn("A changed limit reaches the gate by itself, in at most 90 seconds", told)
        self.assertNotIn("memory", told)
        # It was said of all limits, and the gate keeps one from memory for the pod's life.
        memory = {"limitFrom": {"memoryPerTask": "1Gi"}, "workspaces": [ALICE]}
        told_of_memory = " ".join(notes(memory).split())
        self.assertIn("The limit of ws-alice is worked out from memory when a pod starts: a changed one comes with the next pod", told_of_memory)
        self.assertNotIn("by itself", told_of_memory)
        # The policy gives pods of any workspace such a limit, and 12 was said to be theirs.
        for limit_from, words in (("", "Gates run with a limit of 12. "), ("1Gi", "Gates run with a limit of one for each 1Gi of their memory. ")):
            self.assertIn(words, " ".join(notes({**INJECTION, "limitFrom": {"memoryPerTask": limit_from}}).split()))
        told_of_both = " ".join(notes({**memory, "workspaces": [ALICE, {"name": "ws-bob", "namespace": "ws-bob", "limit": 3}]}).split())
        self.assertIn("A changed limit of ws-bob reaches the gate by itself", told_of_both)
        self.assertIn("The limit of ws-alice is worked out", told_of_both)
        # The kernel ended a gate that was let hold more than its container may.
        held = {"workspaces": [ALICE], "config": {"limits": {"held": "256MiB"}}}
        self.assertIn("WARNING: the gate of ws-alice may need 456Mi of memory (config.limits), and its container has 64Mi", " ".join(notes(held).split()))
        self.assertNotIn("WARNING", notes({**held, "sidecar": {"resources": {"limits": {"memory": "456Mi"}}}}))
        crowd = {**ALICE, "config": {"limits": {"connections": 20000}}, "resources": {"limits": {"memory": "94Mi"}, "requests": {"cpu": "10m", "memory": "16Mi"}}}
        self.assertIn("the gate of ws-alice may need 95Mi", notes({"workspaces": [crowd]}))
        self.assertNotIn("observe", told)
        observed = notes({"workspaces": [{**ALICE, "config": {"mode": "observe"}}]})
        self.assertIn("ws-alice (limit 12, not enforced: mode is observe)", observed)


if __name__ == "__main__":
    unittest.main()
