"""Holds src/ against the two tables of docs/architecture.md.

"Layers" says which folder of src/ may include which; "Libraries" says where a library may be seen.
Prints one line a violation, `file:line: what is wrong; what the page allows`, and exits 1 if there
is any. A folder that the page does not name, a folder that it names and src/ does not have, and a
layer that may include one of its own height or above are violations too, so that the page cannot go
stale.
"""

import pathlib
import re
import sys

PAGE = "docs/architecture.md"
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
CODE = re.compile(r"`([^`]+)`")


class Page:
    """The two tables, read."""

    def __init__(self, text):
        self.height = {}  # unit -> layer number; a unit is a folder of src/ or a file in it
        self.allowed = {}  # unit -> the units that it may include
        self.libraries = []  # (name, the prefixes it is included by, the places that may)
        for row in rows_below(text, "Layers"):
            self.read_layer(row)
        for name, prefixes, places in rows_below(text, "Libraries"):
            self.libraries.append((name, CODE.findall(prefixes), CODE.findall(places)))
        for unit, allowed in self.allowed.items():
            if allowed == {"all"}:
                self.allowed[unit] = {other for other in self.height if self.is_below(other, unit)}

    def read_layer(self, row):
        number, place, _, may_include = row
        (path,) = CODE.findall(place)
        unit = path.removeprefix("src/")
        self.height[unit] = int(number)
        words = re.split(r",\s*", may_include)
        self.allowed[unit] = set() if words == ["nothing"] else set(words)

    def is_below(self, lower, upper):
        return lower in self.height and self.height[lower] < self.height[upper]


def rows_below(text, heading):
    """The body rows of the table in the section of that heading, each a list of cells."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if not section:
        sys.exit(f"{PAGE}: there is no section '{heading}'")
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    if len(lines) < 3:
        sys.exit(f"{PAGE}: the section '{heading}' has no table")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def check_page(page, units_in_tree):
    """What is wrong with the table itself."""
    for unit in sorted(units_in_tree - page.height.keys()):
        yield f"{PAGE}: src/{unit} is missing in the table of layers"
    for unit in sorted(page.height.keys() - units_in_tree):
        yield f"{PAGE}: the table of layers names src/{unit}, which does not exist"
    for unit, allowed in page.allowed.items():
        for other in sorted(allowed):
            if other not in page.height:
                yield f"{PAGE}: src/{unit} may include '{other}', which is no layer of the table"
            elif not page.is_below(other, unit):
                yield f"{PAGE}: src/{unit} may include {other}, which is not below it"


def check_include(page, file, quote, target):
    """What is wrong with one include of `file` (a path below src/), or None."""
    unit, included = unit_of(file), target.split("/")[0]
    if quote == '"' and included not in page.height:
        return f'"{target}" is not a path from src'
    if included in page.height:
        allowed = page.allowed.get(unit, set())
        if included != unit and included not in allowed:
            return f"{unit} includes {target}; it may include {', '.join(sorted(allowed)) or 'nothing'}"
    for name, prefixes, places in page.libraries:
        if target.startswith(tuple(prefixes)) and not any(is_in(file, place) for place in places):
            return f"{name} ({target}) may be seen only in {', '.join(places)}"
    return None


def unit_of(file):
    return file.parts[0]


def is_in(file, place):
    path = pathlib.PurePath("src") / file
    return path == pathlib.PurePath(place) or pathlib.PurePath(place) in path.parents


def violations(root):
    """All violations in the tree at `root`, as lines of text."""
    source = root / "src"
    page = Page((root / PAGE).read_text(encoding="utf-8"))
    files = sorted(path for path in source.rglob("*") if path.suffix in (".h", ".cc"))
    files = [path.relative_to(source) for path in files]
    yield from check_page(page, {unit_of(file) for file in files})
    for file in files:
        lines = (source / file).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            include = INCLUDE.match(line)
            fault = include and check_include(page, file, *include.groups())
            if fault:
                yield f"src/{file}:{number}: {fault}"


def main():
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "every include is one that docs/architecture.md allows")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
