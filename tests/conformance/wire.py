"""One end of a TCP connection, byte by byte. What does not come in time is a fact about the other side."""

import contextlib
import re
import select
import socket
import struct
import time

from suite import Unlike

PIECE = 1 << 18


class Patience:
    """For how long a fact is waited for. Its absence costs that much; no case passes by it."""

    seconds = 20.0


class Wire:
    def __init__(self, sock, name):
        self.socket, self.name = sock, name
        self.unread = bytearray()
        self.end = None  # how the other side ended: "closed" or "reset"
        self.is_open = True
        self.expected_rest = re.compile(rb"")  # what may come without being read
        sock.settimeout(Patience.seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # --- Sending

    def send(self, data):
        """Sends all, or says how far it came."""
        if not self.try_send(data):
            raise Unlike(f"the {self.name} could not send")

    def try_send(self, data):
        view = memoryview(as_bytes(data))
        try:
            while view:
                view = view[self.socket.send(view[:PIECE]):]
        except (TimeoutError, ConnectionError):
            return False
        return True

    def send_until_stuck(self, block, most, seconds=1.0):
        """Sends the block over and over until nothing more is taken for a while; returns how much was."""
        sent = 0
        view = memoryview(block)
        while sent < most and select.select([], [self.socket], [], seconds)[1]:
            at = sent % len(block)
            try:
                sent += self.socket.send(view[at:at + PIECE], socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            except ConnectionError:
                break
        return sent

    # --- Receiving

    def fill(self, seconds=None):
        """Waits for more; false at the end. Silence for too long is raised."""
        if self.end:
            return False
        wait = Patience.seconds if seconds is None else seconds
        if not self.is_readable(wait):
            raise Unlike(f"the {self.name} got nothing {'more ' if self.unread else ''}for {wait:.0f} s")
        try:
            data = self.socket.recv(PIECE)
        except ConnectionError:
            self.end = "reset"
            return False
        if not data:
            self.end = "closed"
        self.unread += data
        return bool(data)

    def is_readable(self, seconds=0.0):
        return bool(select.select([self.socket], [], [], seconds)[0])

    def take(self, count):
        data = bytes(self.unread[:count])
        del self.unread[:count]
        return data

    def read_exact(self, count, what="bytes"):
        while len(self.unread) < count:
            if not self.fill():
                raise Unlike(f"the {self.name} got {len(self.unread)} of {count} {what}, then {self.ended()}")
        return self.take(count)

    def read_until(self, mark, what=None):
        mark = as_bytes(mark)
        start = 0
        while (at := self.unread.find(mark, start)) < 0:
            start = max(0, len(self.unread) - len(mark) + 1)
            if not self.fill():
                what = what or repr(mark.decode("latin-1"))
                raise Unlike(f"the {self.name} got no {what}, then {self.ended()}")
        return self.take(at + len(mark))

    def read_to_end(self):
        """All that comes until the other side ends the connection."""
        while self.fill():
            pass
        return self.take(len(self.unread))

    def wait_for_end(self):
        """Reads and drops until the other side ends the connection; returns how it did."""
        while self.fill():
            self.unread.clear()
        return self.end

    def ended(self):
        return "a reset" if self.end == "reset" else "the end"

    # --- Ending

    def half_close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def shut(self):
        """Ends both directions, so that a thread which waits in here returns; the descriptor stays ours."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        self.is_open = False
        self.socket.close()

    def drain(self, seconds):
        """What is unread and still comes before the end, for a bounded time and size."""
        deadline = time.monotonic() + seconds
        most = 1 << 24
        with contextlib.suppress(Unlike):
            while self.is_open and len(self.unread) < most and (left := deadline - time.monotonic()) > 0:
                if not self.fill(left):
                    break
        return bytes(self.unread)


def as_bytes(data):
    return data.encode("latin-1") if isinstance(data, str) else data
