"""Our card in pcscd's virtual reader, and what OpenSC's tools say of it."""

import re
import subprocess

import pytest


@pytest.fixture
def serve(start, uketsuke):
    """serve("hanako", ...): the program with these cards, once all of them are in a reader."""
    def starter(*cards, wait=True, **env):
        options = [word for card in cards for word in ("--card", card)]
        program = start(uketsuke, "serve", "--vpcd", *options, stdin=subprocess.PIPE, **env)
        for card in cards if wait else ():
            program.says(f"{card}: is in the reader")
        return program
    return starter


class Tool:
    """OpenSC's tools on one reader."""

    def __init__(self, run, reader=0):
        self._run, self._reader = run, ["--reader", str(reader)]

    def opensc(self, *options):
        return self._run("opensc-tool", *self._reader, *options)

    def pkcs15(self, *options):
        return self._run("pkcs15-tool", *self._reader, *options)

    def crypt(self, *options):
        return self._run("pkcs15-crypt", *self._reader, *options)

    def tries(self):
        """Tries left of the PIN for authentication and of the one for signatures."""
        done = self.pkcs15("--list-pins")
        assert done.returncode == 0, done.stderr
        return [int(n) for n in re.findall(r"Tries left\s*: (\d+)", done.stdout)]

    def verify(self, pin, auth_id=1):
        return self.pkcs15("--verify-pin", "--auth-id", auth_id, "--pin", pin)


@pytest.fixture
def tool(run):
    return Tool(run)


@pytest.fixture
def second_tool(run):
    return Tool(run, 1)
