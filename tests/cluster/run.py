#!/usr/bin/env python3
"""Runs the tests within a node; scripts/cluster_test starts it.

usage: run.py [--quick] [TEST...]     TEST as unittest takes it: gate_test, ending_test.Ending.test_x
"""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
from cluster import CLIENTS, FIGURES, make_client, namespace  # noqa: E402

# What stands first says most.
ALL = ("gate_test", "ending_test", "alerts_test", "faults_test", "policies_test", "settings_test", "shapes_test",
       "upgrades_test", "upstream_test")
QUICK = ALL[:2]


def main():
    names = sys.argv[1:]
    quick = names[:1] == ["--quick"]
    names = names[1:] if quick else names
    namespace(CLIENTS)
    make_client()
    tests = unittest.defaultTestLoader.loadTestsFromNames(names or (QUICK if quick else ALL))
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    print("\nfigures:", *FIGURES, sep="\n  ")
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
