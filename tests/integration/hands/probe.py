"""hands_probe as a test sees it."""
import json
import os
import queue
import subprocess
import threading
import time

LIMIT = 15  # seconds; generous: what is tested takes well under one


class Probe:
    """The bench's end of a route. Ended with the test, whatever happens."""

    def __init__(self, kind, *words, hello_ms=None, deed_ms=None, pass_fds=()):
        limits = [] if hello_ms is None else [str(hello_ms), str(deed_ms)]
        self.process = subprocess.Popen(
            [os.environ["HANDS_PROBE"], kind, *limits, "--", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            pass_fds=pass_fds)
        self.lines = queue.Queue()
        self.seen = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def ask(self, number, method, **params):
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def wait_for(self, start):
        """The next line that starts so; the others are kept in `seen`."""
        until = time.monotonic() + LIMIT
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line {start!r}; seen: {self.seen}") from None
            assert line is not None, f"the probe ended without {start!r}; seen: {self.seen}"
            self.seen.append(line)
            if line.startswith(start):
                return line

    def end(self):
        """What came until the end; no descriptor is left."""
        self.process.stdin.close()
        line = self.wait_for("fds ")
        _, before, after = line.split()
        assert before == after, "descriptors are left open"
        assert self.process.wait(LIMIT) == 0
        return self.seen

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()  # it ends, and so does the program that it started
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()


def _stat(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            state, parent = file.read().rpartition(")")[2].split()[:2]
            return state, int(parent)
    except (FileNotFoundError, ProcessLookupError):
        return None


def children(pid):
    """Its children, zombies as well: whoever starts a process takes its end."""
    found = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [child for child in found if (_stat(child) or ("", 0))[1] == pid]


def running(pid):
    return (_stat(pid) or "Z")[0] != "Z"


def all_gone(pids):
    """A killed process takes a moment to go."""
    until = time.monotonic() + LIMIT
    while any(running(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
