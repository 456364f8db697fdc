"""A program that plays a whole reader (`reader: exec:`): the example, seen from the terminal."""
import os

from probe import Probe

READER = os.path.join(os.environ["HANDS_EXAMPLES"], "reader.py")


def test_a_reader_arrives_with_link_and_card():
    with Probe("exec", READER) as probe:
        assert probe.wait_for("card arrived") == "card arrived example reader"
        probe.wait_for("link up")
        probe.wait_for("link event 1 mode_changed mode=face_authentication cause=start")
        probe.ask(1, "link.hello", version=1)
        assert "hello_answer version=1 model=example reader" in probe.wait_for("link response 1")
        probe.ask(2, "card.connect", slot=0)
        probe.wait_for("card failed no card")
        probe.ask(3, "place", card="hanako")
        probe.wait_for("card present")
        probe.wait_for("attested 3")
        probe.ask(4, "card.connect", slot=0)
        probe.wait_for("card connected 3b80800101")
        probe.ask(5, "card.transmit", slot=0, command="00a4040000")
        probe.wait_for("card response 6d00")
        probe.ask(6, "card.reset", slot=0, kind="reset")
        probe.wait_for("card connected")
        probe.ask(7, "card.disconnect", slot=0, disposition="unpower")
        probe.wait_for("card disconnected")
        probe.ask(8, "card.transmit", slot=0, command="00a4040000")
        probe.wait_for("card failed not connected: connect first")
        probe.ask(9, "card.verify_pin", slot=0, command="00200080", min_digits=4, max_digits=4,
                  timeout_s=1)
        probe.wait_for("card failed not supported")
        probe.ask(10, "remove")
        probe.wait_for("card absent")
        probe.ask(11, "unplug")
        probe.wait_for("card gone")
        probe.wait_for("link down")
        probe.ask(12, "link.end_reception")
        probe.wait_for("link response 12 refused reason=link_down")
        probe.ask(13, "plug")
        probe.wait_for("link up")
        assert not any("failed" in line and line.startswith("failed") for line in probe.end())


def test_a_passcode_is_checked_by_the_terminal_and_switches_the_mode():
    with Probe("exec", READER) as probe:
        probe.wait_for("shown initial")
        probe.ask(1, "press", control="staff_button")
        probe.wait_for("shown passcode_entry")
        for code, tries in (("wrong", 2), ("accepted", 0)):
            probe.ask(2, "enter", control="visual_passcode", text="123456")
            request = probe.wait_for("link request")
            assert request.endswith("check_passcode passcode=***")
            seq = int(request.split()[2])
            probe.send({"jsonrpc": "2.0", "id": seq,
                        "result": {"result": code, "tries_left": tries}})
        probe.wait_for("link event")
        assert "mode_changed mode=visual_confirmation cause=passcode" in probe.seen[-1]
        probe.wait_for("shown place_card")
        probe.ask(3, "link.ask_auth_method")
        probe.wait_for("link response 3 refused reason=visual_mode")
        probe.ask(4, "link.set_mode", mode="face_authentication")
        probe.wait_for("link response 4 done")
        probe.end()


def test_consent_is_asked_and_answered():
    with Probe("exec", READER) as probe:
        probe.ask(1, "place", card="hanako")
        probe.wait_for("attested 1")
        probe.ask(2, "link.ask_consent", items=["薬剤情報"])
        probe.wait_for("shown consent")
        probe.wait_for("link response 2 done")
        probe.ask(3, "press", control="declined")
        assert "consent_chosen consent=declined" in probe.wait_for("link event 2")
        probe.ask(4, "link.match_face", photo="ff4f" * 10000)
        probe.wait_for("shown face_capture")
        probe.ask(5, "show_face", score=950)
        assert "face_matched matched=true score=950" in probe.wait_for("link event 3")
        probe.end()


def test_one_request_a_slot_at_a_time():
    with Probe("exec", READER) as probe:
        probe.wait_for("link up")
        probe.ask(1, "card.connect", slot=0)
        probe.ask(2, "card.connect", slot=0)
        lines = sorted([probe.wait_for("card failed"), probe.wait_for("card failed")])
        assert lines[0].startswith("card failed busy") or lines[1] == lines[0]
        probe.end()
