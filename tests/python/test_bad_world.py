"""Bad input, full disks, limits, signals, dying workers: a clear message, the right exit code,
nothing half-written."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

import pytest

from conftest import (ERROR, FAIL, PASS, SLOWNESS, USAGE, Tags, as_nobody, children, only_marker,
                      wait_for)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"id: \xff\n", b"\n" * 100_000,
                                     b"id: " + b"x" * 1_000_000 + b"\n", b"do: fail"],
                         ids=["empty", "binary", "not_utf8", "blank_lines", "long_line", "no_id"])
def test_any_bytes_in_a_file_end_with_reports_that_can_be_read(fake, content):
    path = fake.write("suite/a.yaml", "")
    path.write_bytes(content)
    done = subprocess.run([fake.path, "run", "suite", "--out", "out"], cwd=fake.folder,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode in (PASS, FAIL, ERROR)
    assert len(fake.results()["scenarios"]) == 1
    fake.junit()
    Tags(fake.html())


def test_a_link_to_nowhere_is_an_error_of_that_file(fake):
    fake.scenario("a")
    (fake.folder / "suite" / "b.yaml").symlink_to("nowhere")
    done = fake("run", "suite", "--out", "out")
    assert done.returncode == ERROR
    assert fake.verdicts() == {"a": "pass", "b": "error"}
    assert "suite/b.yaml" in done.stdout


def test_an_unreadable_file_is_an_error_and_an_unreadable_folder_too(fake):
    options = as_nobody(fake)
    fake.scenario("a")
    secret = fake.scenario("b")
    secret.chmod(0)
    done = fake("run", "suite", "--out", "out", **options)
    assert done.returncode == ERROR, done.stderr
    assert fake.verdicts() == {"a": "pass", "b": "error"}
    assert fake("check", "suite", **options).returncode == ERROR
    (fake.folder / "suite" / "deep").mkdir(mode=0)
    done = fake("run", "suite", "--out", "out", **options)
    assert done.returncode == ERROR
    assert fake.verdicts() == {"a": "pass", "b": "error", "deep": "error"}


def test_an_unreadable_file_or_folder_is_a_problem_and_hides_no_other(fake):
    options = as_nobody(fake)
    fake.scenario("a").chmod(0)
    fake.write("suite/b.yaml", "do: pass\n")
    fake.scenario("c")
    (fake.folder / "suite" / "deep").mkdir(mode=0)
    done = fake("check", "suite", **options)
    assert done.returncode == ERROR
    assert done.stdout.splitlines() == [
        "suite/a.yaml: the file cannot be read", "suite/b.yaml:1:1: there is no id",
        "suite/deep: the file cannot be read", "4 files, 3 problems"]


def test_a_file_size_limit_leaves_no_report_half_written(fake):
    for number in range(300):
        fake.scenario(f"s{number}", steps=20)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = fake("run", "suite", "--out", "out", preexec_fn=limit)
    assert done.returncode == ERROR
    assert "uketsuke: cannot write" in done.stderr
    assert only_marker(fake.folder / "out")


@pytest.fixture
def small_disk(fake):
    disk = fake.folder / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    command = [mount, "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk]
    if os.geteuid() != 0 or not mount or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_an_error_with_its_reason_and_nothing_half_written(fake, small_disk):
    for number in range(300):
        fake.scenario(f"s{number}", steps=20)
    done = fake("run", "suite", "--out", small_disk / "out")
    assert done.returncode == ERROR
    assert "No space left on device" in done.stderr
    assert only_marker(small_disk / "out")


def test_journals_that_cannot_be_written_are_one_message_at_the_end(fake):
    for number in range(30):
        fake.scenario(f"s{number:02}", "journal_lost" if number % 2 else "pass")
    done = fake("run", "suite", "--out", "out")
    assert done.returncode == ERROR
    assert "30 scenarios: 30 no deviation found" in done.stdout
    assert done.stderr == ("uketsuke: cannot write the journal: no space; "
                           "missing: 15 journals\n")
    summary = fake.results()["summary"]
    assert (summary["exit_code"], summary["journals_lost"], summary["error"]) == (ERROR, 15, 0)


def test_a_disk_that_fills_up_while_running_ends_the_run_with_what_is_known(fake, small_disk):
    for number in range(60):
        fake.scenario(f"s{number:02}", "fail", steps=3000, sleep_us=5000)
    done = fake("run", "suite", "--out", small_disk / "out")
    assert done.returncode == ERROR
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr and "the reports" in done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("fail ")]
    assert lines and "files not run" in done.stdout
    assert only_marker(small_disk / "out")


def test_a_full_standard_output_is_an_error_but_the_reports_are_there(fake):
    fake.scenario("a")
    with open("/dev/full", "w") as full:
        done = fake("run", "suite", "--out", "out", stdout=full)
    assert done.returncode == ERROR
    assert "standard output" in done.stderr
    assert fake.verdicts() == {"a": "pass"}
    with open("/dev/full", "w") as full:
        assert fake("list", "suite", stdout=full).returncode == ERROR


def test_a_reader_that_goes_away_changes_neither_reports_nor_exit_code(fake):
    for number in range(200):
        fake.scenario(f"s{number:03}", "fail")
    child = fake.start("run", "suite", "--out", "out")
    child.stdout.close()
    child.wait(timeout=30)
    assert child.returncode == FAIL
    assert child.stderr.read() == ""
    assert len(fake.results()["scenarios"]) == 200


def test_a_closed_standard_output_does_not_end_up_in_a_report(fake):
    fake.scenario("a")
    done = fake("run", "suite", "--out", "out",
                preexec_fn=lambda: [os.close(fd) for fd in (0, 1, 2)])
    assert done.returncode in (PASS, ERROR)
    assert fake.verdicts() == {"a": "pass"}
    fake.junit()


# Workers

@pytest.mark.parametrize("jobs", [1, 2])
def test_killing_a_worker_in_the_middle_costs_one_scenario(fake, jobs):
    for number in range(12):
        fake.scenario(f"s{number:02}", sleep_us=200_000)
    run = fake.start("run", "suite", "--out", "out", "-j", jobs)
    victims = wait_for(lambda: children(run.pid))
    time.sleep(0.5)
    os.kill(victims[0], signal.SIGKILL)
    run.communicate(timeout=60)
    assert run.returncode == ERROR
    results = fake.results()
    assert [s["name"] for s in results["scenarios"]] == [f"s{n:02}" for n in range(12)]
    assert results["summary"]["error"] == 1
    assert results["summary"]["pass"] == 11
    [lost] = [s for s in results["scenarios"] if s["verdict"] == "error"]
    assert "signal 9" in lost["reason"]["en"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scenario_that_never_ends_is_ended(fake, jobs):
    fake.scenario("a")
    fake.scenario("b", "hang")
    fake.scenario("c")
    done = fake("run", "suite", "--out", "out", "--wall-limit", "0.5", "-j", jobs)
    assert done.returncode == ERROR
    assert fake.verdicts() == {"a": "pass", "b": "error", "c": "pass"}
    assert "500 ms" in done.stdout


def test_a_scenario_that_is_ended_for_its_limit_says_where_it_was(fake):
    fake.scenario("a", "hang")
    done = fake("run", "suite", "--out", "out", "--wall-limit", "0.3")
    assert "exceeded the limit of 300 ms of real time at step 2 (line 17) and was ended" in \
        done.stdout
    assert "手順 2（17 行目）" in fake.results()["scenarios"][0]["reason"]["ja"]


def test_a_tiny_wall_limit_is_kept_by_every_scenario(fake):
    for number in range(20):
        fake.scenario(f"s{number:02}", sleep_us=60_000 if number % 2 else 0)
    done = fake("run", "suite", "--out", "out", "--wall-limit", "0.03", "-j", "1")
    assert done.returncode == ERROR
    verdicts = list(fake.verdicts().values())
    assert verdicts[1::2] == ["error"] * 10
    assert "error" not in verdicts[0::2] or SLOWNESS > 1


def test_a_wall_limit_without_workers_is_refused(fake):
    fake.scenario("a")
    done = fake("run", "suite", "--in-process", "--wall-limit", "5")
    assert done.returncode == USAGE
    assert "exclude each other" in done.stderr
    assert fake("run", "suite", "--in-process", "--out", "out").returncode == PASS


def test_workers_do_not_outlive_a_killed_run(fake):
    fake.scenario("a", "hang")
    run = fake.start("run", "suite", "--out", "out")
    [worker] = wait_for(lambda: children(run.pid))
    time.sleep(0.3)
    run.kill()
    run.communicate(timeout=30)

    def is_gone():
        try:
            return pathlib.Path(f"/proc/{worker}/stat").read_text().split()[2] == "Z"
        except FileNotFoundError:
            return True

    wait_for(is_gone)
    assert only_marker(fake.folder / "out")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_reports_what_was_run_and_is_no_pass(fake, number):
    for index in range(300):
        fake.scenario(f"s{index:03}", sleep_us=20_000)
    run = fake.start("run", "suite", "--out", "out", start_new_session=True)
    wait_for(lambda: children(run.pid))
    time.sleep(0.7)
    os.killpg(run.pid, number)  # as the terminal does it: to all of them
    output, _ = run.communicate(timeout=30)
    assert run.returncode == ERROR
    assert "interrupted" in output
    summary = fake.results()["summary"]
    assert summary["interrupted"] is True
    assert summary["pass"] >= 1
    assert summary["files_not_run"] >= 100
    assert summary["pass"] + summary["none"] + summary["error"] + summary["files_not_run"] == 300
    fake.junit()
    assert "中断されました" in fake.html()


def test_ctrl_c_ends_a_scenario_that_does_not_end_by_itself(fake):
    fake.scenario("a")
    fake.scenario("b", "hang")
    run = fake.start("run", "suite", "--out", "out")
    wait_for(lambda: children(run.pid))
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=10)
    assert run.returncode == ERROR
    assert fake.verdicts() == {"a": "pass", "b": "none"}


def test_the_second_ctrl_c_ends_at_once_and_what_is_known_is_reported(fake):
    fake.scenario("a")
    fake.scenario("b", "hang")
    run = fake.start("run", "suite", "--out", "out", "-j", "2")
    workers = wait_for(lambda: children(run.pid))
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    output, errors = run.communicate(timeout=10)
    assert time.monotonic() - began < 1.5 * SLOWNESS  # the grace period is 2 s
    assert run.returncode == ERROR
    assert "Ctrl-C again" in errors and "interrupted" in output
    assert fake.verdicts() == {"a": "pass", "b": "none"}
    assert not any(pathlib.Path(f"/proc/{pid}").exists() for pid in workers)


def test_what_a_worker_prints_is_shown_and_disturbs_nothing(fake):
    fake.scenario("a", "print")
    done = fake("run", "suite", "--out", "out")
    assert done.returncode == PASS
    assert "hello from the worker" in done.stderr


def test_a_worker_started_by_hand_says_that_it_is_none(fake):
    assert fake("worker").returncode == USAGE
