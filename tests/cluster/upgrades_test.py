"""Another image of the gate alone, in a running pod; another release; the release before; none."""

import time
import unittest

from cluster import NEXT_IMAGE, Observer, Stream, client, eventually, helm, note, uptime
from workspace import RELEASES, Workspace

LIMIT = 4


class Upgrades(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(Workspace("ws-upgrades", {"limit": LIMIT}))

    def setUp(self):
        self.workspace.end_sessions()

    def change_image(self, what, stream):
        """Patches the gate's image in the running pod, and notes how long it could not be reached."""
        self.workspace.storm(LIMIT - 1)
        sessions, coder = self.workspace.sessions(), self.workspace.process("coder_standin")
        address = self.workspace.pod()["status"]["podIP"]
        now = self.workspace.container_status()["image"]
        image = NEXT_IMAGE if not now.endswith(":next") else NEXT_IMAGE.replace(":next", ":dev")
        streaming = Stream(f"http://{address}:6090/api/events") if stream else None
        with Observer(straight=[f"http://{address}:6090/livez"], workspace=[f"http://{address}:6080/livez"]) as observer:
            time.sleep(2)
            began = uptime()
            self.workspace.kubectl("patch", "pod", self.workspace.pod_name(), "-p",
                    '{"spec":{"initContainers":[{"name":"taskgate","image":"%s"}]}}' % image)
            eventually("the gate has its new image", lambda: self.workspace.container_status()["image"].endswith(
                image.rpartition(":")[2]) and self.workspace.container_status()["ready"])
            self.workspace.wait_for_ready_pods()
            time.sleep(1)
        if streaming:
            streaming.end()
        self.assertEqual({status for _, status in observer.of("workspace")}, {200})
        missed = [at for at, status in observer.of("straight", began) if status != 200]
        served = [at for at, status in observer.of("straight", began) if status == 200]
        last_before = max(at for at in served if not missed or at < missed[0])
        first_after = min((at for at in served if missed and at > missed[-1]), default=last_before)
        note(f"gap at a change of the image, {what}", first_after - last_before)
        self.assertEqual(self.workspace.sessions(), sessions)
        self.assertEqual(self.workspace.process("coder_standin"), coder)
        self.assertEqual(self.workspace.storm(20), {"201": 1, "429": 19})

    def test_the_gates_image_alone_while_nobody_streams(self):
        self.change_image("nobody streams", False)

    def test_the_gates_image_alone_beside_an_event_stream(self):
        self.change_image("an event stream is open", True)

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
