"""Drives curl: each order is one run of it."""

import json
import subprocess
import tempfile
from pathlib import Path

from contract import body, described, refuse_what, serve_orders

CURL = ["curl", "--silent", "--show-error", "--no-buffer", "--http1.1"]


def run(arguments):
    done = subprocess.run([*CURL, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return [json.loads(line) for line in done.stdout.splitlines()]


def exchange(order):
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for number, one in enumerate(order["requests"]):
            arguments += [*(["--next", *CURL[1:]] if number else []), *request(Path(folder), number, order["base"], one)]
        told = run(arguments)
        answers = [answer(Path(folder), number) for number in range(len(told))]
        return {"answers": answers, "connections": sum(one["num_connects"] for one in told)}


def request(folder, number, base, one):
    refuse_what(one, "trailer")
    method = ["--head"] if one["method"] == "HEAD" else ["--request", one["method"]]
    arguments = [base + one["path"], *method, "--write-out", "%{stderr}%{stdout}%{json}\n",
                 "--dump-header", folder / f"{number}.head",
                 # Of HEAD it would write the head there.
                 "--output", "/dev/null" if one["method"] == "HEAD" else folder / f"{number}.body"]
    if "body" in one:
        (folder / f"{number}.sent").write_bytes(body(one["body"]))
        expect = ["Expect: 100-continue"] if one.get("expect") else ["Expect:"]
        coding = ["Transfer-Encoding: chunked"] if one.get("framing") == "chunked" else []
        arguments += ["--upload-file", folder / f"{number}.sent", "--expect100-timeout", "60"]
        for field in expect + coding:
            arguments += ["--header", field]
    return arguments


def answer(folder, number):
    """Of the heads that came the last is the answer's; behind it stand the fields of its trailer."""
    *interim, last = [part for part in heads(folder / f"{number}.head") if part]
    trailer = ""
    if not last[0].startswith("HTTP/"):
        trailer = dict(field.split(": ", 1) for field in last).get("X-Sum", "")
        last = interim.pop()
    statuses = [int(part[0].split()[1]) for part in interim]
    hints = [field.split(": ", 1)[1] for part in interim for field in part if field.lower().startswith("link: ")]
    fields = [field.split(":", 1) for field in last[1:]]
    body_file = folder / f"{number}.body"
    data = body_file.read_bytes() if body_file.exists() else b""
    return described(int(last[0].split()[1]), [(name, value.strip()) for name, value in fields], data,
                     continued=100 in statuses, hints=hints, trailer=trailer)


def heads(path):
    return [part.splitlines() for part in path.read_text().split("\n\n")]


def events(order):
    with tempfile.TemporaryDirectory() as folder:
        head = Path(folder) / "head"
        command = [*CURL, order["base"] + order["path"], "--dump-header", head]
        came = []
        with subprocess.Popen(command, stdout=subprocess.PIPE) as reading:
            for line in reading.stdout:
                if line.startswith(b"data: "):
                    came.append(line[6:].decode().strip())
                    if len(came) == 1:
                        run([order["base"] + order["release"]])
        fields = dict(field.split(": ", 1) for field in heads(head)[0][1:])
        return {"events": came, "type": {name.lower(): value for name, value in fields.items()}["content-type"]}


def retry(order):
    """By curl's own means."""
    with tempfile.TemporaryDirectory() as folder:
        run([*request(Path(folder), 0, order["base"], order["request"]), "--retry", "2"])
        return {"answers": [answer(Path(folder), 0)]}


serve_orders({"exchange": exchange, "events": events, "retry": retry})
