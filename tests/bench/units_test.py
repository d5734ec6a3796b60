"""The benchmark's arithmetic, tables and page. No process is started."""

import unittest
from collections import Counter

import paths  # noqa: F401
import load
import page
import profiles
from choice import chosen
from processes import Failure
from rows import FixedRate, all_rows
from stats import ENOUGH, comparison, medians, percentile, pooled_p99, ratio
from table import Table, number, span


class Profiles(unittest.TestCase):
    REPORT = ("# Children      Self  Symbol\n"
              "    40.00%     0.20%  [k] tcp_sendmsg                      -      -\n"
              "    10.00%     1.00%  [k] unix_stream_sendmsg              -      -\n"
              "     9.00%     9.00%  [.] tcp_sendmsgs                     -      -\n")

    def test_a_report_is_read(self):
        self.assertEqual(profiles.shares(self.REPORT),
                         [(0.4, "tcp_sendmsg"), (0.1, "unix_stream_sendmsg"), (0.09, "tcp_sendmsgs")])
        self.assertEqual(profiles.shares("    50.00%  [kernel.kallsyms]\n"), [(0.5, "[kernel.kallsyms]")])

    def test_what_a_call_takes_is_not_other_work_too(self):
        objects = [(0.7, "[kernel.kallsyms]"), (0.2, "nginx"), (0.06, "libc.so.6"), (0.04, "libz.so")]
        parts = profiles.by_place(objects, profiles.shares(self.REPORT), "nginx")
        self.assertAlmostEqual(parts["sending"], 0.5)
        self.assertAlmostEqual(parts[profiles.REST], 0.2)
        self.assertEqual((parts[profiles.OWN], parts[profiles.LIBC], parts[profiles.LIBRARIES]), (0.2, 0.06, 0.04))
        self.assertAlmostEqual(sum(parts.values()), 1)


class Ratios(unittest.TestCase):
    def test_a_ratio_is_to_the_better_rival(self):
        self.assertEqual(ratio({"nginx": 10, "haproxy": 5, "caddy": 1, "taskgate": 10}), 2)

    def test_where_more_is_better_above_one_is_still_worse(self):
        self.assertEqual(ratio({"nginx": 100, "haproxy": 50, "taskgate": 50}, more_is_better=True), 2)

    def test_a_rival_that_was_not_run_is_left_out(self):
        self.assertEqual(ratio({"nginx": 10, "taskgate": 5}), 0.5)

    def test_a_difference_below_zero_has_no_ratio(self):
        self.assertIsNone(ratio({"nginx": 10, "haproxy": -3, "taskgate": 5}))
        self.assertIsNone(ratio({"nginx": None, "haproxy": 3, "taskgate": 5}))
        self.assertIsNone(ratio({"taskgate": 5}))

    def test_the_median_of_rounds_is_by_peer(self):
        self.assertEqual(medians([{"a": 3, "b": None}, {"a": 1, "b": 1}, {"a": 2, "b": 1}]), {"a": 2, "b": None})

    def test_the_spread_is_of_the_rounds_ratios(self):
        rounds = [{"nginx": 10, "haproxy": 20, "taskgate": own} for own in (9, 12, 10)]
        compared = comparison(rounds)
        self.assertEqual((compared.ratio, compared.spread()), (1, (0.9, 1.2, 3, 3)))

    def test_the_ratio_is_the_median_of_the_rounds_own(self):
        # The second round was slow for both: what counts is each beside the other.
        rounds = [{"nginx": 10, "taskgate": 10}, {"nginx": 40, "taskgate": 44}, {"nginx": 10, "taskgate": 12}]
        self.assertAlmostEqual(comparison(rounds).ratio, 1.1)

    def test_the_rival_is_the_better_one_of_all_rounds(self):
        rounds = [{"nginx": nginx, "haproxy": 12, "taskgate": 10} for nginx in (10, 10, 20)]
        self.assertEqual((comparison(rounds).ratio, comparison(rounds).spread()), (1, (0.5, 1, 3, 3)))
        rates = [{"nginx": 10, "haproxy": 12, "taskgate": 10} for _ in range(2)]
        self.assertEqual(comparison(rates, more_is_better=True).ratio, 1.2)

    def test_a_rival_without_a_value_in_one_round_leaves_no_ratio(self):
        rounds = [{"nginx": 10, "haproxy": haproxy, "taskgate": 5} for haproxy in (None, 12)]
        self.assertEqual((comparison(rounds).ratio, comparison(rounds).spread()), (None, None))

    def test_where_most_rounds_have_none_there_is_no_ratio(self):
        compared = comparison([{"nginx": 10, "taskgate": 5}, {"nginx": 10, "taskgate": -1}])
        self.assertEqual((compared.ratio, compared.spread()), (None, None))

    def test_the_spread_says_how_many_rounds_had_a_ratio(self):
        rounds = [{"nginx": 10, "taskgate": 5}, {"nginx": 10, "taskgate": 10}, {"nginx": 10, "taskgate": -1}]
        self.assertEqual(span(comparison(rounds).spread()), "0.50 to 1.00 (in 2 of 3)")


class Percentiles(unittest.TestCase):
    def test_a_percentile_is_by_nearest_rank(self):
        took = Counter({10.0: ENOUGH * 98 // 100, 20.0: ENOUGH // 100, 30.0: ENOUGH // 100})
        self.assertEqual([percentile(took, part) for part in (50, 98, 99, 100)], [10, 10, 20, 30])

    def test_few_answers_have_none(self):
        few = [{"direct": Counter({1.0: ENOUGH - 1}), "nginx": Counter({1.0: ENOUGH}), "taskgate": Counter({2.0: ENOUGH})}]
        self.assertEqual(pooled_p99(few).medians, {"direct": None, "nginx": 1, "taskgate": 2})
        self.assertEqual(pooled_p99(few, above_direct=True).medians, {"direct": None, "nginx": None, "taskgate": None})

    def test_one_bad_round_shows_in_the_spread_and_not_in_the_ratio(self):
        calm = {"direct": Counter({50.0: ENOUGH}), "nginx": Counter({100.0: ENOUGH}), "taskgate": Counter({90.0: ENOUGH})}
        stalled = {**calm, "taskgate": Counter({90.0: ENOUGH - 350, 5000.0: 350})}
        bad = pooled_p99([calm, calm, calm, stalled])
        self.assertEqual((bad.medians["taskgate"], bad.ratio, bad.spread()), (90, 0.9, (0.9, 50, 4, 4)))
        added = pooled_p99([calm, calm], above_direct=True)
        self.assertEqual((added.medians, added.ratio), ({"direct": None, "nginx": 50, "taskgate": 40}, 0.8))

    def test_one_round_alone_has_no_spread_and_so_no_ratio(self):
        one = pooled_p99([{"nginx": Counter({1.0: ENOUGH}), "taskgate": Counter({2.0: ENOUGH})}])
        self.assertEqual((one.ratio, one.spread()), (None, None))


class Tables(unittest.TestCase):
    def test_numbers_have_the_digits_that_say_something(self):
        shown = [number(value) for value in (None, "as is", 3, 1234.5, 99.94, 9.994, 0.123)]
        self.assertEqual(shown, ["-", "as is", "3", "1234", "99.9", "9.99", "0.12"])

    def test_text_and_markdown(self):
        table = Table("Sizes", ["", "ratio"])
        table.add("first", 1.5)
        self.assertEqual(table.text(), "Sizes\n         ratio\n  first   1.50\n")
        self.assertEqual(table.markdown(), "### Sizes\n\n|  | ratio |\n| --- | --: |\n| first | 1.50 |\n")

    def test_losses_are_the_ratios_above_one(self):
        table = Table("Sizes", ["", "ratio"])
        for name, value in (("even", 1.0), ("lost", 1.01), ("won", 0.9), ("none", None)):
            table.add(name, value)
        self.assertEqual(table.losses(), ["Sizes: lost 1.01"])


class Choice(unittest.TestCase):
    PARTS = {"load": ["Small answers", "Uploads of 16 MiB"], "burst": None, "memory": ["idle", "at most, in an upload"]}

    def test_without_a_word_all_is_measured(self):
        self.assertEqual(chosen(self.PARTS, None, ""), ["load", "burst", "memory"])
        self.assertEqual(chosen(self.PARTS, ["burst"], ""), ["burst"])

    def test_rows_alone_are_those_parts_that_have_one(self):
        self.assertEqual(chosen(self.PARTS, None, "UPLOAD"), ["load", "memory"])
        self.assertEqual(chosen(self.PARTS, None, "small"), ["load"])

    def test_a_part_that_was_named_is_measured_beside_rows(self):
        self.assertEqual(chosen(self.PARTS, ["burst", "load"], "small"), ["burst", "load"])
        self.assertEqual(chosen(self.PARTS, ["memory", "load"], "small"), ["load"])

    def test_a_text_in_no_rows_name_is_told_which_there_are(self):
        with self.assertRaisesRegex(Failure, "no row has 'small' in its name; there are:\n  memory: idle\n"):
            chosen(self.PARTS, ["memory", "burst"], "small")

    def test_a_part_without_rows_cannot_be_asked_for_one(self):
        with self.assertRaisesRegex(Failure, "burst cannot be measured by row"):
            chosen(self.PARTS, ["burst"], "small")


class UnderLoad(unittest.TestCase):
    PEERS = ("direct", "nginx", "haproxy", "caddy", "taskgate")

    def row(self, generator):
        results = {name: {"cpu_us": None if name == "direct" else 10.0, "generator": generator,
                          "helpers_cpu_us": 0.0} for name in self.PEERS}
        return {"name": "A row", "unit": "request", "metrics": [("cpu_us", "CPU µs/request", False)],
                "rounds": [results, results]}

    def test_a_row_has_its_ratio_and_its_spread(self):
        self.assertEqual(load.table(self.row(0.5)).rows[0],
                         ["CPU µs/request", "-", "10.0", "10.0", "10.0", "10.0", "1.00", "1.00 to 1.00"])

    def test_a_run_that_the_generator_limited_is_marked(self):
        self.assertEqual(load.table(self.row(0.5)).rows[1][1], "0.50")
        self.assertEqual(load.table(self.row(0.95)).rows[1][1], "0.95 (limit)")

    def test_a_percentile_of_too_few_answers_is_not_shown(self):
        for answers, labels in ((ENOUGH, ["CPU µs/request", "p99 µs"]), (1000, ["CPU µs/request"])):
            row = self.row(0.5)
            row["metrics"].append(("p99_us", "p99 µs", None))
            for results in row["rounds"]:
                for result in results.values():
                    result["took_us"] = Counter({50.0: answers})
            self.assertEqual([line[0] for line in load.table(row).rows[:-1]], labels)

    def test_added_latency_is_that_above_the_upstreams_own(self):
        results = load.with_added({"direct": {"median_us": 50}, "nginx": {"median_us": 70}})
        self.assertEqual(results["nginx"]["added_median_us"], 20)
        self.assertIsNone(results["direct"]["added_median_us"])

    def test_no_proxy_always_comes_first(self):
        firsts = [load.in_turn(self.PEERS, number)[:2] for number in range(5)]
        self.assertEqual([first for first, _ in firsts], ["direct"] * 5)
        self.assertEqual([second for _, second in firsts], ["nginx", "haproxy", "caddy", "taskgate", "nginx"])

    def test_a_fixed_rate_is_a_part_of_the_slowest(self):
        class Slow:
            @staticmethod
            def slowest_rate():
                return 5430.0

        row = FixedRate("A row", "closing", share=0.5)
        row.prepare(Slow)
        self.assertEqual((row.per_second, row.name), (2700, "A row, 2700 a second"))

    def test_rows_say_whether_the_gate_reuses_connections(self):
        without, with_it = (" ".join(row.name for row in all_rows(reuses)) for reuses in (False, True))
        self.assertIn("taskgate has no reuse", without)
        self.assertNotIn("taskgate has no reuse", with_it)


class Page(unittest.TestCase):
    def test_only_what_is_between_the_marks_is_replaced(self):
        before = "one\n<!-- bench:run -->\nold\n<!-- /bench:run -->\ntwo\n"
        self.assertEqual(page.filled(before, "run", "new\n"), "one\n<!-- bench:run -->\nnew\n<!-- /bench:run -->\ntwo\n")

    def test_a_page_without_its_marks_is_an_error(self):
        with self.assertRaises(Failure):
            page.filled("nothing", "run", "new")

    def test_the_performance_page_has_its_marks(self):
        text = (paths.ROOT / "docs" / "performance.md").read_text()
        for name in ("run", "tables"):
            self.assertIn("new", page.filled(text, name, "new"))


if __name__ == "__main__":
    unittest.main()
