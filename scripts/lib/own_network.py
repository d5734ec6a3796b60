"""A network namespace of our own, with its loopback up: for programs whose gate must not see foreign tmux servers.

The gate asks the kernel which Unix sockets listen in its network namespace, and a tmux server that somebody else runs on
the same machine would be one of them. As a program, this runs another one in such a namespace:

    python3 own_network.py PROGRAM ARGUMENT...

Where no namespace may be made (an unprivileged container), it says so and goes on without one.
"""

import ctypes
import fcntl
import os
import pathlib
import socket
import struct
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def unshare(flags):
    if ctypes.CDLL(None, use_errno=True).unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def unshare_as_user():
    """In a user namespace too, which needs no rights; everybody stays who they are."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    own = pathlib.Path("/proc/self")
    (own / "uid_map").write_text(f"{uid} {uid} 1")
    (own / "setgroups").write_text("deny")
    (own / "gid_map").write_text(f"{gid} {gid} 1")


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def enter():
    """Before the first thread and the first socket."""
    try:
        try:
            unshare(CLONE_NEWNET)
        except OSError:
            unshare_as_user()
        raise_loopback()
    except OSError as error:
        print(f"no network namespace of our own ({error}): foreign tmux servers may disturb", file=sys.stderr)


if __name__ == "__main__":
    enter()
    os.execvp(sys.argv[1], sys.argv[1:])
