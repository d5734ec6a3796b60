"""Results side by side, as text or Markdown."""

from suite import GROUPS

MARKS = {"pass": "yes", "allowed": "other", "fail": "NO"}
SIGNS = {"pass": "✓", "allowed": "≈", "fail": "✗"}


def by_group(cases):
    return {group: rows for group in GROUPS if (rows := [one for one in cases if one.group == group])}


def totals(rows, results):
    verdicts = [results[one].verdict for one in rows if one in results]
    return " / ".join(str(verdicts.count(verdict)) for verdict in MARKS) if verdicts else "-"


def text(cases, by_proxy, only_failures):
    """Every case, or those that were not everywhere as they say; then totals."""
    lines = []
    for group, rows in by_group(cases).items():
        shown = [one for one in rows if not only_failures or any(
            results[one].verdict != "pass" for results in by_proxy.values() if one in results)]
        lines += [f"\n{GROUPS[group]}"] if shown else []
        for one in shown:
            lines.append(f"  {one.name}  [{one.section}]")
            lines += [f"    {name:9} {MARKS[results[one].verdict]:6}{results[one].what}"
                      for name, results in by_proxy.items() if one in results]
    return "\n".join([*lines, "", *totals_text(cases, by_proxy)])


def totals_text(cases, by_proxy):
    yield "as the case says / other, allowed by the RFC / not"
    yield "".join(["  " + "".ljust(32), *(name.rjust(16) for name in by_proxy)])
    for group, rows in by_group(cases).items():
        cells = [totals(rows, results) for results in by_proxy.values()]
        yield "".join(["  " + GROUPS[group].ljust(32), *(cell.rjust(16) for cell in cells)])


def cell(result):
    return f"{SIGNS[result.verdict]} {result.what}".strip().replace("|", "\\|")


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def markdown(cases, by_proxy, versions):
    """A table of totals, then one a group. taskgate's own rules are in no total, and for taskgate alone."""
    titles = {name: f"{name} {versions.get(name, '')}".strip() for name in by_proxy}
    shared = {group: rows for group, rows in by_group(cases).items() if not rows[0].own}
    shown = [table(["group", *titles.values()],
                   [[GROUPS[group], *(totals(rows, results) for results in by_proxy.values())]
                    for group, rows in shared.items()])]
    for group, rows in by_group(cases).items():
        columns = {name: results for name, results in by_proxy.items() if rows[0] in results}
        shown.append(f"## {GROUPS[group]}\n\n" + table(
            ["case", "section", *(titles[name] for name in columns)],
            [[one.name, one.section, *(cell(results[one]) for results in columns.values())] for one in rows]))
    return "\n".join(shown)
