"""What is long-lived or unusual: event streams and the request behind them, apps and tunnels, files."""

import socket
import threading
import unittest

from standin_world import PATIENCE, TERMINAL, Answer, Case, Client, message, wait_until

EVENTS = b"GET /api/events HTTP/1.1\r\nHost: x\r\n"
HANDSHAKE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
             "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
UPLOAD = "/api/files/upload"


class EventStreams(Case):
    def test_a_stream_says_keep_alive_has_no_length_and_begins_with_ready(self):
        with Client(self.world().port, EVENTS + b"\r\n") as client:
            answer = Answer(client.until(b"\r\n\r\n"))
            self.assertEqual((answer.status, answer.version), (200, "HTTP/1.0"))
            self.assertEqual(answer["Content-Type"], "text/event-stream")
            self.assertEqual(answer["X-Accel-Buffering"], "no")
            self.assertEqual(answer["Connection"], "keep-alive")
            self.assertIsNone(answer["Content-Length"])
            self.assertEqual(client.until(b"\n\n"), b"event: ready\ndata: {}\n\n")

    def test_a_task_that_is_made_is_told_to_whoever_listens(self):
        standin = self.world()
        with Client(standin.port, EVENTS + b"\r\n") as client:
            client.until(b"event: ready\ndata: {}\n\n")
            task = standin.ask("POST", TERMINAL).json()["task_id"]
            self.assertEqual(client.until(b"\n\n").decode(), f'event: task.created\ndata: {{"task_id": "{task}"}}\n\n')

    def test_a_silent_stream_has_heartbeats(self):
        with Client(self.world("--heartbeat", "20").port, EVENTS + b"\r\n") as client:
            client.until(b": heartbeat\n\n")
            client.until(b": heartbeat\n\n")

    def test_a_stream_that_ends_keeps_the_socket_and_serves_a_create_that_waits_behind_it(self):
        standin = self.world("--stream-max", "30")
        with Client(standin.port, EVENTS + b"\r\n" + message("POST", TERMINAL)) as client:
            client.until(b"event: end\ndata: timeout\n\n")
            self.assertEqual(Answer(client.rest()).status, 201)
        self.assertEqual(len(standin.tmux.sessions()), 1)

    def test_the_body_of_a_get_is_not_read_and_behind_a_stream_it_is_the_next_request(self):
        standin = self.world("--stream-max", "30")
        smuggled = message("POST", TERMINAL)
        with Client(standin.port, EVENTS + b"Content-Length: %d\r\n\r\n" % len(smuggled) + smuggled) as client:
            client.until(b"event: end\n")
            self.assertIn(b"HTTP/1.0 201 ", client.rest())

    def test_the_socket_of_an_ended_stream_stays_open_until_the_client_goes(self):
        with Client(self.world("--stream-max", "10").port, EVENTS + b"\r\n") as client:
            client.until(b"event: end\ndata: timeout\n\n")
            client.socket.settimeout(0.1)
            with self.assertRaises(TimeoutError):
                client.rest()
            client.socket.settimeout(PATIENCE)
            client.send(b"GET /livez HTTP/1.1\r\n\r\n")
            self.assertEqual(Answer(client.rest()).status, 200)

    def test_a_listener_that_goes_is_noticed_at_the_next_write_that_fails(self):
        standin = self.world("--heartbeat", "10")
        Client(standin.port, EVENTS + b"\r\n").socket.close()
        wait_until("the request came", lambda: standin.stats()["requests"] == 1, PATIENCE)
        standin.when_idle()

    def test_a_tasks_stream_shows_its_screen_and_ends_when_the_task_is_over(self):
        standin = self.world("--stream-poll", "10", "--stream-grace", "20", "--session-command",
                             "echo hello there; sleep 86400")
        task = standin.ask("POST", TERMINAL).json()
        request = f"GET /api/claude/tasks/{task['task_id']}/stream?from=start HTTP/1.1\r\n\r\n".encode()
        with Client(standin.port, request + message("GET", "/livez")) as client:
            client.until(b"hello there")
            standin.tmux.run("kill-session", "-t", "=" + task["tmux_session"])
            client.until(b"event: end\ndata: completed\n\n")
            self.assertEqual(Answer(client.rest()).status, 200)

    def test_the_stream_of_an_unknown_task_is_404_and_closes(self):
        self.assertEqual(self.world().ask("GET", "/api/claude/tasks/1-2/stream").status, 404)


class Apps(Case):
    def setUp(self):
        self.standin = self.world()

    def app(self, serve, body=b""):
        """A program beside the upstream, for one connection, which serves once `body` is there: what came is in `self.seen`."""
        listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))

        def run():
            with listener.accept()[0] as connection:
                connection.settimeout(PATIENCE)
                self.seen = b""
                while not self.seen.endswith(b"\r\n\r\n" + body):
                    self.seen += connection.recv(65536)
                serve(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, PATIENCE)
        return f"/api/app-proxy/{listener.getsockname()[1]}"

    def test_the_built_in_echo_answers_a_real_101_and_gives_back_what_comes_half_close_included(self):
        with Client(self.standin.port, message("GET", "/api/app-proxy/3000/ws", fields=HANDSHAKE) + b"early") as client:
            head = Answer(client.until(b"\r\n\r\n"))
            self.assertEqual((head.status, head.version), (101, "HTTP/1.1"))
            # RFC 6455, 1.3 has this key and its answer.
            self.assertEqual(head["Sec-WebSocket-Accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            client.until(b"early")
            client.send(100_000 * b"\x7f" + b"last")
            client.half_close()
            self.assertEqual(client.rest(), 100_000 * b"\x7f" + b"last")

    def test_upgrade_websocket_alone_opens_the_tunnel_also_in_http_1_0(self):
        request = b"GET /oauth/api/app-proxy/3000/ws HTTP/1.0\r\nUpgrade: WebSocket\r\n\r\n"
        self.assertTrue(self.standin.raw(request, half_close=True).startswith(b"HTTP/1.1 101 "))

    def test_a_post_that_asks_for_an_upgrade_is_an_ordinary_request(self):
        self.assertEqual(self.standin.ask("POST", TERMINAL, fields=HANDSHAKE).status, 201)

    def test_an_apps_own_101_is_relayed_byte_for_byte_with_what_is_glued_to_it(self):
        head = b"HTTP/1.1 101 Fine\r\nX-Odd:  spaces \r\nUpgrade: websocket\r\n\r\n"
        prefix = self.app(lambda connection: (connection.sendall(head + b"early"),
                                              connection.sendall(b"got " + connection.recv(5))))
        with Client(self.standin.port, message("GET", prefix + "/socket?a=b", fields=HANDSHAKE)) as client:
            self.assertEqual(client.until(b"early"), head + b"early")
            client.send(b"bytes")
            client.half_close()
            self.assertEqual(client.rest(), b"got bytes")
        self.assertTrue(self.seen.startswith(b"GET /socket?a=b HTTP/1.1\r\n"))
        self.assertIn(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", self.seen)

    def test_an_apps_chunked_answer_comes_back_close_delimited(self):
        prefix = self.app(lambda connection: connection.sendall(
            b"HTTP/1.1 203 Odd\r\nTransfer-Encoding: chunked\r\nX-App: y\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), b"body")
        answer = self.standin.ask("PUT", prefix + "/x", b"body", {"X-Mine": "z"})
        self.assertEqual((answer.status, answer.reason, answer.body), (203, "Odd", b"abcde"))
        self.assertEqual((answer["X-App"], answer["Content-Length"]), ("y", None))
        self.assertTrue(self.seen.startswith(b"PUT /x HTTP/1.1\r\n"))
        self.assertTrue(self.seen.endswith(b"\r\n\r\nbody"))
        self.assertIn(b"X-Mine: z\r\n", self.seen)
        self.assertIn(f"X-Forwarded-Prefix: {prefix}\r\n".encode(), self.seen)

    def test_an_apps_page_has_its_links_put_below_the_prefix_and_a_length(self):
        prefix = self.app(lambda connection: connection.sendall(
            b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n<a href="/x"><img src="/y">'))
        answer = self.standin.ask("GET", prefix + "/")
        self.assertTrue(answer.body.startswith(f'<a href="{prefix}/x">'.encode()), answer.body)
        self.assertIsNotNone(answer["Content-Length"])

    def test_an_apps_answer_is_passed_on_while_it_comes(self):
        go_on = threading.Event()
        prefix = self.app(lambda connection: (connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nfirst"),
                                              go_on.wait(PATIENCE), connection.sendall(b"second")))
        with Client(self.standin.port, message("GET", prefix + "/")) as client:
            client.until(b"first")
            go_on.set()
            self.assertEqual(client.rest(), b"second")

    def test_reserved_ports_are_refused_missing_apps_are_502_and_a_missing_slash_is_redirected(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            nobody = listener.getsockname()[1]
        self.assertEqual(self.standin.ask("POST", "/api/app-proxy/6080/api/claude/tasks").status, 403)
        self.assertEqual(self.standin.ask("GET", "/api/app-proxy/22/").status, 403)
        self.assertEqual(self.standin.ask("GET", f"/api/app-proxy/{nobody}/").status, 502)
        redirect = self.standin.ask("GET", "/api/app-proxy/3000")
        self.assertEqual((redirect.status, redirect["Location"]), (301, "/api/app-proxy/3000/"))

    def test_a_page_of_an_app_is_found_again_by_its_referer(self):
        answer = self.standin.ask("GET", "/style.css?v=1", fields={"Referer": "http://h/api/app-proxy/3000/page"})
        self.assertEqual((answer.status, answer["Location"]), (302, "/api/app-proxy/3000/style.css?v=1"))
        self.assertEqual(answer["Content-Length"], "0")


class Files(Case):
    def setUp(self):
        self.standin = self.world()

    def test_an_upload_is_stored_as_it_comes_and_can_be_downloaded(self):
        content = bytes(range(256)) * 800
        fields = {"X-Dest-Path": "/home/dev/in", "X-Filename": "a%20b.bin"}
        self.assertEqual(self.standin.ask("POST", UPLOAD, content, fields).status, 201)
        self.assertEqual((self.standin.files / "in" / "a b.bin").read_bytes(), content)
        loaded = self.standin.ask("GET", "/api/files/download?path=/home/dev/in/a%20b.bin")
        self.assertEqual((loaded.body, loaded["Content-Length"]), (content, str(len(content))))

    def test_an_upload_without_a_length_is_400_one_that_is_too_large_413(self):
        chunked = {"X-Filename": "f", "Transfer-Encoding": "chunked", "Content-Length": 0}
        answer = self.standin.ask("POST", UPLOAD, fields=chunked)
        self.assertEqual((answer.status, answer.body), (400, b'{"error": "empty body"}'))
        large = {"X-Filename": "f", "Content-Length": 209715201}
        self.assertEqual(self.standin.ask("POST", UPLOAD, fields=large).status, 413)

    def test_an_aborted_upload_leaves_the_short_file(self):
        request = message("POST", UPLOAD, b"part", {"X-Filename": "short", "Content-Length": 100})
        self.assertEqual(Answer(self.standin.raw(request, half_close=True)).status, 400)
        self.assertEqual((self.standin.files / "short").read_bytes(), b"part")

    def test_paths_do_not_lead_out_of_the_folder(self):
        for path, status in self.rows((("../state", 403), ("/etc/passwd", 403), ("none", 404))):
            self.assertEqual(self.standin.ask("GET", f"/api/files/download?path={path}").status, status)

    def test_raw_files_know_one_range_suffix_ranges_included_and_a_download_none(self):
        (self.standin.files / "m.mp4").write_bytes(b"0123456789")
        for field, status, body, content_range in self.rows((
                ("", 200, b"0123456789", None), ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
                ("bytes=7-", 206, b"789", "bytes 7-9/10"), ("bytes=-3", 206, b"789", "bytes 7-9/10"),
                ("bytes=5-99", 206, b"56789", "bytes 5-9/10"), ("bytes=10-", 416, b"", "bytes */10"),
                ("bytes=1-2,4-5", 200, b"0123456789", None), ("lines=1-2", 200, b"0123456789", None))):
            answer = self.standin.ask("GET", "/api/files/raw?path=m.mp4", fields={"Range": field})
            self.assertEqual((answer.status, answer.body, answer["Content-Range"]), (status, body, content_range))
        self.assertEqual(self.standin.ask("GET", "/api/files/download?path=m.mp4", fields={"Range": "bytes=2-4"}).status, 200)


if __name__ == "__main__":
    unittest.main()
