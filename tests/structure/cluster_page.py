#!/usr/bin/env python3
"""Holds docs/cluster.md and the runner's list against the files of tests/cluster, none of which is run here.

usage: cluster_page.py ROOT

The page has a row for each file, the runner's list names each, and all of them load.
"""

import pathlib
import re
import sys
import unittest

PAGE = "docs/cluster.md"
ROW = re.compile(r"^\| `(\w+_test)` \|", re.MULTILINE)


def faults(page, listed, files):
    """What is wrong: lines of text."""
    for where, names in ((PAGE, ROW.findall(page)), ("the list in tests/cluster/run.py", listed)):
        for name in sorted(set(files) ^ set(names)):
            yield f"{where}: {name} is " + ("missing" if name in files else "no file of tests/cluster")


def unloadable(names):
    loader = unittest.TestLoader()
    loader.loadTestsFromNames(names)
    return loader.errors


def check_itself():
    """What is wrong is found, and nothing else."""
    page = "| file | holds |\n|---|---|\n| `a_test` | much |\n"
    assert not list(faults(page, ["a_test"], ["a_test"]))
    assert len(list(faults(page, ["a_test"], ["a_test", "b_test"]))) == 2
    assert len(list(faults(page, ["a_test", "b_test"], ["a_test"]))) == 1
    assert len(list(faults("", ["a_test"], ["a_test"]))) == 1
    assert unloadable(["no_such_test"])


def main():
    check_itself()
    root = pathlib.Path(sys.argv[1])
    tests = root / "tests" / "cluster"
    sys.path.insert(0, str(tests))
    import run  # noqa: PLC0415  # only now can it be found
    files = [path.stem for path in tests.glob("*_test.py")]
    found = [*faults((root / PAGE).read_text(encoding="utf-8"), run.ALL, files), *unloadable(run.ALL)]
    print("\n".join(found) or f"{PAGE} and the runner name each file of tests/cluster")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
