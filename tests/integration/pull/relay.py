"""relay.py HOST:PORT: lines of standard input to a served hands port, its lines to standard output.
A program for `panel: exec:` that has the hands of a reader which somebody else serves."""

import os
import socket
import sys
import threading


def copy(read, write):
    while data := read(65536):
        write(data)


def write_all(data):
    while data:
        data = data[os.write(1, data):]


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    with socket.create_connection((host, int(port))) as served:
        served.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=copy, args=(served.recv, write_all), daemon=True).start()
        copy(lambda count: os.read(0, count), served.sendall)


if __name__ == "__main__":
    main()
