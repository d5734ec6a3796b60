"""Prints the links of Markdown pages that lead to nothing: to a file that is not there, or to a heading that its page has not.

usage: dead_links.py PAGE...

Links to a place on the web, which have a colon, are not looked at. A heading's anchor is made as GitHub makes it.
"""

import functools
import pathlib
import re
import sys

FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^):\s]+)\)")


@functools.cache
def anchors_of(page):
    found = set()
    for heading in re.findall(r"^#+ (.*)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(next(name for name in (anchor, *(f"{anchor}-{again}" for again in range(1, 99))) if name not in found))
    return found


def dead_links(page):
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        if not there.exists() or anchor and there.suffix == ".md" and anchor not in anchors_of(there.resolve()):
            yield target


for name in sys.argv[1:]:
    for target in dead_links(pathlib.Path(name)):
        print(f"{name}: {target}")
