#!/usr/bin/env python3
"""Forbids the places of co_await that g++ 12.2 miscompiles (src/base/task.h says how).

usage: coroutines.py ROOT

The value of a co_await in a condition has no place in the coroutine's frame and is written over its resume
pointer; operands of && and ||, branches of ?: and lambdas in the same expression are destroyed wrongly.
"""

import pathlib
import re
import sys

CONDITION = re.compile(r"\b(?:if|while|switch)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*?\bco_await\b")
OPERAND = re.compile(r"(?:&&|\|\||\?)[^;{}]*\bco_await\b|\bco_await\b[^;{}]*(?:&&|\|\||\?)")
LAMBDA = re.compile(r"\bco_await\b[^;{}]*\[[^\];{}]*\]\s*(?:\([^)]*\))?\s*\{")
COMMENT = re.compile(r"//[^\n]*")


def faults(text):
    """(line, what) for each forbidden place in the text of a source file."""
    code = COMMENT.sub(lambda comment: " " * len(comment.group()), text)
    for pattern, what in (
        (CONDITION, "co_await in a condition: give its value a name first"),
        (OPERAND, "co_await as an operand of &&, || or ?:: write it as a statement of its own"),
        (LAMBDA, "a lambda inside a co_await expression: give it a name first"),
    ):
        for found in pattern.finditer(code):
            yield code.count("\n", 0, found.start()) + 1, what


def check_itself():
    """The patterns find what they are for, and nothing else."""
    bad = (
        "if (!co_await read()) co_return;",
        "while (co_await next()) {}",
        "if (co_await f(g(x), h())) x();",
        "bool ok = a && co_await b();",
        "auto n = x ? co_await a() : 0;",
        "co_await wait([this] { return ready(); });",
    )
    good = (
        "const bool came = co_await read(); if (!came) co_return;",
        "if (ready) co_return co_await answer(1);",
        "const auto [error, n] = co_await socket.read(buffer, kTask);\nfor (;;) {}",
    )
    missed = [text for text in bad if not list(faults(text))]
    wrong = [text for text in good if list(faults(text))]
    if missed or wrong:
        sys.exit(f"the check itself is wrong: missed {missed}, reported {wrong}")


def main():
    check_itself()
    root = pathlib.Path(sys.argv[1])
    sources = sorted(p for folder in ("src", "bench") for p in (root / folder).rglob("*") if p.suffix in (".cc", ".h"))
    found = [
        f"{path.relative_to(root)}:{line}: {what}"
        for path in sources
        for line, what in faults(path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found) or f"{len(sources)} files, nothing found")
    sys.exit(1 if found else 0)


main()
