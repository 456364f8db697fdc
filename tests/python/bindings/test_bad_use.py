"""What programs do to a bench that nobody meant: processes, threads at the end, wrong words."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import time
import typing

import pytest

import uketsuke
from uketsuke import Verdict

wrong_bench: typing.Any = uketsuke.Bench  # what mypy would refuse
wrong: typing.Any = uketsuke


def case(holder):
    with uketsuke.Bench(given={"card": holder}) as bench:
        bench.expect(screen="consent", within=1)


def run_script(text, **environment):
    return subprocess.run([sys.executable, "-c", textwrap.dedent(text)], capture_output=True,
                          text=True, timeout=60, env={**os.environ, **environment})


def errors():
    with pytest.raises(uketsuke.Deviation) as deviation:
        case("hanako")
    with uketsuke.Bench() as bench:
        with pytest.raises(uketsuke.ScenarioError) as slip:
            bench.reader.press("nosuch")
    return [deviation.value, slip.value, uketsuke.Livelock("ja", "en"),
            uketsuke.BenchError("ja", "en"), uketsuke.Inconclusive(deviation.value.step)]


def test_errors_travel_between_processes():
    for error in errors():
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(again) is type(error)
            assert (str(again), again.file, again.line) == (str(error), error.file, error.line)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        with pytest.raises(uketsuke.Deviation) as caught:
            pool.map_async(case, ["hanako", "taro"]).get(timeout=60)
    assert caught.value.step.observed.en == "reader screen = initial"


def test_a_thread_that_is_left_behind_does_not_end_the_process_badly():
    for work in ("uketsuke.Bench().run(3000)", "uketsuke.explore('p3', runs=50)",
                 "uketsuke.Bench().run_until(lambda: sum(range(9)) == 36)"):
        for moment in range(8):  # the end comes upon the threads wherever they are
            done = run_script(f"""
                import threading, time, uketsuke
                def work():
                    while True: {work}
                for _ in range(2): threading.Thread(target=work, daemon=True).start()
                held = uketsuke.Bench()
                time.sleep({.1 + .013 * moment})
                """)
            assert (done.returncode, done.stderr) == (0, "")


def test_a_process_forked_while_a_simulation_runs_has_benches_of_its_own():
    done = run_script("""
        import os, uketsuke
        bench = uketsuke.Bench()
        def forked():
            child = os.fork()
            if child == 0:
                with uketsuke.Bench() as own:
                    own.expect(screen="initial")
                os._exit(0 if own.result.ok else 1)
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        bench.run_until(forked)
        """)
    assert done.returncode == 0, done.stderr


def test_after_a_deviation_the_next_act_meets_the_screen_that_is_there():
    with uketsuke.Bench() as bench:
        with pytest.raises(uketsuke.Deviation):
            bench.expect(screen="consent", within=1)
        bench.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})


def test_an_act_that_the_screen_lacks_is_told_with_what_it_offers():
    with uketsuke.Bench() as bench:
        with pytest.raises(uketsuke.Deviation) as caught:
            bench.reader.press("同意しない")
    assert "the screen initial offers: staff_button" in caught.value.en
    assert "画面 initial にあるもの：staff_button" in caught.value.ja


def test_a_bench_whose_time_is_used_up_is_inconclusive_as_its_file():
    for spend in ("run", "wait"):
        bench = uketsuke.Bench(limits={"simulated": 10})
        bench.expect(screen="initial")
        with pytest.raises(uketsuke.Inconclusive, match="within 10 s"):
            getattr(bench, spend)(100)
        assert bench.finish().verdict is Verdict.INCONCLUSIVE
        assert bench.to_scenario().run()[0].verdict is Verdict.INCONCLUSIVE


def test_an_exception_after_the_end_still_is_one():
    bench = uketsuke.Bench()
    with pytest.raises(ValueError):
        with bench:
            bench.expect(screen="initial")
            assert bench.finish().ok
            raise ValueError("late")
    assert bench.result.verdict is Verdict.ERROR
    step = bench.result.decisive_step
    assert step is not None and step.attested_by == "script"


class Dumb(Exception):
    def __str__(self):
        raise RuntimeError("cannot tell")


@pytest.mark.parametrize("error, told", [
    (Dumb(), "Dumb"), (ValueError("\udc80 x"), "ValueError: ? x"),
    (AssertionError("x" * 100_000), "AssertionError: " + "x" * 3984 + "…")])
def test_whatever_a_script_raises_comes_out_as_it_is_and_the_bench_has_ended(error, told):
    bench = uketsuke.Bench()
    with pytest.raises(type(error)) as caught:
        with bench:
            bench.expect(screen="initial")
            raise error
    assert caught.value is error and bench.finished
    step = bench.result.decisive_step
    assert step is not None and step.observed.en == told and step.attested_by == "script"


def test_what_a_script_attests_may_be_any_text():
    with uketsuke.Bench() as bench:
        assert bench.attest("\ud800", True, "\udc80").observed.en == "?"


def test_steps_that_are_no_file_of_the_same_meaning_are_not_written():
    fault = {"wire": "panel", "kind": "drop", "starts": {"step": 2}}
    with uketsuke.Bench(faults=[fault]) as bench:
        bench.expect(screen="initial")
        bench.to_scenario()
        bench.run(1)
        with pytest.raises(uketsuke.Error, match="numbers of steps"):
            bench.to_scenario()
    with uketsuke.Bench() as bench:
        bench.check(reader={"screen": "initial"})
        bench.reader.press("職員用ボタン")
        with pytest.raises(uketsuke.Error, match="follows a check"):
            bench.to_scenario()


@pytest.mark.parametrize("act", [
    lambda: wrong_bench(reader_profile="nosuch"),
    lambda: wrong_bench(reader="generic", reader_profile="nosuch"),
    lambda: wrong_bench(seed=-1),
    lambda: wrong_bench(seed="x"),
    lambda: wrong_bench(given={"card": "\ud800"}),
    lambda: wrong_bench().seen("sreen"),
    lambda: wrong_bench(bind=5),
    lambda: wrong_bench(bind=["reader=x"]),
    lambda: wrong_bench(given=5),
    lambda: wrong_bench(tags=[1]),
    lambda: wrong_bench(covers=5),
    lambda: wrong_bench(faults={"wire": "usb"}),
    lambda: wrong_bench(faults=[5]),
    lambda: wrong_bench(limits=5),
    lambda: wrong_bench(title=("only one",)),
    lambda: wrong_bench(data_folder=5),
    lambda: wrong_bench(bench_file=5),
    lambda: wrong_bench().attest(5, True),
    lambda: wrong_bench().journal["x"],
    lambda: wrong.run({}, seed=-1),
    lambda: wrong.run({}, tags=5),
    lambda: wrong.run({}, out=5),
    lambda: wrong.run({}, release=5),
    lambda: wrong.load({}, only=[None]),
    lambda: wrong.explore(5),
    lambda: wrong.explore("p3", runs=-1),
    lambda: wrong.Walk(5),
    lambda: wrong.Walk("p3", reader=256),
    lambda: wrong.Walk("p3").take(5),
    lambda: wrong.screens("reader", data_folder=5),
    lambda: wrong_bench().run("1"),
    lambda: wrong_bench().run_until(True),
    lambda: wrong_bench().run_until(lambda: True, within=None),
    lambda: wrong_bench().check(),
    lambda: wrong_bench().journal.messages("telegraph"),
])
def test_what_is_wrong_is_told_in_both_languages_at_the_line(act):
    with pytest.raises(uketsuke.Error) as caught:
        act()
    assert caught.value.file == __file__ and caught.value.line > 0
    assert any("\u3040" <= letter <= "\u9fff" for letter in caught.value.ja)
    assert caught.value.en.isascii() or "\\u" in ascii(caught.value.en)


def test_a_wrong_word_of_an_act_is_told_with_the_nearest():
    with wrong_bench() as bench:
        with pytest.raises(uketsuke.ArgumentError, match="did you mean expect") as caught:
            bench.reader.press("職員用ボタン", expct={"screen": "initial"})
        assert isinstance(caught.value, TypeError) and "expct はありません" in caught.value.ja
        assert caught.value.file == __file__


class Forgot(uketsuke.Bench):
    def __init__(self):
        pass


class ForgotWalk(uketsuke.Walk):
    def __init__(self):
        pass


@pytest.mark.parametrize("use", [
    lambda: Forgot().run(1), lambda: Forgot().reader.press("x"), lambda: Forgot().finish(),
    lambda: Forgot().result, lambda: Forgot().__exit__(None, None, None),
    lambda: uketsuke.Bench.__new__(uketsuke.Bench).now, lambda: ForgotWalk().possible])
def test_a_subclass_that_does_not_initialise_its_base_is_told_what_to_do(use):
    with pytest.raises(uketsuke.Error, match="never initialised: call super") as caught:
        use()
    assert "super().__init__()" in caught.value.ja and not caught.value.ja.isascii()


def test_an_object_that_was_never_initialised_is_refused_and_no_crash():
    from uketsuke import _core

    kinds = {name for name, value in vars(_core).items() if isinstance(value, type)}
    assert kinds == {"Bench", "PanelPort", "CardPort", "Walk", "OutFolder"}
    for use in ("Bench.now_us()", "Bench.finish()", "PanelPort.press('x')", "Walk.possible()",
                "CardPort.transmit(b'x')", "OutFolder.path"):
        kind, method = use.split(".", 1)
        done = run_script(f"""
            from uketsuke import _core
            made = _core.{kind}.__new__(_core.{kind})
            try: made.{method}
            except TypeError as error: print(type(error).__name__, error.en)
            class Own(_core.{kind}): pass
            try: Own.__new__(Own).{method}
            except TypeError as error: print(error.en)
            """)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == (f"ArgumentError {kind} was never initialised: call "
                               "super().__init__()\nOwn was never initialised: call "
                               "super().__init__()\n")


def test_who_has_no_such_attribute_says_so_as_ever():
    with uketsuke.Bench() as bench:
        assert not hasattr(bench, "reder")
        with pytest.raises(AttributeError) as caught:
            typing.cast(typing.Any, bench).reder
        assert (caught.value.name, caught.value.obj) == ("reder", bench)
        bench.expect(screen="initial")


def test_a_release_that_there_is_not_is_told_with_each_once():
    with pytest.raises(uketsuke.ScenarioError) as caught:
        uketsuke.Bench(release="2023-01")
    there = caught.value.en.split("there are: ")[1].split(", ")
    assert sorted(set(there)) == there and "2024-12" in there


def test_one_word_stands_for_a_list():
    bench = uketsuke.Bench(tags="smoke", releases="2024-12", covers="P3-n1")
    bench.expect(screen="initial")
    assert bench.to_scenario().tags == ("smoke",)


def test_an_unknown_role_is_a_warning_as_in_a_file():
    with uketsuke.Bench() as bench:
        bench.reader.press("職員用ボタン", by="familly")
    assert any("familly" in warning.en for warning in bench.result.warnings)


def test_data_that_are_not_there_are_told_with_where_they_were_looked_for():
    with pytest.raises(uketsuke.BenchError, match="UKETSUKE_DATA"):
        uketsuke.Bench(data_folder="/nowhere")


def test_an_exploration_lets_other_threads_have_their_turn():
    longest = [0.0]
    done = threading.Event()

    def others():
        while not done.is_set():
            begin = time.monotonic()
            uketsuke.Bench()
            longest[0] = max(longest[0], time.monotonic() - begin)

    thread = threading.Thread(target=others)
    thread.start()
    begin = time.monotonic()
    uketsuke.explore("p3", runs=1500)
    whole = time.monotonic() - begin
    done.set()
    thread.join()
    assert longest[0] < whole / 2


def test_a_script_below_a_folder_of_any_name_works(tmp_path):
    folder = tmp_path / "受付 の dir"
    folder.mkdir()
    script = folder / "case.py"
    script.write_text("import uketsuke\nwith uketsuke.Bench() as b: b.expect(screen='initial')\n"
                      "print(b.result.ok)\n", encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0",
                               "PYTHONCOERCECLOCALE": "0"})
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


def test_a_check_beyond_the_limit_is_inconclusive_as_in_the_file():
    bench = uketsuke.Bench(limits={"simulated": 5})
    bench.reader.press("職員用ボタン", expect={"screen": "passcode_entry"})
    with pytest.raises(uketsuke.Inconclusive):
        bench.check(ordinary_view="refused", emergency_view="refused")
    assert bench.finish().verdict is Verdict.INCONCLUSIVE
    assert bench.to_scenario().run()[0].verdict is Verdict.INCONCLUSIVE


def test_a_check_after_something_went_on_lets_a_while_pass_again():
    with uketsuke.Bench() as bench:
        bench.check(reader={"screen": "initial"})
        for go_on in (lambda: bench.run(1), lambda: bench.expect(screen="initial")):
            go_on()
            begin = bench.now
            bench.check(reader={"screen": "initial"})
            assert bench.now - begin >= 3
            begin = bench.now
            bench.check(terminal={"account": "general"})
            assert bench.now == begin


def test_what_happens_after_a_check_or_by_a_program_is_no_file():
    with uketsuke.Bench() as bench:
        bench.check(reader={"screen": "initial"})
        bench.run(1)
        with pytest.raises(uketsuke.Error, match="goes on after a check"):
            bench.to_scenario()
    with uketsuke.Bench(bind={"card": uketsuke.Card()}) as bench:
        bench.expect(screen="initial")
        with pytest.raises(uketsuke.Error, match="written in Python"):
            bench.to_scenario()


def test_a_card_that_is_none_is_refused():
    with pytest.raises(uketsuke.Error, match="card of hanako"):
        wrong_bench(bind={"card": {"hanako": 5}})


def test_equal_scenarios_have_equal_hashes():
    one = uketsuke.Scenario({"uketsuke": 1, "scenario": "x"})
    other = uketsuke.Scenario({"scenario": "x", "uketsuke": 1})
    assert one == other and hash(one) == hash(other)
