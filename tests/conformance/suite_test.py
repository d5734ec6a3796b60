"""The suite itself: each case says one thing, the page shows all of them, and the tools it stands on can fail."""

import contextlib
import socket
import sys
import threading
import unittest
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts" / "lib")]
import cases  # noqa: E402, F401
import document  # noqa: E402
from compare import same_answer, same_request  # noqa: E402
from message import Malformed, Received, Short, parse_head, read_answer, read_request  # noqa: E402
from runner import run_all  # noqa: E402
from stage import Stage, Upstream  # noqa: E402
from suite import CASES, GROUPS, Allowed, Case, Unlike, run_case  # noqa: E402

REQUEST = "GET /x HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: 2\r\n\r\n"


def head(text):
    return parse_head(text.encode())


class Cases(unittest.TestCase):
    def test_names_are_unique(self):
        self.assertEqual([name for name, count in Counter(one.name for one in CASES).items() if count > 1], [])

    def test_each_group_is_known_and_has_cases(self):
        self.assertEqual({one.group for one in CASES}, set(GROUPS))

    def test_each_case_names_its_section(self):
        self.assertEqual([one.name for one in CASES if not one.section], [])

    def test_the_page_lists_the_cases(self):
        """If this fails: ./dev conformance --peers --markdown"""
        in_order = [(one.name, one.section) for group in GROUPS for one in CASES if one.group == group]
        self.assertEqual(document.listed(), in_order)

    def test_files_stay_short(self):
        long = [path.name for path in HERE.rglob("*.py") if len(path.read_text().splitlines()) > 400]
        self.assertEqual(long, [])


class Comparison(unittest.TestCase):
    def compare(self, got, strict=False):
        try:
            return same_request(head(REQUEST), head(got), strict)
        except (Allowed, Unlike) as told:
            return f"{type(told).__name__}: {told}"

    def test_what_is_the_same(self):
        self.assertEqual(self.compare(REQUEST, strict=True), "")
        self.assertEqual(self.compare(REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")), "")

    def test_what_means_the_same(self):
        respelt = REQUEST.replace("Host", "host")
        self.assertEqual(self.compare(respelt), "re-spells names")
        self.assertEqual(self.compare(respelt, strict=True), "Allowed: re-spells names")
        self.assertEqual(self.compare(REQUEST.replace("X-A: 1", "X-A:1")), "trims white space")
        joined = "GET /x HTTP/1.1\r\nHost: h\r\nX-A: 1, 2\r\n\r\n"
        self.assertEqual(self.compare(joined), "Allowed: joins x-a")
        self.assertEqual(self.compare(REQUEST.replace("X-A: 2", "X-A: 2\r\nVia: p")), "Allowed: adds via")

    def test_what_is_another_message(self):
        self.assertEqual(self.compare(REQUEST.replace("/x", "/y")), "Unlike: target becomes /y")
        self.assertEqual(self.compare(REQUEST.replace("GET", "PUT")), "Unlike: method becomes PUT")
        self.assertEqual(self.compare(REQUEST.replace("X-A: 2", "X-A: 3")), "Unlike: changes x-a")
        self.assertEqual(self.compare(REQUEST.replace("Host: h\r\n", "")), "Unlike: loses host")

    def test_set_cookie_is_never_joined(self):
        sent = head("HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n")
        with self.assertRaises(Unlike):
            same_answer(sent, head("HTTP/1.1 200 OK\r\nSet-Cookie: a, b\r\n\r\n"))


class Messages(unittest.TestCase):
    CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    def test_whole(self):
        answer = read_answer(Received(self.CHUNKED + b"2;a=b\r\nok\r\n0\r\nT: 1\r\n\r\n"))
        self.assertEqual((answer.body, answer.trailers, answer.framing), (b"ok", [("T", "1")], "chunked"))
        self.assertEqual(read_request(Received(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nokGET")).body, b"ok")

    def test_short(self):
        for rest in (b"", b"2", b"2\r\no", b"2\r\nok\r\n", b"2\r\nok\r\n0\r\n", b"2\r\nok\r\n0\r\nT: 1\r\n"):
            with self.assertRaises(Short):
                read_answer(Received(self.CHUNKED + rest))

    def test_malformed(self):
        for rest in (b"-1\r\n", b"zz\r\n", b"2\r\nokay\r\n", b"\r\n", b" 2\r\nok\r\n"):
            with self.assertRaises(Malformed):
                read_answer(Received(self.CHUNKED + rest))


class Direct:
    """No proxy: clients talk to the upstream itself."""

    pid = None

    def __init__(self, upstream):
        self.address = ("127.0.0.1", upstream.port)

    def peak_kib(self):
        return None


class Stages(unittest.TestCase):
    def setUp(self):
        self.upstream = Upstream()
        self.addCleanup(lambda: self.upstream.socket.close())

    def run_case(self, function):
        return run_case(Case("", "", "", function), Stage(Direct(self.upstream), self.upstream))

    def test_an_exchange_passes(self):
        result = self.run_case(lambda stage: stage.ask(REQUEST)[1].body.decode())
        self.assertEqual((result.verdict, result.what), ("pass", "ok"))

    def test_what_the_case_did_not_ask_for_is_a_fault(self):
        def one_and_a_half(stage):
            stage.ask(REQUEST + "GET /smuggled HTTP/1.1\r\n")

        result = self.run_case(one_and_a_half)
        self.assertEqual(result.verdict, "fail")
        self.assertIn("'GET /smuggled HTTP/1.1'", result.what)

    def test_a_second_connection_is_a_fault(self):
        def another(stage):
            stage.ask(REQUEST)
            stage.client("GET /more HTTP/1.1\r\n\r\n")

        result = self.run_case(another)
        self.assertEqual(result.verdict, "fail")
        self.assertIn("a request of its own: 'GET /more HTTP/1.1'", result.what)

    def test_a_refused_connection_comes_back(self):
        def refused(stage):
            stage.refuse_connections()
            with self.assertRaises(ConnectionRefusedError):
                stage.client()

        self.assertEqual(self.run_case(refused).verdict, "pass")
        self.assertEqual(self.run_case(lambda stage: stage.ask(REQUEST)[1].body.decode()).what, "ok")

    def test_a_reset_is_told_from_an_end(self):
        def ends(stage):
            client = stage.client(REQUEST)
            wire = stage.accept()
            wire.read_until("\r\n\r\n")
            wire.reset()
            return client.wait_for_end()

        self.assertEqual(self.run_case(ends).what, "reset")


class Closing:
    """A proxy that closes each connection at once."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(128)
        self.address = self.socket.getsockname()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                self.socket.accept()[0].close()

    def peak_kib(self):
        return None


class NoProxy(unittest.TestCase):
    def test_no_case_passes_where_nothing_is_done(self):
        places = [(Closing(), Upstream()) for _ in range(32)]
        self.addCleanup(lambda: [one.socket.close() for place in places for one in place])
        results = run_all(places, [one for one in CASES if not one.slow])
        self.assertEqual([one.name for one, result in results.items() if result.verdict == "pass"], [])


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
