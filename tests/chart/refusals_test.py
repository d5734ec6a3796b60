"""Values that are refused, and what is said about them."""

import json
import re
import unittest

import yaml

from world import ALICE, CHART, EVERYTHING, IMAGE, INJECTION, VERSION, ConsumerChart, error_of, helm_template, render, render_text

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
    ({"config": {"refuse": {"help": "x" * 201}}}, ["/config/refuse/help"]),
    ({"config": {"refuse": {"help": "two\nlines"}}}, ["/config/refuse/help"]),
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
    ({"tmux": {"mountPath": "/a #b"}}, ["/tmux/mountPath"]),
    ({"tmux": {"existing": {"folder": "../x"}}}, ["/tmux/existing/folder"]),
    ({"global": {"imageRegistry": "https://r"}}, ["/global/imageRegistry"]),
    ({"image": {"digest": "sha256:abc"}}, ["/image/digest"]),
    ({"image": {"repository": ""}}, ["/image/repository", "does not match pattern"]),
    ({"image": {"repository": "https://r.example/taskgate"}}, ["/image/repository"]),
    ({"image": {"repository": "r.example/Team/taskgate"}}, ["/image/repository"]),
    ({"image": {"repository": "r.example/taskgate/"}}, ["/image/repository"]),
    ({"image": {"repository": "r.example/taskgate:1.0"}}, ["/image/repository"]),
    ({"image": {"tag": "-1"}}, ["/image/tag"]),
    ({"image": {"pullPolicy": "Sometimes"}}, ["/image/pullPolicy"]),
    ({"podMonitor": {"interval": "30"}}, ["/podMonitor/interval"]),
    ({"commonLabels": {"a": 1}}, ["/commonLabels/a", "want string"]),
    ({"injection": {"admissionPolicy": {"failurePolicy": "Warn"}}}, ["failurePolicy", "'Fail', 'Ignore'"]),
    # No pod can have a port of such a name.
    ({"injection": {"admissionPolicy": {"portName": "6080"}}}, ["portName", "does not match pattern"]),
    ({"injection": {"admissionPolicy": {"portName": "a--b"}}}, ["portName", "does not match pattern"]),
)

def with_rule(change):
    return {"config": {"routes": {"rules": [{"name": "job", "path": "/v1/jobs", **change}]}}}


TOGETHER = (
    ({"workspaces": [ALICE, {"name": "b", "namespace": "ws-alice"}]}, "ws-alice and b share the namespace ws-alice"),
    ({"workspaces": [{"name": "a"}, {"name": "b"}]}, "a and b share the namespace taskgate"),
    ({"drain": {"seconds": 2, "notice": 3}}, "drain.notice (3) is longer than drain.seconds (2)"),
    ({"tmux": {"share": "existing", "existing": {"folder": "x" * 74}}}, "too long for TMUX_TMPDIR, which may have 83 bytes"),
    ({"sidecar": {"port": 9464}}, "sidecar.port and sidecar.adminPort are the same"),
    ({"sidecar": {"port": 6080}}, "app.port is also a port of the sidecar"),
    ({"commonLabels": {"helm.sh/chart": "x"}}, "commonLabels: helm.sh/chart is a label that the chart itself sets"),
    ({"podMonitor": {"labels": {"app.kubernetes.io/name": "x"}}}, "podMonitor.labels: app.kubernetes.io/name is a label"),
    ({"serviceMonitor": {"labels": {"app.kubernetes.io/component": "x"}}}, "serviceMonitor.labels: app.kubernetes.io/component"),
    ({"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}, "each gate would be scraped twice"),
    # Nothing was ever gated: the policy leaves pods alone that have a container of that name.
    ({"sidecar": {"name": "ide"}}, "sidecar.name and app.container are both ide"),
    # Each pod was refused for having it twice.
    ({"injection": {"admissionPolicy": {"portName": "taskgate-admin"}}}, "portName: taskgate-admin is the name of another port"),
    ({"injection": {"admissionPolicy": {"portName": "ungated"}}}, "portName: ungated is the name of another port"),
    # The policy had looked before, and the pod seemed to have a limit that its gate had not.
    ({"podAnnotations": {"taskgate.dev/limit": "8"}}, "podAnnotations: taskgate.dev/limit would change nothing"),
    # The workspace's /tmp was 1 MiB from then on.
    ({"tmux": {"mountPath": "/tmp"}}, "tmux.mountPath: /tmp of the workspace would be hidden by a volume of 1Mi"),
    ({"workspaces": [{**ALICE, "tmux": {"mountPath": "/var/tmp"}}]}, "workspaces: ws-alice: tmux.mountPath: /var/tmp of the workspace"),
    # Of two values of one variable the later wins: the workspace had a URL for its limit.
    ({"app": {"limitVariable": "MINE", "urlVariable": "MINE"}}, "app.limitVariable and app.urlVariable are both MINE"),
    ({"app": {"limitVariable": "KC_DASHBOARD_URL"}}, "app.limitVariable and app.urlVariable are both KC_DASHBOARD_URL"),
    ({"app": {"urlVariable": "TMUX_TMPDIR"}}, "app.urlVariable: TMUX_TMPDIR says where tmux makes its sockets"),
    # One of the two ConfigMaps was lost where both are in one namespace.
    ({"dashboard": {"enabled": True}, "fullnameOverride": "x", "configMap": {"name": "x-dashboard"}}, "configMap.name: x-dashboard is the name of the dashboard's"),
    # These were one text, which nothing matches, and only the gate's log said so.
    ({"config": {"tmux": {"match": "a-*, b-*"}}}, "config.tmux.match: 'a-*, b-*' is one pattern, with a comma in it; write a list, [a, b], also of one where the comma is meant"),
    ({"workspaces": [{**ALICE, "config": {"tmux": {"socket": "/a,/b"}}}]}, "workspaces: ws-alice: config.tmux.socket: '/a,/b' is one path,"),
    ({"config": {"routes": {"bodies_on_get": "/a,/b"}}}, "config.routes.bodies_on_get: '/a,/b' is one path, with a comma"),
    (with_rule({"prefixes": "/a,/b"}), "config.routes: prefixes of /v1/jobs: '/a,/b' is one prefix, with a comma"),
    # The schema said "'not' failed" of these four.
    (with_rule({"path": "/v1/jobs/"}), "config.routes: /v1/jobs/ can never match with spelling normalized; use no slash at its end"),
    # The gate had no valid file, and refused all creates.
    (with_rule({"path": "/v1/{id:[z-a]}"}), "config.routes: /v1/{id:[z-a]}: a range of a class must go upwards"),
    (with_rule({"path": "/v1/{id:[!-~]}"}), "config.routes: /v1/{id:[!-~]}: a class must not contain '/'"),
    (with_rule({"name": "other"}), "config.routes.rules: the name other is reserved"),
    (with_rule({"starts": "elsewhere", "slots": 2}), "config.routes.rules: job: nothing is reserved"),
    ({"config": {"classes": [{"name": "default", "match": {"routes": "task"}}]}}, "config.classes: the class default has what no other takes"),
    # These named config.classes, which nobody had set.
    ({"classPreset": "people-first", "limit": 4, "workspaces": [ALICE]}, "classPreset people-first: the floors of all classes (5)"),
    ({"classPreset": "people-first", "config": {"routes": "none"}}, "classPreset people-first: 'task' is the name of no rule"),
    ({"workspaces": [{**ALICE, "classPreset": "people-first", "limit": 4}]}, "classPreset people-first: the floors of all classes (5)"),
    ({"classPreset": "people-first", "config": {"classes": [{"name": "default", "floor": 13}]}, "workspaces": [ALICE]},
     "config.classes: the floors of all classes (13)"),
)

# Names that stand for no registry, whatever else is said of the image.
UNPULLABLE = ({}, {"repository": "taskgate", "tag": "dev"}, {"repository": "localhost/taskgate"},
              {"repository": "localhost/team/taskgate"}, {"digest": "sha256:" + "ab" * 32}, {"pullPolicy": "Always"})
PULLABLE = ({"repository": IMAGE}, {"repository": "team/taskgate"}, {"repository": "localhost:5000/taskgate"},
            {"repository": "localhost.example/taskgate"}, {"pullPolicy": "Never"},
            {"repository": "localhost/taskgate", "pullPolicy": "Never"})


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

    def test_what_is_near_to_those_is_taken(self):
        render({"workspaces": [ALICE], "config": {"tmux": {"match": ["a,b"], "socket": ["/a,b"]}, "routes": {"bodies_on_get": ["/a,b"]}}})
        render({"preset": "none", "workspaces": [ALICE]})
        render({"dashboard": {"enabled": False}, "fullnameOverride": "x", "configMap": {"name": "x-dashboard"}})

    def test_with_injection_an_image_that_no_node_can_pull_is_refused_in_one_line(self):
        for image in UNPULLABLE:
            with self.subTest(image=image):
                message = error_of({**INJECTION, "image": image})
                self.assertRegex(message, r"(?m)^Error: .*image\.repository: no node can pull .*; say where you pushed it.*$")
        self.assertIn("can pull taskgate:%s, so" % VERSION, error_of({**INJECTION, "image": {}}))

    def test_one_that_nodes_can_pull_or_have_is_not(self):
        for image in PULLABLE:
            with self.subTest(image=image):
                render({**INJECTION, "image": image})
        render({**INJECTION, "image": {}, "global": {"imageRegistry": "mirror.example:5000"}})
        # Without injection nothing is put into anybody's pod.
        render({"workspaces": [ALICE]})

    def test_an_old_cluster_is_told_what_it_has_to_change(self):
        self.assertIn("set sidecar.mode to classic", error_of({"workspaces": [ALICE]}, kubernetes="1.28.3"))
        classic = {"workspaces": [ALICE], "sidecar": {"mode": "classic"}}
        self.assertIn("set app.preStop to exec", error_of(classic, kubernetes="1.28.3"))
        render({**classic, "app": {"preStop": "exec"}}, kubernetes="1.28.3")
        render({"workspaces": [ALICE], "app": {"preStop": "exec"}}, kubernetes="1.29.0")
        self.assertIn("set app.preStop to exec", error_of({"workspaces": [ALICE]}, kubernetes="1.29.0"))
        render({"workspaces": [ALICE]}, kubernetes="1.30.0")


def values_below(values, path=()):
    """(path, default) of each value of the chart and of each mapping of them."""
    for name, value in values.items():
        yield (*path, name), value
        if isinstance(value, dict) and name != "config":
            yield from values_below(value, (*path, name))


def set_to_null(paths):
    values = {}
    for *sections, name in paths:
        place = values
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = None
    return values


# A selector that lost what it selects by, as the chart has it at two places. An empty one selects everything.
NO_SELECTORS = (None, {"matchLabels": None}, {"matchLabels": None, "matchExpressions": []},
                {"matchLabels": None, "matchExpressions": [{"key": "a"}]},
                {"matchLabels": {"taskgate.dev/inject": None, "kubernetes.io/metadata.name": None}})
# Rules of a NetworkPolicy that would let everybody in by leaving something out.
NO_RULES = (None, {}, {"ports": [{"port": 1}]}, {"from": None}, {"from": []}, {"from": [None]}, {"from": [{}]},
            {"from": [{"podSelector": None}]}, {"from": [{"namespaceSelector": {"matchLabels": None}}]},
            {"from": [{"namespaceSelector": {"matchLabels": {}}}]}, {"from": [{"ipBlock": {}}]})
NO_LABELS = (None, {}, {"app": None})


# Without a label Grafana's sidecar passes it by, and a container may have no limit on CPU: both may be wanted.
OPTIONAL = {("dashboard", "labels"), ("sidecar", "resources", "limits", "cpu"), ("helmTest", "resources", "limits", "cpu")}


class Nulls(unittest.TestCase):
    """A null takes a default away, and what is left must still mean what was meant."""

    defaults = dict(values_below(yaml.safe_load((CHART / "values.yaml").read_text())))
    needed = {path for path, value in defaults.items()
              if value not in ("", {}, [], False) and not OPTIONAL & {path[:length] for length in range(1, 5)}}

    def assert_refused(self, paths, err):
        for *sections, name in paths:
            self.assertRegex(err, rf"(?m)^ *- at '{re.escape('/'.join(['', *sections]))}': missing propert.*'{name}'", (sections, name))

    def test_no_default_that_is_needed_can_be_taken_away(self):
        values = {path for path in self.needed if not isinstance(self.defaults[path], dict) and "matchLabels" not in path}
        self.assert_refused(values, error_of(set_to_null(values)))
        for depth in (1, 2):
            sections = {path for path in self.needed if isinstance(self.defaults[path], dict) and len(path) == depth}
            self.assert_refused(sections, error_of(set_to_null(sections)))

    def test_where_the_default_is_empty_a_null_is_that(self):
        empty = {path for path, value in self.defaults.items() if value in ("", {}, []) and path != ("workspaces",)}
        self.assertEqual(render_text({**set_to_null(empty), "workspaces": [ALICE]}), render_text({"workspaces": [ALICE]}))

    def test_a_dependency_refuses_them_too(self):
        chart = ConsumerChart()
        err = error_of({"taskgate": set_to_null([("tmux", "uid"), ("injection", "admissionPolicy", "namespaceSelector")])},
                       chart=chart.path)
        chart.close()
        self.assert_refused([("tmux", "uid"), ("injection", "admissionPolicy", "namespaceSelector")], err)

    def test_no_selector_selects_everything_by_leaving_something_out(self):
        for selector in NO_SELECTORS:
            err = error_of({"injection": {"admissionPolicy": {"enabled": True, "namespaceSelector": selector}},
                            "networkPolicy": {"enabled": True, "scrapersNamespaceSelector": selector}})
            for place in ("/injection/admissionPolicy", "/networkPolicy"):
                self.assertIn(f"at '{place}", err, selector)

    def test_no_rule_lets_everybody_in_by_leaving_something_out(self):
        err = error_of({**EVERYTHING, "workspaces": [{**ALICE, "podLabels": labels} for labels in NO_LABELS],
                        "networkPolicy": {"enabled": True, "extraIngress": list(NO_RULES)}})
        for number, rule in enumerate(NO_RULES):
            self.assertIn(f"at '/networkPolicy/extraIngress/{number}", err, rule)
        for number, labels in enumerate(NO_LABELS):
            self.assertIn(f"at '/workspaces/{number}/podLabels", err, labels)

    def test_everything_can_be_selected_by_saying_so(self):
        everywhere = {"matchLabels": None, "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "Exists"}]}
        anybody = {"from": [{"podSelector": {}}, {"ipBlock": {"cidr": "::/0"}}], "ports": [{"port": 8080, "protocol": "TCP"}]}
        text = render_text({**EVERYTHING, **INJECTION, "injection": {"admissionPolicy": {"enabled": True, "namespaceSelector": everywhere}},
                            "networkPolicy": {"enabled": True, "scrapersNamespaceSelector": everywhere, "extraIngress": [anybody]}})
        self.assertEqual(text.count("operator: Exists"), 3)


class Schema(unittest.TestCase):
    schema = json.loads((CHART / "values.schema.json").read_text())

    def test_nothing_unknown_is_let_in_anywhere(self):
        def closed(schema, path):
            if isinstance(schema, list):
                for one in schema:
                    closed(one, path)
            if isinstance(schema, dict):
                if "properties" in schema:
                    self.assertIn("additionalProperties", schema, path)
                for name, one in schema.items():
                    # A condition only narrows what stands beside it.
                    if name not in ("if", "then", "else", "not"):
                        closed(one, f"{path}/{name}")

        closed(self.schema, "")

    def test_the_defaults_pass(self):
        self.assertEqual(helm_template({})[0], 0)


if __name__ == "__main__":
    unittest.main()
