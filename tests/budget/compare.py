"""Holds measured costs to the budget, and says what does not fit."""

from collections import Counter

from measure import Cost

HINT = "./dev budget --write"
# A figure moves by about 1 % from run to run, on a machine with three times the work that it can do as well.
INSTRUCTIONS = 0.03
# Less than one: each allocation, system call and segment is a whole one.
ONE_MORE = 0.5
# A budget that is this much too high does not hold what was won. That is a failure as well: ctest does not show what
# a test says that passes, so nobody would read a hint.
SLACK = 0.10
# What is simulated depends on where the linker puts things: a change elsewhere moves it.
LAYOUT = 0.15


def from_budget(entry):
    return Cost(entry["instructions"], entry["allocations"], Counter(entry["system_calls"]), entry.get("mispredicted_jumps"),
                entry.get("instruction_misses"), entry.get("segments"))


def to_budget(cost):
    entry = {"instructions": cost.instructions, "allocations": cost.allocations}
    if cost.jumps is not None:
        entry |= {"mispredicted_jumps": cost.jumps, "instruction_misses": cost.misses}
    if cost.segments is not None:
        entry["segments"] = cost.segments
    return entry | {"system_calls": dict(sorted(cost.calls.items()))}


def judge(name, step, cost, budget):
    """What is beyond the budget of a flow, a line each."""
    rows = [("instructions", cost.instructions, budget.instructions, budget.instructions * INSTRUCTIONS),
            ("allocations", cost.allocations, budget.allocations, ONE_MORE),
            ("system calls", cost.calls.total(), budget.calls.total(), ONE_MORE)]
    if budget.segments is not None:
        rows.append(("segments", cost.segments, budget.segments, ONE_MORE))
    if budget.jumps is not None:
        rows += [("mispredicted jumps", cost.jumps, budget.jumps, budget.jumps * LAYOUT),
                 ("misses of instructions", cost.misses, budget.misses, budget.misses * LAYOUT)]
    for what, now, allowed, margin in rows:
        over = now > allowed + margin
        slack = now < allowed - max(margin, allowed * SLACK)
        if not (over or slack):
            continue
        line = f"{name}: {number(now)} {what} a{'n' if step[0] in 'aeiou' else ''} {step}, budget {number(allowed)}"
        line += f" ({(now / allowed - 1) * 100:+.1f} %)" if allowed else ""
        if what == "system calls":
            line += f": {difference(cost.calls, budget.calls)}"
        yield line + (f"; so that it stays won: {HINT}" if slack else "")


def difference(now, allowed):
    return ", ".join(f"{name} {now[name]} (budget {allowed[name]})"
                     for name in sorted(now | allowed) if now[name] != allowed[name])


def other_circumstances(here, written):
    """What the budget was measured with, where that is not what is here."""
    return [f"{what}: measured with {written.get(what, 'nothing')}, here {here[what]}"
            for what in here if here[what] != written.get(what)]


def table(costs, budgets):
    """The costs beside their budgets, for people."""
    rows = [("", "instructions", "allocations", "system calls", "segments")]
    for name, cost in costs.items():
        budget = budgets.get(name)
        rows.append((name,
                     beside(cost.instructions, budget and budget.instructions),
                     beside(cost.allocations, budget and budget.allocations),
                     beside(cost.calls.total(), budget and budget.calls.total()),
                     beside(cost.segments, budget and budget.segments) if cost.segments is not None else ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows]
    calls = [f"{name.rjust(widths[0])}: " + ", ".join(f"{count} {call}" for call, count in cost.calls.most_common())
             for name, cost in costs.items()]
    simulated = [f"{name.rjust(widths[0])}: {beside(cost.jumps, budget.jumps)} mispredicted jumps, "
                 f"{beside(cost.misses, budget.misses)} misses of the instruction cache"
                 for name, cost in costs.items() if cost.jumps is not None and (budget := budgets.get(name, cost))]
    return "\n".join([*lines, "", *calls, "", *simulated])


def beside(now, allowed):
    return number(now) + (" (new)" if allowed is None else f" ({number(allowed)})")


def number(value):
    return f"{value:,.1f}".removesuffix(".0") if value is not None else "nothing"
