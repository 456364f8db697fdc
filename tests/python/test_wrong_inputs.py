"""What is no file, what is no server: told at once and by name, never waited for."""

import contextlib
import os
import socket
import threading

import pytest

from conftest import ERROR, PASS, USAGE

CLAIMS = "uketsuke_claims: 1\n"


@pytest.fixture
def uketsuke(program):
    program.write("claims.yaml", CLAIMS)
    os.mkfifo(program.folder / "pipe")
    return program


@pytest.fixture
def silent():
    """Address of a server that accepts connections and says nothing."""
    with contextlib.ExitStack() as kept:
        server = kept.enter_context(socket.create_server(("127.0.0.1", 0)))

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    kept.enter_context(server.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield "127.0.0.1:%d" % server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


CERTIFY = ["certify", "--reader", "model:clean_tpdu", "--only", "MSG-03", "--out", "out"]


@pytest.mark.parametrize("words, code, said", [
    (["claims", "pipe"], USAGE, "pipe: this is not a regular file (a pipe)"),
    (["claims", "/dev/zero"], USAGE, "/dev/zero: this is not a regular file (a device"),
    ([*CERTIFY, "--claims", "pipe"], USAGE, "pipe: this is not a regular file (a pipe)"),
    ([*CERTIFY, "--claims", "claims.yaml", "--waivers", "pipe"], USAGE, "(a pipe)"),
    ([*CERTIFY, "--claims", "claims.yaml", "--scripts", "pipe"], USAGE, "pipe is no folder"),
    (["certify", "--claims", "claims.yaml", "--bench", "pipe", "--out", "out"], USAGE, "(a pipe)"),
    (["catalogue", "--for", "pipe"], USAGE, "(a pipe)"),
    (["identify", "--bench", "pipe"], USAGE, "(a pipe)"),
    (["run", "pipe"], USAGE, "pipe"),
    (["check", "pipe"], USAGE, "pipe"),
    (["verify", "pipe"], ERROR, "pipe is no folder"),
    (["compare", "pipe", "pipe"], ERROR, "pipe is no folder"),
    (["publish", "pipe", "--out", "public"], ERROR, "pipe is no folder"),
])
def test_a_pipe_or_a_device_is_no_file_and_nothing_waits_for_it(uketsuke, words, code, said):
    done = uketsuke(*words)
    assert done.returncode == code and said in done.stderr, done.stderr
    assert not (uketsuke.folder / "out").exists()


def test_standard_input_is_read_where_it_is_named(uketsuke):
    hexes = "configuration: 09 02 5d 00 01 01 00 80 32\n"
    done = uketsuke("claims", "-", stdin=None, input=hexes)
    assert done.returncode == USAGE and "54" in done.stderr, done.stderr
    done = uketsuke(*CERTIFY, "--claims", "-", input=CLAIMS, stdin=None)
    assert done.returncode == PASS, done.stderr
    assert (uketsuke.folder / "out/claims.yaml").read_text(encoding="utf-8") == CLAIMS


SCENARIO = "emergency_view_refused_without_emergency_mode"


@pytest.mark.parametrize("words", [
    ["claims", "usbip:{}/1-1"],
    ["certify", "--reader", "usbip:{}/1-1", "--claims", "claims.yaml", "--out", "out"],
    ["readers", "--usbip", "{}"],
    ["run", "{scenarios}/hospital_flow/" + SCENARIO + ".yaml", "--bind", "reader=usbip:{}/1-1",
     "--out", "out"],
], ids=lambda words: words[0])
def test_a_server_that_says_nothing_is_an_error_of_the_connection(uketsuke, silent, words):
    arguments = [word.format(silent, scenarios=os.environ["UKETSUKE_DATA"]) for word in words]
    for language, said in (("en", f"{silent} accepted the connection but did not answer by USB/IP "
                                  "within 4 s"),
                           ("ja", f"{silent} は接続を受け付けましたが、4 秒たっても")):
        if words[0] == "run":
            arguments[-1] = f"out-{language}"
        done = uketsuke("--lang", language, *arguments, stdin=-3)
        assert done.returncode == ERROR and said in done.stdout + done.stderr, done
        assert "operator" not in done.stderr and "nobody" not in done.stdout
