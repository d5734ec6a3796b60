"""What goes into a pod: rendered through the example of a chart that owns its pod template."""

import unittest

import yaml

from world import ConsumerChart, gate_of, named, plain_variables, run, variables, TASKGATE, VERSION

SHARES = ("tmpdir", "subPath", "existing")


def setUpModule():
    global chart
    chart = ConsumerChart()


def tearDownModule():
    chart.close()


def agent_of(pod):
    return named(pod["containers"], "agent")


class Sidecar(unittest.TestCase):
    def test_native_is_an_init_container_that_goes_on(self):
        pod = chart.render()
        self.assertEqual([one["name"] for one in pod["initContainers"]], ["taskgate"])
        self.assertEqual(gate_of(pod)["restartPolicy"], "Always")
        self.assertEqual([one["name"] for one in pod["containers"]], ["agent"])

    def test_classic_is_the_last_container(self):
        pod = chart.render({"sidecar": {"mode": "classic"}})
        self.assertNotIn("initContainers", pod)
        self.assertEqual([one["name"] for one in pod["containers"]], ["agent", "taskgate"])
        self.assertNotIn("restartPolicy", gate_of(pod))

    def test_both_modes_differ_in_nothing_but_their_end(self):
        native, classic = (gate_of(chart.render({"sidecar": {"mode": mode}})) for mode in ("native", "classic"))
        del native["restartPolicy"], native["lifecycle"], classic["lifecycle"]
        self.assertEqual(native, classic)

    def test_each_probe_asks_the_gate_about_itself(self):
        gate = gate_of(chart.render({"sidecar": {"adminPort": 9999}}))
        for probe, path in (("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
            self.assertEqual(gate[probe]["httpGet"], {"path": path, "port": 9999})
        self.assertEqual(variables(gate)["TASKGATE_ADMIN"], ":9999")

    def test_no_probe_of_its_start_makes_it_unready_a_second_time(self):
        # With one, a gate that came back was ready, then not, then ready: its Service was closed for seconds.
        self.assertNotIn("startupProbe", gate_of(chart.render()))

    def test_one_that_stands_still_gets_no_time_to_drain(self):
        # Its drain would end with the pod's whole time, for nothing.
        self.assertLess(gate_of(chart.render())["livenessProbe"]["terminationGracePeriodSeconds"], 10)

    def test_it_knows_which_one_it_is(self):
        def names(values):
            return {name: given["fieldRef"]["fieldPath"] for name, given in variables(gate_of(chart.render(values))).items()
                    if name.startswith("TASKGATE_IDENTITY_")}
        who = {"TASKGATE_IDENTITY_POD": "metadata.name", "TASKGATE_IDENTITY_NAMESPACE": "metadata.namespace"}
        self.assertEqual(names({}), {**who, "TASKGATE_IDENTITY_WORKSPACE": "metadata.labels['app']"})
        self.assertEqual(names({"app": {"workspaceLabel": "a.example/ws"}})["TASKGATE_IDENTITY_WORKSPACE"], "metadata.labels['a.example/ws']")
        self.assertEqual(names({"app": {"workspaceLabel": ""}}), who)
        # A pod without the label has an empty variable, and its gate starts.
        effective = dict.fromkeys(who, "ws-alice-0") | {"TASKGATE_IDENTITY_WORKSPACE": ""}
        status, out, err = run([TASKGATE, "check"], env=effective)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(yaml.safe_load(out)["identity"]["pod"], "ws-alice-0")

    def test_it_listens_on_both_families(self):
        # The kubelet and the Service come on whichever the cluster puts first; 0.0.0.0 would refuse them on IPv6.
        gate = gate_of(chart.render())
        status, out, err = run([TASKGATE, "check"], env=plain_variables(gate))
        self.assertEqual((status, err), (0, ""))
        effective = yaml.safe_load(out)
        for key, port in (("listen", 6090), ("admin", 9464)):
            self.assertIn(effective[key], (f":{port}", f"[::]:{port}"))
        for probe in ("readinessProbe", "livenessProbe"):
            self.assertNotIn("host", gate[probe]["httpGet"])

    def test_it_passes_the_restricted_pod_security_standard(self):
        for values in ({}, {"tmux": {"share": "subPath"}}):
            for container in chart.render(values)["initContainers"]:
                context = container["securityContext"]
                self.assertIs(context["runAsNonRoot"], True)
                self.assertEqual(context["runAsUser"], 1000)
                self.assertIs(context["allowPrivilegeEscalation"], False)
                self.assertIs(context["readOnlyRootFilesystem"], True)
                self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})

    def test_its_configuration_is_a_folder_that_may_be_missing(self):
        # A subPath would never show a change, and a ConfigMap that must be there would keep the workspace from starting.
        pod = chart.render()
        mount = named(gate_of(pod)["volumeMounts"], "taskgate-config")
        self.assertEqual(mount, {"name": "taskgate-config", "mountPath": "/etc/taskgate", "readOnly": True})
        self.assertIs(named(pod["volumes"], "taskgate-config")["configMap"]["optional"], True)

    def test_the_limit_is_no_variable_of_the_gate(self):
        # It would win over the file, and a new limit would need a new pod.
        for name in variables(gate_of(chart.render())):
            self.assertNotIn(name, ("TASKGATE_LIMIT", "KC_MAX_TASKS"))

    def test_the_image_by_tag_or_digest(self):
        digest = "sha256:" + "ab" * 32
        for image, expected in (({}, f"taskgate:{VERSION}"), ({"repository": "r:5000/t", "tag": "2"}, "r:5000/t:2"),
                                ({"repository": "r/t", "tag": "2", "digest": digest}, f"r/t@{digest}")):
            self.assertEqual(gate_of(chart.render({"image": image}))["image"], expected)


class Tmux(unittest.TestCase):
    def test_both_containers_see_the_folder_at_one_path(self):
        for share in SHARES:
            pod = chart.render({"tmux": {"share": share}})
            volume = "home" if share == "existing" else "taskgate-tmux"
            ours, theirs = (named(container["volumeMounts"], volume) for container in (gate_of(pod), agent_of(pod)))
            self.assertIs(ours.pop("readOnly"), True)
            self.assertEqual(ours, theirs)
            self.assertIsNotNone(named(pod["volumes"], volume))

    def test_TMUX_TMPDIR_is_the_same_in_both_or_in_none(self):
        expected = {"tmpdir": "/run/tmux", "subPath": None, "existing": "/home/dev/.tmux-shared"}
        for share in SHARES:
            pod = chart.render({"tmux": {"share": share}})
            for container in (gate_of(pod), agent_of(pod)):
                self.assertEqual(variables(container).get("TMUX_TMPDIR"), expected[share])

    def test_the_gate_looks_for_the_socket_where_tmux_makes_it(self):
        # As the program itself sees it, with the variables and the mount of its container.
        for share in SHARES:
            gate = gate_of(chart.render({"tmux": {"share": share}}))
            status, out, err = run([TASKGATE, "check"], env=plain_variables(gate))
            self.assertEqual((status, err), (0, ""))
            socket, = yaml.safe_load(out)["tmux"]["socket"]
            mount = next(one["mountPath"] for one in gate["volumeMounts"] if one["name"] != "taskgate-config")
            self.assertTrue(socket.startswith(mount.replace("tmux-1000", "tmux-")), (socket, mount))

    def test_the_folder_is_prepared_where_a_mount_alone_has_the_wrong_owner(self):
        # tmux takes a folder only if it belongs to its user and others have no rights in it.
        self.assertIsNone(named(chart.render()["initContainers"], "taskgate-prepare"))
        pod = chart.render({"tmux": {"share": "subPath"}})
        self.assertEqual([one["name"] for one in pod["initContainers"]], ["taskgate-prepare", "taskgate"])
        prepare = pod["initContainers"][0]
        self.assertEqual(prepare["args"], ["prepare"])
        # The whole volume, in which it makes what the others mount a part of.
        mount = named(prepare["volumeMounts"], "taskgate-tmux")
        self.assertEqual(variables(prepare)["TMUX_TMPDIR"], mount["mountPath"])
        self.assertNotIn("subPath", mount)
        self.assertEqual(named(gate_of(pod)["volumeMounts"], "taskgate-tmux"),
                         {"name": "taskgate-tmux", "mountPath": "/tmp/tmux-1000", "subPath": "tmux-1000", "readOnly": True})

    def test_another_user(self):
        # OpenShift's have ten digits, and a values file holds them as float64.
        for uid in (1234, 1000660000, 4294967294):
            pod = chart.render({"tmux": {"share": "subPath", "uid": uid}})
            for container in pod["initContainers"]:
                self.assertEqual(container["securityContext"]["runAsUser"], uid)
            mount = named(agent_of(pod)["volumeMounts"], "taskgate-tmux")
            self.assertEqual((mount["mountPath"], mount["subPath"]), (f"/tmp/tmux-{uid}", f"tmux-{uid}"))


class Drain(unittest.TestCase):
    def test_the_workspace_waits_as_long_as_the_gate_drains(self):
        # All preStop hooks begin at once, and a container without one is ended in that moment.
        pod = chart.render({"drain": {"seconds": 20}})
        self.assertEqual(variables(gate_of(pod))["TASKGATE_DRAIN_TIMEOUT"], "20s")
        self.assertEqual(agent_of(pod)["lifecycle"], {"preStop": {"sleep": {"seconds": 20}}})
        self.assertEqual(gate_of(pod)["lifecycle"], {"preStop": {"exec": {"command": ["taskgate", "drain", "--no-wait"]}}})

    def test_a_classic_gate_waits_by_itself(self):
        # The kubelet ends it as soon as its hook has ended, whatever the workspace does.
        pod = chart.render({"sidecar": {"mode": "classic"}})
        self.assertEqual(gate_of(pod)["lifecycle"], {"preStop": {"exec": {"command": ["taskgate", "drain"]}}})

    def test_the_workspaces_hook_is_a_choice(self):
        pod = chart.render({"app": {"preStop": "exec"}})
        self.assertEqual(agent_of(pod)["lifecycle"], {"preStop": {"exec": {"command": ["sleep", "10"]}}})
        self.assertNotIn("lifecycle", agent_of(chart.render({"app": {"preStop": "none"}})))

    def test_no_wait_is_no_hook(self):
        # Kubernetes takes a sleep of 0 seconds only from 1.32 on.
        self.assertNotIn("lifecycle", agent_of(chart.render({"drain": {"seconds": 0, "notice": 0}})))


class Limit(unittest.TestCase):
    def test_a_new_limit_changes_no_pod(self):
        # A restart for it would end every session.
        self.assertEqual(chart.render({"limit": 1}), chart.render({"limit": 2, "config": {"tmux": {"hold": "20s"}}}))


class Variables(unittest.TestCase):
    def test_the_workspaces_limit_comes_from_the_ConfigMap(self):
        # As a plain value a new limit would change the pod's template, and the restart would end every session.
        agent = agent_of(chart.render({"preset": "kube-coder"}))
        self.assertEqual(variables(agent)["KC_MAX_TASKS"],
                         {"configMapKeyRef": {"name": "taskgate", "key": "limit", "optional": True}})

    def test_creates_from_inside_the_pod_are_sent_to_the_gate(self):
        agent = agent_of(chart.render({"sidecar": {"port": 7000}}))
        self.assertEqual(variables(agent)["AGENT_API_URL"], "http://127.0.0.1:7000")

    def test_a_workspace_without_such_variables_gets_none(self):
        agent = agent_of(chart.render({"app": {"urlVariable": ""}, "tmux": {"share": "subPath"}}))
        self.assertNotIn("env", agent)


if __name__ == "__main__":
    unittest.main()
