"""The budget's own rules: what is beyond it is said, and counted rightly from what the tools write."""

import dataclasses
import json
import sys
import unittest
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts" / "lib")]
from compare import from_budget, judge, other_circumstances, table, to_budget  # noqa: E402
from flows import FLOWS  # noqa: E402
from measure import Cost, circumstances, cost_of, read_dump, read_trace  # noqa: E402

BUDGET = Cost(10_000, 30, Counter(recvfrom=8, sendmsg=4))
WON = "; so that it stays won: ./dev budget --write"


def judged(instructions=10_000, allocations=30.0, step="request", **calls):
    return list(judge("small", step, Cost(instructions, allocations, Counter(calls) or BUDGET.calls), BUDGET))


class Judgement(unittest.TestCase):
    def test_what_is_within_the_budget_is_not_mentioned(self):
        self.assertEqual(judged(), [])
        self.assertEqual(judged(instructions=10_300, allocations=30.4), [])

    def test_a_few_more_instructions_are_beyond_it(self):
        self.assertEqual(judged(instructions=10_420),
                         ["small: 10,420 instructions a request, budget 10,000 (+4.2 %)"])

    def test_one_more_allocation_is_beyond_it(self):
        self.assertEqual(judged(allocations=31), ["small: 31 allocations a request, budget 30 (+3.3 %)"])

    def test_one_more_system_call_is_beyond_it_and_named(self):
        self.assertEqual(judged(recvfrom=8, sendmsg=4, close=1),
                         ["small: 13 system calls a request, budget 12 (+8.3 %): close 1 (budget 0)"])

    def test_each_excess_is_said(self):
        self.assertEqual(len(judged(20_000, 60, recvfrom=16, sendmsg=8)), 3)

    def test_what_was_won_has_to_be_written_down(self):
        self.assertEqual(judged(instructions=9_100, allocations=27.5), [])
        self.assertEqual(judged(instructions=8_000),
                         ["small: 8,000 instructions a request, budget 10,000 (-20.0 %)" + WON])
        self.assertEqual(judged(recvfrom=6, sendmsg=4), [
            "small: 10 system calls a request, budget 12 (-16.7 %): recvfrom 6 (budget 8)" + WON])

    def test_a_budget_of_nothing_is_one(self):
        budget = Cost(10_000, 0, BUDGET.calls)
        self.assertEqual(list(judge("tunnel", "echo", Cost(10_000, 1, BUDGET.calls), budget)),
                         ["tunnel: 1 allocations an echo, budget 0"])

    def test_what_is_simulated_may_move_with_the_layout(self):
        budget = Cost(10_000, 30, BUDGET.calls, 100, 1000)
        self.assertEqual(list(judge("small", "request", Cost(10_000, 30, BUDGET.calls, 114, 860), budget)), [])
        self.assertEqual(list(judge("small", "request", Cost(10_000, 30, BUDGET.calls, 116, 1000), budget)),
                         ["small: 116 mispredicted jumps a request, budget 100 (+16.0 %)"])

    def test_one_more_segment_is_beyond_it(self):
        budget = dataclasses.replace(BUDGET, segments=9)
        self.assertEqual(list(judge("small", "request", dataclasses.replace(BUDGET, segments=10), budget)),
                         ["small: 10 segments a request, budget 9 (+11.1 %)"])

    def test_other_surroundings_are_named(self):
        written = {"compiler": "g++ 12", "tmux": "tmux 3.3a"}
        self.assertEqual(other_circumstances({"compiler": "g++ 13", "tmux": "tmux 3.3a"}, written),
                         ["compiler: measured with g++ 12, here g++ 13"])


class Tools(unittest.TestCase):
    def test_allocations_are_calls_from_outside_of_libc(self):
        dump = ("events: Ir Bim\n"
                "ob=/usr/bin/gate\nfn=main\ncfn=malloc\ncalls=3 0\n5 600\ncob=/lib/libc.so.6\ncfn=memalign\ncalls=2 0\n"
                "5 90\ncfn=free\ncalls=9 0\n5 90\nob=/lib/libc.so.6\nfn=memalign\ncfn=malloc\ncalls=2 0\n5 60\n"
                "totals: 12345 67\n")
        self.assertEqual(read_dump(dump), {"Ir": 12345, "Bim": 67, "allocations": 5})

    def test_system_calls_belong_to_the_lap_in_which_they_begin(self):
        trace = ("7 1.000100 close(3) = 0\n"
                 "7 2.000100 recvfrom(4,  <unfinished ...>\n"
                 "8 2.000200 futex(0x1) = 0\n"
                 "7 2.000300 <... recvfrom resumed>\"\") = 0\n"
                 "7 2.000400 clock_gettime(CLOCK_REALTIME, 0x1) = 0\n"
                 "7 3.000100 sendmsg(5) = 1\n"
                 "7 4.000100 close(3) = 0\n")
        self.assertEqual(read_trace(trace, [2.0, 3.0, 4.0]), [Counter(recvfrom=1, futex=1), Counter(sendmsg=1)])

    def test_what_disturbs_some_laps_is_not_counted(self):
        calm, disturbed = Counter(recvfrom=2), Counter(recvfrom=2, timerfd_settime=1)
        laps = [{"Ir": 100 * count, "allocations": count} for count in (20, 22, 20, 29)]
        by_strace = [(disturbed, 9), (calm, 9), (disturbed, 10), (calm, 9)]
        self.assertEqual(cost_of(laps, by_strace, 2), Cost(1000, 10.0, calm, segments=9))

    def test_a_crowd_is_divided_by_its_size(self):
        lap = {"Ir": 6400, "allocations": 128, "Bim": 640, "I1mr": 64}
        self.assertEqual(cost_of([lap], [(Counter(recvfrom=65, sendto=64), 128)], 1, 64),
                         Cost(100, 2.0, Counter(recvfrom=1.02, sendto=1), 10, 1, 2))


class File(unittest.TestCase):
    def setUp(self):
        self.budget = json.loads((HERE / "budget.json").read_text())

    def test_it_has_each_flow(self):
        self.assertEqual(set(self.budget["flows"]), set(FLOWS))

    def test_it_says_what_it_was_measured_with(self):
        self.assertEqual(set(self.budget["measured_with"]), set(circumstances(sys.executable)))

    def test_what_is_written_is_what_is_read(self):
        for entry in self.budget["flows"].values():
            self.assertEqual(to_budget(from_budget(entry)), entry)

    def test_the_table_has_a_row_for_each(self):
        self.assertEqual(table({"small": BUDGET}, {}).splitlines()[1].split(), [
            "small", "10,000", "(new)", "30", "(new)", "12", "(new)"])
        counted = dataclasses.replace(BUDGET, segments=9)
        self.assertEqual(table({"small": counted}, {"small": counted}).splitlines()[1].split()[-2:], ["9", "(9)"])


if __name__ == "__main__":
    unittest.main()
