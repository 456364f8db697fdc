"""`uketsuke readers` and `uketsuke doctor` where there are readers: on a usbfs that umockdev
emulates, in a real pcscd, behind a USB/IP server of ours."""

import json
import os
import re

from components import component, wait_for

# A listed id: libccid takes the reader for one it knows (its Info.plist).
LISTED = "clean_extended_apdu@08e6:3437"


def usbfs(run, readers, *command):
    """Runs a command where these readers are plugged in."""
    options = [word for reader in readers for word in ("--reader", reader)]
    return run("umockdev-wrapper", os.environ["UKETSUKE_USBFS"], *options, "--", *command)


def readers_of(done, route):
    return [r for r in json.loads(done.stdout)["readers"] if r["route"] == route]


def test_readers_on_usb_are_listed_with_what_identifies_them(run, uketsuke):
    done = usbfs(run, ["clean_tpdu", "clean_tpdu", "clean_tpdu,serial=OTHER", "face_reader"],
                 uketsuke, "readers", "--json")
    assert done.returncode == 0, done.stderr
    found = readers_of(done, "usb")
    # scenarios/readers: ids of pid.codes; the same serial number twice can be told by port only
    assert [r["bind"] for r in found] == [
        "usb:1-1", "usb:1-2", "usb:1209:0001:OTHER", "usb:1209:0005"]
    assert [r["exchange_level"] for r in found] == ["TPDU"] * 3 + ["extended APDU"]
    assert [r["slots"] for r in found] == [1] * 4
    assert all(r["smart_card"] and r["bcdDevice"] == "0100" for r in found)


def test_doctor_sees_equal_readers_and_those_that_pcscd_would_not_use(run, uketsuke):
    done = usbfs(run, ["clean_tpdu", "clean_tpdu", LISTED], uketsuke, "doctor", "--json")
    assert done.returncode == 1
    found = [(f["id"], f["subject"].split(" (")[0]) for f in json.loads(done.stdout)["findings"]]
    assert ("equal-readers", "1-1 1209:0001 UKETSUKE-TPDU") in found
    assert [s for i, s in found if i == "reader-not-in-ccid-list"] == [
        "1-1 1209:0001 UKETSUKE-TPDU"]
    assert "no-reader" not in [i for i, _ in found]


def test_a_reader_that_pcscd_has_is_the_same_as_that_on_usb(run, uketsuke, tmp_path):
    (tmp_path / "empty").mkdir()
    script = (f"{component('pcscd')} -f -c {tmp_path}/empty >{tmp_path}/log 2>&1 & "
              "until opensc-tool -l | grep -q Gemalto; do sleep 0.1; done; "
              f"{uketsuke} readers --json; {uketsuke} doctor --json >{tmp_path}/doctor; kill $!")
    done = usbfs(run, [LISTED], "sh", "-c", script)
    usb, pcsc = readers_of(done, "usb"), readers_of(done, "pcsc")
    assert [r["place"] for r in usb] == ["1-1"]
    assert [r["bind"] for r in pcsc] == [
        "pcsc:Gemalto PC Twin Reader (UKETSUKE-EXTENDED) 00 00"]  # libccid's name for these ids
    assert (pcsc[0]["same_as"], pcsc[0]["idVendor"], pcsc[0]["serial"]) == (
        "1-1", "08e6", "UKETSUKE-EXTENDED")
    assert pcsc[0]["card"] is True
    ids = [f["id"] for f in json.loads((tmp_path / "doctor").read_text())["findings"]]
    assert not {"no-pcscd", "pcscd-socket-missing", "reader-not-in-ccid-list"} & set(ids)


def test_both_slots_of_the_virtual_reader_are_listed_with_their_card(pcscd, run, start, uketsuke):
    serve = start(uketsuke, "serve", "--vpcd")
    serve.says("hanako: is in the reader")
    done = run(uketsuke, "readers", LC_ALL="ja_JP.UTF-8")
    assert done.returncode == 0
    assert "Virtual PCD 00 00" in done.stdout
    assert re.findall("カード：(..)", done.stdout) == ["あり", "なし"]
    assert "--bind 'reader=pcsc:Virtual PCD 00 00'" in done.stdout


def test_readers_that_a_usbip_server_offers_are_listed(run, start, uketsuke):
    serve = start(uketsuke, "serve", "--usbip", "127.0.0.1:3250", "--reader", "face", "--reader",
                  "clean_tpdu")

    def listed():  # a reader is offered when it has told its descriptors
        done = run(uketsuke, "readers", "--usbip", "127.0.0.1:3250", "--json")
        found = readers_of(done, "usbip")
        return found if len(found) == 2 and done.returncode == 0 else None
    found = wait_for(listed)
    assert [(r["idVendor"], r["idProduct"]) for r in found] == [("1209", "0005"),
                                                               ("1209", "0001")]
    assert all(re.fullmatch(r"usbip:127\.0\.0\.1:3250/\d+-\d+", r["bind"]) for r in found)
    serve.end()
    gone = run(uketsuke, "readers", "--usbip", "127.0.0.1:3250", LC_ALL="C.UTF-8")
    assert gone.returncode == 4
    assert "127.0.0.1:3250" in gone.stdout


def test_where_there_is_none_the_doctor_is_named(run, uketsuke):
    done = run(uketsuke, "readers")
    assert done.returncode == 1
    assert "no pcscd runs" in done.stdout
    assert "`uketsuke doctor`" in done.stdout


def test_a_server_that_is_none_is_a_mistake_of_usage(run, uketsuke):
    for text in ("127.0.0.1:x", "127.0.0.1:70000"):
        done = run(uketsuke, "readers", "--usbip", text)
        assert done.returncode == 5
        assert "HOST" in done.stderr
