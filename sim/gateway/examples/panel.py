#!/usr/bin/env python3
"""Hands at the panel of a face-auth reader, as a program: `panel: exec:./panel.py`.

An example of the hands protocol (sim/gateway/README.md). Put into `Hands` what moves your robot,
your test firmware or your colleague; the rest is the protocol. Nothing but its lines may go to
standard output: what you want to print goes to standard error.
"""
import json
import sys

PROTOCOL = 1
NOT_POSSIBLE, TIME_OUT, NO_OPERATOR, UNKNOWN = 1, 2, 3, 4
METHOD_NOT_FOUND, INVALID_PARAMS = -32601, -32602


class Missed(Exception):
    """It was not done; the code says why."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Hands:
    """One method for each thing that these hands can do; each returns when it is done."""

    name = "example panel"

    def __init__(self, tell):
        self.tell = tell  # tell(method, **params): a notification to the bench
        self.screen = "initial"
        self.card = None

    def begin(self):
        self.card = None
        self.show("initial")

    def press(self, control):
        if control == "staff_button" and self.screen == "initial":
            self.show("passcode_entry", visual_passcode="")
        else:  # the button was pressed; that the screen does not offer it is for the bench to judge
            self.tell("refused", control=control, reason="not_offered")

    def enter(self, control, text):  # text may be a secret: never print it
        self.show(self.screen, **{control: "*" * len(text)})

    def place(self, card, face="seen"):
        if self.card is not None:
            raise Missed(NOT_POSSIBLE, "another card lies there")
        self.card = card

    def remove(self, card=""):
        if self.card is None or (card and card != self.card):
            raise Missed(NOT_POSSIBLE, "no such card lies there")
        self.card = None
        self.show("initial")

    def show(self, screen, message="", **values):
        self.screen = screen
        self.tell("show", screen=screen, message=message, values=values)

    def did(self):
        return self.name


CAN = ["begin", "press", "enter", "place", "remove"]


def serve(hands_class=Hands, can=CAN, lines=sys.stdin, out=sys.stdout):
    """Answers requests until the input ends."""

    def send(message):
        out.write(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False) + "\n")
        out.flush()  # a pipe keeps what is not flushed

    def tell(method, **params):
        send({"method": method, "params": params})

    hands = hands_class(tell)
    for line in lines:
        request = json.loads(line)
        method, params = request.get("method"), request.get("params", {})
        if method is None or "id" not in request:
            continue  # nothing that needs an answer
        answer = {"id": request["id"]}
        try:
            if method == "hello":
                answer["result"] = {"protocol": min(PROTOCOL, params["protocol"]),
                                    "name": hands.name, "can": can + ["show"]}
            elif method in can:
                params.pop("reader", None)
                getattr(hands, method)(**params)
                answer["result"] = {"by": hands.did()}
            else:
                answer["error"] = {"code": METHOD_NOT_FOUND, "message": "cannot " + str(method)}
        except Missed as missed:
            answer["error"] = {"code": missed.code, "message": str(missed)}
        except TypeError as error:
            answer["error"] = {"code": INVALID_PARAMS, "message": str(error)}
        send(answer)
        if method == "hello" and "result" in answer:
            hands.show("initial")


if __name__ == "__main__":
    serve()
