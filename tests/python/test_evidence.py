"""Evidence bundles as their users see them: sign, verify, compare, publish, and plain openssl."""

import hashlib
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import termios
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest

from conftest import BASELINE, ERROR, FAIL, PASS, USAGE, TIMEOUT_S, wait_for

STATEMENT_EN = "It is not a certification or approval by anyone."
STATEMENT_JA = "いかなる機関による認証でも承認でもありません。"


def openssl(folder, *arguments):
    return subprocess.run(["openssl", *map(str, arguments)], cwd=folder, capture_output=True,
                          timeout=TIMEOUT_S)


@pytest.fixture
def bundle(program):
    """A bundle, by name; "later" is one of the next firmware."""
    def make(name="bundle", kind="first"):
        subprocess.run([os.environ["UKETSUKE_MAKE_BUNDLE"], program.folder / name, kind],
                       check=True, timeout=TIMEOUT_S)
        return program.folder / name
    return make


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """An authority, one between, a vendor's key with a certificate of that; an encrypted key."""
    folder = tmp_path_factory.mktemp("pki")

    def certificate(name, subject, issuer=None, extension="basicConstraints=critical,CA:TRUE"):
        (folder / f"{name}.ext").write_text(extension + "\n", encoding="utf-8")
        new = openssl(folder, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-utf8", "-keyout",
                      f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
        assert new.returncode == 0, new.stderr
        by = ["-signkey", f"{name}.key"] if issuer is None else \
            ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial"]
        made = openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days",
                       "30", "-extfile", f"{name}.ext", *by)
        assert made.returncode == 0, made.stderr

    certificate("ca", "/O=Test CA")
    certificate("other", "/O=Another CA")
    certificate("between", "/O=Test CA/OU=Between", "ca")
    certificate("vendor", "/O=株式会社サンプル/CN=Firmware team", "between",
                "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
                "extendedKeyUsage=emailProtection")
    assert openssl(folder, "pkcs8", "-topk8", "-in", "vendor.key", "-out", "locked.key",
                   "-passout", "pass:open sesame").returncode == 0
    return folder


@pytest.fixture
def sign(program, pki):
    def run(path, *more, key="vendor.key"):
        return program("sign", path, "--key", pki / key, "--cert", pki / "vendor.pem", "--chain",
                       pki / "between.pem", *more)
    return run


def files_of(path):
    return sorted(str(p.relative_to(path)) for p in path.rglob("*") if p.is_file())


def test_a_bundle_has_its_files_and_nothing_else(bundle, program):
    path = bundle()
    assert files_of(path) == ["bench.yaml", "claims.yaml", "environment.json", "junit.xml",
                              "manifest.json", "report.html", "results.json",
                              "traces/MSG-04.jsonl"]
    results = json.loads((path / "results.json").read_text(encoding="utf-8"))
    schema = program("schema", "certify")
    assert schema.returncode == PASS
    jsonschema.validate(results, json.loads(schema.stdout))
    assert "signer" not in results
    assert sum(results["totals"][k] for k in ("pass", "pass_with_warning", "inconc", "fail",
                                              "error", "none", "not_applicable", "waived")) == 5
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    assert [f["name"] for f in manifest["files"]] == \
        [f for f in files_of(path) if f != "manifest.json"]
    assert manifest["statements"][0]["en"].endswith(STATEMENT_EN)


def test_junit_counts_every_case_once(bundle):
    root = ElementTree.parse(bundle() / "junit.xml").getroot()
    assert {k: root.get(k) for k in ("tests", "failures", "errors", "skipped")} == \
        {"tests": "5", "failures": "1", "errors": "0", "skipped": "2"}
    text = (root.find(".//testcase[@name='MSG-04']/failure").text)
    assert "failed, bError 01h" in text and "81 00 00 00" in text


def test_every_report_begins_with_what_it_is_in_both_languages(bundle):
    path = bundle()
    for name in ("results.json", "junit.xml", "report.html", "environment.json", "manifest.json"):
        head = (path / name).read_text(encoding="utf-8")
        head = head[max(0, head.find("</style>")):][:3000]
        assert STATEMENT_EN in head and STATEMENT_JA in head, name
        assert "A-95" in head and "aaaaaaaaaaaaaaaa" in head, name
        assert "Unsigned." in head and "署名されていません" in head, name


def test_an_unsigned_bundle_verifies_and_is_called_unsigned(bundle, program):
    said = program("verify", bundle())
    assert said.returncode == PASS
    assert "signature: none" in said.stdout and "nothing differs" in said.stdout
    said = program("verify", "bundle", "--lang", "ja")
    assert "署名：なし" in said.stdout and "相違は見つかりませんでした" in said.stdout
    assert STATEMENT_JA in said.stdout


def test_plain_openssl_checks_the_signature(bundle, sign, pki, program):
    path = bundle()
    assert sign(path).returncode == PASS
    check = ["cms", "-verify", "-binary", "-inform", "DER", "-in", path / "manifest.json.cms",
             "-content", path / "manifest.json", "-out", os.devnull]
    assert openssl(pki, *check, "-CAfile", "ca.pem").returncode == 0
    assert openssl(pki, *check, "-CAfile", "other.pem").returncode != 0
    with open(path / "manifest.json", "ab") as manifest:
        manifest.write(b" ")
    assert openssl(pki, *check, "-CAfile", "ca.pem").returncode != 0


def test_verify_names_the_key_and_whom_it_was_checked_against(bundle, sign, pki, program):
    path = bundle()
    sign(path)
    said = program("verify", path)
    assert said.returncode == PASS
    assert "signature: good" in said.stdout
    assert "CN=Firmware team,O=株式会社サンプル" in said.stdout
    assert "OU=Between,O=Test CA" in said.stdout
    assert "not checked against any authority" in said.stdout
    digest = openssl(pki, "x509", "-in", "vendor.pem", "-noout", "-fingerprint", "-sha256")
    assert digest.stdout.decode().split("=")[1].strip().replace(":", "").lower() in said.stdout
    serial = openssl(pki, "x509", "-in", "vendor.pem", "-noout", "-serial").stdout.decode()
    assert serial.split("=")[1].strip() in said.stdout
    said = program("verify", path, "--ca", pki / "ca.pem")
    assert said.returncode == PASS and "leads to an authority" in said.stdout
    said = program("verify", path, "--ca", pki / "other.pem")
    assert said.returncode == FAIL and "does not lead to an authority" in said.stdout
    said = program("verify", path, "--ca", pki / "ca.pem", "--at", "2099-01-01")
    assert said.returncode == FAIL and "certificate has expired" in said.stdout
    assert program("verify", path, "--ca", pki / "vendor.key").returncode == USAGE
    for name in ("results.json", "report.html", "junit.xml"):
        text = (path / name).read_text(encoding="utf-8")
        assert "株式会社サンプル" in text and "Unsigned." not in text, name


def test_a_signature_made_by_openssl_counts_too(bundle, pki, program):
    path = bundle()
    for form in ("DER", "PEM"):
        made = openssl(pki, "cms", "-sign", "-binary", "-nosmimecap", "-signer", "vendor.pem",
                       "-inkey", "vendor.key", "-certfile", "between.pem", "-in",
                       path / "manifest.json", "-outform", form, "-out",
                       path / "manifest.json.cms")
        assert made.returncode == 0
        said = program("verify", path, "--ca", pki / "ca.pem")
        assert said.returncode == PASS, said.stdout
        assert "signed later by another tool" in said.stdout


def test_what_was_changed_is_named(bundle, sign, program):
    path = bundle()
    sign(path)
    for name in files_of(path):
        file = path / name
        before = file.read_bytes()
        file.write_bytes(before[:-3] + bytes([before[-3] ^ 0x10]) + before[-2:])
        said = program("verify", path)
        assert said.returncode in (FAIL, ERROR), name
        assert re.search(rf"^DIFFERS: {re.escape(name)}: ", said.stdout, re.M), name
        report = json.loads(program("verify", path, "--json").stdout)
        assert name in [p["file"] for p in report["problems"]]
        file.write_bytes(before)
    assert program("verify", path).returncode == PASS


def test_a_symbolic_link_is_refused_even_to_the_same_bytes(bundle, program):
    path = bundle()
    shutil.move(path / "claims.yaml", program.folder / "elsewhere.yaml")
    (path / "claims.yaml").symlink_to(program.folder / "elsewhere.yaml")
    said = program("verify", path)
    assert said.returncode == FAIL and "DIFFERS: claims.yaml: " in said.stdout


def test_what_is_no_bundle_cannot_be_read(program, tmp_path):
    assert program("verify", tmp_path / "nowhere").returncode == ERROR
    empty = program.folder / "empty"
    empty.mkdir()
    assert program("verify", empty).returncode == ERROR
    (empty / "manifest.json").write_text("[" * 100_000, encoding="utf-8")
    said = program("verify", empty)
    assert said.returncode == ERROR and "nested deeper" in said.stdout
    os.mkfifo(empty / "results.json")
    os.unlink(empty / "manifest.json")
    os.mkfifo(empty / "manifest.json")  # nobody writes: it must not wait
    assert program("verify", empty).returncode == ERROR
    assert program("verify").returncode == USAGE


def test_an_encrypted_key_takes_its_passphrase_from_a_file(bundle, sign, program):
    path = bundle()
    program.write("right", "open sesame\n")
    program.write("wrong", "open barley\n")
    assert sign(path, "--passphrase-file", program.folder / "wrong",
                key="locked.key").returncode == USAGE
    assert not (path / "manifest.json.cms").exists()
    assert sign(path, "--passphrase-file", program.folder / "right",
                key="locked.key").returncode == PASS
    assert program("verify", path).returncode == PASS


def test_an_encrypted_key_asks_on_the_terminal_without_echo(bundle, pki, program):
    path = bundle()
    child, terminal = pty.fork()
    if child == 0:
        os.execv(program.path, [program.path, "sign", str(path), "--key", str(pki / "locked.key"),
                                "--cert", str(pki / "vendor.pem")])
    seen = b""
    while b"passphrase: " not in seen:
        assert select.select([terminal], [], [], TIMEOUT_S)[0], seen
        seen += os.read(terminal, 1000)
    wait_for(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO)
    os.write(terminal, b"open sesame\n")
    while True:
        try:
            more = os.read(terminal, 1000)
        except OSError:  # the other end was closed
            break
        if not more:
            break
        seen += more
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == PASS, seen
    assert b"sesame" not in seen
    assert program("verify", path).returncode == PASS


def test_keys_that_do_not_fit_are_refused_and_nothing_is_written(bundle, pki, program):
    path = bundle()
    before = {name: (path / name).read_bytes() for name in files_of(path)}
    for key, cert, why in (("ca.key", "vendor.pem", "is not the key of"),
                           ("vendor.pem", "vendor.pem", "no private key in PEM"),
                           ("vendor.key", "vendor.key", "no certificate in PEM")):
        said = program("sign", path, "--key", pki / key, "--cert", pki / cert)
        assert said.returncode == USAGE and why in said.stderr
    said = program("sign", path, "--key", pki / "vendor.key", "--cert", pki / "vendor.pem",
                   env={"SOURCE_DATE_EPOCH": "4000000000"})
    assert said.returncode == USAGE and "the certificate holds from" in said.stderr
    assert before == {name: (path / name).read_bytes() for name in files_of(path)}


def test_compare_puts_two_firmware_versions_side_by_side(bundle, program):
    first, later = bundle("first"), bundle("later", "later")
    said = program("compare", first, later, "--html", "c.html", "--json", "c.json")
    assert said.returncode == BASELINE
    assert "bcdDevice: 0102 → 0103" in said.stdout
    assert "new deviation: MSG-01" in said.stdout and "fixed: MSG-04" in said.stdout
    report = json.loads((program.folder / "c.json").read_text(encoding="utf-8"))
    assert {c["id"]: c["change"] for c in report["cases"]} == {
        "MSG-01": "new-fail", "MSG-04": "fixed", "MSG-12": "same", "NOT-04": "same",
        "DSC-12": "same"}
    page = (program.folder / "c.html").read_text(encoding="utf-8")
    assert "新たな逸脱" in page and "new deviation" in page
    said = program("compare", first, first)
    assert said.returncode == PASS and "same 5" in said.stdout
    (later / "results.json").write_text("{}", encoding="utf-8")
    said = program("compare", first, later)
    assert said.returncode == ERROR and "results.json" in said.stderr


def test_compare_with_a_bundle_that_was_changed_is_no_same(bundle, program):
    first, second = bundle("first"), bundle("second")
    with open(second / "report.html", "ab") as page:
        page.write(b" ")
    said = program("compare", first, second)
    assert said.returncode == ERROR and "report.html" in said.stderr and "same 5" in said.stdout
    said = program("compare", first, first, "--html", "-", "--json", "-")
    assert said.returncode == USAGE and "standard output" in said.stderr


def test_a_public_copy_names_nobody_and_belongs_to_its_original(bundle, sign, pki, program):
    full = bundle()
    sign(full)
    said = program("publish", full, "--out", "public")
    assert said.returncode == PASS
    public = program.folder / "public"
    assert files_of(public) == ["environment.json", "junit.xml", "manifest.json", "report.html",
                                "results.json"]
    text = "".join((public / name).read_text(encoding="utf-8") for name in files_of(public))
    for secret in ("SN-4711", "Yamada", "hanako", "/srv/", "bench7"):
        assert secret not in text, secret
    assert sign(public).returncode == PASS
    said = program("verify", public, "--ca", pki / "ca.pem")
    assert said.returncode == PASS and "a public copy" in said.stdout
    said = program("verify", public, "--full", full)
    assert said.returncode == PASS and "compared with the full bundle" in said.stdout
    other = bundle("other", "later")
    said = program("verify", public, "--full", other)
    assert said.returncode == FAIL and "DIFFERS: manifest.json" in said.stdout
    assert program("publish", public, "--out", "again").returncode == USAGE
    assert program("publish", full, "--out", "public").returncode == USAGE


@pytest.fixture
def certified(program):
    """A bundle of a real run of `certify` on a model."""
    def make(name="run", reader="clean_tpdu", *more):
        program.write("claims.yaml", "uketsuke_claims: 1\n")
        said = program("certify", "--reader", f"model:{reader}", "--claims", "claims.yaml",
                       "--only", "MSG,DSC,RCP-01", "--out", name, *more)
        return said, program.folder / name
    return make


def seal_again(path):
    """What somebody does who changes an unsigned bundle and mends its manifest."""
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        data = (path / entry["name"]).read_bytes()
        entry["size"], entry["sha256"] = len(data), hashlib.sha256(data).hexdigest()
    (path / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def test_a_run_of_certify_is_signed_verified_and_computed_again(certified, pki, program):
    said, path = certified("run", "clean_tpdu", "--sign-key", pki / "vendor.key", "--sign-cert",
                           pki / "vendor.pem", "--chain", pki / "between.pem")
    assert said.returncode == PASS, said.stderr
    said = program("verify", path, "--ca", pki / "ca.pem")
    assert said.returncode == PASS, said.stdout
    assert re.search(r"computed again: \d\d same, 0 differ, ", said.stdout)
    assert "signature: good" in said.stdout and "leads to an authority" in said.stdout
    report = json.loads(program("verify", path, "--json").stdout)
    results = json.loads((path / "results.json").read_text(encoding="utf-8"))
    assert results["environment"]["kernel"].startswith("Linux ") and results["environment"]["os"]
    assert report["recomputed"]["same"] >= len(results["cases"]) - 1
    assert program("schema", "certify").returncode == PASS
    jsonschema.validate(results, json.loads(program("schema", "certify").stdout))


def test_a_verdict_that_the_trace_does_not_bear_is_found(certified, program):
    said, path = certified()
    assert said.returncode == PASS, said.stderr
    trace = path / "traces" / "MSG-01.jsonl"
    lines = trace.read_text(encoding="utf-8").splitlines(keepends=True)
    number, line = next((i, one) for i, one in enumerate(lines)
                        if '"data":"81' in one and '"in":' in one)
    at = line.index('"data":"81') + len('"data":"') + 12  # bSeq
    changed = line[:at] + "%02x" % (int(line[at:at + 2], 16) ^ 1) + line[at + 2:]
    trace.write_text("".join(lines[:number] + [changed] + lines[number + 1:]), encoding="utf-8")
    seal_again(path)
    said = program("verify", path)
    assert said.returncode == FAIL
    assert "DIFFERS: results.json: MSG-01: computed again: " in said.stdout
    assert "1 differ," in said.stdout


def one_case(results, case):
    return next(c for c in results["cases"] if c["id"] == case)


def less_mandatory(results):
    one_case(results, "MSG-01")["mandatory"] = False


def other_title(results):
    one_case(results, "MSG-01")["title"] = {"ja": "別", "en": "another"}


def another_outcome(results):
    one_case(results, "MSG-01")["outcome"] = "pass_with_warning"


def other_firmware(results):
    results["reader"]["bcd_device"] = "0999"


def a_case_of_nobody(results):
    one_case(results, "MSG-01")["id"] = "MSG-77"


def first_attempt_left_out(results):
    one_case(results, "MSG-01")["attempt"] = 2


def a_smaller_catalogue(results):
    results["catalogue"]["cases"] = len(results["cases"]) - 1


def waiver_of_another_year(results):
    results["waivers"] = [{"id": "MSG-01", "reason": "-", "expiry": "2001-01-01", "approver": "-"}]


@pytest.mark.parametrize("change, said", [
    (less_mandatory, "MSG-01: computed again: its title, its rules or whether it is mandatory"),
    (other_title, "MSG-01: computed again: its title, its rules or whether it is mandatory"),
    (another_outcome, "is not what uketsuke"),
    (other_firmware, "identity: computed again: another reader than its descriptors say"),
    (a_case_of_nobody, "MSG-77: computed again: it is no case of the catalogue"),
    (first_attempt_left_out, "MSG-01: results of earlier attempts are missing"),
    (a_smaller_catalogue, "identity: computed again: the catalogue has 193 cases"),
    (waiver_of_another_year, "the waiver of MSG-01 held until 2001-01-01"),
])
def test_what_a_record_says_is_held_against_catalogue_and_trace(certified, program, change, said):
    done, path = certified()
    assert done.returncode == PASS, done.stderr
    results = json.loads((path / "results.json").read_text(encoding="utf-8"))
    change(results)
    (path / "results.json").write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
    seal_again(path)
    done = program("verify", path)
    assert done.returncode == FAIL
    line = rf"^DIFFERS: results.json: .*{re.escape(said)}"
    assert re.search(line, done.stdout, re.M), done.stdout


def test_without_the_record_of_the_identification_nothing_is_said_to_be_good(certified, program):
    _, path = certified()
    (path / "traces/identity.jsonl").unlink()
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = [f for f in manifest["files"] if f["name"] != "traces/identity.jsonl"]
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = program("verify", path)
    assert done.returncode == FAIL
    assert "identity: computed again: there is no trace of the identification" in done.stdout


def test_a_bench_that_tells_what_descriptors_tell_is_refused(certified, program):
    _, path = certified()
    with open(path / "bench.yaml", "a", encoding="utf-8") as bench:
        bench.write('  level: "character"\n')
    digest = hashlib.sha256((path / "bench.yaml").read_bytes()).hexdigest()
    text = (path / "results.json").read_text(encoding="utf-8")
    was = re.search(r'"bench_sha256":"(\w+)"|"bench_digest":"(\w+)"|"bench":"(\w+)"', text)
    (path / "results.json").write_text(text.replace(next(g for g in was.groups() if g), digest),
                                       encoding="utf-8")
    seal_again(path)
    done = program("verify", path)
    assert done.returncode == FAIL and "bench.yaml: level is what descriptors tell" in done.stdout


def test_what_ended_with_an_error_of_the_bench_is_no_false_verdict(certified, program):
    _, path = certified()
    results = json.loads((path / "results.json").read_text(encoding="utf-8"))
    one_case(results, "MSG-01").update(verdict="error", reason={"ja": "-", "en": "-"})
    (path / "results.json").write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")
    trace = path / "traces" / "MSG-01.jsonl"
    trace.write_text("".join(trace.read_text(encoding="utf-8").splitlines(True)[:3]),
                     encoding="utf-8")
    seal_again(path)
    done = program("verify", path)
    assert "MSG-01: it ended with an error of the bench" in done.stdout
    assert "MSG-01: computed again" not in done.stdout


def test_a_model_hides_no_card_so_that_nothing_can_be_hidden_behind_one(certified, program):
    _, path = certified()
    trace = path / "traces" / "MSG-01.jsonl"
    lines = trace.read_text(encoding="utf-8").splitlines(True)
    at = next(i for i, line in enumerate(lines) if '"data":"81' in line and '"in":' in line)
    changed = json.loads(lines[at])
    changed["got"]["masked"] = True
    data = changed["got"]["data"]
    changed["got"]["data"] = data[:12] + "ee" + data[14:]  # another bSeq
    lines[at] = json.dumps(changed, separators=(",", ":")) + "\n"
    trace.write_text("".join(lines), encoding="utf-8")
    seal_again(path)
    done = program("verify", path)
    assert done.returncode == FAIL
    assert "DIFFERS: results.json: MSG-01: computed again: " in done.stdout


def test_a_report_that_tells_another_story_than_the_record_is_found(certified, program):
    _, path = certified()
    page = path / "report.html"
    page.write_text(page.read_text(encoding="utf-8").replace("MSG-01", "MSG-O1"), encoding="utf-8")
    seal_again(path)
    done = program("verify", path)
    assert done.returncode == FAIL and "DIFFERS: report.html: is not what uketsuke" in done.stdout


def test_a_signature_file_that_cannot_be_read_is_no_missing_signature(bundle, program):
    path = bundle()
    (path / "manifest.json.cms").write_bytes(b"\x30" * ((1 << 20) + 1))
    done = program("verify", path)
    assert done.returncode == FAIL and "DIFFERS: manifest.json.cms: larger than" in done.stdout


def test_a_public_copy_is_not_made_inside_the_bundle(bundle, program):
    path = bundle()
    before = files_of(path)
    done = program("publish", path, "--out", path / "public")
    assert done.returncode == USAGE and "inside the bundle" in done.stderr
    assert files_of(path) == before


def test_the_same_run_twice_compares_as_the_same(certified, program):
    (_, first), (_, second) = certified("one"), certified("two")
    said = program("compare", first, second)
    assert said.returncode == PASS, said.stdout
    assert ", new 0, gone 0, " in said.stdout
    _, other = certified("other", "acs_acr1251")
    said = program("compare", first, other)
    assert said.returncode == BASELINE
    assert "reader: 1209:0001 → " in said.stdout


def test_waivers_excuse_by_name_until_their_day_and_are_told(certified, program):
    schema = json.loads((pathlib.Path(__file__).parents[2] / "scenarios/schema" /
                         "waivers.schema.json").read_text(encoding="utf-8"))
    waiver = {"id": "DSC-12", "reason": "known, mended in 1.03", "expiry": "2099-12-31",
              "approver": "Quality assurance"}
    jsonschema.validate({"uketsuke_waivers": 1, "waivers": [waiver]}, schema)
    program.write("good.yaml", json.dumps({"uketsuke_waivers": 1, "waivers": [waiver]}))
    said, path = certified("good", "clean_tpdu", "--waivers", "good.yaml")
    assert said.returncode == PASS, said.stderr
    for key, value, why in (("id", "DSC-99", "there is no case DSC-99"),
                            ("expiry", "2001-01-01", "expired on 2001-01-01"),
                            ("approver", "", "approver is empty")):
        program.write("bad.yaml", json.dumps(
            {"uketsuke_waivers": 1, "waivers": [{**waiver, key: value}]}))
        said, _ = certified("bad", "clean_tpdu", "--waivers", "bad.yaml")
        assert said.returncode == USAGE
        assert re.search(rf"^uketsuke: .*bad.yaml:1:\d+: .*{why}", said.stderr, re.M), said.stderr
