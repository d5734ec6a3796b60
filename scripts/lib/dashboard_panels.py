"""The panels of the dashboard as one HTML page: the kinds that it uses (stat, bargauge, timeseries), in SVG."""

import html
import math

WIDTH = 1400
UNIT = 30  # pixels of a row of the dashboard's grid
MARGIN = 6
PALETTE = ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#96d98d", "#ffb357", "#c4162a"]
COLOURS = {"green": "#73bf69", "orange": "#ff9830", "red": "#f2495c", "blue": "#5794f2"}
NOTE = "Drawn by scripts/dashboard from the dashboard's queries to a real Prometheus; Grafana lays it out in its own way."
STYLE = """
body { margin: 0; background: #111217; color: #ccccdc; font: 12px 'DejaVu Sans', sans-serif; position: relative; }
.head { position: absolute; left: 12px; top: 8px; font-size: 15px; }
.note { position: absolute; right: 12px; top: 10px; color: #8e8ea0; }
.panel { position: absolute; background: #181b1f; border: 1px solid #25282e; border-radius: 3px; overflow: hidden; }
.title { padding: 5px 8px; font-weight: 600; white-space: nowrap; overflow: hidden; }
.value { text-align: center; font-size: 34px; font-weight: 600; padding-top: 8px; white-space: nowrap; }
.none { text-align: center; color: #8e8ea0; padding-top: 24px; }
.legend { position: absolute; left: 8px; right: 8px; bottom: 4px; height: 28px; font-size: 10px; line-height: 14px; }
.legend i { display: inline-block; width: 10px; height: 3px; margin: 3px 4px 3px 0; vertical-align: middle; }
.legend span { margin-right: 10px; display: inline-block; }
.bar { display: flex; align-items: center; margin: 6px 8px; gap: 8px; }
.bar b { width: 110px; font-weight: 400; } .bar u { flex: 1; background: #25282e; height: 16px; text-decoration: none; }
.bar u i { display: block; height: 16px; } .bar em { width: 55px; text-align: right; font-style: normal; }
"""


def page(title, panels, evaluate):
    """The HTML, and its height in pixels."""
    top = min(panel["gridPos"]["y"] for panel in panels)
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    boxes = "".join(box(panel, top, [evaluate(target) for target in panel["targets"]]) for panel in panels)
    return (f"<!DOCTYPE html><meta charset='utf-8'><style>{STYLE}</style><div class=head>{html.escape(title)}</div>"
            f"<div class=note>{NOTE}</div>{boxes}", (bottom - top) * UNIT + 44)


def box(panel, top, answers):
    grid = panel["gridPos"]
    left, width = grid["x"] * WIDTH // 24, grid["w"] * WIDTH // 24 - MARGIN
    above, height = (grid["y"] - top) * UNIT + 38, grid["h"] * UNIT - MARGIN
    series = [each for answer in answers for each in answer]
    draw = {"stat": stat, "bargauge": bar_gauge, "timeseries": time_series}[panel["type"]]
    inside = draw(panel, series, width, height) if series else "<div class=none>No data</div>"
    return (f"<div class=panel style='left:{left + MARGIN // 2}px;top:{above}px;width:{width}px;height:{height}px'>"
            f"<div class=title>{html.escape(panel['title'])}</div>{inside}</div>")


def stat(panel, series, _width, _height):
    defaults = panel["fieldConfig"]["defaults"]
    name, points = series[0]
    value = points[-1][1]
    text = name if panel["options"]["textMode"] == "name" else spelled(value, defaults)
    return f"<div class=value style='color:{colour_of(value, defaults)}'>{html.escape(text)}</div>"


def bar_gauge(panel, series, _width, _height):
    defaults = panel["fieldConfig"]["defaults"]
    most = defaults.get("max") or max(points[-1][1] for _, points in series) or 1
    out = ""
    for name, points in series:
        value = points[-1][1]
        share = 100 * min(1.0, value / most)
        out += (f"<div class=bar><b>{html.escape(name)}</b><u><i style='width:{share:.1f}%;"
                f"background:{colour_of(value, defaults)}'></i></u><em>{spelled(value, defaults)}</em></div>")
    return out


def time_series(panel, series, width, height):
    defaults = panel["fieldConfig"]["defaults"]
    stacked = defaults["custom"]["stacking"]["mode"] == "normal"
    lines = stack(series) if stacked else [(name, points, None) for name, points in series]
    values = [value for _, points, _ in lines for _, value in points if math.isfinite(value)]
    times = [at for _, points in series for at, _ in points]
    if not values:
        return "<div class=none>No data</div>"
    most = nice(max(values))
    first, last = min(times), max(times)
    left, right, above, below = 58, width - 10, 6, height - 74

    def x(at):
        return left + (right - left) * (at - first) / ((last - first) or 1)

    def y(value):
        return below - (below - above) * value / most

    out = ""
    for step in range(5):
        value = most * step / 4
        out += (f"<line x1={left} x2={right} y1={y(value):.1f} y2={y(value):.1f} stroke='#25282e'/>"
                f"<text x={left - 6} y={y(value) + 4:.1f} text-anchor=end fill='#8e8ea0' font-size=11>"
                f"{spelled(value, defaults)}</text>")
    for index, (_, points, base) in enumerate(lines):
        colour = PALETTE[index % len(PALETTE)]
        for run in runs(points):
            path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in run)
            if base is not None:
                floor = " ".join(f"{x(at):.1f},{y(base.get(at, 0)):.1f}" for at, _ in reversed(run))
                out += f"<polygon points='{path} {floor}' fill='{colour}' opacity=0.25 />"
            out += f"<polyline points='{path}' fill=none stroke='{colour}' stroke-width=1.5 />"
    legend = "".join(f"<span><i style='background:{PALETTE[index % len(PALETTE)]}'></i>{html.escape(name)}</span>"
                     for index, (name, _) in enumerate(series))
    return f"<svg width={width} height={height - 62}>{out}</svg><div class=legend>{legend}</div>"


def stack(series):
    """Each series on top of those before it: (name, points, what it stands on)."""
    sums, out = {}, []
    for name, points in series:
        base = dict(sums)
        for at, value in points:
            sums[at] = sums.get(at, 0) + (value if math.isfinite(value) else 0)
        out.append((name, [(at, sums[at]) for at, _ in points], base))
    return out


def runs(points):
    """Parts without a gap: what is absent is not drawn."""
    out, current = [], []
    for at, value in points:
        if current and (at - current[-1][0] > 1.5 or not math.isfinite(value)):
            out.append(current)
            current = []
        if math.isfinite(value):
            current.append((at, value))
    return out + [current] if current else out


def nice(value):
    """The next of 1, 2, 4, 8, 10 times a power of ten: the top of an axis."""
    if value <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 4, 8, 10) if value <= power * step * 1.0001)


def colour_of(value, defaults):
    colour = "blue"
    for step in defaults["thresholds"]["steps"]:
        if step["value"] is None or value >= step["value"]:
            colour = step["color"]
    return COLOURS[colour]


def spelled(value, defaults):
    for mapping in defaults.get("mappings", []):
        if f"{value:g}" in mapping["options"]:
            return mapping["options"][f"{value:g}"]["text"]
    unit = defaults["unit"]
    if unit == "percentunit":
        return f"{value * 100:.0f} %"
    if unit == "s":
        return f"{value * 1e6:.0f} µs" if 0 < value < 1e-3 else f"{value * 1e3:.3g} ms" if 0 < value < 1 else f"{value:.3g} s"
    if unit in ("bytes", "Bps"):
        for prefix in ("", "Ki", "Mi", "Gi"):
            if value < 1024:
                break
            value /= 1024
        return f"{value:.3g} {prefix}B" + ("/s" if unit == "Bps" else "")
    text = f"{value:.0f}" if defaults.get("decimals") == 0 and value >= 1 else f"{value:.3g}"
    return text + (" /s" if unit == "reqps" else "")
