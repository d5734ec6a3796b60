"""coder_standin: a stand-in for the kube-coder workspace server, faithful where a gate in front of it can be fooled
(tests/standin/README.md). On Python's own http.server, as that server is."""

import os
import resource
import signal
import sys

import options
from server import Server


def new_state_folder():
    import tempfile  # Nobody who names a folder pays for this import.

    return tempfile.mkdtemp(prefix="standin-")


def serve(chosen):
    own_state = not chosen.state
    chosen.state = chosen.state or new_state_folder()
    chosen.files = chosen.files or os.path.join(chosen.state, "files")
    os.makedirs(chosen.files, exist_ok=True)
    # Storms and idle streams need a descriptor each.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        server = Server(chosen)
        print(f"listening on {chosen.address}:{server.server_address[1]}", flush=True)
        try:
            # Python is told of a signal that comes just before it waits only when it has waited.
            server.serve_forever(poll_interval=0.5)
        finally:
            server.tmux.end()
    finally:
        if own_state:
            import shutil

            shutil.rmtree(chosen.state, ignore_errors=True)


def main():
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: sys.exit(0))
    try:
        serve(options.parse(sys.argv[1:]))
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        # The threads of open connections are not waited for.
        os._exit(end.code)
    except OSError as error:
        print(f"coder_standin: {error}", file=sys.stderr)
        sys.exit(1)


main()
