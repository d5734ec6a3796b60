"""The tables of docs/conformance.md, between two markers."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "conformance.md"
BEGIN = "<!-- tables of ./dev conformance --peers --markdown: begin -->\n"
END = "<!-- tables: end -->\n"


def write(tables):
    before, after = PAGE.read_text().split(BEGIN)[0], PAGE.read_text().split(END)[1]
    PAGE.write_text(before + BEGIN + "\n" + tables + "\n" + END + after)


def listed():
    """(case, section) of each row on the page, in order."""
    tables = PAGE.read_text().split(BEGIN)[1].split(END)[0]
    rows = [re.split(r" (?<!\\)\| ", line[2:-2]) for line in tables.splitlines() if line.startswith("| ")]
    names = []
    for row in rows:
        if row[0] == "case":
            names.append([])
        elif names and row[0] != "---":
            names[-1].append((row[0], row[1]))
    return [row for table in names for row in table]
