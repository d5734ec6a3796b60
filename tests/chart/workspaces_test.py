"""Settings by workspace, presets, and limits that come from the pod."""

import re
import unittest

import yaml

from world import ALICE, INJECTION, ROOT, ConsumerChart, error_of, gate_of, named, of_kind, pod_of, render, variables

BOB = {"name": "ws-bob", "namespace": "ws-bob"}
FROM_MEMORY = {"resourceFieldRef": {"containerName": "agent", "resource": "limits.memory", "divisor": "1Gi"}}


def configs(values):
    """The gate's configuration of each workspace, by its namespace."""
    return {one["metadata"]["namespace"]: yaml.safe_load(one["data"]["config.yaml"])
            for one in render(values) if one["kind"] == "ConfigMap"}


class Config(unittest.TestCase):
    def test_a_workspaces_own_keys_go_before_the_charts_and_these_before_the_presets(self):
        own = {"refuse": {"help": ""}, "forwarded": False, "tmux": {"match": "b-*"}, "limits": {"fields": 50}}
        found = configs({"workspaces": [ALICE, {**BOB, "config": own, "limit": 0}],
                         "config": {"forwarded": True, "tmux": {"match": ["a-*", "c-*"], "hold": "9s"}, "refuse": {"help": "ask"}}})
        self.assertEqual(found["ws-alice"], {"limit": 12, "forwarded": True, "tmux": {"match": ["a-*", "c-*"], "hold": "9s"},
                                             "refuse": {"unknown_status": 429, "help": "ask"}})
        self.assertEqual(found["ws-bob"], {"limit": 0, "forwarded": False, "tmux": {"match": "b-*", "hold": "9s"}, "limits": {"fields": 50},
                                           "refuse": {"unknown_status": 429, "help": ""}})

    def test_what_is_wrong_is_said_of_the_workspace(self):
        for config, words in (({"tmux": {"hold": "2h"}}, "workspaces: ws-bob: config.tmux.hold: '2h' is out of range"),
                              ({"inherited_class": "x"}, "workspaces: ws-bob: config.inherited_class: 'x' is no class"),
                              ({"limit": 3}, "/workspaces/1/config"),
                              ({"admission": {"body_limit": "17MiB"}}, "workspaces: ws-bob: config.admission.body_limit")):
            self.assertIn(words, error_of({"workspaces": [ALICE, {**BOB, "config": config}]}))

    def test_values_that_are_wrong_only_with_the_charts_own_are_found(self):
        values = {"config": {"admission": {"body_total": "2MiB"}}, "workspaces": [{**BOB, "config": {"admission": {"body_limit": "3MiB"}}}]}
        self.assertIn("workspaces: ws-bob: config.admission.body_limit (3MiB)", error_of(values))


class Presets(unittest.TestCase):
    def test_kube_coders_sets_what_is_left_empty(self):
        chart = ConsumerChart()
        self.addCleanup(chart.close)
        preset = {"preset": "kube-coder", "app": {"urlVariable": ""}}
        agent = variables(named(chart.render(preset)["containers"], "agent"))
        self.assertLessEqual({"KC_MAX_TASKS", "KC_DASHBOARD_URL"}, set(agent))
        agent = variables(named(chart.render({**preset, "app": {"limitVariable": "MINE"}})["containers"], "agent"))
        self.assertIn("MINE", agent)
        self.assertNotIn("KC_MAX_TASKS", agent)

    def test_none_sets_nothing(self):
        found = configs({"workspaces": [ALICE], "preset": "none"})
        self.assertEqual(found, {"ws-alice": {"limit": 12}})

    def test_what_is_said_goes_before_it(self):
        self.assertEqual(configs({"workspaces": [ALICE], "config": {"refuse": {"unknown_status": 503}}})["ws-alice"]["refuse"],
                         {"unknown_status": 503})

    def test_the_classes_are_those_that_the_docs_recommend(self):
        page = (ROOT / "docs/admission.md").read_text()
        recommended = yaml.safe_load(re.search(r"```yaml\n(limit: 12\nclasses:\n.*?)```", page, re.DOTALL)[1])
        self.assertEqual(configs({"workspaces": [ALICE], "classPreset": "people-first"})["ws-alice"]["classes"], recommended["classes"])

    def test_a_workspace_may_have_classes_of_its_own(self):
        found = configs({"workspaces": [ALICE, {**BOB, "classPreset": "people-first"},
                                        {"name": "c", "namespace": "c", "config": {"classes": [{"name": "default", "cap": 1}]}}]})
        self.assertNotIn("classes", found["ws-alice"])
        self.assertEqual([len(found[name]["classes"]) for name in ("ws-bob", "c")], [4, 1])

    def test_floors_above_the_limit_are_refused(self):
        self.assertIn("the floors of all classes (5) are more than the limit of ws-bob (4)",
                      error_of({"workspaces": [{**BOB, "classPreset": "people-first", "limit": 4}]}))

    def test_a_workspace_can_have_no_preset_where_the_others_have_one(self):
        values = {"classPreset": "people-first", "workspaces": [ALICE, {**BOB, "classPreset": "", "limit": 3}]}
        found = configs(values)
        self.assertIn("classes", found["ws-alice"])
        self.assertNotIn("classes", found["ws-bob"])
        self.assertIn("workspaces: ws-bob: config.inherited_class: 'agents' is no class",
                      error_of({**values, "config": {"inherited_class": "agents"}}))


class LimitFromMemory(unittest.TestCase):
    values = {"limitFrom": {"memoryPerTask": "1Gi"}, "app": {"limitVariable": "MINE"}}

    def test_gate_and_workspace_read_it_from_the_same_container(self):
        chart = ConsumerChart()
        self.addCleanup(chart.close)
        pod = chart.render(self.values)
        self.assertEqual(variables(gate_of(pod))["TASKGATE_LIMIT"], FROM_MEMORY)
        self.assertEqual(variables(named(pod["containers"], "agent"))["MINE"], FROM_MEMORY)

    def test_what_Kubernetes_does_not_divide_by_and_what_makes_too_many_is_refused(self):
        for amount in ("512Mi", "2Gi", "1.5Gi", "1Ti", 1, "1k", "1Ki"):
            self.assertIn("/limitFrom/memoryPerTask", error_of({"limitFrom": {"memoryPerTask": amount}}))


class Pods(unittest.TestCase):
    """What the policy puts into the pods of a namespace."""

    def expressions(self, *workspaces, **values):
        policy = of_kind(render({**INJECTION, **values, "workspaces": list(workspaces)}), "MutatingAdmissionPolicy", "gates-taskgate-pods")
        return {one["name"]: one["expression"] for one in policy["spec"]["variables"]}

    def test_workspaces_that_ask_for_nothing_of_their_own_are_not_in_it(self):
        plain = self.expressions()
        self.assertEqual(self.expressions(ALICE, {**BOB, "config": {"mode": "observe"}, "limit": 3}), plain)
        self.assertNotIn("request.namespace", "".join(plain.values()))

    def test_equal_ones_share_a_branch_and_only_where_they_differ(self):
        large = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}
        found = self.expressions(ALICE, {**BOB, "resources": large}, {"name": "c", "namespace": "c", "resources": large},
                                 {"name": "d", "namespace": "d", "tmux": {"uid": 1234, "share": "subPath"}})
        self.assertIn('request.namespace in ["ws-bob","c"] ?', found["initContainers"])
        self.assertIn('request.namespace in ["d"] ?', found["initContainers"])
        self.assertIn('request.namespace in ["d"] ? [\n  dyn({"mountPath":"/tmp/tmux-1234"', found["volumeMounts"])
        self.assertNotIn('"ws-bob"', found["volumeMounts"])
        # Their marks differ too.
        self.assertEqual(found["labels"].count("taskgate.dev/settings"), 3)

    def test_a_limit_of_its_own_goes_before_one_from_memory(self):
        found = self.expressions({**BOB, "limit": 3}, limitFrom={"memoryPerTask": "1Gi"})
        of_bob, of_others = found["usualEnv"].split("] :\n", 1)
        self.assertIn("configMapKeyRef", of_bob)
        self.assertIn("resourceFieldRef", of_others)

    def test_the_test_pod_runs_as_the_workspaces_user(self):
        objects = render({"workspaces": [{**ALICE, "tmux": {"uid": 1000660000}}]})
        self.assertEqual(of_kind(objects, "Pod")["spec"]["containers"][0]["securityContext"]["runAsUser"], 1000660000)

    def test_what_is_wrong_with_one_is_said_of_it(self):
        for own, words in (({"tmux": {"uid": "", "share": "subPath"}}, "workspaces: ws-bob: tmux.share subPath"),
                           ({"resources": {"requests": {"cpu": 1, "memory": 1}, "limits": {"cpu": "1m", "memory": 1}}},
                            "workspaces: ws-bob: sidecar.resources: requests.cpu"),
                           ({"resources": {"limits": {"memory": 1}}}, "missing property 'requests'"),
                           ({"tmux": {}}, "/workspaces/0/tmux"), ({"classPreset": "x"}, "/workspaces/0/classPreset")):
            self.assertIn(words, error_of({"workspaces": [{**BOB, **own}]}))


if __name__ == "__main__":
    unittest.main()
