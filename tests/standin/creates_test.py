"""The routes that make sessions: how they are spelled, what they take, what they answer, and how the upstream's own limit
fails."""

import os
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

from standin_world import CLAUDE, PATIENCE, PROGRAM, TERMINAL, Case, Client, Process, message, wait_until

FIRE = {"Authorization": "Bearer nightly-token"}
# A socket's path has 107 bytes at most, so tmux fails at once.
TOO_LONG = "/" + 200 * "x"
ALL = (CLAUDE, TERMINAL, "/api/webhooks/hook1", "/api/webhooks/hook1/test", "/api/triggers/cron-fire/nightly",
       "/api/desktop/t1/launch")


def head(path, fields):
    return f"POST {path} HTTP/1.1\r\n{fields}\r\n".encode()


class Spellings(Case):
    def setUp(self):
        self.standin = self.world("--count-only")

    def created(self, request):
        before = self.standin.stats()["creates_executed"]
        self.standin.raw(request, half_close=True)
        return self.standin.stats()["creates_executed"] - before

    def post(self, target):
        return b"POST " + target.encode("latin-1") + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"

    def test_eight_stackings_of_prefixes_create_behind_any_number_of_leading_slashes(self):
        for slashes in ("/", "//", "///", "//////////"):
            for prefixes in self.rows(("", "bearer-api/", "oauth/", "browser/", "bearer-api/oauth/",
                                       "bearer-api/browser/", "oauth/browser/", "bearer-api/oauth/browser/")):
                self.assertEqual(self.created(self.post(slashes + prefixes + TERMINAL[1:])), 1)

    def test_the_words_of_the_request_line_may_be_parted_by_any_white_space_that_python_knows(self):
        for space in self.rows((b" ", b"   ", b"\t", b"\v", b"\f", b"\r", b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\x85",
                                b"\xa0")):
            line = space.join((b"POST", TERMINAL.encode(), b"HTTP/1.1"))
            self.assertEqual(self.created(line + b"\r\n\r\n"), 1)
            self.assertEqual(self.created(space + line + space + b"\r\n\r\n"), 1)

    def test_a_create_may_have_lf_lines_an_odd_version_no_host_or_ask_for_an_upgrade(self):
        line = b"POST /api/claude/tasks HTTP/"
        for request in self.rows((
                line + b"1.1\n\n", line + b"0.9\r\n\r\n", line + b"1.9\r\n\r\n", line + b"1.1",
                line + b"1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")):
            self.assertEqual(self.created(request), 1)

    def test_spellings_that_a_normalising_proxy_would_turn_into_a_create_do_not_create_here(self):
        for path in self.rows((
                TERMINAL + "?x=1", TERMINAL + "?", TERMINAL + "#x", TERMINAL + ";x", TERMINAL + "/",
                "/api//claude/tasks/terminal", "/oauth/" + TERMINAL, "/bearer-api/" + TERMINAL,
                "/api/./claude/tasks/terminal", "/api/x/../claude/tasks/terminal", "/api/%63laude/tasks/terminal",
                "/api%2fclaude/tasks/terminal", "/API/claude/tasks/terminal", r"\api\claude\tasks\terminal",
                "http://x" + TERMINAL, TERMINAL[1:], TERMINAL + "\xff", TERMINAL + "\0", "/browser/oauth" + TERMINAL,
                "/oauth/bearer-api" + TERMINAL, "/browser/bearer-api" + TERMINAL, "/oauth/oauth" + TERMINAL,
                "/browser/browser" + TERMINAL, "/bearer-api/bearer-api" + TERMINAL, "/oauthx" + TERMINAL,
                "/OAUTH" + TERMINAL)):
            self.assertEqual(self.created(self.post(path)), 0)
        self.assertEqual(self.standin.stats()["creates_received"], 0)

    def test_ids_are_matched_by_their_letters(self):
        for path in self.rows(("/api/webhooks/ho.ok", "/api/triggers/cron-fire/Nightly", "/api/desktop/T1/launch",
                               "/api/webhooks/")):
            self.assertTrue(self.standin.ask("POST", path).body.startswith(b"API endpoint not found"))

    def test_get_drops_the_query_and_every_oauth_and_browser_but_health_is_matched_exactly(self):
        for target, status in self.rows((
                ("/api/claude/tasks?x=1", 200), ("/api/oauth/claude/tasks", 200),
                ("/browser/api/claude/browser/tasks", 200), ("/bearer-api/health", 200), ("/livez?x", 404),
                ("/oauth/livez", 404), ("/bearer-api", 200), ("/oauth", 200), ("/browser", 200), (TERMINAL, 404))):
            self.assertEqual(self.standin.ask("GET", target).status, status)
        self.assertEqual(self.standin.stats()["creates_received"], 0)


class Bodies(Case):
    def setUp(self):
        self.standin = self.world()

    def test_each_kind_of_body_good_or_bad_or_cut_short_has_the_upstreams_outcome(self):
        for fields, body, end, claude, terminal in self.rows((
                ("", b"", "", 201, 201),
                ("Content-Length: 0\r\n", b"", "", 201, 201),
                ("Transfer-Encoding: chunked\r\n", b"2\r\n{]\r\n0\r\n\r\n", "", 201, 201),
                ("Content-Length: 2\r\n", b"{}", "", 201, 201),
                ("Content-Length: 4\r\n", b"{]]]", "", 400, 201),
                ("Content-Length: two\r\n", b"{}", "", 400, 201),
                ("Content-Length: 1048577\r\n", b"", "", 400, 201),
                ("Content-Length: 2\r\n", b"[]", "", 500, 201),
                ("Content-Length: 13\r\n", b'{"workdir":1}', "", 500, 500),
                ("Content-Length: 10\r\n", b"", "fin", 201, 201),
                ("Content-Length: 10\r\n", b'{"a', "fin", 400, 201),
                ("Content-Length: 10\r\n", b"", "reset", 0, 0))):
            for path, status in ((CLAUDE, claude), (TERMINAL, terminal)):
                self.try_body(head(path, fields) + body, end, status)

    def try_body(self, request, end, status):
        before = self.standin.stats()
        sessions = len(self.standin.tmux.sessions())
        with Client(self.standin.port, request) as client:
            wait_until("the head is read", lambda: self.standin.stats()["creates_received"] >
                       before["creates_received"])
            if end == "reset":
                client.reset()
            else:
                if end:
                    client.half_close()
                self.assertTrue(client.rest().startswith(b"HTTP/1.0 %d " % status))
        made = status == 201
        self.assertEqual(self.standin.when_idle()["creates_executed"], before["creates_executed"] + made)
        self.assertEqual(len(self.standin.tmux.sessions()), sessions + made)

    def test_a_client_that_sends_all_and_leaves_without_reading_has_made_a_session(self):
        Client(self.standin.port, message("POST", TERMINAL, b"{}")).socket.close()
        wait_until("the session is there", lambda: len(self.standin.tmux.sessions()) == 1, PATIENCE)

    def test_only_content_length_is_read_and_as_python_reads_a_number_from_an_email_header(self):
        for fields, prompt in self.rows((
                ("Content-Length: 15\r\nContent-Length: 2\r\n", "hi"), ("Content-Length: +15\r\n", "hi"),
                ("Content-Length: 1_5\r\n", "hi"), ("content-length:15\r\n", "hi"),
                ("Content-Length:\r\n 15\r\n", "hi"), ("A: b\rContent-Length: 15\r\n", "hi"),
                ("Content-Length: -1\r\n", "hi"), ("Content-Length : 15\r\n", None),
                ("no colon\r\nContent-Length: 15\r\n", None), ("Transfer-Encoding: chunked\r\n", None))):
            answer = self.standin.raw(head(CLAUDE, fields) + b'{"prompt":"hi"}', half_close=True)
            self.assertIn(b'"prompt": "hi"' if prompt else b'"prompt": null', answer)


class Routes(Case):
    def test_a_201_names_a_session_that_is_listed_already(self):
        standin = self.world()
        claude = standin.ask("POST", CLAUDE, b'{"prompt":"p","response_secret":"s"}').json()
        terminal = standin.ask("POST", TERMINAL).json()
        self.assertEqual(set(standin.tmux.sessions()), {claude["tmux_session"], terminal["tmux_session"]})
        self.assertEqual(claude["tmux_session"], "kube-coder-" + claude["task_id"])
        self.assertEqual(claude["response_secret"], "s")
        self.assertEqual(terminal["kind"], "terminal")
        self.assertEqual(terminal["session_id"], terminal["task_id"])
        self.assertRegex(claude["task_id"], r"^\d{10}-[0-9a-f]{8}$")

    def test_webhooks_crons_and_desktop_items_answer_as_upstream_and_make_a_session_each(self):
        standin = self.world()
        hook = standin.ask("POST", "/api/webhooks/hook1", b'{"a":1}')
        self.assertEqual((hook.status, set(hook.json())), (202, {"task_id", "webhook_id", "status"}))
        self.assertEqual(standin.ask("POST", "/api/webhooks/hook1/test", b'{"payload":{}}').status, 202)
        cron = standin.ask("POST", "/api/triggers/cron-fire/nightly", fields=FIRE)
        self.assertEqual((cron.status, set(cron.json())), (202, {"task_id", "cron_id", "status"}))
        item = standin.ask("POST", "/api/desktop/t1/launch")
        self.assertEqual((item.status, item.json()["kind"]), (201, "task"))
        self.assertEqual(len(standin.tmux.sessions()), 4)
        self.assertEqual(standin.stats()["creates_received"], 4)

    def test_unknown_webhooks_bad_fire_tokens_and_suspended_crons_make_nothing(self):
        standin = self.world()
        self.assertEqual(standin.ask("POST", "/api/webhooks/other").body, b'{"error": "Not found or unauthorized"}')
        self.assertEqual(standin.ask("POST", "/api/triggers/cron-fire/nightly").status, 404)
        self.assertEqual(standin.ask("POST", "/api/triggers/cron-fire/other", fields=FIRE).status, 404)
        self.assertEqual(standin.ask("POST", "/api/triggers/cron-fire/paused", fields=FIRE).status, 409)
        self.assertEqual(standin.ask("POST", "/api/desktop/zz/launch").status, 404)
        self.assertEqual(standin.tmux.sessions(), [])

    def test_the_launch_of_a_desktop_item_makes_a_session_only_when_its_kind_is_task(self):
        standin = self.world()
        self.assertEqual(standin.ask("GET", "/api/desktop/u1").json()["action"]["type"], "url")
        self.assertEqual(standin.ask("GET", "/api/desktop/t1").json()["action"]["type"], "task")
        self.assertEqual(standin.ask("GET", "/api/desktop/none").status, 404)
        self.assertEqual(standin.ask("POST", "/api/desktop/u1/launch").status, 200)
        self.assertEqual(standin.ask("POST", "/api/desktop/s1/launch").status, 200)
        self.assertEqual(standin.tmux.sessions(), [])
        self.assertEqual(standin.stats()["creates_received"], 0)

    def test_a_workdir_that_does_not_exist_is_answered_201_running_and_the_session_ends_at_once(self):
        standin = self.world()
        answer = standin.ask("POST", TERMINAL, b'{"workdir":"/no/such/folder"}')
        self.assertEqual((answer.status, answer.json()["status"]), (201, "running"))
        wait_until("no session is left", lambda: not standin.tmux.sessions(), PATIENCE)

    def test_a_deleted_tasks_session_is_gone_before_the_answer(self):
        standin = self.world()
        path = f'{CLAUDE}/{standin.ask("POST", TERMINAL).json()["task_id"]}'
        self.assertEqual(standin.ask("GET", path).json()["status"], "running")
        self.assertEqual(standin.ask("DELETE", path).status, 200)
        self.assertEqual(standin.tmux.sessions(), [])
        self.assertEqual(standin.ask("GET", path).json()["status"], "killed")
        self.assertEqual(standin.ask("DELETE", CLAUDE + "/none").status, 404)

    def test_a_board_run_is_answered_first_and_then_makes_its_tasks(self):
        standin = self.world("--board-time", "300")
        run = standin.ask("POST", "/api/boards/b/runs", b'{"concurrency":2}')
        self.assertEqual((run.status, run.json()["concurrency"]), (201, 2))
        wait_until("two sessions", lambda: len(standin.tmux.sessions()) == 2, PATIENCE)
        self.assertEqual(standin.ask("POST", "/api/boards/empty/runs").json()["concurrency"], 0)

    def test_each_creates_marker_is_kept_from_its_body_or_from_its_header(self):
        standin = self.world("--fail-creates", "500")
        self.assertEqual(standin.ask("POST", CLAUDE, b'{"marker":"a"}').status, 500)
        self.assertEqual(standin.ask("POST", TERMINAL, b'{"marker":"b"}').status, 500)
        self.assertEqual(standin.ask("POST", "/api/desktop/t1/launch", fields={"X-Marker": "c"}).status, 500)
        stats = standin.stats()
        self.assertEqual(stats["create_ids"], ["a", "b", "c"])
        self.assertEqual((stats["creates_received"], stats["creates_executed"]), (3, 0))

    def test_fail_creates_0_closes_without_an_answer(self):
        self.assertEqual(self.world("--fail-creates", "0").raw(message("POST", TERMINAL)), b"")


class Capacity(Case):
    def test_at_capacity_every_create_is_429_with_the_upstreams_text_and_no_retry_after(self):
        standin = self.world("--cap", "1")
        self.assertEqual(standin.ask("POST", TERMINAL).status, 201)
        for path in self.rows(ALL):
            answer = standin.ask("POST", path, b"{}", FIRE)
            self.assertEqual((answer.status, answer["Retry-After"]), (429, None))
            self.assertEqual(answer.json()["error"], "concurrent task limit reached (1/1); wait for a task to finish or "
                                                     "raise KC_MAX_TASKS")
            self.assertEqual("webhook_id" in answer.json(), "webhooks" in path)
            self.assertEqual("cron_id" in answer.json(), "cron" in path)
        self.assertEqual(standin.ask("POST", "/api/boards/b/runs").status, 400)
        self.assertEqual(len(standin.tmux.sessions()), 1)

    def test_a_limit_of_0_or_below_refuses_every_create(self):
        for cap in self.rows(("0", "-1")):
            self.assertEqual(self.world("--cap", cap).ask("POST", TERMINAL).status, 429)

    def test_a_webhook_refused_at_capacity_is_a_duplicate_when_it_is_tried_again_with_room(self):
        standin = self.world("--cap", "1")
        task = standin.ask("POST", TERMINAL).json()["task_id"]
        self.assertEqual(standin.ask("POST", "/api/webhooks/hook1", b'{"n":1}').status, 429)
        self.assertEqual(standin.ask("DELETE", f"{CLAUDE}/{task}").status, 200)
        self.assertEqual(standin.ask("POST", "/api/webhooks/hook1", b'{"n":1}').status, 409)
        self.assertEqual(standin.ask("POST", "/api/webhooks/hook1", b'{"n":2}').status, 202)

    def test_the_limit_is_checked_and_used_in_two_steps_a_storm_is_admitted_past_it(self):
        standin = self.world("--cap", "12", "--create-delay", "1500", "--backlog", "128")
        storm = [threading.Thread(target=standin.ask, args=("POST", TERMINAL)) for _ in range(30)]
        for thread in storm:
            thread.start()
        for thread in storm:
            thread.join()
        self.assertGreater(len(standin.tmux.sessions()), 12)
        self.assertEqual(standin.stats()["creates_received"], 30)


class TmuxFailures(Case):
    def test_when_tmux_fails_each_route_says_so_in_its_own_way(self):
        standin = self.world(tmux_socket=TOO_LONG)
        answers = [standin.ask("POST", path, b"{}", FIRE) for path in ALL]
        self.assertEqual([answer.status for answer in answers], [201, 201, 502, 502, 202, 500])
        self.assertEqual([answer.json().get("status") for answer in answers], ["error", "error", None, None, "error", None])

    def test_a_tmux_failure_counts_as_no_sessions_the_upstreams_limit_fails_open(self):
        standin = self.world("--cap", "1", tmux_socket=TOO_LONG)
        self.assertEqual([standin.ask("POST", TERMINAL).status for _ in range(2)], [201, 201])

    def test_a_socket_in_a_folder_that_does_not_exist_is_answered_201_running_tmux_says_no_word(self):
        answer = self.world(tmux_socket="/no-such-folder/socket").ask("POST", TERMINAL)
        self.assertEqual((answer.status, answer.json()["status"]), (201, "running"))

    @unittest.skipUnless(PROGRAM, "wants the program's path")
    def test_a_session_is_made_where_tmux_tmpdir_says_when_no_socket_is_given(self):
        standin = self.world()
        os.environ["TMUX_TMPDIR"] = str(standin.folder)
        self.addCleanup(os.environ.pop, "TMUX_TMPDIR")
        other = self.enterContext(Process("--tmux-socket", ""))
        self.assertEqual(other.ask("POST", TERMINAL).status, 201)
        standin.tmux.path = str(Path(standin.folder, f"tmux-{os.getuid()}", "default"))
        self.assertEqual(len(standin.tmux.sessions()), 1)


class End(Case):
    # A tmux server that came up later was there for every test that followed.
    @unittest.skipUnless(PROGRAM, "wants the program's path")
    def test_it_ends_behind_the_tmux_command_that_it_runs(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        slow = folder / "tmux"
        slow.write_text(f"#!/bin/sh\n: >{folder}/begun\nsleep 0.2\n: >{folder}/done\n")
        slow.chmod(0o755)
        self.enterContext(mock.patch.dict(os.environ, {"PATH": f"{folder}:{os.environ['PATH']}"}))
        standin = self.enterContext(Process())
        self.enterContext(Client(standin.port, message("POST", TERMINAL)))
        wait_until("the command runs", (folder / "begun").exists, PATIENCE)
        standin.process.terminate()
        self.assertEqual(standin.process.wait(PATIENCE), 0)
        self.assertTrue((folder / "done").exists())


if __name__ == "__main__":
    unittest.main()
