#!/usr/bin/env python3
"""Tests the chart's admission policies and everything that it renders against a real Kubernetes API server: once as it
is, once as it keeps to the oldest version that has such policies.

usage: run.py PROGRAMS HELM [TEST...]

PROGRAMS is the folder that scripts/lib/apiserver prints, HELM the helm to use. TEST is a name as unittest takes it,
pods_test or pods_test.Pods.test_x; without one, all tests run.
"""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(ROOT / "scripts" / "lib")]
import world  # noqa: E402
from cluster import Cluster  # noqa: E402
from processes import end_on_terminate  # noqa: E402
from releases import install_releases  # noqa: E402

# The oldest version with the policies: what they say must be known there.
OLDEST = "1.34"


def tests_of(names):
    loader = unittest.TestLoader()
    return loader.loadTestsFromNames(names) if names else loader.discover(HERE, "*_test.py")


def run_tests(names, programs, helm, emulated):
    """How many passed and how many failed, on one cluster."""
    with Cluster(programs, helm, emulated) as world.cluster:
        version = world.cluster.get("/version")["gitVersion"]
        print(f"Kubernetes {version}{f' as {emulated}' if emulated else ''}", flush=True)
        install_releases()
        result = unittest.TextTestRunner(verbosity=2).run(tests_of(names))
    # A test of several parts may fail in more than one.
    failed = len({getattr(test, "test_case", test) for test, _ in result.failures + result.errors})
    return result.testsRun - failed, failed


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    end_on_terminate()
    counts = [run_tests(sys.argv[3:], sys.argv[1], sys.argv[2], emulated) for emulated in (None, OLDEST)]
    passed, failed = map(sum, zip(*counts))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
