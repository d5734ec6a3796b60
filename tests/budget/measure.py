"""What a step of a flow costs the gate, without measuring time.

Instructions and allocations are counted by callgrind, system calls by strace, and TCP segments by the kernel, of both
ends of each connection. The gate runs under the tool for a number of laps, from one moment at which all its threads sleep
to the next; start-up and the first steps are before the first lap. The gate's timers do not go off, and its clock goes
ahead where a flow says so. A figure is the lower quartile of the laps: what disturbs adds work to some of them, and never
takes any away.
"""

import contextlib
import dataclasses
import itertools
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from flows import Flow
from processes import Failure, family, wait_until

WARM_UP = 10  # steps
LIMIT = 12  # of World.gate_command
PATIENCE = 60.0
PRELOADED = "tests/budget/lib{}.so"
SECOND = 1_000_000_000
# Nanoseconds: listings rest for 225 ms at most (src/tmux/rest.h).
RESTED = 230_000_000
# What callgrind simulates is the same everywhere: the first caches of the processors of today, and one of 8 MiB.
SIMULATION = ["--branch-sim=yes", "--cache-sim=yes", "--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64"]
# libc chooses its string functions by what the processor has: none of that, so that all machines count the same.
PLAIN_LIBC = "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-BMI2,-ERMS,-SSE4_2,-SSSE3,-Fast_Unaligned_Copy"
ALLOCATORS = {"malloc", "calloc", "realloc", "memalign", "aligned_alloc", "posix_memalign"}
# A system call only where the machine's clock cannot be read without one.
CLOCK_CALLS = {"clock_gettime", "gettimeofday", "time"}
# Under strace the gate is held up after sending, in microseconds: what tmux (asked by sendto) and the upstream have to say
# has come before it looks, as under callgrind, where it is slow by itself.
HELD_UP = ["-e", "inject=sendto:delay_exit=20000", "-e", "inject=sendmsg:delay_exit=1000"]


@dataclass
class Cost:
    """Of one step."""

    instructions: int
    allocations: float
    calls: Counter  # system calls, by name
    jumps: int | None = None  # through a pointer, that a processor guesses wrong
    misses: int | None = None  # lines of instructions that are not in its first cache
    segments: int | None = None  # that TCP sends, at both ends of each connection


class Traced:
    """A gate that runs under a tool."""

    def __init__(self, world, name, tool, command, more):
        self.tool = tool[0]
        if not shutil.which(self.tool):
            raise Failure(f"{self.tool} could not run: it is not installed (./dev deps budget)")
        preloaded = [Path(world.program(PRELOADED.format(one))) for one in ("still_timers", *more)]
        for file in preloaded:
            if not file.exists():
                raise Failure(f"{file} is not built; ./dev budget builds it")
        # The path to programs is all that it gets of our environment; env stands first, so that valgrind and vgdb, which
        # meet by a name made from it, have the same.
        self.clock = world.folder / f"{name}.clock"
        self.ahead = 0
        self.set_clock()
        environment = ["env", "-i", f"PATH={os.environ['PATH']}", f"GLIBC_TUNABLES={PLAIN_LIBC}", f"CLOCK_AHEAD={self.clock}"]
        libraries = f"LD_PRELOAD={':'.join(str(file.resolve()) for file in preloaded)}"
        # With the gate's clock as its own, strace would hold the gate up for longer each time: it only hands it on.
        for_gate = [*tool, "-E", libraries] if self.tool == "strace" else [libraries, *tool]
        self.process = world.spawn(name, [*environment, *for_gate, *command])
        # strace would let go of the gate when it is asked to end, and the gate would stay.
        world.callback(self.kill)
        self.log = world.folder / f"{name}.log"
        self.port = int(wait_until(f"the gate under {self.tool} to listen", self.listening, PATIENCE)[1])
        self.pid = family(self.process.pid)[-1]

    def listening(self):
        text = self.log.read_text()
        if self.process.poll() is not None:
            raise Failure(f"{self.tool} could not run:\n{text}")
        return re.search(r'"event":"listening","address":"[^"]*:(\d+)"', text)

    def settle(self):
        """Waits until each of its threads sleeps, so that nothing is left to do for it."""
        end = time.monotonic() + PATIENCE
        while set(self.states()) != {"S"}:
            if time.monotonic() > end:
                raise Failure(f"the gate does not come to rest within {PATIENCE:.0f} s")
            time.sleep(0.0001)

    def set_clock(self):
        with open(self.clock, "r+b" if self.clock.exists() else "wb") as file:
            file.write(struct.pack("=qq", *divmod(self.ahead, SECOND)))

    def let_tmux_rest(self):
        self.ahead += RESTED
        self.set_clock()

    @contextlib.contextmanager
    def held(self):
        """What is sent meanwhile comes to it as one."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            wait_until("the gate to stand still", lambda: set(self.states()) <= {"T", "t"}, PATIENCE)
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def wait_for_unread(self, connections):
        """Waits until so many hold bytes for it: on a busy machine what was sent is under way for a while. What came
        late would need a listing of its own, and the timer that waits for it stands still."""
        wait_until(f"bytes on {connections} connections", lambda: self.sockets_with_some() == connections, PATIENCE)

    def wait_for_accepts(self):
        """Waits until it has nothing left to do for those who have connected; before anything is sent."""
        wait_until("all connections to be accepted", lambda: self.sockets_with_some() == 0, PATIENCE)
        self.settle()

    def sockets_with_some(self):
        """How many of its sockets have something in the receive queue: bytes or, of the listening one, connections."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return sum(row[1].endswith(f":{self.port:04X}") and int(row[4].partition(":")[2], 16) > 0 for row in rows)

    def states(self):
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            yield (thread / "stat").read_text().rpartition(")")[2].split()[0]

    def kill(self):
        if self.process.poll() is None:
            os.kill(family(self.process.pid)[-1], signal.SIGKILL)
            self.process.wait()


class Callgrind:
    """Instructions, allocations, and what is simulated. A lap is many steps: a dump of the counters takes long."""

    laps = 7

    def __init__(self, world, name, command, flow=Flow, *more):
        self.folder = world.folder
        self.dumps = world.folder / f"{name}.dump"
        self.gate = Traced(world, name, [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={self.dumps}", "--compress-strings=no",
            f"--vgdb-prefix={self.folder}/vgdb", *(SIMULATION if flow.simulated else []), *more], command, flow.preloaded)
        self.done = 0

    @staticmethod
    def steps(flow):
        return flow.steps

    def lap(self):
        self.gate.settle()
        command = ["vgdb", f"--vgdb-prefix={self.folder}/vgdb", "--max-invoke-ms=1", f"--pid={self.gate.pid}", "dump"]
        try:
            subprocess.run(command, env={"PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                           text=True, timeout=PATIENCE, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
            raise Failure(f"vgdb could not run: {failed}\n{failed.stderr or ''}") from failed
        self.done += 1

    def written(self):
        """The dump of each lap."""
        return [Path(f"{self.dumps}.{number}").read_text() for number in range(2, self.done + 1)]

    def counted(self):
        """What is in them."""
        return [read_dump(text) for text in self.written()]


def read_dump(text):
    """The events of a callgrind file by callgrind's names for them, and the allocations. What libc allocates by itself
    is not counted: where it has no symbols, it cannot be told from an allocation that takes two of its functions."""
    allocations = 0
    caller = callee = ""
    for line in text.splitlines():
        if line.startswith("ob="):
            caller = line
        elif line.startswith("cfn="):
            callee = line[4:]
        elif line.startswith("calls=") and callee in ALLOCATORS and "/libc.so" not in caller:
            allocations += int(line[6:].split()[0])
    names, totals = (re.search(rf"^{word}: (.+)", text, re.M)[1].split() for word in ("events", "totals"))
    return {"allocations": allocations, **dict(zip(names, map(int, totals)))}


class Strace:
    """System calls, and segments. A lap is one step."""

    laps = 31

    def __init__(self, world, name, command, flow=Flow):
        self.trace = world.folder / f"{name}.trace"
        self.gate = Traced(world, name, [
            "strace", "-f", "-qq", "-ttt", "-s", "0", "-e", "signal=none", *(HELD_UP if flow.held_up else []), "-o",
            str(self.trace)], command, flow.preloaded)
        self.moments = []
        self.sent = []  # segments, up to each moment

    @staticmethod
    def steps(_):
        return 1

    def lap(self):
        self.gate.settle()
        self.moments.append(time.time())
        self.sent.append(sent_segments())

    def counted(self):
        """The system calls of each lap, and its segments."""
        calls = read_trace(self.trace.read_text(), self.moments)
        return list(zip(calls, [after - before for before, after in itertools.pairwise(self.sent)]))


def read_trace(text, moments):
    """The calls that began between one moment and the next, by name."""
    laps = [Counter() for _ in moments[1:]]
    for stamp, name in re.findall(r"^\d+ +(\d+\.\d+) (\w+)\(", text, re.M):
        lap = sum(moment <= float(stamp) for moment in moments) - 1
        if 0 <= lap < len(laps) and name not in CLOCK_CALLS:
            laps[lap][name] += 1
    return laps


def sent_segments():
    """Of all sockets of this network namespace."""
    names, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:"))
    return int(values[names.index("OutSegs")])


def count(tool, flow):
    """Each step begins when the gate sleeps: else it would now and then find the next one on its way there, and save a
    call, as often as the machine is quick."""
    def walk(steps):
        for _ in range(steps):
            tool.gate.settle()
            flow.step()
        tool.lap()

    walk(WARM_UP)
    for _ in range(tool.laps):
        walk(tool.steps(flow))
    return tool.counted()


def measure(world, name, make_flow, tmux):
    """The cost of a step of one flow."""
    counted = {}
    for tool_class in (Strace, Callgrind):
        with socket.create_server(("127.0.0.1", 0)) as upstream:
            upstream.settimeout(PATIENCE)
            command = world.gate_command("127.0.0.1:0", "127.0.0.1:0", upstream.getsockname()[1], tmux, *make_flow.flags)
            tool = tool_class(world, f"{name}-{tool_class.__name__.lower()}", command, make_flow)
            flow = make_flow(tool.gate, upstream)
            counted[tool_class] = count(tool, flow)
            flow.close()
            tool.gate.kill()
    cost = cost_of(counted[Callgrind], counted[Strace], make_flow.steps, make_flow.each_is)
    return cost if make_flow.fixed_segments else dataclasses.replace(cost, segments=None)


def cost_of(by_callgrind, by_strace, steps, each_is=1):
    def event(name):
        return quartile([lap[name] for lap in by_callgrind]) / steps / each_is

    total = quartile([calls.total() for calls, _ in by_strace])
    # Of the laps with so many calls, what most of them called.
    alike = Counter(tuple(sorted(calls.items())) for calls, _ in by_strace if calls.total() == total)
    calls = Counter({name: tidy(count / each_is) for name, count in alike.most_common(1)[0][0]})
    simulated = [round(event(name)) for name in ("Bim", "I1mr") if name in by_callgrind[0]]
    return Cost(round(event("Ir")), round(event("allocations"), 1), calls, *simulated,
                segments=tidy(quartile([sent for _, sent in by_strace]) / each_is))


def tidy(number):
    return int(number) if number == int(number) else round(number, 2)


def quartile(values):
    return sorted(values)[len(values) // 4]


def circumstances(binary):
    """What the figures depend on besides the source."""
    compiler = re.search(rb"GCC: \([^)]*\) [0-9.]+", Path(binary).read_bytes())
    return {
        "machine": os.uname().machine,
        "compiler": compiler[0].decode() if compiler else "not known",
        "libc": first_line(["ldd", "--version"]),
        "valgrind": first_line(["valgrind", "--version"]),
        "tmux": first_line(["tmux", "-V"]),
    }


def first_line(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
