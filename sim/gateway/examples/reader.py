#!/usr/bin/env python3
"""A whole face-auth reader as a program: `reader: exec:./reader.py`.

An example of the hands protocol (sim/gateway/README.md): panel, reader link and card session. It is
as simple as a reader can be that P3 can be walked with; where it is silent, see
models/face_reader/README.md. What is yours: the bodies of `Card` (your card access) and of `Reader`
(your firmware's panel). Nothing but lines of the protocol may go to standard output. With
`--vpcd PORT` the card is a simulated one; `--hold SECONDS` is for a bench whose time runs faster.
"""
import argparse
import itertools
import json
import socket
import struct
import sys
import threading
import time

NOT_POSSIBLE, REFUSED, NO_CARD, NOT_CONNECTED = 1, 5, 21, 24
METHOD_NOT_FOUND, INVALID_PARAMS = -32601, -32602
HOLD_S = 1.5  # a message that nobody could read was not shown: it stays for more than a second
CAN = ["begin", "press", "enter", "show_face", "place", "remove", "compare", "unplug", "plug",
       "show", "card", "link"]


class Failed(Exception):
    """An error answer."""

    def __init__(self, code, message, **data):
        super().__init__(message)
        self.error = {"code": code, "message": message, **({"data": data} if data else {})}


def refused(reason):
    return Failed(REFUSED, "refused", reason=reason)


class Card:
    """Stands for the card: knows no command. Yours: what your reader has in its slot."""

    OFF = ON = RESET = None
    atr = "3b80800101"

    def power(self, signal):
        pass

    def transmit(self, command):
        return "6d00" if len(command) >= 8 else "6700"

    def take(self):
        pass


class SimulatedCard(Card):
    """A simulated card with keys and certificates, put here by
    `uketsuke serve --vpcd 127.0.0.1:PORT`: a length of two bytes, then a command APDU, or one byte
    that is a signal."""

    OFF, ON, RESET, GET_ATR = b"\0", b"\1", b"\2", b"\4"

    def __init__(self, listener):
        try:
            self.socket, _ = listener.accept()
        except OSError as error:
            raise Failed(NOT_POSSIBLE, "no card comes to the port") from error
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.socket.sendall(struct.pack(">H", len(data)) + data)

    def receive(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise Failed(NO_CARD, "the card has gone")
            data += piece
        return data

    def answer(self):
        return self.receive(struct.unpack(">H", self.receive(2))[0]).hex()

    def power(self, signal):
        self.send(signal)

    @property
    def atr(self):
        self.send(self.GET_ATR)
        return self.answer()

    def transmit(self, command):
        self.send(bytes.fromhex(command))
        return self.answer()

    def take(self):
        self.socket.close()


class Reader:
    """Methods of the protocol by name; '.' is '_'."""

    name = "example reader"

    def __init__(self, tell, ask, later, new_card, hold_s):
        self.new_card = new_card
        self.tell, self.ask = tell, ask  # a notification; a request with a function for its result
        self.later, self.hold_s = later, hold_s  # later(seconds, action)
        self.shown, self.held_until = 0, 0.0
        self.plugged, self.powered = False, False
        self.card = None
        self.number_b = ""
        self.mode, self.screen = "face_authentication", "initial"
        self.reception = False

    def start(self):
        self.plug()

    # ---- people
    def compare(self, match):
        pass  # they look at the card; the reader has no part in it

    def begin(self):
        if self.card is not None:
            self.remove()
        if self.plugged:
            self.unplug()
        self.plug()

    def press(self, control):
        offers = {"initial": ["staff_button"], "passcode_entry": ["cancel"],
                  "auth_method": ["face", "pin", "cancel"], "face_capture": ["cancel"],
                  "consent": ["granted", "declined"]}
        if control not in offers.get(self.screen, []):
            self.tell("refused", control=control, reason="not_offered")
        elif control == "staff_button":
            self.show("passcode_entry")
        elif control == "cancel":
            if self.screen != "passcode_entry":
                self.tell("link.cancelled", reason="pressed")
            self.show_first()
        elif self.screen == "auth_method":
            self.tell("link.auth_method_chosen", method=control)
            self.show("reading")
        else:
            self.tell("link.consent_chosen", consent=control)
            self.show("reading")

    def enter(self, control, text):
        if (self.screen, control) != ("passcode_entry", "visual_passcode"):
            self.tell("refused", control=control, reason="not_offered")
            return
        self.show("passcode_entry", visual_passcode="****")
        self.ask("link.check_passcode", {"passcode": text}, self.passcode_checked)

    def passcode_checked(self, result):
        if result.get("result") == "accepted":
            self.change_mode("visual_confirmation", "passcode")
        else:
            self.show("passcode_entry", "passcode_" + result.get("result", "unavailable"))

    def show_face(self, score):
        if self.screen != "face_capture":
            return
        self.tell("link.face_matched", matched=score >= 700, score=score)
        self.show("reading")

    def place(self, card, face="seen"):
        if self.card is not None:
            raise Failed(NOT_POSSIBLE, "another card lies there")
        self.card = self.new_card()
        self.number_b = "" if face == "hidden" else "00000000000000"
        if self.plugged:
            self.tell("card.present", slot=0)

    def remove(self, card=""):
        if self.card is None:
            raise Failed(NOT_POSSIBLE, "no card lies there")
        self.card.take()
        self.card, self.powered = None, False
        if not self.plugged:
            return
        self.tell("card.absent", slot=0)
        if self.reception and self.mode == "visual_confirmation":
            self.reception = False
            self.change_mode("face_authentication", "card_removed")
        else:
            self.reception = False
            self.show_first()

    def unplug(self):
        if not self.plugged:
            raise Failed(NOT_POSSIBLE, "it is unplugged already")
        self.plugged = self.powered = self.reception = False
        self.tell("card.gone")
        self.show("")

    def plug(self):
        if self.plugged:
            raise Failed(NOT_POSSIBLE, "it is plugged in already")
        self.plugged = True
        self.tell("card.arrived", name=self.name, slots=1, pin_pad=False,
                  exchange_level="extended APDU")
        if self.card is not None:
            self.tell("card.present", slot=0)
        self.change_mode("face_authentication", "start")

    # ---- reader link
    def link_hello(self, version):
        return {"version": min(version, 1), "model": self.name, "firmware": "1.0",
                "mode": self.mode}

    def link_set_mode(self, mode):
        if self.reception:
            raise refused("reception_under_way")
        self.change_mode(mode, "terminal")

    def link_ask_auth_method(self):
        self.need_face_mode()
        self.show("auth_method")

    def link_scan_card_face(self):
        self.need_face_mode()
        self.tell("link.card_face_scanned", verification_number_b=self.number_b)

    def link_match_face(self, photo):  # the photo is a secret
        self.need_face_mode()
        self.show("face_capture")

    def link_ask_consent(self, items):
        self.need_card()
        left = self.held_until - time.monotonic()
        if self.screen != "completion" or left <= 0:
            return self.show("consent")
        # People read first that the reading is complete.
        number = self.shown
        return self.later(left, lambda: self.shown == number and self.show("consent"))

    def link_show(self, notice, code=""):
        self.reception = self.reception or notice == "reading"
        self.show({"failed": "take_card"}.get(notice, notice),
                  {"completion": "completion_message", "failed": "reception_failed"}.get(notice,
                                                                                         notice))
        if notice == "completion":
            self.held_until = time.monotonic() + self.hold_s

    def link_end_reception(self):
        self.reception = False
        self.show_first()

    # ---- card session
    def card_connect(self, slot):
        if self.card is None:
            raise Failed(NO_CARD, "no card lies there")
        if not self.powered:
            self.card.power(self.card.ON)
        self.powered = True
        return {"atr": self.card.atr, "protocol": "T=1"}

    def card_reset(self, slot, kind):
        if self.powered:
            self.card.power(self.card.RESET)
        return self.card_connect(slot)

    def card_transmit(self, slot, command):
        if not self.powered:
            raise Failed(NOT_CONNECTED, "connect first")
        return {"response": self.card.transmit(command)}

    def card_disconnect(self, slot, disposition):
        if self.powered and disposition != "leave":
            self.card.power(self.card.OFF)
            self.powered = False

    # ---- what they have in common
    def need_card(self):
        if self.card is None:
            raise refused("no_reception")
        self.reception = True

    def need_face_mode(self):
        if self.mode != "face_authentication":
            raise refused("visual_mode")
        self.need_card()

    def change_mode(self, mode, cause):
        self.mode = mode
        self.tell("link.mode_changed", mode=mode, cause=cause)
        self.show_first()

    def show_first(self):
        self.show("initial" if self.mode == "face_authentication" else "place_card")

    def show(self, screen, message="", **values):
        self.screen = screen
        self.shown += 1
        self.tell("show", screen=screen, message=message, values=values)


def serve(new_card, hold_s=HOLD_S, lines=sys.stdin, out=sys.stdout):
    """Answers requests until the input ends."""
    one_at_a_time = threading.Lock()
    numbers = itertools.count(1)
    waiting = {}  # our own requests: what to do with the result

    def send(**message):
        out.write(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False) + "\n")
        out.flush()

    def ask(method, params, then):
        number = f"reader-{next(numbers)}"
        waiting[number] = then
        send(id=number, method=method, params=params)

    def later(seconds, action):
        def act():
            with one_at_a_time:
                action()
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()

    reader = Reader(lambda method, **params: send(method=method, params=params), ask, later,
                    new_card, hold_s)

    def take(message):
        method, params = message.get("method"), message.get("params", {})
        if method is None:  # the answer to a request of ours
            waiting.pop(message["id"], lambda result: None)(message.get("result", {}))
        elif method == "hello":
            send(id=message["id"], result={"protocol": 1, "name": reader.name, "can": CAN})
            reader.start()
        elif method not in CAN and method.split(".")[0] not in ("link", "card"):
            send(id=message["id"], error={"code": METHOD_NOT_FOUND, "message": "cannot do that"})
        else:
            params.pop("reader", None)
            try:
                result = getattr(reader, method.replace(".", "_"))(**params)
                if "." not in method:
                    result = {"by": reader.name}
                send(id=message["id"], result=result or {})
            except Failed as failed:
                send(id=message["id"], error=failed.error)
            except AttributeError:
                send(id=message["id"], error={"code": METHOD_NOT_FOUND, "message": "unknown"})
            except TypeError as error:
                send(id=message["id"], error={"code": INVALID_PARAMS, "message": str(error)})

    for line in lines:
        with one_at_a_time:
            take(json.loads(line))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--vpcd", type=int, metavar="PORT")
    options.add_argument("--hold", type=float, metavar="SECONDS", default=HOLD_S)
    options = options.parse_args()
    if options.vpcd is None:
        return serve(Card, options.hold)
    listener = socket.create_server(("127.0.0.1", options.vpcd))
    listener.settimeout(10)
    return serve(lambda: SimulatedCard(listener), options.hold)


if __name__ == "__main__":
    main()
