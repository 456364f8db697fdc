"""panel_between.py HOST:PORT FILE MODE: a program of the hands protocol that passes everything on
to a hands server. What is typed is noted in FILE, which is the test's; everything that it hears and
what is in FILE.card goes to standard error as well, as a careless program would do it. MODE: good,
or what becomes of it when a card is placed: crash, garbage.
"""
import json
import os
import pathlib
import socket
import sys
import threading


def main():
    address, notes, mode = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    server = socket.create_connection((host, int(port)))

    def back():
        for line in server.makefile("rb"):
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()

    threading.Thread(target=back, daemon=True).start()
    card = pathlib.Path(notes + ".card")
    if card.exists():
        print("the card says:", card.read_text(encoding="utf-8"), file=sys.stderr, flush=True)
    for line in sys.stdin:
        print("heard", line, file=sys.stderr, flush=True)
        request = json.loads(line)
        text = request.get("params", {}).get("text")
        if text is not None:
            with open(notes, "a", encoding="utf-8") as file:
                file.write(f"{request['params'].get('control', '')} {text}\n")
        if request.get("method") == "place" and mode == "crash":
            os.abort()
        if request.get("method") == "place" and mode == "garbage":
            print("garbage", card.read_text(encoding="utf-8"), flush=True)
            continue
        server.sendall(line.encode())


main()
