"""What the policy makes of Services, and where their ports lead."""

import unittest

from processes import wait_until

import world
from cluster import PATIENCE
from objects import own, path_of, service, small_pod, try_out, upstream, upstream_pod


def ports_of(value):
    return [port["targetPort"] for port in value["spec"]["ports"]]


class TheUpstreamsService(unittest.TestCase):
    def setUp(self):
        self.sent = upstream()["Service"]
        self.sent["metadata"] = {"generateName": "ws-", "labels": {"app": "ws-alice"}}
        self.stored = world.cluster.post(path_of("services", "plain"), self.sent)
        self.path = f"{path_of('services', 'plain')}/{self.stored['metadata']['name']}"

    def test_one_that_is_created_leads_to_the_gate(self):
        self.assertEqual(ports_of(self.stored), [8080, 7681, "browser", 6081, 22])

    def test_one_that_an_upgrade_writes_back_leads_to_the_gate_again(self):
        self.stored["spec"]["ports"][2]["targetPort"] = 6080
        self.assertEqual(ports_of(world.cluster.request("PUT", self.path, self.stored)),
                         [8080, 7681, "browser", 6081, 22])
        patched = world.cluster.request("PATCH", self.path, {"spec": {"ports": [{"port": 6080, "targetPort": 6080}]}},
                                        "application/strategic-merge-patch+json")
        self.assertEqual(ports_of(patched), [8080, 7681, "browser", 6081, 22])

    def test_nothing_else_of_it_is_changed(self):
        elsewhere = try_out("services", "elsewhere", self.sent)
        self.assertEqual(ports_of(elsewhere), [8080, 7681, 6080, 6081, 22])
        elsewhere["spec"]["ports"][2]["targetPort"] = "browser"
        self.assertEqual(own(try_out("services", "plain", self.sent)), own(elsewhere))


class OtherServices(unittest.TestCase):
    def targets(self, *ports, **spec):
        return ports_of(try_out("services", "plain", service(*ports, **spec)))

    def test_a_door_of_another_number_leads_to_the_gate_too(self):
        self.assertEqual(self.targets({"port": 80, "targetPort": 6080}), ["browser"])

    def test_a_port_without_a_target_has_its_own_number(self):
        self.assertEqual(self.targets({"port": 6080}), ["browser"])

    def test_ports_that_lead_elsewhere_stay(self):
        self.assertEqual(self.targets({"port": 6080, "targetPort": 9999}), [9999])
        self.assertEqual(self.targets({"port": 6080, "targetPort": "web"}), ["web"])
        self.assertEqual(self.targets({"port": 6080, "protocol": "UDP", "name": "u"},
                                      {"port": 6080, "protocol": "TCP", "name": "t"}), [6080, "browser"])

    def test_one_without_a_selector_stays(self):
        self.assertEqual(self.targets({"port": 6080}, selector=None), [6080])

    def test_one_that_is_only_a_name_stays(self):
        value = service({"port": 6080}, type="ExternalName", externalName="example.com", selector=None)
        self.assertEqual(own(try_out("services", "plain", value)), own(try_out("services", "elsewhere", value)))

    def test_one_without_ports_stays(self):
        value = service(clusterIP="None")
        self.assertNotIn("ports", try_out("services", "plain", value)["spec"])

    def test_one_that_is_labelled_as_left_out_stays(self):
        value = service({"port": 6080})
        value["metadata"]["labels"] = {"taskgate.dev/inject": "false"}
        self.assertEqual(ports_of(try_out("services", "plain", value)), [6080])


class WhereThePortLeads(unittest.TestCase):
    """The name is looked up in each pod, so pods with and without a gate are served side by side."""

    def endpoints(self, namespace, name):
        """For each pod of the Service, by its address: the number behind the port 6080; None if it has none."""
        listed = world.cluster.get(f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
                                   f"?labelSelector=kubernetes.io/service-name={name}")
        found = {}
        for piece in listed["items"]:
            for endpoint in piece["endpoints"] or []:
                numbers = [port["port"] for port in piece["ports"] or [] if port["name"] == "browser"]
                found[endpoint["addresses"][0]] = numbers[0] if numbers else None
        return found

    def run_pod(self, namespace, pod, address):
        """Stores a pod and says of it what its node would say of a running one."""
        path = path_of("pods", namespace)
        pod["spec"]["nodeName"] = "node"
        stored = world.cluster.post(path, pod)
        world.cluster.merge(f"{path}/{stored['metadata']['name']}/status", {"status": {
            "phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": "True"}]}})

    @classmethod
    def setUpClass(cls):
        world.cluster.post("/api/v1/nodes", {"metadata": {"name": "node"}})

    def test_pods_with_and_without_a_gate_behind_one_service(self):
        for release in ("plain", "classic"):
            with self.subTest(release=release):
                self.look_behind(release)

    def look_behind(self, release):
        labels = {"taskgate.dev/inject": "true"} if release == "plain" else {"variant": release}
        namespace = world.cluster.namespace(f"doors-{release}", **labels)
        value = service({"name": "browser", "port": 6080}, {"name": "http", "port": 8080})
        name = world.cluster.post(path_of("services", namespace), value)["metadata"]["name"]
        self.run_pod(namespace, upstream_pod(), "10.1.0.1")
        left_out = {"app": "ws-alice", "taskgate.dev/inject": "false"}
        self.run_pod(namespace, upstream_pod(labels=left_out), "10.1.0.2")
        nameless = small_pod("other")
        nameless["metadata"]["labels"] = left_out
        self.run_pod(namespace, nameless, "10.1.0.3")
        expected = {"10.1.0.1": 6090, "10.1.0.2": 6080, "10.1.0.3": None}
        wait_until(f"the ports {expected}", lambda: self.endpoints(namespace, name) == expected, PATIENCE)
