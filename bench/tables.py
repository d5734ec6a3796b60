"""Tables of text or Markdown. A ratio above 1 always means that taskgate is the worse one."""

METRICS = [
    ("cpu_us", "CPU µs/request", False),
    ("per_second", "requests/s", True),
    ("median_us", "median µs", False),
    ("p99_us", "p99 µs", False),
]
RIVALS = ("nginx", "haproxy")


def number(value):
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def ratio(results, metric, more_is_better):
    """taskgate to the better of the others."""
    own = results["taskgate"][metric]
    others = [results[name][metric] for name in RIVALS if name in results]
    return max(others) / own if more_is_better else own / min(others)


class Table:
    def __init__(self, title, columns):
        self.title, self.columns, self.rows = title, columns, []

    def add(self, *cells):
        self.rows.append([number(cell) for cell in cells])

    def text(self):
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        shown = [self.title]
        for line in lines:
            cells = [line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
            shown.append("  " + "  ".join(cells))
        return "\n".join(shown) + "\n"

    def markdown(self):
        rows = [self.columns, ["---"] + ["--:"] * (len(self.columns) - 1), *self.rows]
        return f"### {self.title}\n\n" + "".join("| " + " | ".join(row) + " |\n" for row in rows)


def load_table(title, results):
    table = Table(title, ["", "direct", "nginx", "haproxy", "taskgate", "ratio"])
    for metric, label, more_is_better in METRICS:
        cells = [results.get(name, {}).get(metric) for name in ("direct", "nginx", "haproxy", "taskgate")]
        table.add(label, *cells, ratio(results, metric, more_is_better))
    helped = results["taskgate"]["helpers_cpu_us"]
    if helped:
        table.add("the tmux server's CPU µs/request", None, None, None, helped, None)
    return table


def all_tables(report):
    tables = [load_table(title, results) for title, results in report["load"].items()]
    tables += [decision_table(report["decision"]), burst_table(report["burst"]), memory_table(report["memory"]),
               process_table(report)]
    return tables


def decision_table(decision):
    table = Table("A decision with 12 sessions, median of 300", ["", "ms"])
    table.add("a refusal over a kept connection", decision["refusal_ms"])
    table.add("OPTIONS with Max-Forwards: 0 (the floor)", decision["floor_ms"])
    table.add("difference: the decision", decision["decision_ms"])
    table.add("tmux list-sessions as a process", decision["list_sessions_ms"])
    return table


def burst_table(burst):
    table = Table("200 clients at once, upstream's backlog 5", ["", "answered", "broken", "median ms", "slowest ms"])
    for name in ("direct", "taskgate"):
        table.add(name, *(burst[name][key] for key in ("answered", "broken", "median_ms", "slowest_ms")))
    return table


def memory_table(memory):
    table = Table("Resident memory of the working process, MiB", ["", "nginx", "haproxy", "taskgate", "ratio"])
    for metric, label in (("idle_mib", "idle"), ("streams_mib", "1,000 idle event streams")):
        table.add(label, *(memory[name][metric] for name in (*RIVALS, "taskgate")), ratio(memory, metric, False))
    return table


def process_table(report):
    table = Table("The process", ["", "taskgate"])
    table.add("start to ready, median ms", report["start"]["median_ms"])
    table.add("start to ready, slowest ms", report["start"]["slowest_ms"])
    table.add("resident after the load above, at most, MiB", report["peak_mib"])
    table.add("binary, MiB", report["binary_mib"])
    return table
