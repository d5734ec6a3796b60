"""What the clients and upstreams of Python's world have in common; see docs/interop.md."""

import json
import sys

# Its length is a prime: a buffer that is lost or doubled shifts it.
PATTERN = b"0123456789abcdefghijklmnopqrstuvwxyz\n"


class Cannot(Exception):
    """The client has no such thing."""


def body(size):
    return (PATTERN * (size // len(PATTERN) + 1))[:size]


def is_intact(data):
    return data == body(len(data))


def in_parts(data):
    """For who sends by chunks."""
    for begin in range(0, len(data), 50_000):
        yield data[begin:begin + 50_000]


def described(status, fields, data, **more):
    """An answer, as told to the suite. `fields`: (name, value) pairs."""
    by_name = {}
    for name, value in fields:
        by_name.setdefault(name.lower(), []).append(value)
    told = {"status": status, "fields": by_name, "bytes": len(data), "intact": is_intact(data), **more}
    if len(data) <= 1000:
        told["text"] = data.decode()
    return told


def refuse_what(one, *names):
    """Says that the client cannot do what a request asks for by one of the names."""
    for name in names:
        if one.get(name):
            raise Cannot(name)


def carry_out(operations, order):
    try:
        if order["op"] not in operations:
            raise Cannot(order["op"])
        return operations[order["op"]](order)
    except Cannot as cannot:
        return {"cannot": str(cannot)}
    except Exception as problem:  # whatever the library makes of it
        return {"error": f"{type(problem).__name__}: {problem}"}


def serve_orders(operations):
    """Carries out one order a line; says what was seen, a line each."""
    for line in sys.stdin:
        print(json.dumps(carry_out(operations, json.loads(line))), flush=True)
