"""The dashboard that the chart ships, as far as Grafana's model goes; tests/unit/observe holds what it asks for."""

import json
import unittest

from world import CHART, error_of, kubeconform, of_kind, render

SHIPPED = json.loads((CHART / "files/dashboard.json").read_text())


def dashboard(**values):
    found = of_kind(render({"dashboard": {"enabled": True, **values.pop("dashboard", {})}, **values}), "ConfigMap")
    return json.loads(found["data"]["taskgate.json"])


def complaints(model):
    """What the schema in tests/chart/grafana has against a dashboard; nothing is the wish."""
    return kubeconform(json.dumps({"apiVersion": "taskgate/v1", "kind": "Dashboard", "metadata": {"name": "a"}, "spec": model}), "grafana")


class Model(unittest.TestCase):
    def test_it_is_what_Grafana_knows(self):
        self.assertEqual(complaints(SHIPPED), "")

    def test_what_Grafana_would_pass_over_in_silence_is_found(self):
        def changed(change):
            model = json.loads(json.dumps(SHIPPED))
            change(model, next(one for one in model["panels"] if one["type"] == "timeseries"))
            return model
        for change in (lambda model, panel: model.update(anotations={}), lambda model, panel: panel.update(typ="x"),
                       lambda model, panel: panel.update(type="timeserie"), lambda model, panel: panel["targets"][0].update(expression="up"),
                       lambda model, panel: panel["fieldConfig"]["defaults"].update(unit="seconds"),
                       lambda model, panel: panel["fieldConfig"]["defaults"]["color"].update(mode="palette"),
                       lambda model, panel: model["annotations"]["list"][0].pop("expr"), lambda model, panel: model.update(links=[{"title": "x"}])):
            self.assertIn("validation failed", complaints(changed(change)))

    def test_each_target_of_a_panel_has_a_letter_of_its_own(self):
        for panel in SHIPPED["panels"]:
            letters = [target["refId"] for target in panel.get("targets", [])]
            self.assertEqual(len(letters), len(set(letters)), panel["title"])


class Gates(unittest.TestCase):
    """Panels of the fleet that have a line or bar for each gate."""

    panels = [one for one in SHIPPED["panels"] if any(target["legendFormat"] == "{{namespace}}/{{pod}}" for target in one.get("targets", []))]

    def test_each_leads_to_the_gate(self):
        self.assertGreater(len(self.panels), 3)
        for panel in self.panels:
            url = panel["fieldConfig"]["defaults"]["links"][0]["url"]
            self.assertIn("var-namespace=${__field.labels.namespace}&var-pod=${__field.labels.pod}", url)
            self.assertTrue(url.startswith(f"/d/{SHIPPED['uid']}?"))

    def test_a_gate_has_one_colour_in_all_of_them(self):
        for panel in self.panels:
            # A bar's colour says how full it is.
            expected = "thresholds" if panel["type"] == "bargauge" else "palette-classic-by-name"
            self.assertEqual(panel["fieldConfig"]["defaults"]["color"]["mode"], expected, panel["title"])


class Links(unittest.TestCase):
    def test_without_values_there_are_none_that_lead_nowhere(self):
        self.assertEqual(dashboard(), SHIPPED)
        self.assertEqual(SHIPPED["links"], [])

    def test_the_runbook_and_those_of_the_values_are_at_its_top(self):
        model = dashboard(prometheusRule={"runbookUrl": "https://w.example/p"},
                          dashboard={"links": [{"title": 'Status "page"', "url": "https://g.example/$namespace/$pod/"}]})
        self.assertEqual([(one["title"], one["url"]) for one in model["links"]],
                         [("Runbook", "https://w.example/p"), ('Status "page"', "https://g.example/$namespace/$pod/")])
        self.assertEqual(complaints(model), "")
        self.assertEqual({**model, "links": []}, SHIPPED)

    def test_what_is_no_link_is_refused(self):
        self.assertIn("/dashboard/links/0/url", error_of({"dashboard": {"links": [{"title": "x", "url": "docs/runbook.md"}]}}))


if __name__ == "__main__":
    unittest.main()
