#!/usr/bin/python3
"""Makes scenarios/cards/fixtures: a test hierarchy of certificates and keys for simulated cards.

Needs the openssl program (3.x) and Python's standard library. Everything made here says TEST; key
identifiers begin with 6, the digit of test hierarchies. Keys have no value: they are published with
the project. Running it again makes new keys, so golden data that contains signatures changes;
existing files are kept unless --force is given.

What is made:
  ca_auth, ca_sign       certification authorities (PEM key, DER certificate)
  PERSON_auth, PERSON_sign   certificate (DER) and key (PEM) of each person
  card_key.pem           key of the card itself (internal authentication), shared by all test cards
  issuer_key.pem         the municipality's key that signs data objects on the card
  issuer_face.cv, issuer_text.cv   card-verifiable certificates (7F21) of that key
  terminal_ca_key.pem    the authority for terminals (A-06)
  terminal_key.pem, terminal.cv    a terminal's key and certificate
  untrusted_terminal_key.pem, untrusted_terminal.cv    the same, signed by nobody the card knows
  revocation_list.json   serial numbers that the simulated backend treats as revoked
photo.jp2 is not made here: a drawn face, no person, 180 x 240, eight bits of grey, encoded once
with opj_compress -r 8 (A-05).
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent / "fixtures"
FROM, UNTIL, EXPIRED = "20240101000000Z", "20340101000000Z", "20231231235959Z"

# person: (serial, with sign certificate, first moment, last moment of the auth certificate)
PEOPLE = {
    "hanako": (0x1001, True, FROM, UNTIL),
    "taro": (0x1002, True, FROM, UNTIL),
    "locked": (0x1003, True, FROM, UNTIL),
    "expired": (0x1004, True, "20181231000000Z", EXPIRED),
    "just_expired": (0x1008, True, "20191101000000Z", "20241031235959Z"),
    "revoked": (0x1005, True, FROM, UNTIL),
    "no_pin": (0x1006, False, FROM, UNTIL),
    "random_pupi": (0x1009, True, FROM, UNTIL),
    "child": (0x1007, False, FROM, UNTIL),
    "shiro_t0": (0x100A, True, FROM, UNTIL),
}
REVOKED = ("revoked",)


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True,
                          check=True).stdout


def make_key(path):
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(path))


CONFIG = """
[ca]
default_ca = test
[test]
dir = {dir}
database = {dir}/index.txt
new_certs_dir = {dir}
serial = {dir}/serial
default_md = sha256
policy = any
unique_subject = no
string_mask = utf8only
x509_extensions = {section}
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[person]
keyUsage = critical,digitalSignature
[req]
distinguished_name = name
string_mask = utf8only
[name]
"""


def certificate(subject, key, serial, first, last, ca=None):
    """DER certificate of `key`; `ca` is (certificate, key), none: self-signed."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "index.txt").touch()
        (folder / "serial").write_text(f"{serial:08x}\n")
        config = folder / "config"
        config.write_text(CONFIG.format(dir=folder, section="person" if ca else "authority"))
        request, out = folder / "request", folder / "out.pem"
        openssl("req", "-new", "-utf8", "-key", str(key), "-subj", subject, "-config", str(config),
                "-out", str(request))
        signer = ["-selfsign", "-keyfile", str(key)]
        if ca:
            issuer = folder / "issuer.pem"
            issuer.write_bytes(openssl("x509", "-inform", "DER", "-in", str(ca[0])))
            signer = ["-cert", str(issuer), "-keyfile", str(ca[1])]
        openssl("ca", "-batch", "-notext", "-utf8", "-preserveDN", "-config", str(config),
                "-startdate", first, "-enddate", last, "-in", str(request), "-out", str(out),
                *signer)
        return openssl("x509", "-in", str(out), "-outform", "DER")


def key_id(number, group="001"):
    return number.encode() + b"\x08\x05" + group.encode() + bytes(4)


def tlv(tag, value):
    return tag + b"\x82" + len(value).to_bytes(2, "big") + value


def cv_certificate(issuer_id, issuer_key, subject_id, subject_key):
    """7F21 { 5F4E { issuer, subject, key }, 5F37 signature }; models/crypto/cv_certificate.h."""
    text = openssl("rsa", "-in", str(subject_key), "-noout", "-modulus").decode()
    modulus = bytes.fromhex(re.search(r"Modulus=([0-9A-F]+)", text).group(1))
    body = issuer_id + subject_id + b"\x90\x03\x01\x00\x01\x91\x82\x01\x00" + modulus
    signature = openssl("dgst", "-sha256", "-sign", str(issuer_key), data=body)
    return tlv(b"\x7f\x21", tlv(b"\x5f\x4e", body) + tlv(b"\x5f\x37", signature))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="make everything anew")
    force = parser.parse_args().force
    HERE.mkdir(exist_ok=True)

    def key(name):
        path = HERE / f"{name}.pem"
        if force or not path.exists():
            make_key(path)
        return path

    def put(name, make):
        path = HERE / name
        if force or not path.exists():
            path.write_bytes(make())
        return path

    authorities = {}
    for number, kind in enumerate(("auth", "sign"), start=1):
        ca_key = key(f"ca_{kind}_key")
        subject = f"/C=JP/O=TEST JPKI/OU=TEST CA for {kind} certificates/CN=TEST CA {kind}"
        ca = put(f"ca_{kind}.der", lambda: certificate(subject, ca_key, number, FROM, UNTIL))
        authorities[kind] = (ca, ca_key)

    for person, (serial, with_sign, first, last) in PEOPLE.items():
        for kind in ("auth", "sign") if with_sign else ("auth",):
            own = key(f"{person}_{kind}_key")
            number = serial + (0x1000 if kind == "sign" else 0)
            subject = f"/C=JP/O=TEST JPKI/OU=TEST {kind}/CN=TEST {person.upper()} {number:08X}"
            put(f"{person}_{kind}.der",
                lambda: certificate(subject, own, number, first, last, authorities[kind]))

    key("card_key")
    issuer = key("issuer_key")
    terminal_ca, terminal = key("terminal_ca_key"), key("terminal_key")
    untrusted = key("untrusted_terminal_key")
    root = key("cv_root_key")
    put("issuer_face.cv",
        lambda: cv_certificate(key_id("6000023"), root, key_id("6000024"), issuer))
    put("issuer_text.cv",
        lambda: cv_certificate(key_id("6000033"), root, key_id("6000034"), issuer))
    put("terminal.cv",
        lambda: cv_certificate(key_id("6000091"), terminal_ca, key_id("6000092"), terminal))
    put("untrusted_terminal.cv",
        lambda: cv_certificate(key_id("6000091"), untrusted, key_id("6000092"), untrusted))
    (HERE / "revocation_list.json").write_text(json.dumps({
        "note": "TEST data: serial numbers (hex) of auth certificates "
                "the backend treats as revoked",
        "issuer": "TEST CA auth",
        "revoked": [{"serial": f"{PEOPLE[name][0]:x}", "person": name, "since": "20240601"}
                    for name in REVOKED],
    }, indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr.decode(errors="replace"))
