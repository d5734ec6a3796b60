"""Each mode of bench_load against bench_upstream, through a gate: that they work together, not how fast."""

import subprocess
import unittest

import paths  # noqa: F401
from generators import Load
from peers import start_own_upstream
from processes import Failure, World, binaries, cpu_seconds


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(binaries())
        cls.addClassCleanup(cls.world.close)
        upstream = start_own_upstream(cls.world, "upstream")
        cls.gate, cls.port, _ = cls.world.gate("gate", upstream.port, cls.world.tmux("bench"), "--limit", "0",
                                               "--drain-notice", "0s")

    def run_load(self, mode, **flags):
        with Load(self.world, mode, self.port, **flags) as load:
            return load.run()

    def test_requests_come_at_their_rate(self):
        # Each of the 2 connections sends at the moments of its own: 20 in all.
        result = self.run_load("requests", path="/small", connections=2, per_second=200, milliseconds=100)
        self.assertEqual((result["count"], result["open"]), (20, 2))
        self.assertGreater(result["p99_us"], 0)
        self.assertEqual(sum(result["took_us"].values()), 20)

    def test_refusals_are_requests_of_another_status(self):
        result = self.run_load("requests", path="/api/claude/tasks", method="POST", body="{}", status=429,
                               per_second=100, milliseconds=100)
        self.assertEqual(result["count"], 10)

    def test_a_wrong_status_is_a_failure(self):
        with self.assertRaisesRegex(Failure, "404 instead of 200"):
            self.run_load("requests", path="/nowhere")

    def test_a_crowd_that_does_nothing_stands(self):
        self.assertEqual(self.run_load("requests", path="/small", connections=50)["open"], 50)

    def test_a_connection_that_was_closed_is_noticed(self):
        world = World(binaries())
        self.addCleanup(world.close)
        upstream = start_own_upstream(world, "short")
        with Load(world, "requests", upstream.port, path="/small", connections=3) as load:
            world.end(upstream.process)
            with self.assertRaisesRegex(Failure, "of 3 connections 0 stand"):
                load.run()

    def test_events_carry_the_moment_they_were_due(self):
        result = self.run_load("streams", path="/events/100", connections=3, milliseconds=100)
        self.assertEqual((result["count"], result["open"]), (30, 3))

    def test_a_stream_with_events_that_nobody_read_stands(self):
        self.assertEqual(self.run_load("streams", path="/events/1000", connections=20)["open"], 20)

    def test_streams_can_be_held(self):
        self.assertEqual(self.run_load("streams", path="/events/0", connections=3)["open"], 3)

    def test_messages_come_back_through_tunnels(self):
        result = self.run_load("tunnels", path="/echo", connections=3, per_second=300, milliseconds=100)
        self.assertEqual((result["count"], result["open"]), (30, 3))

    def test_uploads_and_downloads_are_whole(self):
        size = 1_000_001
        up = self.run_load("upload", method="POST", path="/sink", bytes=size, connections=2)
        self.assertEqual((up["count"], up["bytes"]), (2, 2 * size))
        down = self.run_load("download", path=f"/bytes/{size}", bytes=size, connections=2)
        self.assertEqual((down["count"], down["bytes"]), (2, 2 * size))

    def test_tunnels_carry_all_bytes_either_way(self):
        size = 1_000_001
        for mode, path in (("tunnel-up", f"/tunnel/sink/{size}"), ("tunnel-down", f"/tunnel/bytes/{size}")):
            with self.subTest(mode):
                result = self.run_load(mode, path=path, bytes=size, connections=2)
                self.assertEqual((result["count"], result["bytes"], result["open"]), (2, 2 * size, 2))

    def test_a_tunnel_that_is_none_is_a_failure(self):
        with self.assertRaisesRegex(Failure, "200 instead of 101"):
            self.run_load("tunnel-up", path="/small", bytes=10)

    def test_a_short_download_is_a_failure(self):
        with self.assertRaisesRegex(Failure, "short"):
            self.run_load("download", path="/bytes/10", bytes=1000)

    def test_what_processes_use_can_be_read(self):
        self.assertGreater(cpu_seconds([self.gate.pid]), 0)

    def test_wrong_flags_are_named(self):
        for words, complaint in ((["nonsense"], "unknown mode: nonsense"), (["upload"], "--port is required"),
                                 (["upload", "--port", "x"], "not a number that will do: x"),
                                 (["upload", "--odd", "1"], "unknown flag: --odd")):
            run = subprocess.run([self.world.program("bench/bench_load"), *words], capture_output=True, text=True,
                                 check=False)
            self.assertEqual((run.returncode, run.stderr), (64, f"bench_load: {complaint}\n"))


if __name__ == "__main__":
    unittest.main()
