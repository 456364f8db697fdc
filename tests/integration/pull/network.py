"""A network between the program and what it is bound to: one port, a server behind it that may
change, and what networks do: connections that are cut, closed on one side, or go silent."""

import selectors
import socket
import struct
import threading

CHUNK = 65536
# SO_LINGER with no time: closing resets the connection.
RESET = struct.pack("ii", 1, 0)


def _listen(port=0):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(16)
    listener.setblocking(False)
    return listener


class _Pair:
    """A connection, both ways. What one side sent and the other has not taken waits here."""

    def __init__(self, client, server):
        self.sockets = {"client": client, "server": server}
        self.unsent = {"client": b"", "server": b""}  # to whom
        self.ended = set()  # who will send nothing more
        self.deaf = set()  # who gets nothing more


class Network:
    """net.address for the program, net.server for what is behind it. One thread of its own."""

    def __init__(self):
        self.listener = _listen()
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.server = None  # "host:port"
        self.open = True  # new connections go through; else they wait
        self._silent = False
        self._damage = {"client": None, "server": None}
        self._pairs = []
        self._waiting = []  # clients that nobody has let in
        self._work, self._done = [], threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    # ---- what happens to it; each is done when the call returns

    def cut(self):
        """Every connection is reset, and nobody gets in any more."""
        def work():
            self._reset_all()
            if self.listener:
                self.listener.close()
                self.listener = None
        self._do(work)

    def close_to_client(self):
        """The client sees the server's end; what it sends still arrives."""
        def work():
            for pair in self._pairs:
                self._end(pair, "client")
        self._do(work)

    def reset(self):
        """Every connection is reset; new ones are taken."""
        self._do(self._reset_all)

    def go_silent(self):
        """Nothing is closed, nothing arrives."""
        self._do(lambda: setattr(self, "_silent", True))

    def damage(self, receiver, change):
        """What goes to the client, or to the server, next is changed: bytes to bytes."""
        self._do(lambda: self._damage.update({receiver: change}))

    def restore(self):
        def work():
            self._silent = False
            self._damage.update(client=None, server=None)
            if not self.listener:
                self.listener = _listen(self.port)
        self._do(work)

    def let_in(self, yes):
        """Whether new connections go through; else they wait at the door."""
        self._do(lambda: setattr(self, "open", yes))

    def waiting(self):
        return len(self._waiting)

    def end(self):
        self._work.append(None)
        self._wake.send(b"x")
        self._thread.join()

    # ---- its thread

    def _do(self, work):
        self._done.clear()
        self._work.append(work)
        self._wake.send(b"x")
        assert self._done.wait(10), "the network hangs"

    def _reset_all(self):
        for pair in self._pairs:
            for side in pair.sockets.values():
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                side.close()
        self._pairs.clear()

    def _run(self):
        while True:
            with selectors.DefaultSelector() as selector:
                self._watch(selector)
                for key, events in selector.select():
                    if key.data == "wake":
                        self._woken.recv(CHUNK)
                    elif key.data == "listener":
                        self._waiting.append(self.listener.accept()[0])
                    else:
                        self._serve(*key.data, events)
            while self._work:
                work = self._work.pop(0)
                if work is None:
                    return self._leave()
                work()
                self._done.set()
            if self.open and not self._silent:
                self._connect_waiting()

    def _watch(self, selector):
        selector.register(self._woken, selectors.EVENT_READ, "wake")
        if self.listener:
            selector.register(self.listener, selectors.EVENT_READ, "listener")
        if self._silent:
            return
        for pair in self._pairs:
            for name, side in pair.sockets.items():
                events = 0
                if name not in pair.ended and not pair.unsent[_other(name)]:
                    events |= selectors.EVENT_READ
                if pair.unsent[name]:
                    events |= selectors.EVENT_WRITE
                if events:
                    selector.register(side, events, (pair, name))

    def _connect_waiting(self):
        for client in self._waiting:
            host, port = self.server.rsplit(":", 1)
            try:
                server = socket.create_connection((host, int(port)), 5)
            except OSError:
                client.close()
                continue
            for side in (client, server):
                side.setblocking(False)
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs.append(_Pair(client, server))
        self._waiting.clear()

    def _serve(self, pair, name, events):
        if pair not in self._pairs:
            return
        try:
            if events & selectors.EVENT_WRITE:
                sent = pair.sockets[name].send(pair.unsent[name])
                pair.unsent[name] = pair.unsent[name][sent:]
            if events & selectors.EVENT_READ:
                data = pair.sockets[name].recv(CHUNK)
                if not data:
                    pair.ended.add(name)
                    self._end(pair, _other(name))
                elif _other(name) not in pair.deaf:
                    damage, self._damage[_other(name)] = self._damage[_other(name)], None
                    pair.unsent[_other(name)] += damage(data) if damage else data
                    self._serve(pair, _other(name), selectors.EVENT_WRITE)
        except BlockingIOError:
            return
        except OSError:
            return self._forget(pair)
        if pair.ended == {"client", "server"}:
            self._forget(pair)

    def _end(self, pair, name):
        """That side gets no more."""
        pair.deaf.add(name)
        try:
            pair.sockets[name].shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _forget(self, pair):
        for side in pair.sockets.values():
            side.close()
        if pair in self._pairs:
            self._pairs.remove(pair)

    def _leave(self):
        self._reset_all()
        for client in self._waiting:
            client.close()
        if self.listener:
            self.listener.close()
        self._wake.close()
        self._woken.close()


def _other(name):
    return "server" if name == "client" else "client"
