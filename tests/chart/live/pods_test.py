"""What the policy makes of pods."""

import copy
import unittest

import world
from objects import (DEFAULT_CONTAINER, app_of, is_gated, named, names, own, path_of, small_pod, try_out, upstream_pod,
                     wait_for_policies)
from cluster import Refused

LIMIT = {"name": "KC_MAX_TASKS",
         "valueFrom": {"configMapKeyRef": {"name": "taskgate", "key": "limit", "optional": True}}}
URL = {"name": "KC_DASHBOARD_URL", "value": "http://127.0.0.1:6090"}
TMPDIR = {"name": "TMUX_TMPDIR", "value": "/run/tmux"}
MOUNT = {"name": "taskgate-tmux", "mountPath": "/run/tmux"}
MARKS = ("taskgate.dev/version", "taskgate.dev/settings")
INJECTED = "taskgate.dev/injected"
RESOURCES = {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "500m", "memory": "64Mi"}}


def gated(pod, release="plain"):
    return try_out("pods", release, pod)


def pod_with(**app):
    """The upstream's pod with other fields in its own container."""
    pod = upstream_pod()
    app_of(pod).update(app)
    return pod


class TheUpstreamsPod(unittest.TestCase):
    """The pod that the upstream's chart makes, as it comes out."""

    @classmethod
    def setUpClass(cls):
        cls.pod = gated(upstream_pod())
        cls.app = app_of(cls.pod)

    def test_the_gate_is_a_native_sidecar(self):
        self.assertEqual(names(self.pod["spec"]["initContainers"]), ["taskgate"])
        gate = self.pod["spec"]["initContainers"][0]
        self.assertEqual(gate["restartPolicy"], "Always")
        self.assertEqual(gate["resources"], RESOURCES)
        self.assertEqual([(port["name"], port["containerPort"]) for port in gate["ports"]],
                         [("browser", 6090), ("taskgate-admin", 9464)])
        self.assertIn({**MOUNT, "readOnly": True}, gate["volumeMounts"])
        self.assertIn(TMPDIR, gate["env"])
        self.assertEqual(gate["securityContext"]["capabilities"], {"drop": ["ALL"]})

    def test_the_upstreams_containers_stay_in_their_order(self):
        self.assertEqual(names(self.pod["spec"]["containers"]), ["ide", "ssh-server", "github-app-token"])

    def test_the_volumes_are_there(self):
        volumes = self.pod["spec"]["volumes"]
        self.assertEqual(named("taskgate-tmux", volumes)["emptyDir"]["medium"], "Memory")
        self.assertIs(named("taskgate-config", volumes)["configMap"]["optional"], True)

    def test_the_workspace_gets_the_mount_and_the_variables(self):
        self.assertEqual([mount for mount in self.app["volumeMounts"] if mount["name"] == "taskgate-tmux"], [MOUNT])
        self.assertEqual(self.app["env"], [{"name": "AUTH_MODE", "value": "basic"},
                                           {"name": "HOME", "value": "/home/dev"}, LIMIT, URL, TMPDIR])

    def test_the_workspace_waits_for_the_drain(self):
        self.assertEqual(self.app["lifecycle"], {"preStop": {"sleep": {"seconds": 10}}})

    def test_the_workspace_stays_the_default_container(self):
        self.assertEqual(self.pod["metadata"]["annotations"][DEFAULT_CONTAINER], "ide")

    def test_it_is_marked_with_the_gate_that_it_has(self):
        version, settings = (self.pod["metadata"]["labels"][mark] for mark in MARKS)
        self.assertRegex(settings, "^[0-9a-f]{8}$")
        self.assertEqual(self.pod["metadata"]["annotations"][INJECTED], f"registry.example/taskgate:{version}, settings {settings}")

    def test_the_ports_name_moves_to_the_gate(self):
        self.assertEqual([(port["name"], port["containerPort"]) for port in self.app["ports"]],
                         [("http", 8080), ("terminal", 7681), ("ungated", 6080), ("vnc", 6081)])

    def test_nothing_else_is_changed(self):
        # Takes the additions away again, which must leave what comes out where no policy applies.
        pod = copy.deepcopy(self.pod)
        app = app_of(pod)
        del pod["spec"]["initContainers"], pod["metadata"]["annotations"], app["lifecycle"]
        for mark in MARKS:
            del pod["metadata"]["labels"][mark]
        pod["spec"]["volumes"] = [v for v in pod["spec"]["volumes"] if not v["name"].startswith("taskgate-")]
        app["volumeMounts"].remove(MOUNT)
        app["env"] = app["env"][:2]
        named("ungated", app["ports"])["name"] = "browser"
        self.assertEqual(own(pod), own(try_out("pods", "elsewhere", upstream_pod())))


class WhatIsThereAlready(unittest.TestCase):
    def test_a_pod_of_nothing_but_a_container(self):
        pod = gated(small_pod("ide"))
        self.assertTrue(is_gated(pod))
        self.assertEqual(app_of(pod)["env"], [LIMIT, URL, TMPDIR])
        self.assertEqual(app_of(pod)["volumeMounts"], [MOUNT])
        self.assertEqual(names(pod["spec"]["volumes"]), ["taskgate-config", "taskgate-tmux"])

    def test_the_container_is_found_by_its_name(self):
        pod = gated(small_pod("first", "ide", "last"))
        self.assertEqual(app_of(pod)["volumeMounts"], [MOUNT])
        for name in ("first", "last"):
            container = named(name, pod["spec"]["containers"])
            self.assertFalse({"env", "volumeMounts", "lifecycle"} & set(container), container)

    def test_the_gate_comes_after_init_containers(self):
        pod = gated(small_pod("ide", initContainers=[{"name": "first", "image": "none"}]))
        self.assertEqual(names(pod["spec"]["initContainers"]), ["first", "taskgate"])

    def test_a_variable_is_replaced_where_it_stands(self):
        given = [{"name": "KC_MAX_TASKS", "value": "99"}, {"name": "A", "value": "$(KC_MAX_TASKS)"},
                 {"name": "TMUX_TMPDIR", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
        self.assertEqual(app_of(gated(pod_with(env=given)))["env"], [LIMIT, given[1], TMPDIR, URL])

    def test_of_several_variables_the_one_that_counts_is_replaced(self):
        given = [{"name": "KC_MAX_TASKS", "value": value} for value in ("1", "2")]
        self.assertEqual(app_of(gated(pod_with(env=given)))["env"], [given[0], LIMIT, URL, TMPDIR])

    def test_a_hook_stays(self):
        given = {"preStop": {"exec": {"command": ["true"]}}}
        self.assertEqual(app_of(gated(pod_with(lifecycle=given)))["lifecycle"], given)

    def test_a_hook_joins_one_of_the_other_kind(self):
        given = {"postStart": {"exec": {"command": ["true"]}}}
        self.assertEqual(app_of(gated(pod_with(lifecycle=given)))["lifecycle"],
                         {**given, "preStop": {"sleep": {"seconds": 10}}})

    def test_a_volume_and_its_mount_stay(self):
        pod = small_pod("ide", volumes=[{"name": "taskgate-tmux", "emptyDir": {"sizeLimit": "7Mi"}}])
        pod["spec"]["containers"][0]["volumeMounts"] = [MOUNT]
        pod = gated(pod)
        self.assertEqual(app_of(pod)["volumeMounts"], [MOUNT])
        self.assertEqual(named("taskgate-tmux", pod["spec"]["volumes"])["emptyDir"], {"sizeLimit": "7Mi"})

    def test_annotations_stay(self):
        for given, expected in (({"a": "b"}, {"a": "b", DEFAULT_CONTAINER: "ide"}),
                                ({DEFAULT_CONTAINER: "ssh-server"}, {DEFAULT_CONTAINER: "ssh-server"})):
            annotations = gated(upstream_pod(annotations=given))["metadata"]["annotations"]
            self.assertIn("registry.example/taskgate", annotations.pop(INJECTED))
            self.assertEqual(annotations, expected)

    def test_marks_that_a_pod_brings_are_not_believed(self):
        pod = gated(upstream_pod(annotations={INJECTED: "old"}, labels={"a": "b", MARKS[0]: "old"}))
        self.assertEqual(pod["metadata"]["labels"], {"a": "b", **{mark: gated(upstream_pod())["metadata"]["labels"][mark] for mark in MARKS}})
        self.assertNotEqual(pod["metadata"]["annotations"][INJECTED], "old")

    def test_probes_do_not_follow_the_ports_name(self):
        # They would ask the gate, and a fault of it would end the workspace and all its sessions.
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            for way in ("httpGet", "tcpSocket"):
                with self.subTest(probe=probe, way=way):
                    app = app_of(gated(pod_with(**{probe: {way: {"port": "browser"}}})))
                    self.assertEqual(app[probe][way]["port"], "ungated")
                    app = app_of(gated(pod_with(**{probe: {way: {"port": "terminal"}}})))
                    self.assertEqual(app[probe][way]["port"], "terminal")


class TheLimit(unittest.TestCase):
    """By an annotation of the pod, or from its memory."""

    @staticmethod
    def limits(pod, container="initContainers"):
        """The variables with the limit: the gate's, and the workspace's own."""
        gate = pod["spec"][container][-1]["env"]
        found = [next((one for one in env if one["name"] == name), None)
                 for env, name in ((gate, "TASKGATE_LIMIT"), (app_of(pod)["env"], "KC_MAX_TASKS"))]
        return [one and one.get("value", one.get("valueFrom")) for one in found]

    def test_an_annotation_goes_before_all_others(self):
        for release, container in (("plain", "initContainers"), ("classic", "containers"), ("subpath", "initContainers"),
                                   ("memory", "initContainers")):
            for limit in ("0", "7", "100000"):
                pod = gated(upstream_pod(annotations={"taskgate.dev/limit": limit}), release)
                self.assertEqual(self.limits(pod, container), [limit, limit], release)
                gate = pod["spec"][container][-1]
                self.assertEqual((gate["name"], names(gate["env"]).count("TASKGATE_LIMIT")), ("taskgate", 1))

    def test_it_is_found_beside_other_init_containers_and_variables(self):
        pod = small_pod("ide", initContainers=[{"name": "first", "image": "none"}])
        pod["metadata"]["annotations"] = {"taskgate.dev/limit": "3"}
        pod["spec"]["containers"][0]["env"] = [{"name": "KC_MAX_TASKS", "value": "99"}]
        pod = gated(pod)
        self.assertEqual(self.limits(pod), ["3", "3"])
        self.assertNotIn("env", pod["spec"]["initContainers"][0])

    def test_one_that_is_no_limit_costs_nothing_and_is_named(self):
        for limit in ("twelve", "-1", "1.5", "100001", "012", " 1", "x" * 10000):
            pod = gated(upstream_pod(annotations={"taskgate.dev/limit": limit}))
            self.assertEqual(self.limits(pod), [None, LIMIT["valueFrom"]], limit)
            self.assertIn("not a whole number", pod["metadata"]["annotations"]["taskgate.dev/ignored"])
        self.assertNotIn("taskgate.dev/ignored", gated(upstream_pod(annotations={"taskgate.dev/limit": "1"}))["metadata"]["annotations"])

    def test_a_limit_from_memory_is_one_in_both_containers(self):
        field = {"resourceFieldRef": {"containerName": "ide", "resource": "limits.memory", "divisor": "1Gi"}}
        self.assertEqual(self.limits(gated(upstream_pod(), "memory")), [field, field])


class AWorkspaceOfItsOwn(unittest.TestCase):
    """The release `memory` has one workspace with settings of its own."""

    def test_its_pods_get_them(self):
        pod = gated(upstream_pod(), "own")
        gate = pod["spec"]["initContainers"][-1]
        self.assertEqual(gate["securityContext"]["runAsUser"], 1000660000)
        self.assertEqual(gate["resources"], {"requests": {"cpu": "20m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}})
        self.assertIn({"name": "taskgate-tmux", "mountPath": "/tmp/tmux-1000660000", "subPath": "tmux-1000660000"}, app_of(pod)["volumeMounts"])
        self.assertEqual(named("KC_MAX_TASKS", app_of(pod)["env"]), LIMIT)

    def test_its_neighbours_do_not(self):
        neighbour = gated(upstream_pod(), "memory")
        self.assertEqual(names(neighbour["spec"]["initContainers"]), ["taskgate"])
        settings = [pod["metadata"]["labels"]["taskgate.dev/settings"] for pod in (neighbour, gated(upstream_pod(), "own"))]
        self.assertNotEqual(*settings)


class WhatIsLeftAlone(unittest.TestCase):
    """Byte for byte: what comes out is what comes out where no policy applies."""

    def assert_untouched(self, pod, namespace="plain"):
        self.assertEqual(own(try_out("pods", namespace, pod)), own(try_out("pods", "elsewhere", pod)))

    def test_a_pod_without_the_workspace(self):
        self.assert_untouched(small_pod("curl"))

    def test_a_pod_with_a_gate_of_its_own(self):
        self.assert_untouched(small_pod("ide", "taskgate"))
        self.assert_untouched(
            small_pod("ide", initContainers=[{"name": "taskgate", "image": "none", "restartPolicy": "Always"}]))

    def test_a_gated_pod_that_is_sent_again(self):
        pod = gated(upstream_pod())
        again = {**pod, "metadata": {key: pod["metadata"][key] for key in ("generateName", "labels", "annotations")}}
        self.assert_untouched(again)

    def test_a_pod_that_is_labelled_as_left_out(self):
        self.assert_untouched(upstream_pod(labels={"taskgate.dev/inject": "false"}))

    def test_a_namespace_with_another_value(self):
        world.cluster.namespace("refused", **{"taskgate.dev/inject": "false"})
        self.assert_untouched(upstream_pod(), "refused")

    def test_elsewhere_a_pod_comes_out_as_without_any_policy(self):
        pod = try_out("pods", "elsewhere", upstream_pod())
        self.assertFalse(is_gated(pod))
        sent = upstream_pod()
        self.assertEqual(app_of(pod)["env"], app_of(sent)["env"])
        self.assertEqual(app_of(pod)["resources"], app_of(sent)["resources"])
        self.assertNotIn("annotations", pod["metadata"])

    def test_a_running_pod_that_is_changed(self):
        path = path_of("pods", "elsewhere")
        stored = world.cluster.post(path, small_pod("ide"))
        world.cluster.namespace("late")
        late = world.cluster.post(path_of("pods", "late"), small_pod("ide"))
        world.cluster.merge("/api/v1/namespaces/late", {"metadata": {"labels": {"taskgate.dev/inject": "true"}}})
        wait_for_policies("late")
        name = late["metadata"]["name"]
        changed = world.cluster.merge(f"{path_of('pods', 'late')}/{name}", {"metadata": {"labels": {"a": "b"}}})
        self.assertEqual(changed["spec"], late["spec"])
        self.assertEqual(own(late), own(stored))


class OtherValues(unittest.TestCase):
    def test_a_classic_sidecar_is_the_last_container(self):
        pod = gated(upstream_pod(), "classic")
        self.assertNotIn("initContainers", pod["spec"])
        self.assertEqual(names(pod["spec"]["containers"]), ["ide", "ssh-server", "github-app-token", "taskgate"])
        gate = pod["spec"]["containers"][-1]
        self.assertNotIn("restartPolicy", gate)
        self.assertEqual(gate["resources"], RESOURCES)
        self.assertEqual(gate["ports"][0], {"name": "browser", "containerPort": 6090, "protocol": "TCP"})
        self.assertEqual(app_of(pod)["env"][2:], [LIMIT, URL, TMPDIR])

    def test_a_shared_folder_by_subpath_is_prepared_first(self):
        pod = gated(upstream_pod(), "subpath")
        self.assertEqual(names(pod["spec"]["initContainers"]), ["taskgate-prepare", "taskgate"])
        self.assertIn({"name": "taskgate-tmux", "mountPath": "/tmp/tmux-1000", "subPath": "tmux-1000"},
                      app_of(pod)["volumeMounts"])
        self.assertNotIn("TMUX_TMPDIR", names(app_of(pod)["env"]))

    def test_an_existing_volume_is_used(self):
        pod = gated(upstream_pod(), "existing")
        self.assertEqual(names(pod["spec"]["initContainers"]), ["taskgate-prepare", "taskgate"])
        elsewhere = try_out("pods", "elsewhere", upstream_pod())
        self.assertEqual(app_of(own(pod))["volumeMounts"], app_of(own(elsewhere))["volumeMounts"])
        self.assertIn("home", names(pod["spec"]["initContainers"][1]["volumeMounts"]))
        self.assertNotIn("taskgate-tmux", names(pod["spec"]["volumes"]))

    def test_what_is_switched_off_is_not_there(self):
        app = app_of(gated(upstream_pod(), "bare"))
        self.assertEqual(app["env"][2:], [TMPDIR])
        self.assertNotIn("lifecycle", app)


class OtherPolicies(unittest.TestCase):
    """The gate's container beside what else a namespace may have."""

    def test_the_restricted_pod_security_standard_admits_the_gate(self):
        for release in ("plain", "classic", "subpath"):
            with self.subTest(release=release):
                labels = {"taskgate.dev/inject": "true"} if release == "plain" else {"variant": release}
                name = world.cluster.namespace(
                    f"restricted-{release}", **labels, **{"pod-security.kubernetes.io/enforce": "restricted"})
                pod = upstream_pod()
                # The upstream's own ssh-server is root, which the standard refuses.
                with self.assertRaisesRegex(Refused, "PodSecurity.*ssh-server"):
                    try_out("pods", name, pod)
                pod["spec"]["containers"] = [app_of(pod)]
                app_of(pod)["securityContext"] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
                self.assertTrue(is_gated(try_out("pods", name, pod)))

    def test_a_policy_that_comes_later_changes_nothing_twice(self):
        self.add_policy("zz-later", "later")
        name = world.cluster.namespace("later", **{"taskgate.dev/inject": "true"})
        wait_for_policies(name, lambda pod: is_gated(pod) and "later" in pod["metadata"].get("labels", {}))
        pod = try_out("pods", name, upstream_pod())
        self.assertEqual(pod["metadata"]["labels"]["later"], "2")
        del pod["metadata"]["labels"]["later"]
        self.assertEqual(own(pod), own(gated(upstream_pod())))

    @staticmethod
    def add_policy(name, namespace):
        """A policy that asks to be called again whenever another has changed the object."""
        group = "/apis/admissionregistration.k8s.io/v1"
        count = ('has(object.metadata.labels) && "later" in object.metadata.labels ? '
                 'string(int(object.metadata.labels["later"]) + 1) : "1"')
        world.cluster.post(f"{group}/mutatingadmissionpolicies", {"metadata": {"name": name}, "spec": {
            "failurePolicy": "Fail", "reinvocationPolicy": "IfNeeded",
            "matchConstraints": {"resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
            "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {
                "expression": f'Object{{metadata: Object.metadata{{labels: {{"later": {count}}}}}}}'}}]}})
        world.cluster.post(f"{group}/mutatingadmissionpolicybindings", {"metadata": {"name": name}, "spec": {
            "policyName": name, "matchResources": {"namespaceSelector": {
                "matchLabels": {"kubernetes.io/metadata.name": namespace}}}}})
