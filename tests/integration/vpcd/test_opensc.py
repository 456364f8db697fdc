"""OpenSC's own tools (JPKI driver) use our card in a real pcscd; OpenSSL checks what it signs."""

import hashlib
import os
import pathlib
import ssl

import pytest

CARDS = pathlib.Path(os.environ["UKETSUKE_DATA"]) / "cards"
FIXTURES = CARDS / "fixtures"
# scenarios/cards/hanako.yaml; taro.yaml
HANAKO_ATR = "3b:e0:00:ff:81:31:fe:45:14"
AUTH_PIN, SIGN_PIN = "1234", "TEST1234"
# OpenSC's words for 6984 (iso7816.c), which a My Number Card answers for a blocked PIN.
NOT_USABLE = "Reference data not usable"
AUTH, SIGN, AUTH_CA, SIGN_CA = 1, 2, 3, 4  # ids that OpenSC gives (pkcs15-jpki.c)


@pytest.fixture
def hanako(pcscd, serve):
    return serve("hanako")


def certificate(done):
    """DER of the certificate that pkcs15-tool printed."""
    assert done.returncode == 0, done.stderr
    begin = done.stdout.index("-----BEGIN CERTIFICATE-----")
    end = done.stdout.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(done.stdout[begin:end])


def fixture(name):
    return (FIXTURES / name).read_bytes()


def test_opensc_sees_the_reader_and_takes_the_card_for_a_jpki_card(hanako, run, tool):
    listed = run("opensc-tool", "--list-readers").stdout
    assert "0    Yes             Virtual PCD 00 00" in listed
    assert "1    No              Virtual PCD 00 01" in listed
    assert tool.opensc("--atr").stdout.strip() == HANAKO_ATR
    assert tool.opensc("--name").stdout.strip() == "jpki"


def test_a_card_with_another_atr_is_found_by_its_application(pcscd, serve, tool):
    serve("taro")
    assert tool.opensc("--name").stdout.strip() == "jpki"
    assert certificate(tool.pkcs15("--read-certificate", AUTH)) == fixture("taro_auth.der")


def test_the_certificates_that_opensc_lists_and_reads_are_those_of_the_card(hanako, tool):
    listed = tool.pkcs15("--list-certificates").stdout
    for label in ("User Authentication Certificate", "Digital Signature Certificate",
                  "User Authentication Certificate CA", "Digital Signature Certificate CA"):
        assert f"X.509 Certificate [{label}]" in listed
    for number, name in ((AUTH, "hanako_auth.der"), (AUTH_CA, "ca_auth.der"),
                         (SIGN_CA, "ca_sign.der")):
        assert certificate(tool.pkcs15("--read-certificate", number)) == fixture(name)


def test_the_certificate_for_signatures_is_read_with_its_pin_only(hanako, tool):
    refused = tool.pkcs15("--read-certificate", SIGN)
    assert "BEGIN CERTIFICATE" not in refused.stdout
    wrong = tool.pkcs15("--read-certificate", SIGN, "--verify-pin", "--auth-id", 1, "--pin",
                        AUTH_PIN)
    assert "BEGIN CERTIFICATE" not in wrong.stdout
    read = tool.pkcs15("--read-certificate", SIGN, "--verify-pin", "--auth-id", 2, "--pin",
                       SIGN_PIN)
    assert certificate(read) == fixture("hanako_sign.der")


@pytest.mark.parametrize("key, pin", [(AUTH, AUTH_PIN), (SIGN, SIGN_PIN)], ids=["auth", "sign"])
def test_openssl_accepts_the_signature_with_the_certificate_that_opensc_read(
        hanako, tool, run, tmp_path, key, pin):
    message = b"\xe5\x8f\x97\xe4\xbb\x98 " + bytes(range(256))
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "digest").write_bytes(hashlib.sha256(message).digest())
    signed = tool.crypt("--sign", "--sha-256", "--pkcs1", "--key", key, "--pin", pin,
                        "--input", "digest", "--output", "signature")
    assert signed.returncode == 0, signed.stderr
    assert len((tmp_path / "signature").read_bytes()) == 256
    read = tool.pkcs15("--read-certificate", key, "--verify-pin", "--auth-id", key, "--pin", pin)
    (tmp_path / "read.pem").write_text(ssl.DER_cert_to_PEM_cert(certificate(read)))
    (tmp_path / "key.pem").write_text(
        run("openssl", "x509", "-in", "read.pem", "-noout", "-pubkey").stdout)

    def verified():
        return run("openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature",
                   "message").stdout
    assert verified() == "Verified OK\n"
    (tmp_path / "message").write_bytes(message + b"!")
    assert verified() == "Verification failure\n"
    name = "ca_auth.der" if key == AUTH else "ca_sign.der"
    (tmp_path / "ca.pem").write_text(ssl.DER_cert_to_PEM_cert(fixture(name)))
    checked = run("openssl", "verify", "-CAfile", "ca.pem", "read.pem")
    assert checked.stdout == "read.pem: OK\n", checked.stderr


def test_opensc_s_own_test_of_a_pkcs11_token_passes(hanako, run):
    done = run("pkcs11-tool", "--test", "--login", "--pin", AUTH_PIN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No errors" in done.stdout
    assert "SHA256-RSA-PKCS: OK" in done.stdout


def test_no_signature_without_the_pin(hanako, tool, tmp_path):
    (tmp_path / "digest").write_bytes(bytes(32))
    for pin in ("9999", "12345678"):
        tool.crypt("--sign", "--sha-256", "--pkcs1", "--key", AUTH, "--pin", pin, "--input",
                   "digest", "--output", "signature")
        assert not (tmp_path / "signature").exists() or not (tmp_path / "signature").stat().st_size
    assert tool.tries() == [2, 5]  # OpenSC refuses a PIN of eight digits by itself


def test_a_wrong_pin_costs_a_try_and_the_right_one_gives_all_back(hanako, tool):
    assert tool.tries() == [3, 5]
    assert "incorrect" in tool.verify("9999").stderr
    assert tool.tries() == [2, 5]
    assert "incorrect" in tool.verify("WRONGPIN", auth_id=2).stderr
    assert tool.tries() == [2, 4]
    assert tool.verify(AUTH_PIN).returncode == 0
    assert tool.tries() == [3, 4]


def test_a_pin_that_was_wrong_three_times_is_blocked_for_the_right_one_too(hanako, tool):
    for left in (2, 1, 0):
        assert tool.verify("9999").returncode != 0
        assert tool.tries() == [left, 5]
    assert NOT_USABLE in tool.verify(AUTH_PIN).stderr
    assert certificate(tool.pkcs15("--read-certificate", AUTH)) == fixture("hanako_auth.der")


def test_the_locked_card_of_the_scenarios_is_locked_for_opensc(pcscd, serve, tool):
    serve("locked")
    assert tool.tries() == [0, 5]
    assert NOT_USABLE in tool.verify(AUTH_PIN).stderr


def test_a_damaged_card_is_not_served(pcscd, serve):
    program = serve("damaged", wait=False)
    assert program.process.wait(20) == 5
    assert "says nothing" in program.said()


def test_apdus_pass_as_they_are(hanako, tool):
    def answer(*apdus):
        options = [word for apdu in apdus for word in ("--send-apdu", apdu)]
        done = tool.opensc("--card-driver", "default", *options)
        assert done.returncode == 0, done.stderr
        return [line for line in done.stdout.splitlines() if line.startswith("Received")]

    select = "00a4040c0ad392f000260100000001"
    # ISO/IEC 7816-4: no such application; class; instruction; no current file for VERIFY
    assert answer("00a4040c05f000000000", "a0b00000", "00ff0000", select, "0020008000") == [
        f"Received (SW1=0x{sw1}, SW2=0x{sw2})"
        for sw1, sw2 in (("6A", "82"), ("6E", "00"), ("6D", "00"), ("90", "00"), ("69", "86"))]
    challenge = answer(select, "0084000008")[1]
    assert challenge.startswith("Received (SW1=0x90, SW2=0x00):")


def test_two_cards_lie_in_two_slots(pcscd, serve, tool, second_tool):
    serve("hanako", "taro")
    assert certificate(tool.pkcs15("--read-certificate", AUTH)) == fixture("hanako_auth.der")
    assert certificate(second_tool.pkcs15("--read-certificate", AUTH)) == fixture("taro_auth.der")
    tool.verify("9999")
    assert tool.tries() == [2, 5]
    assert second_tool.tries() == [3, 5]
