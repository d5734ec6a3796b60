"""How the stand-in speaks HTTP, who it lets in, and what it reads: the facts of the upstream that a gate meets."""

import os
import signal
import socket
import subprocess
import unittest

from standin_world import CLAUDE, PROGRAM, TERMINAL, Answer, Case, Client, Process, message


class Framing(Case):
    def setUp(self):
        self.standin = self.world()

    def test_an_answer_is_http_1_0_and_ends_with_the_connection_without_a_length(self):
        answer = self.standin.ask("GET", "/livez")
        self.assertEqual((answer.version, answer.status), ("HTTP/1.0", 200))
        self.assertRegex(answer.fields[0][1], r"^SimpleHTTP/0\.6 Python/3\.")
        self.assertEqual([name for name, _ in answer.fields], ["Server", "Date", "Content-type", "Cache-Control"])
        self.assertEqual(answer["Content-type"], "application/json; charset=utf-8")
        self.assertEqual(answer["Cache-Control"], "no-cache, no-store, must-revalidate")
        self.assertEqual(answer.body, b'{"status": "ok"}')

    def test_a_second_request_behind_an_ordinary_answer_is_dropped_keep_alive_or_not(self):
        for version in self.rows(("1.0", "1.1")):
            request = f"GET /livez HTTP/{version}\r\nConnection: keep-alive\r\n\r\n".encode()
            self.assertEqual(self.standin.raw(request + request).count(b"200 OK"), 1)
        self.assertEqual(self.standin.stats()["requests"], 2)

    def test_versions_below_2_0_are_served_http_0_9_without_a_head(self):
        for end in self.rows((b"", b" HTTP/0.9", b" HTTP/1.0", b" HTTP/1.1", b" HTTP/1.9", b" HTTP/01.01")):
            headless = end in (b"", b" HTTP/0.9")
            answer = self.standin.raw(b"GET /livez" + end + b"\r\n\r\n")
            self.assertTrue(answer.startswith(b"{" if headless else b"HTTP/1.0 200 OK\r\n"), answer)

    def test_what_the_parser_refuses_is_closed_without_a_byte(self):
        for request in self.rows((
                b"PRI * HTTP/2.0\r\n\r\n", b"GET /livez http/1.1\r\n\r\n", b"GET /livez HTTP/1.1x\r\n\r\n",
                b"POST /livez\r\n\r\n", b"\x16\x03\x01\x02\r\n", b"\r\nGET /livez HTTP/1.1\r\n\r\n",
                b"GET /livez a HTTP/1.1\r\n\r\n", b"GET /" + b"x" * 66_000 + b" HTTP/1.1\r\n\r\n")):
            self.assertEqual(self.standin.raw(request), b"")

    def test_99_header_lines_pass_and_100_are_431(self):
        line = b"GET /livez HTTP/1.1\r\n"
        self.assertEqual(Answer(self.standin.raw(line + 99 * b"A: b\r\n" + b"\r\n")).status, 200)
        # With the empty line unread, the end may be a reset: only the head counts.
        self.assertEqual(Answer(self.standin.raw(line + 100 * b"A: b\r\n" + b"\r\n")).status, 431)

    def test_a_header_line_of_more_than_65536_bytes_is_431(self):
        request = b"GET /livez HTTP/1.1\r\nA: " + 65_540 * b"x" + b"\r\n\r\n"
        self.assertEqual(Answer(self.standin.raw(request)).status, 431)

    def test_lines_may_end_in_lf_alone_and_a_host_is_not_asked_for(self):
        self.assertEqual(Answer(self.standin.raw(b"GET /livez HTTP/1.1\n\n")).status, 200)

    def test_methods_are_told_apart_by_case_and_head_is_no_get(self):
        for method, target, status, empty in self.rows((
                ("GET", "/health", 200, False), ("HEAD", "/livez", 404, True), ("HEAD", CLAUDE, 404, True),
                ("HEAD", "/", 200, True), ("OPTIONS", "*", 204, True), ("OPTIONS", CLAUDE, 204, True),
                ("TRACE", "/", 501, False), ("CONNECT", "/", 501, False), ("post", CLAUDE, 501, False),
                ("Post", CLAUDE, 501, False), ("PUT", CLAUDE, 501, True), ("PATCH", "/x", 501, True),
                ("GET", "/api/nothing", 404, False))):
            answer = self.standin.ask(method, target)
            self.assertEqual((answer.status, not answer.body), (status, empty))
        self.assertEqual(self.standin.stats()["creates_received"], 0)

    def test_an_unknown_post_is_404_and_says_what_it_received(self):
        answer = self.standin.ask("POST", "/oauth/api/nothing")
        self.assertEqual((answer.status, answer.body), (404, b"API endpoint not found. Received: /api/nothing"))

    def test_a_stock_error_page_has_a_length_and_says_that_it_closes(self):
        answer = self.standin.ask("TRACE", "/")
        self.assertEqual(answer["Connection"], "close")
        self.assertIsNotNone(answer["Content-Length"])

    def test_expect_100_continue_is_never_answered(self):
        head = b"POST " + TERMINAL.encode() + b" HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        with Client(self.standin.port, head) as client:
            while self.standin.stats()["creates_received"] == 0:
                pass
            client.send(b"{}")
            self.assertTrue(client.rest().startswith(b"HTTP/1.0 201 "))

    def test_the_statistics_do_not_count_themselves(self):
        self.standin.stats()
        self.standin.ask("GET", "/livez")
        stats = self.standin.stats()
        self.assertEqual((stats["requests"], stats["connections"]), (1, 1))


class Login(Case):
    def test_oauth2_mode_takes_a_bearer_or_an_identity_header_that_is_not_behind_bearer_api(self):
        standin = self.world("--auth-mode", "oauth2", "--token", "secret")
        for target, field, status in self.rows((
                (CLAUDE, None, 401), (CLAUDE, ("Authorization", "Bearer secret"), 200),
                (CLAUDE, ("Authorization", "bearer secret"), 401), (CLAUDE, ("Authorization", "Bearer wrong"), 401),
                (CLAUDE, ("X-Auth-Request-User", "u"), 200), (CLAUDE, ("X-Auth-Request-Email", "u@x"), 200),
                (CLAUDE, ("Remote-User", "u"), 200), (CLAUDE, ("Remote-User", ""), 401),
                ("/bearer-api" + CLAUDE, ("Remote-User", "u"), 401),
                ("/bearer-api" + CLAUDE, ("Authorization", "Bearer secret"), 200),
                ("/api/desktop/t1", None, 200), ("/livez", None, 200), ("/metrics", None, 401))):
            self.assertEqual(standin.ask("GET", target, fields=[field] if field else []).status, status)

    def test_in_oauth2_mode_an_unauthorized_create_is_401_even_at_capacity(self):
        standin = self.world("--auth-mode", "oauth2", "--cap", "0")
        self.assertEqual(standin.ask("POST", TERMINAL).status, 401)
        self.assertEqual(standin.ask("POST", TERMINAL, fields=[("Remote-User", "u")]).status, 429)

    def test_read_only_mode_refuses_every_change_before_anything_else(self):
        standin = self.world("--readonly", "--auth-mode", "none")
        for method in self.rows(("POST", "PUT", "PATCH", "DELETE")):
            answer = standin.ask(method, CLAUDE, b"not json")
            self.assertEqual((answer.status, answer.json()["code"]), (403, "readonly"))
        self.assertEqual(standin.ask("GET", CLAUDE).status, 200)


class Program(Case):
    def process(self, *flags):
        return self.enterContext(Process(*flags))

    def test_mode_none_is_allowed_only_together_with_read_only_mode(self):
        self.assertEqual(subprocess.run([PROGRAM, "--auth-mode", "none"], capture_output=True).returncode, 64)

    def test_the_environment_sets_the_modes_as_upstream(self):
        os.environ["READONLY_MODE"] = "true"
        self.addCleanup(os.environ.pop, "READONLY_MODE")
        self.assertEqual(self.process().ask("POST", TERMINAL).status, 403)

    def test_sigterm_ends_it_with_open_connections(self):
        standin = self.process()
        with Client(standin.port, message("GET", "/api/events")) as client:
            client.until(b"event: ready")
            standin.process.terminate()
            self.assertEqual(standin.process.wait(), 0)

    def connect(self, standin, timeout=None):
        return self.enterContext(socket.create_connection(("127.0.0.1", standin.port), timeout))

    def test_seven_connections_at_once_overflow_the_listen_backlog_of_5(self):
        standin = self.process()
        standin.process.send_signal(signal.SIGSTOP)  # nothing is accepted, so the queue stays as it is
        for _ in range(6):
            self.connect(standin)
        with self.assertRaises(TimeoutError):
            self.connect(standin, 0.3)

    def test_backlog_makes_room_for_a_burst(self):
        standin = self.process("--backlog", "64")
        standin.process.send_signal(signal.SIGSTOP)
        for _ in range(32):
            self.connect(standin, 10)


if __name__ == "__main__":
    unittest.main()
