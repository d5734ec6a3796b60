"""Values that are refused, and what is said about them."""

import json
import re
import unittest

from world import ALICE, CHART, ROOT, error_of, helm_template, render

BOB = {"name": "ws-bob", "namespace": "ws-bob"}

# Values, and words that the message must have.
BY_SCHEMA = (
    ({"limt": 3}, ["'limt' not allowed"]),
    ({"limit": "12"}, ["/limit", "want integer"]),
    ({"limit": -1}, ["/limit", "minimum"]),
    ({"workspaces": [{"nam": "x"}]}, ["/workspaces/0", "missing property 'name'", "'nam' not allowed"]),
    ({"workspaces": [{"name": "Alice"}]}, ["/workspaces/0/name", "does not match pattern"]),
    ({"workspaces": [{"name": "a", "podLabels": {}}]}, ["/workspaces/0/podLabels"]),
    ({"workspaces": [{"name": "a", "limit": 1.5}]}, ["/workspaces/0/limit"]),
    ({"config": {"limit": 3}}, ["/config", "'limit' not allowed"]),
    ({"config": {"listen": "0.0.0.0:1"}}, ["/config", "'listen' not allowed"]),
    ({"config": {"drain": {"timeout": "9s"}}}, ["/config", "'drain' not allowed"]),
    ({"config": {"tmux": {"hold": "10"}}}, ["/config/tmux/hold", "does not match pattern"]),
    ({"config": {"tmux": {"hold": 10}}}, ["/config/tmux/hold", "want string"]),
    ({"config": {"tmux": {"on_unknown": "allow"}}}, ["/config/tmux/on_unknown", "'reject', 'admit'"]),
    ({"config": {"refuse": {"unknown_status": 500}}}, ["/config/refuse/unknown_status", "503, 429"]),
    ({"config": {"admission": {"body_limit": "1 MB"}}}, ["/config/admission/body_limit"]),
    ({"config": {"routes": {"rules": [{"name": "x"}]}}}, ["missing property 'path'"]),
    ({"app": {"preStop": "wait"}}, ["/app/preStop", "'sleep', 'exec', 'none'"]),
    ({"app": {"port": 0}}, ["/app/port", "minimum"]),
    ({"app": {"limitVariable": "KC-MAX"}}, ["/app/limitVariable"]),
    ({"tmux": {"share": "emptyDir"}}, ["/tmux/share", "'tmpdir', 'subPath', 'existing'"]),
    ({"tmux": {"mountPath": "run/tmux"}}, ["/tmux/mountPath"]),
    ({"tmux": {"uid": 0}}, ["/tmux/uid", "minimum"]),
    ({"sidecar": {"mode": "sidecar"}}, ["/sidecar/mode", "'native', 'classic'"]),
    ({"sidecar": {"port": 70000}}, ["/sidecar/port", "maximum"]),
    ({"sidecar": {"resources": {"limits": None}}}, ["/sidecar/resources"]),
    ({"sidecar": {"resources": {"limits": {"cpu": "half"}}}}, ["/sidecar/resources/limits/cpu"]),
    ({"drain": {"seconds": "10s"}}, ["/drain/seconds", "want integer"]),
    ({"image": {"digest": "sha256:abc"}}, ["/image/digest"]),
    ({"image": {"pullPolicy": "Sometimes"}}, ["/image/pullPolicy"]),
    ({"podMonitor": {"interval": "30"}}, ["/podMonitor/interval"]),
    ({"commonLabels": {"a": 1}}, ["/commonLabels/a", "want string"]),
    ({"injection": {"admissionPolicy": {"failurePolicy": "Warn"}}}, ["failurePolicy", "'Fail', 'Ignore'"]),
    ({"injection": {"admissionPolicy": {"portName": "ungated"}}}, ["portName"]),
)

TOGETHER = (
    ({"workspaces": [ALICE, {"name": "b", "namespace": "ws-alice"}]}, "ws-alice and b share the namespace ws-alice"),
    ({"workspaces": [{"name": "a"}, {"name": "b"}]}, "a and b share the namespace taskgate"),
    ({"drain": {"seconds": 2, "notice": 3}}, "drain.notice is longer than drain.seconds"),
    ({"sidecar": {"port": 9464}}, "sidecar.port and sidecar.adminPort are the same"),
    ({"sidecar": {"port": 6080}}, "app.port is also a port of the sidecar"),
    ({"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}, "each gate would be scraped twice"),
)

# What the pod's shape settles: these keys of the configuration file have values of their own.
OWN_VALUES = {"listen", "upstream", "admin", "limit", "drain.timeout", "drain.notice"}


class Refusals(unittest.TestCase):
    def test_the_schema_says_where_and_what(self):
        for values, words in BY_SCHEMA:
            with self.subTest(values=values):
                message = error_of(values)
                for word in words:
                    self.assertIn(word, message)

    def test_values_that_are_wrong_only_together(self):
        for values, words in TOGETHER:
            with self.subTest(values=values):
                self.assertIn(words, error_of(values))

    def test_an_old_cluster_is_told_what_it_has_to_change(self):
        self.assertIn("set sidecar.mode to classic", error_of({"workspaces": [ALICE]}, kubernetes="1.28.3"))
        classic = {"workspaces": [ALICE], "sidecar": {"mode": "classic"}}
        self.assertIn("set app.preStop to exec", error_of(classic, kubernetes="1.28.3"))
        render({**classic, "app": {"preStop": "exec"}}, kubernetes="1.28.3")
        render({"workspaces": [ALICE], "app": {"preStop": "exec"}}, kubernetes="1.29.0")
        self.assertIn("set app.preStop to exec", error_of({"workspaces": [ALICE]}, kubernetes="1.29.0"))
        render({"workspaces": [ALICE]}, kubernetes="1.30.0")


def leaves(schema, path=()):
    """The dotted names of all keys that a schema of nested objects lists."""
    for name, one in schema["properties"].items():
        if "properties" in one:
            yield from leaves(one, (*path, name))
        else:
            yield ".".join((*path, name))


class Schema(unittest.TestCase):
    schema = json.loads((CHART / "values.schema.json").read_text())

    def test_it_knows_each_key_of_the_configuration_file_and_no_other(self):
        documented = set(re.findall(r"^### `([a-z_.]+)`$", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE))
        self.assertEqual(set(leaves(self.schema["properties"]["config"])), documented - OWN_VALUES)

    def test_nothing_unknown_is_let_in_anywhere(self):
        def closed(schema, path):
            if isinstance(schema, list):
                for one in schema:
                    closed(one, path)
            if isinstance(schema, dict):
                if "properties" in schema:
                    self.assertIn("additionalProperties", schema, path)
                for name, one in schema.items():
                    closed(one, f"{path}/{name}")

        closed(self.schema, "")

    def test_the_defaults_pass(self):
        self.assertEqual(helm_template({})[0], 0)


if __name__ == "__main__":
    unittest.main()
