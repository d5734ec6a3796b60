"""How a pod with a gate begins and ends: the gate is there before the workspace and after it, and what is in flight ends well."""

import time
import unittest
from pathlib import Path

from cluster import Observer, Stream, in_url, note, processes, uptime
from workspace import CREATE, Workspace

NOTICE, SECONDS = 3, 10


def started(pid):
    """In clock ticks since the machine's start."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def ends_of(pids):
    """When each process was seen gone, by its name."""
    ends, deadline = {}, time.monotonic() + 120
    while len(ends) < len(pids) and time.monotonic() < deadline:
        for name, pid in pids.items():
            if name not in ends and not Path(f"/proc/{pid}").exists():
                ends[name] = uptime()
        time.sleep(0.02)
    return ends


class Ending(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = cls.enterClassContext(Workspace("ws-ending", {"drain": {"seconds": SECONDS, "notice": NOTICE}}))

    def test_the_gate_is_there_before_the_workspace_and_after_it(self):
        pids = {program: self.workspace.process(program) for program in ("taskgate", "coder_standin")}
        self.assertLess(started(pids["taskgate"]), started(pids["coder_standin"]))
        began = uptime()
        self.workspace.kubectl("delete", "pod", self.workspace.pod_name(), "--wait=false")
        ends = ends_of(pids)
        note("from the deletion of a pod to the end of its workspace", ends["coder_standin"] - began)
        note("from the deletion of a pod to the end of its gate", ends["taskgate"] - began)
        self.assertGreater(ends["taskgate"], ends["coder_standin"])
        # The workspace's hook waits for the drain.
        self.assertGreaterEqual(ends["coder_standin"] - began, SECONDS)
        self.workspace.wait_until_available()

    def test_a_deleted_pod_takes_no_create_and_loses_no_request(self):
        """Two pods behind one Service, of which one is deleted: what it had is carried to its end, and nobody who comes over
        the Service notices."""
        self.workspace.kubectl("scale", f"deployment/{self.workspace.name}", "--replicas=2")
        self.addCleanup(self.scale_back)
        self.workspace.wait_for_ready_pods(2)
        leaving = self.workspace.pods()[0]
        gate = f"http://{in_url(leaving['status']['podIP'])}:6090"
        (pid,) = processes("taskgate", leaving["metadata"]["uid"])
        stream = Stream(f"{gate}/api/events")
        with Observer(create=["-d", "{}", gate + CREATE], straight=[f"{gate}/livez"],
                      service=[self.workspace.live_url()]) as observer:
            time.sleep(2)
            began = uptime()
            self.workspace.kubectl("delete", "pod", leaving["metadata"]["name"], "--wait=false")
            ended = ends_of({"gate": pid})["gate"]
            time.sleep(1)
        self.assertEqual({status for _, status in observer.of("service")}, {200})
        self.assertGreater(len(observer.of("service", began)), 10)
        # The hook is called a moment after the deletion; until then a create is an ordinary one.
        creates = [(at, status) for at, status in observer.of("create", began) if status != 0]
        refused = [at for at, status in creates if status == 503]
        self.assertTrue(refused, observer.answers)
        note("from the deletion of a pod to its first create refused as draining", refused[0] - began)
        self.assertEqual({status for at, status in creates if at >= refused[0]}, {503})
        # Others go on being served while load balancers are given notice.
        served = [at for at, status in observer.of("straight", began) if status == 200]
        note("from the deletion of a pod to the last request that its gate took", served[-1] - began)
        self.assertGreater(served[-1], refused[0])
        ended_stream, status, _ = stream.end()
        note("from the deletion of a pod to the end of its event stream", ended_stream - began)
        self.assertEqual(status, 200)
        self.assertLess(served[-1], ended_stream)
        self.assertLessEqual(ended_stream, ended + 1)

    def scale_back(self):
        self.workspace.kubectl("scale", f"deployment/{self.workspace.name}", "--replicas=1")
        self.workspace.wait_for_ready_pods()
