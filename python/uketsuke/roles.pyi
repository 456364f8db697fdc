"""Who is at the desk. Made from the registry by python/stubs/roles.py; do not edit."""

from collections.abc import Mapping, Sequence
from typing import Any

from uketsuke.bench import Bench
from uketsuke.results import Step

class Role:
    _bench: Bench
    def __init__(self, bench: Bench) -> None: ...

class Reader(Role):
    @property
    def screen(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def tries_left(self) -> str: ...
    def press(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # press
    def enter_passcode(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # enter_passcode
    def enter_pin(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # enter_pin
    def show_face(
        self,
        value: int | str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # show_face
    def compare_photo(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # compare_photo
    def unplug(
        self,
        value: object | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        at_apdu: int | str | None = None,
        in_apdu: int | str | None = None,
    ) -> Step: ...  # unplug_reader
    def plug(
        self,
        value: object | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # plug_reader
    def press_twice(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # press_twice

class Terminal(Role):
    @property
    def screen(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def account(self) -> str: ...
    def click(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # click
    def sign_in(
        self,
        value: str | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        user: str | None = None,
        password: str | None = None,
    ) -> Step: ...  # sign_in
    def sign_out(
        self,
        value: object | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # sign_out
    def enter_date(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # enter_date
    def tick(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # tick
    def untick(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # untick
    def issue_passcode(
        self,
        value: object | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # issue_passcode
    def restart(
        self,
        value: object | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        at_apdu: int | str | None = None,
        in_apdu: int | str | None = None,
    ) -> Step: ...  # restart_terminal
    def click_twice(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # click_twice

class Card(Role):
    @property
    def lying(self) -> str: ...
    def place(
        self,
        value: str | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        card: str | None = None,
        with_: str | None = None,
        card_face: str | None = None,
        on: str | None = None,
    ) -> Step: ...  # place_card
    def remove(
        self,
        value: str | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        card: str | None = None,
        at_apdu: int | str | None = None,
        in_apdu: int | str | None = None,
    ) -> Step: ...  # remove_card
    def place_second(
        self,
        value: str | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        card: str | None = None,
        at_apdu: int | str | None = None,
        in_apdu: int | str | None = None,
    ) -> Step: ...  # place_second_card

class Ehr(Role):
    @property
    def screen(self) -> str: ...
    @property
    def message(self) -> str: ...
    def sign_in(
        self,
        value: object | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        clinician: str | None = None,
        factors: int | str | None = None,
        permission: bool | None = None,
        password: str | None = None,
        second_factor: str | None = None,
    ) -> Step: ...  # ehr_sign_in
    def judge(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # judge
    def request_emergency_view(
        self,
        value: object | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        consent: str | None = None,
        emergency_mode: bool | None = None,
        patient: str | None = None,
    ) -> Step: ...  # request_emergency_view
    def request_ordinary_view(
        self,
        value: object | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        patient: str | None = None,
    ) -> Step: ...  # request_ordinary_view
    def click(
        self,
        value: str,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
    ) -> Step: ...  # ehr_click
    def open_chart(
        self,
        value: str | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        patient: str | None = None,
    ) -> Step: ...  # open_chart

class Waits:
    def wait(
        self,
        value: float | None = None,
        /,
        *,
        by: str | None = None, id: str | Sequence[str] | None = None, expect: Mapping[str, object] | None = None, note: str | None = None,
        seconds: float | None = None,
        hours: float | None = None,
        screen_for: float | None = None,
        of: str | None = None,
    ) -> Step: ...  # wait
