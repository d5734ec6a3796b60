#!/usr/bin/env python3
"""Holds each source below src/ and tests/ to be compiled: a test that no build knows cannot fail.

usage: sources.py ROOT

The name of each .cc, without its end, must stand as a word in the CMakeLists.txt of its folder, or of the nearest folder above
that has one; or the file, with its folder, in that of another. Prints those that are in none, and exits 1 if there are any.
"""

import pathlib
import re
import sys
import tempfile


def listing_of(source, root):
    """The text of the CMakeLists.txt that has to name the source."""
    for folder in source.parents:
        listing = folder / "CMakeLists.txt"
        if listing.exists():
            return listing.read_text(encoding="utf-8")
        if folder == root:
            return ""
    return ""


def has_word(text, word):
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)


def unlisted(root):
    listings = "".join(listing.read_text(encoding="utf-8") for listing in (root / "tests").rglob("CMakeLists.txt"))
    for part in ("src", "tests"):
        for source in sorted((root / part).rglob("*.cc")):
            if not has_word(listing_of(source, root), source.stem) and f"{source.parent.name}/{source.name}" not in listings:
                yield source.relative_to(root)


def check_itself():
    """What is wrong is found, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in (("src/a/CMakeLists.txt", "layer(a SOURCES one.cc)"), ("src/a/one.cc", ""), ("tests/CMakeLists.txt", "test(part_two d/three.cc)"), ("tests/d/CMakeLists.txt", ""), ("tests/d/three.cc", ""),
                           ("tests/b/two.cc", ""), ("tests/b/part_two.cc", ""), ("src/c/one.cc", "")):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        assert [str(path) for path in unlisted(root)] == ["src/c/one.cc", "tests/b/two.cc"]


def main():
    check_itself()
    found = [f"{path}: no CMakeLists.txt has it, so that it is never compiled" for path in unlisted(pathlib.Path(sys.argv[1]))]
    print("\n".join(found) or "every source is compiled")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
