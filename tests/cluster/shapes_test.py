"""The chart's other ways to put the gate into a pod: each admits exactly, and sees the sessions."""

import unittest
from pathlib import Path
from shutil import chown

from cluster import note, uptime
from workspace import Workspace

LIMIT = 3


class Shapes(unittest.TestCase):
    def check(self, name, values, **changes):
        with Workspace(name, {"limit": LIMIT, **values}, **changes) as workspace:
            self.check_count(workspace)
            began = uptime()
            workspace.kubectl("delete", "pod", workspace.pod_name())
            note(f"from the deletion of a pod of {name} to its end", uptime() - began)

    def check_count(self, workspace):
        self.assertEqual(workspace.storm(30), {"201": LIMIT, "429": 30 - LIMIT})
        self.assertEqual(len(workspace.sessions()), LIMIT)
        self.assertEqual(workspace.status()["signal"]["state"], "known")

    def test_a_classic_sidecar(self):
        self.check("ws-classic", {"sidecar": {"mode": "classic"}})

    def test_a_shared_sub_path(self):
        self.check("ws-subpath", {"tmux": {"share": "subPath"}})

    def test_a_folder_on_a_volume_that_outlives_the_pod(self):
        """As the claim of a home does: the next pod finds the socket of a server that is gone."""
        home = Path("/var/lib/ws-existing")
        home.mkdir()
        # A hostPath knows no fsGroup.
        chown(home, 1000, 1000)
        with Workspace("ws-existing", {"limit": LIMIT, "tmux": {"share": "existing"}},
                       pod={"volumes": [{"name": "home", "hostPath": {"path": str(home)}}]},
                       ide={"volumeMounts": [{"name": "home", "mountPath": "/home/dev"}]}) as workspace:
            self.check_count(workspace)
            workspace.kubectl("delete", "pod", workspace.pod_name())
            workspace.wait_until_available()
            self.assertTrue((home / ".tmux-shared/tmux-1000/default").is_socket())
            self.check_count(workspace)

    def test_a_hook_that_sleeps_by_itself(self):
        self.check("ws-exec", {"app": {"preStop": "exec"}})

    def test_no_drain(self):
        self.check("ws-abrupt", {"drain": {"seconds": 0, "notice": 0}})

    def test_user_ids_over_a_million(self):
        """As OpenShift gives them: in the place of tmux's folder, too."""
        uid = 1000660000
        user = {"securityContext": {"runAsUser": uid, "runAsGroup": 0, "fsGroup": uid}}
        for share in ("tmpdir", "subPath"):
            with self.subTest(share=share):
                self.check(f"ws-uid-{share.lower()}", {"tmux": {"uid": uid, "share": share}}, pod=user)
