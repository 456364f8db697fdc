"""Plays a vendor's program that does it wrong: bad_program.py MODE [FILE].

It writes its process id (and that of a child, mode `grandchild`) to FILE.
"""
import json
import os
import signal
import subprocess
import sys
import time

mode = sys.argv[1]
if len(sys.argv) > 2:
    with open(sys.argv[2], "a") as pids:
        print(os.getpid(), file=pids)


def send(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def say(**message):
    send(json.dumps({"jsonrpc": "2.0", **message}) + "\n")


def sleep_for_good():
    while True:
        time.sleep(60)


def read():
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    return json.loads(line)


def hello(can=("begin", "press", "show")):
    say(id=read()["id"], result={"protocol": 1, "name": "bad", "can": list(can)})


if mode == "crash_at_start":
    print("no robot\x1b[31m found", file=sys.stderr)
    sys.exit(3)
if mode == "tells_its_descriptors":
    here = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    still = [fd for fd in here if os.path.exists(f"/proc/self/fd/{fd}")]  # not the folder's own
    print("descriptors", still, file=sys.stderr)
    sys.exit(3)
if mode == "exit_0_at_start":
    sys.exit(0)
if mode == "hang_before_hello":
    sleep_for_good()
if mode == "garbage_before_hello":
    send("Starting robot...\n")
    sleep_for_good()
if mode == "show_before_hello":
    say(method="show", params={"screen": "initial"})
    sleep_for_good()
if mode == "wrong_version":
    say(id=read()["id"], result={"protocol": 2, "name": "bad", "can": []})
    sleep_for_good()
if mode == "refuses_hello":
    say(id=read()["id"], error={"code": -32603, "message": "robot is asleep"})
    sleep_for_good()

if mode == "can_do_nothing":
    hello(can=())
    read()
if mode == "ignores_sigterm":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
hello()
if mode == "link_without_link":
    say(method="link.consent_chosen", params={"consent": "granted"})
    sleep_for_good()
if mode == "exit_0_after_hello":
    sys.exit(0)
if mode == "closes_stdout":
    os.close(1)
    sleep_for_good()
if mode == "closes_stdin":
    os.close(0)
    time.sleep(0.1)
    say(method="show", params={"screen": "initial"})
    sleep_for_good()
if mode == "flood":
    while True:
        say(method="show", params={"screen": "initial"})
if mode == "flood_without_line":
    while True:
        send("x" * 65536)
if mode == "flood_of_errors":
    while True:
        os.write(2, b"e" * 65536)
if mode == "grandchild":
    child = subprocess.Popen([sys.executable, __file__, "hang_before_hello"])
    with open(sys.argv[2], "a") as pids:
        print(child.pid, file=pids)
    sys.exit(7)

asked = read()
if mode == "crash_in_the_middle":
    os.kill(os.getpid(), signal.SIGSEGV)
if mode == "exit_0_in_the_middle":
    sys.exit(0)
if mode in ("hang_in_answer", "ignores_sigterm", "flood_of_errors"):
    sleep_for_good()
if mode == "garbage":
    send("ok\n")
if mode == "binary_garbage":
    os.write(1, bytes(range(128, 256)) + b"\n")
if mode == "half_line":
    send('{"jsonrpc":"2.0","id":%d,' % asked["id"])
    os.close(1)
if mode == "half_line_then_hang":
    send('{"jsonrpc":"2.0","id":%d,' % asked["id"])
if mode == "deep_nesting":
    send("[" * 100000 + "\n")
if mode == "batch":
    send("[" + json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {"by": "bad"}}) + "]\n")
if mode == "answers_twice":
    for _ in range(2):
        say(id=asked["id"], result={"by": "bad"})
if mode == "answers_another_id":
    say(id=asked["id"] + 1, result={"by": "bad"})
if mode == "result_of_wrong_type":
    say(id=asked["id"], result=["bad"])
if mode == "cannot_read_us":
    say(id=None, error={"code": -32700, "message": "what?"})
if mode == "wrong_params":
    say(method="show", params={"screen": 7})
if mode == "unknown_methods":
    for i in range(1000000):
        say(id=i, method="dance", params={})
sleep_for_good()
