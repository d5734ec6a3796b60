"""The suite itself: the page shows all of it, and what is broken on the way is found."""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "python"), str(HERE.parent.parent / "scripts" / "lib")]
import abilities  # noqa: E402
import document  # noqa: E402
import peers  # noqa: E402
from abilities import ABILITIES, DEVIATIONS, difference, is_able  # noqa: E402
from contract import body, described  # noqa: E402
from own_answers import OWN_ANSWERS, verdict  # noqa: E402
from runner import judge_way  # noqa: E402

SMALL = next(one for one in ABILITIES if one.name.startswith("small"))
CUT = next(one for one in ABILITIES if one.name.startswith("cut answer with a length"))


def seen(data=b"small\n", status=200, fields=(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))):
    return {"answers": [described(status, fields, data)], "connections": 1}


class Scripted:
    """A client that sees what it is told to."""

    def __init__(self, saw):
        self.saw = saw

    def carry_out(self, *_):
        return self.saw


def judged(direct, behind, ability=SMALL, deviation=None):
    return judge_way(Scripted(behind), ability, direct, "", deviation).verdict


class Page(unittest.TestCase):
    def test_has_all_clients_upstreams_and_abilities(self):
        """If this fails: ./dev interop --markdown"""
        clients = [client.name for client in peers.CLIENTS]
        wanted = [(f"Before {upstream.name}", clients, [one.name for one in ABILITIES]) for upstream in peers.UPSTREAMS]
        wanted.append(("The gate's own answers", clients, [one.name for one in OWN_ANSWERS]))
        self.assertEqual(document.outline(document.generated()), wanted)

    def test_shows_no_fault(self):
        self.assertNotIn(document.SIGNS["no"], document.generated())

    def test_gives_the_reason_for_each_deviation(self):
        for _, why in DEVIATIONS.values():
            self.assertIn(why, document.generated())

    def test_deviations_are_of_abilities_and_upstreams_that_there_are(self):
        known = {(ability.name, upstream.name) for ability in ABILITIES for upstream in peers.UPSTREAMS}
        self.assertLessEqual(set(DEVIATIONS), known)


class Verdicts(unittest.TestCase):
    def test_what_is_seen_alike_works(self):
        self.assertEqual(judged(seen(), seen()), "yes")
        self.assertEqual(judged({"error": "half"}, {"error": "another half"}, CUT), "yes")

    def test_what_cannot_be_done_directly_is_no_fault(self):
        for direct in ({"cannot": "exchange"}, {"error": "reset"}, seen(status=404), {}):
            self.assertEqual(judged(direct, {"error": "reset"}), "-")

    def test_what_is_lost_on_the_way_is_a_fault(self):
        for behind in ({"error": "reset"}, seen(status=502), seen(b"smal\n"), seen(fields=[("Set-Cookie", "a=1, b=2")]),
                       seen(fields=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Via", "gate")])):
            self.assertEqual(judged(seen(), behind), "no", behind)

    def test_a_cut_that_is_hidden_is_a_fault(self):
        self.assertEqual(judged({"error": "half"}, seen(b"half"), CUT), "no")
        self.assertEqual(judged({"error": "half"}, {"error": "silent for 60 s", "silent": True}, CUT), "no")

    def test_a_deviation_is_told_apart(self):
        is_502 = lambda saw: abilities.statuses(saw) == [502]  # noqa: E731
        self.assertEqual(judged(seen(), seen(status=502), deviation=is_502), "other")

    def test_a_hop_has_fields_of_its_own(self):
        behind = seen(fields=[("set-cookie", "a=1"), ("Connection", "close"), ("Set-Cookie", "b=2")])
        self.assertEqual(difference(seen(), behind), "")

    def test_the_gates_own_answers_can_be_wrong(self):
        self.assertEqual(verdict(seen(status=502), lambda saw: abilities.statuses(saw) == [429]).verdict, "no")

    def test_no_ability_is_seen_in_nothing(self):
        for ability in ABILITIES:
            for saw in ({}, {"answers": []}, seen(b"", 404, []), {"events": ["1"]}):
                self.assertFalse(is_able(ability.is_seen, saw), ability.name)


class Pattern(unittest.TestCase):
    def test_a_lost_or_doubled_buffer_is_seen(self):
        data = body(1_000_000)
        self.assertTrue(described(200, [], data)["intact"])
        self.assertFalse(described(200, [], data[:65_536] + data[131_072:])["intact"])
        self.assertFalse(described(200, [], data[:65_536] + data)["intact"])


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
