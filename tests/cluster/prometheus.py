"""A Prometheus that does with a release's PodMonitors and rules what the operator has it do. Debian's has no discovery for
Kubernetes: it asks here instead, over HTTP, and gets the same labels."""

import json
import subprocess
import tempfile
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import yaml

from cluster import eventually, get, helm

ADDRESS, DISCOVERY = "127.0.0.1:9090", ("127.0.0.1", 9091)
# What a label of the discovery becomes, and so what the alerts join on.
LABELS = {"namespace": "namespace", "pod_name": "pod", "pod_container_name": "container"}


def targets_of(pod):
    """As the role `pod` of kubernetes_sd_configs has them: one for each port of a container, init containers included."""
    metadata, spec, address = pod["metadata"], pod["spec"], pod["status"].get("podIP")
    labels = {f"label_{name}": value for name, value in metadata.get("labels", {}).items() if name.isalnum()}
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        for port in container.get("ports", []) if address else []:
            found = {**labels, "name": metadata["name"], "container_name": container["name"],
                     "container_port_name": port.get("name", "")}
            yield {"targets": [f"{address}:{port['containerPort']}"],
                   "labels": {"__meta_kubernetes_namespace": metadata["namespace"],
                              **{f"__meta_kubernetes_pod_{name}": value for name, value in found.items()}}}


class Discovery(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps([target for pod in get("pods", "-A")["items"] for target in targets_of(pod)]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def discovery_of(monitor):
    """A scrape of the pods that a PodMonitor means."""
    spec = monitor["spec"]
    (endpoint,) = spec["podMetricsEndpoints"]
    kept = {"namespace": monitor["metadata"]["namespace"], "pod_container_port_name": endpoint["port"],
            **{f"pod_label_{name}": value for name, value in spec["selector"]["matchLabels"].items()}}
    return {
        "job_name": f"{monitor['metadata']['namespace']}/{monitor['metadata']['name']}",
        "metrics_path": endpoint["path"],
        "http_sd_configs": [{"url": "http://{}:{}/".format(*DISCOVERY), "refresh_interval": "1s"}],
        "relabel_configs": [
            *({"action": "keep", "source_labels": [f"__meta_kubernetes_{name}"], "regex": value} for name, value in kept.items()),
            *({"source_labels": [f"__meta_kubernetes_{name}"], "target_label": label} for name, label in LABELS.items())]}


class Prometheus(ExitStack):
    """`values` are those of a release. It looks each second."""

    def __init__(self, release, chart, values):
        super().__init__()
        folder = Path(self.enter_context(tempfile.TemporaryDirectory()))
        (folder / "values").write_text(json.dumps(values))
        rendered = [entry for entry in yaml.safe_load_all(helm("template", release, chart, "-f", str(folder / "values")).stdout)
                    if entry]
        rules = [entry["spec"] for entry in rendered if entry["kind"] == "PrometheusRule"]
        for number, groups in enumerate(rules):
            (folder / f"{number}.rules").write_text(json.dumps(groups))
        (folder / "config").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(folder / "*.rules")],
            "scrape_configs": [discovery_of(entry) for entry in rendered if entry["kind"] == "PodMonitor"]}))
        discovery = self.enter_context(ThreadingHTTPServer(DISCOVERY, Discovery))
        Thread(target=discovery.serve_forever, daemon=True).start()
        self.callback(discovery.shutdown)
        log = self.enter_context((Path("/var/log") / "prometheus.log").open("w"))
        process = self.enter_context(subprocess.Popen(
            ["prometheus", f"--config.file={folder / 'config'}", f"--storage.tsdb.path={folder / 'data'}",
             f"--web.listen-address={ADDRESS}"], stdout=log, stderr=log))
        self.callback(process.terminate)
        self.rules = sum((group["rules"] for groups in rules for group in groups["groups"]), [])
        eventually("Prometheus answers", self.answers)

    @staticmethod
    def api(path):
        with urlopen(f"http://{ADDRESS}/api/v1/{path}", timeout=10) as answer:
            return json.load(answer)["data"]

    def answers(self):
        try:
            return self.api("status/runtimeinfo")
        except OSError:
            return None

    def targets(self):
        """Those that it scrapes: labels and health."""
        return [(target["labels"], target["health"]) for target in self.api("targets?state=active")["activeTargets"]]

    def rule_states(self):
        """What it says of each rule: ok, err, or unknown before its first evaluation."""
        return [rule["health"] for group in self.api("rules")["groups"] for rule in group["rules"]]

    def firing(self):
        """The alerts that fire, by their names."""
        alerts = self.api("alerts")["alerts"]
        return {alert["labels"]["alertname"]: alert["labels"] for alert in alerts if alert["state"] == "firing"}

    def wait_for_evaluations(self):
        """Until each group has been evaluated once more, of what has been scraped meanwhile."""
        asked = time.time() + 1.5
        eventually("all rules are evaluated", lambda: all(
            self.seconds_of(group["lastEvaluation"]) > asked for group in self.api("rules")["groups"]))

    @staticmethod
    def seconds_of(timestamp):
        return time.mktime(time.strptime(timestamp[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
