"""The policies themselves: that the API server takes them, and what happens when one cannot be evaluated."""

import unittest

from processes import Failure

import world
from cluster import Refused
from objects import own, service, small_pod, try_out, upstream_pod, wait_for_policies
from releases import CHART, values_file, values_of

GROUP = "/apis/admissionregistration.k8s.io/v1"
# Fails when it is evaluated, for objects that ask for it.
FAULT = ('+ (has(object.metadata.labels) && "fault" in object.metadata.labels '
         '? [JSONPatch{op: "remove", path: "/spec/missing"}] : [])')


class TheApiServer(unittest.TestCase):
    def test_has_no_warning_about_the_policies(self):
        for name in ("plain-taskgate-pods", "plain-taskgate-services"):
            policy = world.cluster.get(f"{GROUP}/mutatingadmissionpolicies/{name}")
            self.assertEqual(policy["spec"]["failurePolicy"], "Fail")
            self.assertNotIn("status", policy)

    def test_takes_what_is_rendered_for_older_clusters(self):
        text = self.render("1.34.0")
        self.assertEqual(text.count("apiVersion: admissionregistration.k8s.io/v1beta1\n"), 4)
        told = world.cluster.kubectl("apply", "--dry-run=server", "-f", "-", text=text)
        for name in ("older-taskgate-pods", "older-taskgate-services"):
            self.assertIn(f"mutatingadmissionpolicy.admissionregistration.k8s.io/{name} created (server dry run)", told)

    def test_refuses_an_expression_that_is_none(self):
        # So that the tests above say something.
        text = self.render("1.36.0").replace("string(variables.index)", "string(variables.nothing)")
        with self.assertRaisesRegex(Failure, "undefined field 'nothing'"):
            world.cluster.kubectl("apply", "--dry-run=server", "-f", "-", text=text)

    @staticmethod
    def render(version):
        return world.cluster.run([
            world.cluster.helm_program, "template", "older", str(CHART), "--kube-version", version,
            "--show-only", "templates/mutating-pods.yaml", "--show-only", "templates/mutating-services.yaml",
            "--values", values_file("older", values_of("plain"))])


class TheNotes(unittest.TestCase):
    """What helm says is the next step, by what the cluster has."""

    def upgrade(self):
        values = {**values_of("plain"), "workspaces": [{"name": "ws-alice", "namespace": "noted"}], "notes": {"readCluster": True}}
        selector = {"taskgate.dev/inject": None, "noted": "yes"}
        values["injection"] = {"admissionPolicy": {"enabled": True, "namespaceSelector": {"matchLabels": selector}}}
        world.cluster.helm("upgrade", "--install", "noted", str(CHART), "--namespace", "taskgate-system", "--values", values_file("noted", values))
        return world.cluster.helm("get", "notes", "noted", "--namespace", "taskgate-system")

    def test_they_go_from_step_to_step(self):
        world.cluster.namespace("noted")
        self.assertIn("Next: have the policy apply to the namespace:\n    kubectl label namespace noted noted=yes", self.upgrade())
        world.cluster.merge("/api/v1/namespaces/noted", {"metadata": {"labels": {"noted": "yes"}}})
        self.assertIn("Next: deploy the workspace ws-alice", self.upgrade())
        door = service({"port": 6080, "targetPort": 6080})
        door["metadata"] = {"name": "ws-alice", "labels": {"taskgate.dev/inject": "false"}}
        world.cluster.post("/api/v1/namespaces/noted/services", door)
        told = self.upgrade()
        self.assertIn("Next: have the Service written again", told)
        world.cluster.kubectl("delete", "service", "ws-alice", "-n", "noted")
        door["spec"]["ports"][0]["targetPort"] = "browser"
        world.cluster.post("/api/v1/namespaces/noted/services", door)
        for name, labels, words in (("bare", {"taskgate.dev/inject": "false"}, "restart the workspace at a good time"),
                                    ("gated", {}, None)):
            pod = small_pod("ide")
            pod["metadata"] = {"name": name, "labels": {"app": "ws-alice", **labels}}
            wait_for_policies("noted")
            world.cluster.post("/api/v1/namespaces/noted/pods", pod)
            told = self.upgrade()
            self.assertIn(f"Next: {words}", told) if words else self.assertNotIn("Next:", told)
            world.cluster.kubectl("delete", "pod", name, "-n", "noted", "--force")


class AFault(unittest.TestCase):
    """A policy that cannot be evaluated, by failurePolicy."""

    def install(self, failure_policy):
        """The policies as rendered, with a fault; in a namespace of their own."""
        name = f"fault-{failure_policy.lower()}"
        for kind in ("pods", "services"):
            policy = world.cluster.get(f"{GROUP}/mutatingadmissionpolicies/plain-taskgate-{kind}")
            policy["metadata"] = {"name": f"{name}-{kind}"}
            policy["spec"]["failurePolicy"] = failure_policy
            patch = policy["spec"]["mutations"][0]["jsonPatch"]
            patch["expression"] = f"{patch['expression'].strip()} {FAULT}"
            world.cluster.post(f"{GROUP}/mutatingadmissionpolicies", policy)
            binding = world.cluster.get(f"{GROUP}/mutatingadmissionpolicybindings/plain-taskgate-{kind}")
            binding["metadata"] = policy["metadata"]
            binding["spec"]["policyName"] = f"{name}-{kind}"
            binding["spec"]["matchResources"]["namespaceSelector"] = {"matchLabels": {"fault": failure_policy}}
            world.cluster.post(f"{GROUP}/mutatingadmissionpolicybindings", binding)
        world.cluster.namespace(name, fault=failure_policy)
        wait_for_policies(name)
        return name

    @staticmethod
    def faulty():
        pod = upstream_pod(labels={"fault": "yes"})
        door = service({"port": 6080})
        door["metadata"]["labels"] = {"fault": "yes"}
        return ("pods", pod), ("services", door)

    def test_fail_refuses_and_says_why(self):
        name = self.install("Fail")
        for kind, value in self.faulty():
            with self.subTest(kind=kind), self.assertRaises(Refused) as refusal:
                try_out(kind, name, value)
            self.assertIn(f"policy 'fault-fail-{kind}' with binding 'fault-fail-{kind}' denied request",
                          refusal.exception.message)
            self.assertIn("/spec/missing", refusal.exception.message)

    def test_ignore_lets_through_what_came_and_no_half_of_a_gate(self):
        name = self.install("Ignore")
        for kind, value in self.faulty():
            with self.subTest(kind=kind):
                self.assertEqual(own(try_out(kind, name, value)), own(try_out(kind, "elsewhere", value)))
