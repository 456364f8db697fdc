#!/usr/bin/python3
"""Measurements of `./dev bench`: prints figures, asserts nothing but that runs were good.

10,000 distinct P5 files are written to a temporary folder and run: in one process (scenarios a
second apart from RSA operations, peak memory), with one and with two workers (speed-up against that
of two busy loops in the same run, equal journal digests). Then APDUs a second of our card in a real
pcscd (vpcd_rate.py), and over libusb against pcscd with libccid (usb_rate.py). USB/IP round trips
on loopback (usbip_rate.py). How long what a device writes takes to the kernel's thread
(latency.cpp). What a bench costs in Python, against the same file in YAML, and whether memory grows
over 10,000 (python_rate.py). Whether simulated time drifts against the clock (pacing.cpp; --minutes
10).
"""
import argparse
import itertools
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

from usbip_rate import usbip_rate

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "uketsuke"

TEMPLATE = """uketsuke: 1
scenario: {name}
title: {{ja: 汎用CRで目視確認, en: Generic reader}}
seed: [P2, P5]
bench: {{reader: generic, reader_profile: {reader}}}
given:
  terminal: {{signed_in: {account}}}
  card: {{holder: {holder}}}
  time: 2024-12-{day:02d}T{hour:02d}:{minute:02d}:00
steps:
  - {{id: P2-e5, who: reception_staff, do: {{compare_photo: match}}}}
  - id: P5-1
    who: reception_staff
    do: {{click: マイナンバーカードで確認}}
    expect: {{terminal_screen: confirm_by_card}}
  - id: P5-2
    who: reception_staff
    do: {{click: マイナンバーカードの券面で目視確認}}
    expect: {{terminal_screen: card_face_form}}
  - {first}
  - {second}
  - id: P5-6
    who: {placer}
    do: place_card
    expect: {{identity: confirmed, eligibility: checked}}
  - {{id: P5-7, expect: {{terminal_screen: eligibility_detail}}}}
  - {{id: P5-8, who: {placer}, do: remove_card, expect: {{card: absent}}}}
then:
  backend:
    identity_history: [{{holder: {holder}, by: my_number_card, confirmed: visually}}]
  emergency_view: returned
"""
TICK = "{id: P5-3, who: reception_staff, do: {tick: 目視で本人確認完了}}"
DATE = "{id: P5-4, who: reception_staff, do: {enter_date: today}}"


def write_scenarios(folder, count):
    """`count` files of which no two are equal but for their names."""
    times = itertools.product(range(9, 32), range(24), range(60))
    details = itertools.cycle(itertools.product(
        ("clean_extended_apdu", "clean_tpdu"), ("general", "administrator"), ("hanako", "taro"),
        ((TICK, DATE), (DATE, TICK)), ("family", "aide", "patient")))
    for number, (when, detail) in enumerate(zip(times, details)):
        if number == count:
            return
        name = f"p5_{number:05d}"
        reader, account, holder, (first, second), placer = detail
        day, hour, minute = when
        text = TEMPLATE.format(name=name, reader=reader, account=account, holder=holder,
                               first=first, second=second, placer=placer, day=day, hour=hour,
                               minute=minute)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    raise SystemExit(f"bench: no more than {number + 1} distinct files")


def run(folder, out, *options):
    """Wall seconds, CPU seconds, peak memory (MB) of the largest process, results."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    done = subprocess.run([str(PROGRAM), "run", str(folder), "--out", str(out), *options],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(options)}: exit {done.returncode}\n{done.stdout[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))["scenarios"]
    return wall, cpu, after.ru_maxrss / 1024, results


BUSY = "x = 0\nfor i in range(20_000_000): x += i"


def busy_seconds(loops):
    begin = time.monotonic()
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(loops)]
    for process in processes:
        process.wait()
    return time.monotonic() - begin


def digests(results):
    return [result["journal_digest"] for result in results]


def vpcd_rate():
    """Our card in pcscd: the best and the worst of some rounds, APDUs a second."""
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork",
         "--kill-child", sys.executable, str(ROOT / "tests/integration/private.py"),
         sys.executable, str(ROOT / "tests/bench/vpcd_rate.py"), str(PROGRAM)],
        stdout=subprocess.PIPE, text=True, check=True)
    best, worst = done.stdout.split()
    print(f"our card in pcscd (vpcd): {best} APDUs a second (worst round {worst}); "
          "at least 5000 wanted")


def usb_rate():
    """Our driver over libusb, against pcscd and libccid on the same emulated device."""
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork",
         "--kill-child", sys.executable, str(ROOT / "tests/integration/private.py"),
         sys.executable, str(ROOT / "tests/bench/usb_rate.py"), str(ROOT / "build")],
        stdout=subprocess.PIPE, text=True, check=True)
    figures = json.loads(done.stdout)
    print(f"over libusb: {max(figures['libusb']):.0f} APDUs a second, pcscd and libccid on the "
          f"same device {max(figures['pcsc']):.0f}: ratio {figures['ratio']:.2f} (at least 0.9 "
          f"wanted); transfers for an APDU {figures['libusb_transfers']:.2f}, libccid "
          f"{figures['pcsc_transfers']:.2f}")


def latency():
    """From a device's write to its delivery in the simulation."""
    done = subprocess.run([str(ROOT / "build/tests/bench/bench_latency"), "2000"],
                          stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    half, most, worst = done.stdout.split()
    print(f"device to model (USB/IP on loopback): median {half} ms, p99 {most} ms (under 1 ms "
          f"wanted), worst of 2000 {worst} ms")


def python_rate():
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "build" / "python")}
    subprocess.run([sys.executable, str(ROOT / "tests/bench/python_rate.py"), str(PROGRAM)],
                   check=True, env=environment)


def pacing(minutes):
    """Simulated time against CLOCK_MONOTONIC: a line for each minute, or for each third of less."""
    seconds = 60 * minutes
    subprocess.run([str(ROOT / "build/tests/bench/bench_pacing"), str(seconds),
                    str(60 if minutes > 1 else seconds / 3)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=0.1,
                        help="how long pacing is looked at")
    arguments = parser.parse_args()
    count = arguments.count
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        (base / "s").mkdir()
        write_scenarios(base / "s", count)
        _, cpu, memory, results = run(base / "s", base / "o1", "--in-process")
        rsa = sum(result["rsa_us"] for result in results) / 1e6
        print(f"{count} distinct P5 files, one process: {cpu:.2f} s of CPU, of it RSA {rsa:.2f} s "
              f"({100 * rsa / cpu:.0f} %)")
        print(f"scenarios a second on one core: {count / cpu:.0f}; "
              f"apart from RSA {count / (cpu - rsa):.0f}")
        print(f"peak memory: {memory:.0f} MB")
        one, _, _, first = run(base / "s", base / "o2", "-j", "1")
        two, _, _, second = run(base / "s", base / "o3", "-j", "2")
        speed_up = one / two
        single = min(busy_seconds(1) for _ in range(2))
        busy = 2 * single / busy_seconds(2)
        print(f"-j 2: {speed_up:.2f} times -j 1 ({two:.2f} s, {one:.2f} s); two busy loops: "
              f"{busy:.2f} times one; share {100 * speed_up / busy:.0f} %")
        print(f"equal journal digests: {digests(first) == digests(second) == digests(results)}")
    vpcd_rate()
    usbip_rate()
    usb_rate()
    latency()
    sys.stdout.flush()
    python_rate()
    pacing(arguments.minutes)


if __name__ == "__main__":
    main()
