#!/usr/bin/env python3
"""Holds docs/faults.md against the tests that it names, and against the pages of metrics and log.

usage: fault_page.py ROOT

Each row ends with the tests that make the fault: `binary`: "name of the case". The case must stand in a source of
that test binary. What stands in backticks in the column before must be on docs/metrics.md or docs/logs.md.
"""

import pathlib
import re
import sys

PAGE = "docs/faults.md"
TEST = re.compile(r'`(\w+)`: "([^"]+)"')
WORD = re.compile(r"`([^`]+)`")
BINARY = re.compile(r"taskgate(?:_program)?_test\((\w+)\s+SOURCES\s+((?:\w+\.cc\s+)+)")
CASE = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def cases_of(root):
    """The names of all cases, by test binary."""
    cases = {}
    for listing in sorted((root / "tests").rglob("CMakeLists.txt")):
        for binary, sources in BINARY.findall(listing.read_text(encoding="utf-8")):
            for source in sources.split():
                text = (listing.parent / source).read_text(encoding="utf-8")
                names = ("".join(LITERAL.findall(literals)) for literals in CASE.findall(text))
                cases.setdefault(binary, set()).update(names)
    return cases


def rows_of(page):
    """(line number, cells) of each row of the tables."""
    for number, line in enumerate(page.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "fault" and set(cells[0]) != {"-"}:
            yield number, cells


def faults(page, cases, vocabulary):
    """What is wrong with the page: lines of text."""
    rows = list(rows_of(page))
    if not rows:
        yield f"{PAGE}: there is no row"
    for number, cells in rows:
        if len(cells) != 5:
            yield f"{PAGE}:{number}: {len(cells)} columns, not 5"
            continue
        tests = TEST.findall(cells[4])
        if not tests:
            yield f"{PAGE}:{number}: names no test"
        for binary, name in tests:
            if name not in cases.get(binary, ()):
                yield f'{PAGE}:{number}: test_{binary} has no case "{name}"'
        for word in WORD.findall(cells[3]):
            if f"`{word}`" not in vocabulary:
                yield f"{PAGE}:{number}: `{word}` is neither on docs/metrics.md nor on docs/logs.md"


def check_itself():
    """What is wrong is found, and nothing else."""
    head = "| fault | clients | gate | metrics | test |\n|---|---|---|---|---|\n"
    cases = {"load": {"a fact"}}
    good = head + '| f | c | g | `known` | `load`: "a fact" |\n'
    assert not list(faults(good, cases, "`known`"))
    for wrong, page in (
        ("no row", head),
        ("4 columns", head + "| f | c | g | m |\n"),
        ("no test", head + "| f | c | g | | soon |\n"),
        ("no case", good.replace("a fact", "a guess")),
        ("no case", good.replace("`load`", "`other`")),
        ("neither", good.replace("`known`", "`unknown`")),
    ):
        assert len(list(faults(page, cases, "`known`"))) == 1, wrong
    assert LITERAL.findall('"a \\"b\\" "\n    "c"') == ['a \\"b\\" ', "c"]


def main():
    check_itself()
    root = pathlib.Path(sys.argv[1])
    page, metrics, logs = (
        (root / path).read_text(encoding="utf-8") for path in (PAGE, "docs/metrics.md", "docs/logs.md")
    )
    found = list(faults(page, cases_of(root), metrics + logs))
    print("\n".join(found) or f"every row of {PAGE} names a test that exists")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
