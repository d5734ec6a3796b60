"""What the chart lets into the gate's configuration file, held against the program: what it refuses, the chart refuses."""

import itertools
import json
import pathlib
import re
import tempfile
import unittest

import yaml

from world import ALICE, CHART, ROOT, TASKGATE, documents, helm_template, of_kind, run

# What the pod's shape settles: these keys of the configuration file have values of their own.
OWN_VALUES = {"listen", "upstream", "admin", "limit", "drain.timeout", "drain.notice",
              "identity.pod", "identity.namespace", "identity.workspace"}
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}

# Values of a wrong kind for any key that is not a list.
WRONG = (None, [], {}, "", " ", "x", [1], {"a": 1}, -1, 1.5, "-1", "1.5", "1e3", "0x10", "99999999999999999999", 1e300)
WRONG_DURATIONS = (10, "10", "10 s", "1d", "1.5s", "-1s", "99999999999999999999h", "999999999999h", "010s", "s", "10S")
WRONG_SIZES = ("64 KiB", "64kb", "1.5MiB", "-1KiB", "99999999999999999999GiB", "999999999GiB", "064KiB", "KiB")
LISTS = {
    "tmux.socket": ((["/a/b", "/c/d"], "/run/tmux/tmux-1000/default"),
                    ("relative/path", "", [], [""], ["a"], "/" + "x" * 107, "/" + "\u00e4" * 54, ["/a/b", "/a/b"], {"a": 1}, 5, [None], "/a\n", ["/a\x7fb"])),
    "tmux.match": ((["a-*", "b-*"], "[ab]*", ["a,b-*"]), ("", [], [""], ["a", ""], {"a": 1}, 5, [5], [None], "a-*\n", "a\tb", ["a", "\x85"])),
}

RULE = {"name": "job", "path": "/v1/jobs"}
CLASS = {"name": "people", "match": {"routes": ["task"]}}
HEADER = {"name": "X-Source", "pattern": "ci-*"}
JSON = {"pointer": "/source", "pattern": "agent:*"}
GOOD_CLASSES = (
    {}, {"match": {"routes": "terminal"}}, {"match": {"header": HEADER}}, {"match": {"json": JSON, "routes": ["task", "webhook"]}},
    {"floor": 2, "cap": 2}, {"cap": 0}, {"cap": 100000}, {"wait": "20s"}, {"wait": 0, "max_wait": "24h"}, {"places": 0},
)
BAD_CLASSES = (
    {"name": "People"}, {"name": ""}, {"name": None}, {"name": "default"}, {"match": {}}, {"match": "task"}, {"match": None}, {"match": {"routes": []}},
    {"match": {"routes": ["tasks"]}}, {"match": {"route": "task"}}, {"match": {"header": {"name": "X-A"}}}, {"match": {"header": {**HEADER, "name": "X A"}}},
    {"match": {"header": {**HEADER, "pattern": ""}}}, {"match": {"json": {**JSON, "pointer": "source"}}}, {"match": {"json": {**JSON, "pointer": ""}}},
    {"match": {"json": {**JSON, "more": 1}}}, {"floor": -1}, {"floor": 13}, {"floor": 1.5}, {"floor": 3, "cap": 2}, {"cap": -1}, {"cap": 100001},
    {"match": {"header": {**HEADER, "pattern": "ci-*\n"}}}, {"match": {"json": {**JSON, "pattern": "a\tb"}}},
    {"match": {"json": {**JSON, "pointer": "/source\n"}}}, {"wait": "25h"}, {"wait": 5}, {"wait": "10s", "max_wait": "9s"}, {"places": -1}, {"weight": 1},
)
KIND = {"path": "/v1/items/x", "pointer": "/type", "creates": "task"}
GOOD_RULES = (
    {}, {"method": "PUT"}, {"path": "/v1/jobs/{id}/run"}, {"path": "/{id:[!-.0-~]}/{n:[+--a-]}"}, {"path": "/v1/{id:[a-z0-9]}"}, {"prefixes": "/oauth"},
    {"starts": "maybe", "slots": 3}, {"starts": "elsewhere"}, {"session": "/name"}, {"session": {"pointer": "/id", "prefix": "job-"}}, {"session": ["/a", {"pointer": "/b"}]}, {"slots": {"pointer": "/n", "default": 8, "most": 8}}, {"prefixes": ["/a", "/b/c"]}, {"path": "/a/%2e/", "spelling": "exact"}, {"path": "/"}, {"settle": "10m"}, {"settle": 0}, {"kind": KIND},
)
BAD_RULES = (
    {"name": "other"}, {"name": "Job"}, {"name": "1job"}, {"name": "a" * 41}, {"name": ""}, {"name": None}, {"method": "post"},
    {"method": "P" * 21}, {"method": ""}, {"path": "jobs"}, {"path": "/a b"}, {"path": "/a?b"}, {"path": "/a#b"},
    {"path": "/{ID}"}, {"path": "/a{id}"}, {"path": "/{id}a"}, {"path": "/{id"}, {"path": "/id}"}, {"path": "/{id:x}"},
    {"path": "/{id:[^a]}"}, {"path": "/{id:[z-a]}"}, {"path": "/{id:[!-~]}"}, {"path": "/{id:[ab-cd-a]}"}, {"path": None}, {"prefixes": "/a/"}, {"prefixes": "a"}, {"prefixes": "/a//b"}, {"prefixes": []},
    {"prefixes": "/a b"}, {"spelling": "loose"}, {"settle": "1"}, {"settle": -1}, {"kind": {"path": "/x"}}, {"kind": "task"},
    {"kind": {**KIND, "path": "x"}}, {"kind": {**KIND, "pointer": "type"}}, {"kind": {**KIND, "pointer": "/a~2"}},
    {"kind": {**KIND, "creates": ""}}, {"session": "name"}, {"session": ""}, {"session": {"prefix": "a"}}, {"session": [1]}, {"unknown": 1}, {"starts": "none"}, {"starts": "elsewhere", "slots": 2}, {"slots": 0}, {"slots": 100001},
    {"slots": 1.5}, {"slots": {"most": 3}}, {"slots": {"pointer": "", "most": 3}}, {"slots": {"pointer": "/a~", "most": 3}},
    {"slots": {"pointer": "/n", "most": 0}}, {"path": "/a/"}, {"path": "/a//b"}, {"path": "/a/../b"}, {"path": "/a%20"},
    {"path": "/a;b"}, {"path": "/a\\b"}, {"prefixes": ["/a", "/b/.."]},
    {"path": "/a\x7f", "spelling": "exact"}, {"path": "/{id:[a\n]}"}, {"prefixes": "/a\n"}, {"session": "/a\n"},
    {"session": [{"pointer": "/a\n"}]}, {"session": {"pointer": "/a", "prefix": "job-\n"}},
    {"session": ["/a", {"pointer": "/b", "prefix": "\x7f"}]}, {"slots": {"pointer": "/n\n", "most": 3}},
    {"kind": {**KIND, "pointer": "/a\n"}}, {"kind": {**KIND, "creates": "task\n"}},
)


def documented():
    """What each key allows, in the program's words; a test of tests/unit/config holds the page to the program."""
    page = (ROOT / "docs/configuration.md").read_text()
    return dict(re.findall(r"^### `([a-z_.]+)`\n(?:(?!###).*\n)*?\| Allowed \| (.*) \|$", page, re.MULTILINE))


def leaves(schema, path=()):
    """The dotted names of all keys that a schema of nested objects lists."""
    for name, one in schema["properties"].items():
        if "properties" in one:
            yield from leaves(one, (*path, name))
        else:
            yield ".".join((*path, name))


def amount(text):
    digits = re.match(r"\d*", text)[0]
    return int(digits) * UNITS[text[len(digits):]]


def some(wrong, key):
    """A third of the wrong values, another one for each key of a section: keys share their kinds in the schema."""
    return wrong[len(key) % 3::3]


def candidates(key, allowed):
    """(values that both must take, values of which the chart may take none that the program refuses)."""
    if key in LISTS:
        return LISTS[key]
    if allowed.startswith("text"):
        longest = int(re.search(r"\d+", allowed)[0])
        return ["", "x" * longest], ("x" * (longest + 1), "\u00e4" * longest, "a\nb", "a\x7fb", *some(WRONG, key))
    if " from " not in allowed:
        words = [int(word) if word.isdigit() else word for word in re.findall(r"[\w-]+", allowed) if word != "or"]
        return [True, False] if allowed == "true or false" else words, some(WRONG, key)
    least, most = re.search(r"from (\S+) to (\S+)", allowed).groups()
    unit = "ms" if "duration" in allowed else ""
    good, bad = [least, most], [f"{amount(most) + 1}{unit}", f"{amount(most) * 2}{unit}"]
    if amount(least):
        bad.append(f"{amount(least) - 1}{unit}")
    if allowed.startswith("0 (none)"):
        good += [0, "0", "0s"]
    if unit:
        return good, (*bad, *some(WRONG_DURATIONS + WRONG, key))
    # As numbers too: a file of values holds them as float64.
    good = [amount(least), amount(most)] + (good if "size" in allowed else [])
    return good, (*bad, *map(int, bad), *some(WRONG_SIZES + WRONG, key))


def nested(keys):
    """{"tmux.hold": 1} as {"tmux": {"hold": 1}}."""
    config = {}
    for key, value in keys.items():
        *sections, name = key.split(".")
        place = config
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
    return config


def render(config):
    """(the text of the ConfigMap or nothing, what helm says)."""
    status, out, err = helm_template({"workspaces": [ALICE], "config": config})
    return (None if status else of_kind(documents(out), "ConfigMap")["data"]["config.yaml"]), err


def refused(err, keys):
    """Those of the keys that a message of helm's is about."""
    told = err.replace("/", ".")
    return {key for key in keys if re.search(rf"config\.{re.escape(key)}(?![a-z_])", told)}


def check(text):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "config.yaml"
        file.write_text(text)
        return run([TASKGATE, "check", "--config", file])


class Keys(unittest.TestCase):
    allowed = {key: words for key, words in documented().items() if key not in OWN_VALUES | {"routes", "classes", "inherited_class"}}

    def take(self, keys):
        """The keys that the chart takes. Helm tells what the schema is against, and only without that what the templates are."""
        left = dict(keys)
        while left:
            text, err = render(nested(left))
            if text is not None:
                status, out, complaint = check(text)
                self.assertEqual((status, complaint), (0, ""), f"the chart takes what the program refuses: {left}")
                return set(left)
            wrong = refused(err, left)
            self.assertTrue(wrong, f"refused for no key: {err}")
            left = {key: value for key, value in left.items() if key not in wrong}
        return set()

    def test_the_schema_knows_each_key_and_no_other(self):
        schema = json.loads((CHART / "values.schema.json").read_text())
        self.assertEqual(set(leaves(schema["$defs"]["config"])), set(documented()) - OWN_VALUES)

    def test_the_ranges_are_the_programs(self):
        ranges = yaml.safe_load((CHART / "files/ranges.yaml").read_text())
        self.assertEqual(ranges, {key: words for key, words in self.allowed.items() if " from " in words})

    def test_what_is_allowed_is_taken_by_both(self):
        columns = [[(key, value) for value in candidates(key, words)[0]] for key, words in self.allowed.items()]
        for row in itertools.zip_longest(*columns):
            keys = dict(cell for cell in row if cell)
            self.assertEqual(self.take(keys), set(keys))

    def test_what_the_program_refuses_the_chart_refuses(self):
        columns = [[(key, value) for value in candidates(key, words)[1]] for key, words in self.allowed.items()]
        rows = list(itertools.zip_longest(*columns))
        self.assertGreater(len(rows), 10)
        for row in rows:
            self.take(dict(cell for cell in row if cell))

    def test_a_value_out_of_range_is_told_what_is_allowed(self):
        text, err = render({"tmux": {"hold": "2h"}, "limits": {"connections": 2_000_000}})
        self.assertIn(f"config.tmux.hold: '2h' is out of range; use {self.allowed['tmux.hold']}", err)
        self.assertIn("config.limits.connections: '2000000' is out of range; use a whole number", err)

    def test_what_would_be_there_twice_is_refused(self):
        for sockets in (["/a/b", "/a//b/"], ["/a", "/a/b"], ["/c", "/a/b", "/a"]):
            self.assertIn("would be counted twice", render({"tmux": {"socket": sockets}})[1])
        text, err = render({"routes": {"use": "none", "rules": [RULE, {**RULE, "path": "/v2"}]}})
        self.assertIn("two rules have the name job", err)

    def test_bodies_that_do_not_fit_into_their_total_are_refused(self):
        for admission in ({"body_limit": "17MiB"}, {"body_total": 1 << 19}, {"body_limit": "2GB", "body_total": "1GiB"}):
            text, err = render({"admission": admission})
            self.assertIsNone(text, admission)
        self.assertIn("config.admission.body_", err)


class Rules(unittest.TestCase):
    def taken(self, changes):
        """Those of the rules, each changed in this way, that the chart takes."""
        rules = [{"name": f"{RULE['name']}-{number}", "path": f"{RULE['path']}/{number}", **change} for number, change in enumerate(changes)]
        text, err = render({"routes": {"use": "none", "rules": rules}})
        # The schema names all that it refuses, the templates the first one only: of the rest each is asked for by itself.
        wrong = {int(number) for number in re.findall(r"/config/routes/rules/(\d+)", err)}
        rest = [rule for number, rule in enumerate(rules) if number not in wrong]
        return rest if text else [rule for rule in rest if render({"routes": {"use": "none", "rules": [rule]}})[0]]

    def test_what_is_allowed_is_taken_by_both(self):
        rules = self.taken(GOOD_RULES)
        self.assertEqual(len(rules), len(GOOD_RULES))
        status, out, err = check(yaml.safe_dump({"routes": {"rules": rules}}))
        self.assertEqual((status, err), (0, ""))

    def test_what_the_program_refuses_the_chart_refuses(self):
        for change in BAD_RULES:
            self.assertNotEqual(check(yaml.safe_dump({"routes": {"rules": [{**RULE, **change}]}}))[0], 0, change)
        self.assertEqual(self.taken(BAD_RULES), [])

    def test_the_schema_knows_each_key_of_a_rule_and_no_other(self):
        # What the program says one may use instead of a key that it does not know.
        schema = json.loads((CHART / "values.schema.json").read_text())["$defs"]["config"]["properties"]["routes"]
        rule = schema["oneOf"][1]["properties"]["rules"]["items"]
        parts = {name: mapping for name, one in rule["properties"].items() for mapping in (one, *one.get("oneOf", ()))
                 if "properties" in mapping}
        self.assertGreaterEqual(set(parts), {"kind", "slots", "session"})
        complaint = check(yaml.safe_dump({"routes": {"rules": [{"zzz": 1, **{name: {"zzz": 1} for name in parts}}]}}))[2]
        for place, mapping in (("", rule), *((f".{name}", mapping) for name, mapping in parts.items())):
            words = re.search(rf"routes\.rules\[0\]{re.escape(place)}\.zzz: unknown key; use (.*)", complaint)[1]
            self.assertEqual(set(re.split(", | or ", words)), set(mapping["properties"]), place)

    def test_a_default_above_the_bound_is_refused(self):
        rules = {"rules": [{**RULE, "slots": {"pointer": "/n", "default": 4, "most": 3}}]}
        for words in (check(yaml.safe_dump({"routes": rules}))[2], render({"routes": rules})[1]):
            self.assertIn("has a default above most", words)

    def test_a_name_of_the_built_in_list_is_taken_where_that_is_used(self):
        for routes in ({}, {"use": "kube-coder"}):
            routes = {**routes, "rules": [{**RULE, "name": "task"}]}
            self.assertIn("'task' is taken", check(yaml.safe_dump({"routes": routes}))[2])
            self.assertIn("config.routes.rules: task is the name of a built-in rule", render({"routes": routes})[1])
        self.assertEqual(check(render({"routes": {**routes, "use": "none"}})[0])[0], 0)

    def test_variables_of_a_path_are_held_to_what_the_program_takes(self):
        twice = {"path": "/v1/{id}/runs/{id}"}
        wrong = [{"rules": [{**RULE, **twice}]}, {"ends": [twice]}]
        for path, kind in (("/v1/jobs", "/i/{id}"), ("/v1/{id}", "/i/{other}"), ("/v1/{id}", "/i/{id}/{id}"), ("/v1/jobs", "/i/{}")):
            wrong.append({"rules": [{**RULE, "path": path, "kind": {**KIND, "path": kind}}]})
        for routes in wrong:
            self.assertNotEqual(check(yaml.safe_dump({"routes": routes}))[0], 0, routes)
            self.assertIsNone(render({"routes": routes})[0], routes)
        good = {**RULE, "path": "/v1/{id}/runs/{run:[0-9]}", "kind": {**KIND, "path": "/i/{id}"}}
        self.assertEqual(check(render({"routes": {"rules": [good]}})[0])[0], 0)

    def test_a_rule_may_wait_as_long_as_the_program_lets_it(self):
        rules = {"rules": [{**RULE, "settle": "601s"}]}
        for words in (check(yaml.safe_dump({"routes": rules}))[2], render({"routes": rules})[1]):
            self.assertIn("'601s' is out of range; use a duration from 0s to 10m", words)


class Ends(unittest.TestCase):
    def test_what_ends_a_task_is_read_by_both(self):
        good = [{"path": "/v1/jobs/{id}"}, {"method": "POST", "path": "/v1/jobs/{id}/stop", "prefixes": ["/a"], "spelling": "exact"}]
        text, err = render({"routes": {"ends": good}})
        self.assertEqual((check(text)[0], err), (0, ""))
        for bad in ({}, {"path": "jobs"}, {"path": "/a", "settle": "1s"}, {"path": "/a", "method": "delete"}, {"path": "/a/"}):
            self.assertNotEqual(check(yaml.safe_dump({"routes": {"ends": [bad]}}))[0], 0, bad)
            self.assertIsNone(render({"routes": {"ends": [bad]}})[0], bad)


class Classes(unittest.TestCase):
    def both(self, config):
        """(whether the program takes it, whether the chart does)."""
        return check(json.dumps(config))[0] == 0, render(config)[0] is not None

    def test_what_is_allowed_is_taken_by_both(self):
        classes = [{**CLASS, "name": f"c{number}", **change} for number, change in enumerate(GOOD_CLASSES)]
        self.assertEqual(self.both({"classes": [*classes, {"name": "default", "cap": 4}], "inherited_class": "c0"}), (True, True))
        self.assertEqual(self.both({"classes": []}), (True, True))
        self.assertEqual(self.both({"inherited_class": "default"}), (True, True))

    def test_what_the_program_refuses_the_chart_refuses(self):
        for change in BAD_CLASSES:
            self.assertEqual(self.both({"classes": [{**CLASS, **change}]}), (False, False), change)

    def test_what_is_wrong_together_is_refused_by_both(self):
        for config in ({"classes": [CLASS, CLASS]}, {"classes": [{**CLASS, "floor": 7}, {"name": "default", "floor": 6}]},
                       {"inherited_class": "people"}, {"classes": [{"name": "a"}]}, {"classes": ["people"]},
                       {"classes": [{**CLASS, "name": f"c{number}"} for number in range(33)]},
                       {"classes": [CLASS], "routes": "none"}):
            self.assertEqual(self.both(config), (False, False), config)

    def test_a_class_may_ask_for_rules_of_ones_own(self):
        own = {"classes": [{"name": "a", "match": {"routes": "job"}}], "routes": {"use": "none", "rules": [RULE]}}
        self.assertEqual(self.both(own), (True, True))

    def test_the_names_of_the_built_in_rules_are_the_programs(self):
        names = yaml.safe_load((CHART / "files/routes.yaml").read_text())
        table = re.search(r"## The built-in list `kube-coder`\n(.*?)\n\n\| Read", (ROOT / "docs/routes.md").read_text(), re.DOTALL)[1]
        self.assertEqual(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE), names)
        for name in names:
            self.assertEqual(self.both({"classes": [{"name": "a", "match": {"routes": name}}]}), (True, True), name)


if __name__ == "__main__":
    unittest.main()
