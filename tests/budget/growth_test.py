"""No work grows with the product of two sizes that a client chooses: names among names, lines among options.

The instructions of a request are counted at three sizes that are equally far apart. Of work in proportion to the size both
steps between them cost the same; of work in proportion to its square the second costs more by a quarter of their sum.
"""

import socket
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts" / "lib")]
sys.dont_write_bytecode = True
import own_network  # noqa: E402
from flows import Wide  # noqa: E402
from measure import LIMIT, PATIENCE, WARM_UP, Callgrind, read_dump  # noqa: E402
from processes import World, binaries, end_on_terminate  # noqa: E402

SIZES = (24, 48, 72)
LAPS = 3
STEPS = 5
# Sorting, and looking up in what is sorted, take a little more than in proportion.
MOST_BEND = 0.05


def bend(costs):
    """By how much the second step costs more than the first one, of both together: 0 for a straight line, 1/4 for a
    square whose sizes are as SIZES."""
    low, middle, high = costs
    return (high - 2 * middle + low) / (high - low)


def instructions_of_a_request(tool, upstream, size):
    flow = Wide(tool.gate, upstream, size)
    for _ in range(WARM_UP):
        flow.step()
    tool.lap()
    first = tool.done + 1
    for _ in range(LAPS):
        for _ in range(STEPS):
            flow.step()
        tool.lap()
    flow.close()
    dumps = [Path(f"{tool.dumps}.{number}").read_text() for number in range(first, first + LAPS)]
    return min(read_dump(dump)["Ir"] for dump in dumps) // STEPS


class Growth(unittest.TestCase):
    def test_the_measure_tells_a_square_from_a_line(self):
        self.assertEqual(bend([1000 + 7 * size for size in SIZES]), 0)
        self.assertGreater(bend([1000 + 300 * size + 20 * size * size for size in SIZES]), 2 * MOST_BEND)

    def test_a_wide_head_costs_what_its_lines_and_names_cost_one_by_one(self):
        with World(binaries()) as world, socket.create_server(("127.0.0.1", 0)) as upstream:
            upstream.settimeout(PATIENCE)
            tmux = world.tmux("full")
            tmux.fill(LIMIT)
            command = world.gate_command("127.0.0.1:0", "127.0.0.1:0", upstream.getsockname()[1], tmux)
            tool = Callgrind(world, "growth", command)
            costs = [instructions_of_a_request(tool, upstream, size) for size in SIZES]
            tool.gate.kill()
        print("instructions of a request with", ", ".join(f"{size} lines and names: {cost:,}"
                                                           for size, cost in zip(SIZES, costs)))
        self.assertLess(bend(costs), MOST_BEND, "the cost of a head grows faster than the head")


if __name__ == "__main__":
    end_on_terminate()
    own_network.enter()
    unittest.main()
