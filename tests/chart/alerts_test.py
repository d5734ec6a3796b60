"""The alerts that the chart ships, as they stand and as an operator adapts them."""

import functools
import pathlib
import re
import shutil
import tempfile
import unittest

import yaml

from world import CHART, ROOT, ConsumerChart, error_of, of_kind, render, run

ADAPTED = {
    "runbookUrl": "https://wiki.example/gates",
    "alertLabels": {"team": "coders"},
    "alertAnnotations": {"board": "https://wiki.example/board"},
    "alerts": {
        "TaskgateFull": {"threshold": 0.9, "for": "10m", "severity": "page"},
        "TaskgateRefusalsRising": {"threshold": 5, "labels": {"team": "others"}, "annotations": {"runbook_url": "https://wiki.example/other"}},
        "TaskgateOverLimit": {"enabled": False},
    },
}
MARK = re.compile(r"([0-9.]+) # threshold")


def groups_of(**values):
    return of_kind(render({"prometheusRule": {"enabled": True, **values}}), "PrometheusRule")["spec"]["groups"]


def alerts_of(groups):
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


@functools.cache
def shipped():
    return alerts_of(group for file in (CHART / "files").glob("alerts*.yaml") for group in yaml.safe_load(file.read_text())["groups"])


def promtool(words, groups, test=None):
    """(exit status, what promtool says) of these rules, in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder) / "rules.yaml"
        rules.write_text(yaml.safe_dump({"groups": groups}))
        given = shutil.copy(test, folder) if test else rules
        status, out, err = run(["promtool", *words, given])
    return status, out + err


class Adapted(unittest.TestCase):
    def test_they_go_off_when_and_only_when(self):
        status, told = promtool(["test", "rules"], groups_of(**ADAPTED), ROOT / "tests/chart/adapted_alarms.yaml")
        self.assertEqual(status, 0, told)

    def test_all_of_them_at_once_are_rules_of_Prometheus(self):
        every = {name: {"for": "1d2h", "severity": "x", "labels": {"a": "b"}, "annotations": {"c": "d"},
                        **({"threshold": 1234567.5} if MARK.search(rule["expr"]) else {})} for name, rule in shipped().items()}
        groups = groups_of(alerts=every)
        status, told = promtool(["check", "rules"], groups)
        self.assertEqual(status, 0, told)
        for name, rule in alerts_of(groups).items():
            self.assertEqual((rule["for"], rule["labels"], rule["annotations"]["c"]), ("1d2h", {"a": "b", "severity": "x"}, "d"))
            self.assertEqual("1234567.5 # threshold" in rule["expr"], "threshold" in every[name], name)

    def test_all_can_be_left_out_and_what_is_recorded_stays(self):
        groups = groups_of(alerts={name: {"enabled": False} for name in shipped()})
        self.assertEqual([group["name"] for group in groups], ["taskgate-recording"])

    def test_what_would_change_nothing_is_refused(self):
        rules = {"prometheusRule": {"enabled": True}}
        for alerts, words in (({"TaskgateFul": {"for": "1m"}}, "'TaskgateFul' not allowed"),
                              ({"TaskgateSignalBlind": {"threshold": 1}}, "TaskgateSignalBlind.threshold: this alert compares with no number"),
                              ({"TaskgateFull": {"for": "1 hour"}}, "does not match pattern"),
                              ({"TaskgateFull": {"labels": {"alertname": "x"}}}, "'alertname'")):
            rules["prometheusRule"]["alerts"] = alerts
            self.assertIn(words, error_of(rules))


class Links(unittest.TestCase):
    def links(self, name="TaskgateFull", **values):
        return {key: text for key, text in alerts_of(groups_of(**values))[name]["annotations"].items() if key.startswith("runbook")}

    def test_a_page_with_anchors_and_pages_below_a_folder(self):
        self.assertEqual(self.links(runbookUrl="https://w.example/p"), {"runbook_url": "https://w.example/p#taskgatefull"})
        self.assertEqual(self.links(runbookUrl="https://w.example/p/"), {"runbook_url": "https://w.example/p/TaskgateFull"})

    def test_without_a_page_there_is_no_link_that_leads_nowhere(self):
        self.assertEqual(self.links(), {"runbook": "docs/runbook.md#taskgatefull"})
        self.assertIn("does not match pattern", error_of({"prometheusRule": {"runbookUrl": "docs/runbook.md"}}))

    def test_a_chart_that_has_a_home_leads_there(self):
        chart = ConsumerChart()
        self.addCleanup(chart.close)
        about = chart.path / "charts/taskgate/Chart.yaml"
        about.write_text(about.read_text() + "home: https://git.example/gate\n")
        objects = render({"taskgate": {"prometheusRule": {"enabled": True}}}, chart=chart.path)
        version = yaml.safe_load(about.read_text())["version"]
        link = alerts_of(of_kind(objects, "PrometheusRule")["spec"]["groups"])["TaskgateFull"]["annotations"]["runbook_url"]
        self.assertEqual(link, f"https://git.example/gate/blob/v{version}/docs/runbook.md#taskgatefull")


class Page(unittest.TestCase):
    def test_the_list_of_alerts_says_what_they_are(self):
        rows = re.findall(r"^\| `(Taskgate\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", (ROOT / "docs/deploying.md").read_text(), re.MULTILINE)
        found = {name: (severity, time, threshold.split(" ")[0]) for name, severity, time, threshold in rows}
        expected = {name: (rule["labels"]["severity"], rule.get("for", "at once"), (MARK.findall(rule["expr"]) or ["none"])[0])
                    for name, rule in shipped().items()}
        self.assertEqual(found, expected)

    def test_no_summary_names_a_time_or_a_number_that_values_change(self):
        for name, rule in shipped().items():
            self.assertLessEqual(len(MARK.findall(rule["expr"])), 1, name)
            said = re.sub(r"{{.*?}}", "", rule["annotations"]["summary"])
            self.assertNotRegex(said, r"\d", name)


if __name__ == "__main__":
    unittest.main()
