"""The stand-in's flags; tests/standin/README.md describes them for people."""

import argparse
import os


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(64, f"coder_standin: {message}\n")


def milliseconds(text):
    return int(text) / 1000


def port(text):
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


def in_environment(name, otherwise):
    return os.environ[name].lower() in ("true", "1", "yes", "on") if name in os.environ else otherwise


def parse(arguments):
    """The flags, then AUTH_MODE, READONLY_MODE and TRUSTED_PROXY from the environment where no flag said otherwise."""
    parser = Parser("coder_standin", description="Behaves like the kube-coder workspace server.", allow_abbrev=False)
    add = parser.add_argument
    add("--address", default="127.0.0.1", help="IPv4 address to listen on (127.0.0.1)")
    add("--port", type=port, default=0, help="0 takes a free one")
    add("--backlog", type=int, default=5, help="of the listening socket (5, as upstream)")

    add("--tmux-socket", default="", help="use tmux -S PATH -f /dev/null instead of TMUX_TMPDIR")
    add("--session-command", default="exec sleep 86400", help="what bash -lc runs in a session (exec sleep 86400)")

    add("--cap", type=int, help="check the number of sessions as upstream does, without a lock")
    add("--no-cap", dest="cap", action="store_const", const=None, help="admit every create (default)")
    add("--create-delay", type=milliseconds, default=0, help="ms between the check and the session")
    add("--answer-delay", type=milliseconds, default=0, help="ms between the session and the answer")
    add("--count-only", action="store_true", help="count creates, and make neither task nor session")
    add("--fail-creates", type=int, help="answer every create with this status; 0 closes without a byte")

    add("--state", default="", help="where tasks are kept; otherwise a new folder, removed at the end")
    add("--files", default="", help="what /home/dev is upstream; otherwise files in the folder of tasks")

    add("--auth-mode", choices=("basic", "oauth2", "none"), default=os.environ.get("AUTH_MODE", "basic"),
        help="none needs --readonly")
    add("--token", default="standin-token", help="the API token of oauth2 mode")
    add("--readonly", action="store_true", default=in_environment("READONLY_MODE", False),
        help="refuse all that changes anything")

    add("--heartbeat", type=milliseconds, default=15, help="ms between comments on /api/events")
    add("--stream-max", type=milliseconds, default=1800, help="how many ms /api/events lasts")
    add("--stream-poll", type=milliseconds, default=1.5, help="ms between looks of a task's stream")
    add("--stream-grace", type=milliseconds, default=5, help="how many ms a task's stream outlives the task")
    add("--board-time", type=milliseconds, default=1, help="ms from the answer to a board run to its last task")
    add("--terminal-port", type=port, default=7681, help="where /api/terminal-proxy/ goes (7681)")

    options = parser.parse_args(arguments)
    options.trusted_proxy = in_environment("TRUSTED_PROXY", True)
    if options.auth_mode == "none" and not options.readonly:
        parser.error("--auth-mode none is allowed only with --readonly")
    return options
