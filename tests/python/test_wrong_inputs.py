"""What is no file, what is no server: told at once and by name, never waited for."""

import contextlib
import os
import socket
import subprocess
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


def test_a_device_that_is_not_there_is_told_as_such_and_nobody_is_asked(uketsuke):
    for words in (["claims", "usb:1209:9999"],
                  ["certify", "--reader", "usb:1209:9999", "--claims", "claims.yaml", "--out",
                   "out"]):
        done = uketsuke(*words, stdin=-3)
        assert done.returncode == ERROR and "operator" not in done.stderr, done.stderr
        assert "usb:1209:9999: no USB device" in done.stderr, done.stderr


def test_no_pcscd_ends_a_run_before_it_has_begun(uketsuke):
    """A pcscd of this machine has no such reader, either."""
    done = uketsuke("certify", "--reader", "pcsc:No such reader", "--claims", "claims.yaml",
                    "--out", "out", stdin=-3)
    assert done.returncode == ERROR and "pcsc:No such reader: pcscd" in done.stderr, done.stderr
    assert not (uketsuke.folder / "out").exists()


@pytest.fixture
def bundle(uketsuke):
    assert uketsuke(*CERTIFY, "--claims", "claims.yaml").returncode == PASS
    return uketsuke


@pytest.mark.parametrize("words", [
    ["compare", "out", "out", "--html", "out/c.html"],
    ["compare", "out", "out", "--json", "out/traces/c.json"],
    ["mutants", "--only", "m-abort-not-supported", "--out", "out"],
    ["catalogue", "--html", "out/catalogue.html"],
    ["certify", "--reader", "model:clean_tpdu", "--claims", "claims.yaml", "--out", "out/more"],
    ["publish", "out", "--out", "out/public"],
], ids=lambda words: words[0])
def test_nothing_is_written_into_a_bundle(bundle, words):
    done = bundle(*words)
    assert done.returncode == USAGE and "inside" in done.stderr, done.stderr
    assert bundle("verify", "out").returncode == PASS


@pytest.mark.parametrize("public, said", [("full", "name an empty folder"),
                                          ("new/public", "is inside the bundle new")])
def test_a_place_for_the_public_copy_is_looked_at_before_the_run(bundle, public, said):
    bundle.write("full/mine", "kept")
    arguments = [*CERTIFY[:-1], "new", "--claims", "claims.yaml", "--public", public]
    done = bundle(*arguments)
    assert done.returncode == USAGE and said in done.stderr, done.stderr
    assert done.stdout == "" and not (bundle.folder / "new").exists()


def test_what_is_no_bundle_is_told_in_one_line(bundle):
    bundle.write("empty/deep/er/file", "x")
    done = bundle("verify", "empty")
    assert done.returncode == ERROR and done.stdout.splitlines() == [
        "DIFFERS: manifest.json: the file is missing; a bundle is the folder of certify --out",
        "cannot be read as a bundle"]
    (bundle.folder / "out/manifest.json").unlink()
    bundle.write("out/results.partial.json", "{}")
    assert "has not ended (certify --resume goes on)" in bundle("verify", "out").stdout


def test_verify_says_why_it_computes_nothing_of_a_public_copy(bundle):
    assert bundle("publish", "out", "--out", "public").returncode == PASS
    done = bundle("verify", "public", "--full", "out")
    assert done.returncode == PASS and "a public copy has neither traces nor claims" in done.stdout
    assert "uketsuke_claims" not in done.stdout


@pytest.mark.parametrize("words, code, said", [
    (["--reader", "clean_tpdu", "--only", "MSG-03"], USAGE, "write model:clean_tpdu"),
    (["--reader", "model:clean_tpdu", "--only", "msg-03, dsc-01"], PASS, "2 cases, 2 applicable"),
])
def test_small_slips_are_understood_or_told(uketsuke, words, code, said):
    done = uketsuke("certify", *words, "--claims", "claims.yaml", "--out", "out")
    assert done.returncode == code and said in done.stdout + done.stderr, done.stderr


def test_a_key_may_come_through_a_pipe_that_is_not_waited_for_in_vain(bundle):
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                           "key.pem", "-out", "cert.pem", "-days", "30", "-subj", "/CN=vendor"],
                          cwd=bundle.folder, capture_output=True)
    assert made.returncode == 0, made.stderr
    done = bundle("sign", "out", "--key", "pipe", "--cert", "cert.pem")
    assert done.returncode == USAGE and "pipe: nothing came through the pipe" in done.stderr
    key = (bundle.folder / "key.pem").read_bytes()
    threading.Thread(target=lambda: (bundle.folder / "pipe").write_bytes(key), daemon=True).start()
    done = bundle("sign", "out", "--key", "pipe", "--cert", "cert.pem")
    assert done.returncode == PASS and "signed out: CN=vendor" in done.stdout, done.stderr
    assert "signature: good" in bundle("verify", "out").stdout
