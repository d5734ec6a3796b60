"""Another image of the gate alone, in a running pod; another release; the release before; none.
NetworkPolicies are enforced."""

import json
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from cluster import NEXT_IMAGE, Observer, Stream, client, eventually, helm, note
from workspace import CREATE, FOR_CLIENTS, RELEASES, Workspace

LIMIT = 4
# Creates last longer than the kubelet takes to end a container, and whoever waits for one waits longer than it lasts: each has
# a second slot promised between its session and its answer.
CREATE_SECONDS = 4
ADMISSION = {"wait": "10s"}
# Of some eight questions a second.
FEW = 30
# curl's exit code for an answer without its end.
CUT = 18


def longest_gap(answers, good):
    """Seconds between two good answers."""
    at = [at for at, status in answers if status in good]
    return max(after - before for before, after in zip(at, at[1:]))


class Upgrades(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(Workspace(
            "ws-upgrades", {"limit": LIMIT, "config": {"admission": ADMISSION}, "networkPolicy": FOR_CLIENTS},
            ide={"args": ["--address", "0.0.0.0", "--answer-delay", f"{CREATE_SECONDS}000"]}))

    def setUp(self):
        self.workspace.end_sessions()

    def change_image(self):
        """Patches the gate's image in the running pod, and waits until the Service leads to it again."""
        now = self.workspace.container_status()["image"]
        image = NEXT_IMAGE if not now.endswith(":next") else NEXT_IMAGE.replace(":next", ":dev")
        patch = {"spec": {"initContainers": [{"name": "taskgate", "image": image}]}}
        self.workspace.kubectl("patch", "pod", self.workspace.pod_name(), "-p", json.dumps(patch))
        eventually("the gate has its new image", lambda: self.workspace.container_status()["image"].endswith(
            image.rpartition(":")[2]) and self.workspace.container_status()["ready"])
        self.workspace.wait_for_ready_pods()

    def changes_image(self, what):
        """In a pod that is full: not one is let in, before, meanwhile or afterwards; nothing that was taken is lost; and
        those that are refused are few, since nothing that lasts is waited for."""
        self.workspace.storm(LIMIT)
        sessions, coder = self.workspace.sessions(), self.workspace.process("coder_standin")
        gate = self.workspace.gate_url()
        with Observer(straight=[f"{gate}/livez"], service=[self.workspace.live_url()],
                      create=["-d", "{}", gate + CREATE]) as observer:
            time.sleep(2)
            self.change_image()
            time.sleep(1)
        self.assertEqual(observer.lost, [])
        for name, good in (("straight", {200}), ("service", {200}), ("create", {429})):
            note(f"without an answer at a change of the image, {what}: {name}", longest_gap(observer.of(name), good))
            refused = [status for _, status in observer.of(name) if status not in good]
            self.assertLess(len(refused), FEW, observer.answers)
        self.assertEqual(self.workspace.sessions(), sessions)
        self.assertEqual(self.workspace.process("coder_standin"), coder)
        self.assertEqual(self.workspace.storm(20, past_the_service=True), {"429": 20})

    def test_the_gates_image_alone_while_nobody_streams(self):
        self.changes_image("nobody streams")

    def test_the_gates_image_alone_beside_an_event_stream(self):
        stream = Stream(f"{self.workspace.gate_url()}/api/events")
        self.changes_image("an event stream is open")
        _, status, code = stream.end()
        self.assertEqual((status, code), (200, CUT))

    def test_a_create_in_flight_is_answered_before_the_gates_image_changes(self):
        with ThreadPoolExecutor() as pool:
            create = pool.submit(self.workspace.create)
            eventually("it is in flight", lambda: self.workspace.status()["connections"]["active"])
            self.change_image()
        self.assertEqual(create.result()[0], 201)
        self.assertEqual(self.workspace.storm(20, past_the_service=True), {"201": LIMIT - 1, "429": 21 - LIMIT})

    def test_an_upgrade_and_its_rollback_change_the_limit_and_restart_nothing(self):
        pod, restarts = self.workspace.pod_name(), self.workspace.restarts()
        self.workspace.upgrade(limit=LIMIT + 2)
        eventually("the new limit is in effect", lambda: self.workspace.status()["limit"] == LIMIT + 2)
        helm("rollback", self.workspace.name, "-n", RELEASES)
        eventually("the old limit is in effect", lambda: self.workspace.status()["limit"] == LIMIT)
        self.workspace.values["limit"] = LIMIT
        self.assertEqual((self.workspace.pod_name(), self.workspace.restarts()), (pod, restarts))


class Uninstalling(unittest.TestCase):
    def test_after_uninstall_and_a_restart_the_service_leads_to_the_workspace(self):
        with Workspace("ws-removed") as workspace:
            helm("uninstall", workspace.name, "-n", RELEASES)
            # The gate in the pod goes on, and so does everything over the Service.
            self.assertIn("Server: taskgate", self.last_hop(workspace))
            workspace.restart()
            self.assertNotIn("initContainers", workspace.pod()["spec"])
            answer = eventually("the workspace answers", lambda: self.last_hop(workspace))
            self.assertNotIn("Server: taskgate", answer)

    @staticmethod
    def last_hop(workspace):
        return client("curl", "-sS", "-m", "5", "-i", "-X", "OPTIONS", "-H", "Max-Forwards: 0",
                      f"http://{workspace.address()}/", check=False)
