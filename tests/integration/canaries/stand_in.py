"""A card that stands for a real one: everything on it that is anybody's business is a canary."""

import importlib.util
import os
import pathlib
import random
import secrets
import shutil

import yaml

from searching import Searcher, Secret

HOLDER = "hanako"
# Kanji of JIS level 2 that no word of ours has.
RARE = "鸛鵬驪麝黶齲龠瑤熙禊穹窈筐箙籠糺紲絆綮緇縅繧罟羲翹聳肄臍舫芻茹莎菘萍葭蒡蓼蕁薔藺虔蛟蜃"
VERIFY_AUTH, VERIFY_B = bytes.fromhex("0020008004"), bytes.fromhex("002000820e")


def _rare(count):
    return "".join(secrets.choice(RARE) for _ in range(count))


def _letters(count):
    return "".join(secrets.choice("BCDFGHJKLMNPQRSTVWXZ23456789") for _ in range(count))


def _digits(count):
    return str(1 + secrets.randbelow(9)) + "".join(str(secrets.randbelow(10))
                                                   for _ in range(count - 1))


def _fixtures_maker(data):
    spec = importlib.util.spec_from_file_location("make_fixtures",
                                                  data / "cards" / "make_fixtures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class StandIn:
    """data: folder for UKETSUKE_DATA where hanako has this card; secrets: what is on it."""

    def __init__(self, folder):
        self.data = folder / "data"
        shutil.copytree(os.environ["UKETSUKE_DATA"], self.data)
        self.secrets = []
        self._photo()
        self._certificates()
        self._card()

    def _secret(self, name, value, around=()):
        self.secrets.append(Secret(name, value, around))
        return value

    def _photo(self):
        fixtures = self.data / "cards" / "fixtures"
        head = (fixtures / "photo.jp2").read_bytes()[:12]
        picture = self._secret("photo", secrets.token_bytes(900))
        (fixtures / "photo.jp2").write_bytes(head + picture)

    def _certificates(self):
        fixtures = self.data / "cards" / "fixtures"
        make = _fixtures_maker(self.data)
        for kind in ("auth", "sign"):
            subject = self._secret(f"subject of the {kind} certificate", _letters(20))
            # Positive, and of a length that nothing has to be put before.
            number = 0x40000000 + secrets.randbits(30)
            key = fixtures / f"hanako_{kind}_key.pem"
            make.make_key(key)
            certificate = make.certificate(f"/C=JP/O=TEST JPKI/CN={subject}", key, number,
                                           make.FROM, make.UNTIL,
                                           (fixtures / f"ca_{kind}.der",
                                            fixtures / f"ca_{kind}_key.pem"))
            (fixtures / f"hanako_{kind}.der").write_bytes(certificate)
            self._secret(f"signature of the {kind} certificate", certificate[-256:])

    def _card(self):
        path = self.data / "cards" / f"{HOLDER}.yaml"
        card = yaml.safe_load(path.read_text(encoding="utf-8"))
        day = random.SystemRandom().randrange(10, 28)
        birth = f"1963{random.SystemRandom().randrange(10, 12)}{day}"
        code = _digits(4)
        card["holder"] |= {"name": self._secret("name", _rare(9)),
                           "name_kana": "テスト　カナリア",
                           "address": self._secret("address", _rare(24)), "birth_date": birth}
        card["personal_number"] = self._secret("individual number", _digits(12))
        card["serial"] = _digits(15)
        card["security_code"] = code
        # Year of the Showa era, month, day, year of expiry, security code.
        self._secret("verification number B", "38" + birth[4:] + card["expiry"][:4] + code,
                     [VERIFY_B])
        # Fixed: digits that stand nowhere by chance (times of the clock have other neighbours).
        card["reference_data"] = {
            "auth_pin": self._secret("PIN", "7391", [VERIFY_AUTH]),
            "sign_pin": self._secret("PIN for signatures", _letters(16)),
            "text_pin": self._secret("PIN of the card text", "8264"),
            "juki_pin": self._secret("PIN of the resident register", "3958")}
        path.write_text(yaml.safe_dump(card, allow_unicode=True), encoding="utf-8")

    def searcher(self, **more):
        """more: of this run, as its visual passcode."""
        return Searcher(self.secrets + [Secret(name, value) for name, value in more.items()])
