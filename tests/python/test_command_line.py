"""The command line, driven as a user does. Its scenarios do what they say: pass, crash, hang."""

import json
import os
import pty
import re

import pytest

from conftest import ERROR, FAIL, INCONC, PASS, USAGE, Tags, wait_for


# Exit codes

@pytest.mark.parametrize("words, code", [
    (["pass"], PASS),
    (["pass", "na"], PASS),
    (["pass", "fail"], FAIL),
    (["fail", "inconc"], FAIL),
    (["pass", "inconc"], INCONC),
    (["na"], INCONC),
    (["na", "na"], INCONC),
    (["pass", "error"], ERROR),
    (["fail", "error"], ERROR),
    (["pass", "none"], ERROR),
    (["pass", "throw"], ERROR),
    (["pass", "crash"], ERROR),
    (["pass", "exit"], ERROR),
])
@pytest.mark.parametrize("jobs", [1, 2])
def test_exit_code_follows_the_verdicts(fake, words, code, jobs):
    for number, word in enumerate(words):
        fake.scenario(f"s{number}", word)
    done = fake("run", "suite", "--out", "out", "-j", jobs)
    assert done.returncode == code, done.stderr
    assert fake.results()["summary"]["exit_code"] == code
    assert len(fake.results()["scenarios"]) == len(words)


@pytest.mark.parametrize("arguments", [
    [], ["bogus"], ["run", "--bogus"], ["run", "suite", "-j", "0"], ["run", "suite", "-j", "many"],
    ["run", "suite", "--repeat", "0"], ["run", "suite", "--seed", "-1"],
    ["run", "suite", "--seed", "18446744073709551616"], ["run", "suite", "--seed", ""],
    ["run", "missing"],
    ["run", "empty"], ["run"], ["run", "/dev/null"], ["run", "suite", "--tag"],
    ["run", "suite", "--wall-limit", "0"], ["check", "empty"], ["list", "empty"], ["new"],
    ["schema", "bogus"], ["--lang", "fr", "steps"], ["run", "suite", "--only", "nobody"],
    ["run", "suite", "--tag", "nobody"], ["list", "suite", "--tag", "nobody"],
])
def test_wrong_usage_is_five_with_one_line_of_text_and_leaves_nothing(fake, arguments):
    fake.scenario("a")
    (fake.folder / "empty").mkdir()
    done = fake(*arguments)
    assert done.returncode == USAGE
    assert done.stderr.startswith("uketsuke: ")
    assert done.stderr.count("\n") == 1
    assert not list(fake.folder.glob("uketsuke-out/*"))


def test_nothing_selected_leaves_no_reports_of_an_earlier_run_and_no_new_folder(fake):
    fake.scenario("a")
    assert fake("run", "suite", "--out", "out", "--tag", "x").returncode == USAGE
    assert not (fake.folder / "out").exists()


def test_help_and_version_are_no_errors(fake):
    assert fake("--help").returncode == PASS
    assert fake("run", "--help").returncode == PASS
    assert fake("--version").stdout.startswith("uketsuke ")


# What is printed

def test_plain_output_is_one_line_a_scenario_a_total_and_where_the_report_lies(fake):
    for name in "abc":
        fake.scenario(name)
    lines = fake("run", "suite", "--out", "out").stdout.splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [["pass", n] for n in "abc"]
    assert lines[3:] == ["3 scenarios: 3 no deviation found", "report: out/report.html"]


def test_a_failed_step_prints_expectation_observation_and_the_wire(fake):
    fake.scenario("a", "fail", steps=3)
    text = fake("run", "suite", "--out", "out").stdout
    for part in ("P3-3 reception_staff: press the staff button", "suite/a.yaml:12",
                 "expected: screen passcode_entry", "observed: screen <still> initial",
                 "usb: PC_to_RDR_XfrBlock bSeq=7"):
        assert part in text


@pytest.mark.parametrize("environment, japanese, english", [
    ({}, False, True),
    ({"LANG": "C.UTF-8"}, False, True),
    ({"LANG": "ja_JP.UTF-8"}, True, False),
    ({"LANG": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"}, False, True),
    ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, True, False),
])
def test_the_language_comes_from_the_environment(fake, environment, japanese, english):
    fake.scenario("a")
    text = fake("run", "suite", "--out", "out", env=environment).stdout
    assert ("逸脱なし" in text, "no deviation found" in text) == (japanese, english)


@pytest.mark.parametrize("language, japanese, english", [
    ("ja", True, False), ("en", False, True), ("both", True, True)])
def test_the_language_can_be_chosen(fake, language, japanese, english):
    fake.scenario("a", "fail")
    text = fake("run", "suite", "--out", "out", "--lang", language,
                env={"LANG": "ja_JP.UTF-8"}).stdout
    assert ("逸脱あり" in text, "deviation found" in text) == (japanese, english)
    text = fake("--lang", language, "run", "missing").stderr
    assert ("ありません" in text, "no such" in text) == (japanese, english)


def test_on_a_terminal_progress_is_live_and_the_end_is_the_same(fake):
    for number in range(60):
        fake.scenario(f"s{number:02}", "fail" if number == 7 else "pass", sleep_us=10000)
    ours, theirs = pty.openpty()
    child = fake.start("run", "suite", "--out", "out", stdout=theirs)
    os.close(theirs)
    text = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        text += piece
    child.communicate(timeout=30)
    os.close(ours)
    assert child.returncode == FAIL
    text = text.decode()
    assert "\r\x1b[Krunning, " in text
    assert "60 scenarios: 59 no deviation found, 1 deviation found" in text
    assert "s07" in text and "s08" not in text


# Reports

def test_junit_is_well_formed_and_counts_what_happened(fake):
    for word in ("pass", "fail", "inconc", "na", "error", "none"):
        fake.scenario(word, word)
    fake("run", "suite", "--out", "out")
    root = fake.junit()
    assert root.tag == "testsuites"
    counts = {k: int(root.get(k)) for k in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": 6, "failures": 1, "errors": 3, "skipped": 1}
    cases = {c.get("name"): c for c in root.iter("testcase")}
    assert len(cases["pass"]) == 0
    assert "screen <still> initial" in cases["fail"].find("failure").text
    assert {c: cases[c].find("error").get("type") for c in ("inconc", "error", "none")} == \
        {"inconc": "inconc", "error": "error", "none": "none"}
    assert "pinpad" in cases["na"].find("skipped").get("message")


def test_json_follows_its_published_schema(fake):
    jsonschema = pytest.importorskip("jsonschema")
    for word in ("pass", "fail", "inconc", "na", "error", "none", "crash", "big"):
        fake.scenario(word, word, steps=3, variants=2)
    fake("run", "suite", "--out", "out", "--repeat", "2")
    schema = json.loads(fake("schema", "results").stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    results = fake.results()
    jsonschema.Draft7Validator(schema).validate(results)
    assert all(step["seed_id"].startswith("P3-")
               for scenario in results["scenarios"] for step in scenario["steps"])
    results["scenarios"][0]["surprise"] = 1
    assert not jsonschema.Draft7Validator(schema).is_valid(results)


def test_html_is_one_page_in_both_languages_with_nothing_from_elsewhere(fake):
    for word in ("pass", "fail", "na", "crash"):
        fake.scenario(word, word, steps=2)
    fake("run", "suite", "--out", "out")
    text = fake.html()
    tags = Tags(text)
    for part in ("認証でも承認でもありません", "not a certification or approval by anyone",
                 "厚生労働省のシステムではありません", "not the ministry&#39;s system", "逸脱なし",
                 "does not say conformity", "画面 initial &lt;まま&gt;",
                 "screen &lt;still&gt; initial", "bSeq=7", "A-29", "P3-2",
                 "prefers-color-scheme: dark", "ended by signal 9"):
        assert part in text, part
    assert not [t for t, _ in tags.seen if t in ("script", "link", "img", "iframe")]
    links = [a["href"] for t, a in tags.seen if t == "a"]
    anchors = {a["id"] for _, a in tags.seen if "id" in a}
    assert links and all(link[0] == "#" and link[1:] in anchors for link in links)


def test_the_order_and_the_results_do_not_depend_on_the_number_of_workers(fake):
    for number in range(40):
        fake.scenario(f"s{number:02}", ["pass", "fail", "inconc", "na", "crash"][number % 5],
                      steps=3, sleep_us=(number * 37) % 2000)

    def results(jobs):
        fake("run", "suite", "--out", "out", "-j", jobs)
        scenarios = fake.results()["scenarios"]
        for scenario in scenarios:
            del scenario["wall_us"]
        return scenarios

    assert results(1) == results(2) == results(5)


# Selection

def test_tag_only_and_repeat(fake):
    fake.scenario("a_one", tags="x y")
    fake.scenario("a_two", tags="x")
    fake.scenario("b_one", tags="y")

    def names(*arguments):
        assert fake("run", "suite", "--out", "out", *arguments).returncode == PASS
        return list(fake.verdicts())

    assert names("--tag", "x") == ["a_one", "a_two"]
    assert names("--tag", "x", "--tag", "y") == ["a_one"]
    assert names("--only", "a_two") == ["a_two"]
    assert names("--only", "*_one") == ["a_one", "b_one"]
    assert names("--only", "a_two", "--only", "b_one") == ["a_two", "b_one"]
    assert names("--only", "b_one", "--repeat", "3") == ["b_one", "b_one#2", "b_one#3"]
    assert [s["random_seed"] for s in fake.results()["scenarios"]] == [1, 2, 3]
    assert names("--seed", "18446744073709551615", "--only", "b_one") == ["b_one"]
    assert fake.results()["run"]["random_seed"] == 2**64 - 1


def test_suites_may_lie_anywhere(fake, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("else where")
    (elsewhere / "deep").mkdir()
    (elsewhere / "deep" / "z.yml").write_text("id: z\n")
    one = fake.scenario("a")
    assert fake("run", elsewhere, one, "--out", "out").returncode == PASS
    assert list(fake.verdicts()) == ["z", "a"]


def test_without_paths_the_folder_scenarios_is_run(fake):
    fake.write("scenarios/flow/a.yaml", "id: a\n")
    assert fake("run", "--out", "out").returncode == PASS
    assert list(fake.verdicts()) == ["a"]


def test_fail_fast_ends_at_the_first_deviation(fake):
    fake.scenario("a")
    fake.scenario("b", "fail")
    for number in range(40):
        fake.scenario(f"c{number}")
    done = fake("run", "suite", "--out", "out", "--fail-fast")
    assert done.returncode == FAIL
    assert fake.verdicts() == {"a": "pass", "b": "fail"}
    assert fake.results()["summary"]["files_not_run"] == 40
    assert "40 files not run" in done.stdout


# The output folder

def test_the_default_folder_is_new_each_time(fake):
    fake.scenario("a")
    for _ in range(3):
        assert fake("run", "suite").returncode == PASS
    folders = list((fake.folder / "uketsuke-out").iterdir())
    assert len(folders) == 3
    assert all((folder / "report.html").exists() for folder in folders)


def test_a_folder_of_somebody_else_is_not_written_into(fake):
    fake.scenario("a")
    precious = fake.write("out/thesis.txt", "years of work")
    done = fake("run", "suite", "--out", "out")
    assert done.returncode == USAGE
    assert "out" in done.stderr
    assert [p.name for p in precious.parent.iterdir()] == ["thesis.txt"]
    assert fake("run", "suite", "--out", precious).returncode == USAGE
    assert precious.read_text() == "years of work"


def test_an_empty_folder_and_one_of_ours_are_taken(fake):
    fake.scenario("a")
    (fake.folder / "out").mkdir()
    assert fake("run", "suite", "--out", "out").returncode == PASS
    fake.scenario("b", "fail")
    assert fake("run", "suite", "--out", "out").returncode == FAIL
    assert fake.verdicts() == {"a": "pass", "b": "fail"}
    assert sorted(p.name for p in (fake.folder / "out").iterdir()) == \
        [".uketsuke-run", "junit.xml", "report.html", "results.json"]


def test_a_folder_that_another_run_writes_is_refused(fake):
    fake.scenario("a", sleep_us=3_000_000)
    first = fake.start("run", "suite", "--out", "out")
    wait_for(lambda: (fake.folder / "out" / ".uketsuke-run").exists())
    done = fake("run", "suite", "--out", "out")
    assert done.returncode == ERROR
    assert "in use" in done.stderr
    first.communicate(timeout=30)
    assert first.returncode == PASS


def test_a_folder_that_cannot_be_made_is_an_error(fake):
    fake.scenario("a")
    done = fake("run", "suite", "--out", "/proc/nowhere/out")
    assert done.returncode == ERROR
    assert "/proc/nowhere/out" in done.stderr


# The other commands

def test_list_shows_variants_places_and_titles(fake):
    fake.scenario("a", variants=2)
    fake.scenario("b", tags="x")
    assert fake("list", "suite").stdout.splitlines() == [
        "a[0]\tsuite/a.yaml:1\ttitle", "a[1]\tsuite/a.yaml:1\ttitle", "b\tsuite/b.yaml:1\ttitle"]
    assert fake("list", "suite", "--tag", "x", "--lang", "ja").stdout == "b\tsuite/b.yaml:1\t題名\n"


def test_check_names_file_line_and_column(fake):
    fake.scenario("a")
    assert fake("check", "suite").returncode == PASS
    fake.write("suite/b.yaml", "do: pass\n")
    done = fake("check", "suite")
    assert done.returncode == FAIL
    assert done.stdout.splitlines()[0] == "suite/b.yaml:1:1: there is no id"


def test_check_prints_warnings_as_such_and_they_are_no_problems(fake):
    fake.scenario("a", warn="who is that?")
    done = fake("check", "suite")
    assert done.returncode == PASS
    assert done.stdout == ("suite/a.yaml:1:1: warning: who is that?\n"
                           "1 file, 0 problems, 1 warning\n")
    assert "警告：who is that?" in fake("check", "suite", "--lang", "ja").stdout
    fake.scenario("b", broken="bad")
    assert fake("check", "suite").returncode == FAIL


def test_one_id_in_two_files_is_a_problem_of_check_and_a_warning_of_run(fake):
    fake.scenario("a", variants=2)
    fake.write("suite/b.yaml", "id: a\n")
    done = fake("check", "suite")
    assert done.returncode == FAIL
    assert done.stdout.splitlines() == ["suite/b.yaml: a: suite/a.yaml has the same id",
                                        "2 files, 1 problem"]
    for jobs in (1, 2):
        done = fake("run", "suite", "--out", "out", "-j", jobs)
        assert done.returncode == PASS
        assert done.stdout.count("has the same id") == 1
        assert [len(s["warnings"]) for s in fake.results()["scenarios"]] == [0, 0, 1]
        assert fake.results()["summary"]["warnings"] == 1


def test_problems_of_one_file_stand_one_on_a_line_in_the_language_asked_for(fake):
    fake.scenario("a", broken="the first")
    text = fake("run", "suite", "--out", "out").stdout
    assert ("    reason:\n      suite/a.yaml:1:1: the first\n"
            "      suite/a.yaml:2:1: the second\n") in text
    assert "suite/a.yaml:2:1: 二つ目" in fake("run", "suite", "--out", "out", "--lang", "ja").stdout
    both = fake("run", "suite", "--out", "out", "--lang", "both").stdout
    assert "\n      suite/a.yaml:2:1: 二つ目 / suite/a.yaml:2:1: the second\n" in both
    assert "二つ目" in fake.html() and "the second" in fake.html()


def test_html_is_in_the_language_that_was_named_but_for_what_the_record_is(fake):
    for word in ("pass", "fail", "na", "crash"):
        fake.scenario(word, word, steps=2)
    japanese = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
    pages = {}
    for language in ("ja", "en"):
        fake("run", "suite", "--out", language, "--lang", language)
        page = fake.html(language)
        head, rest = page.split('<div class="box"><ul>')
        statements, rest = rest.split("</ul></div>", 1)
        assert "認証でも承認でもありません" in statements and "not a certification" in statements
        assert f'<html lang="{language}">' in head and 'type="radio"' not in page
        pages[language] = head.partition("<title>")[2] + rest
    assert "画面 initial &lt;まま&gt;" in pages["ja"] and "逸脱" in pages["ja"]
    assert "screen &lt;still&gt; initial" not in pages["ja"] and "verdict" not in pages["ja"]
    assert "screen &lt;still&gt; initial" in pages["en"] and "deviation found" in pages["en"]
    assert not japanese.findall(pages["en"])
    # Nobody named one, whatever the environment speaks: both, with a switch.
    fake("run", "suite", "--out", "both", env={"LC_ALL": "ja_JP.UTF-8"})
    page = fake.html("both")
    assert page.count('type="radio"') == 3
    assert "画面 initial &lt;まま&gt;" in page and "screen &lt;still&gt; initial" in page


@pytest.mark.parametrize("words, ja, en", [
    (["certify", "--rerun"], "「--rerun-failed」ではありませんか", "did you mean --rerun-failed?"),
    (["run", "--jobs", "many"], "値が使えません：--jobs", "--jobs: Value many"),
    (["certify", "--sign-key", "x"], "一緒に必要な引数がありません", "requires --sign-cert"),
    (["mutants", "--random", "3", "--only", "m-x"], "一緒に使えない引数です", "excludes"),
    (["claims"], "必要な引数がありません：READER", "READER is required"),
    (["certify", "--reader"], "値の数が合いません：--reader", "--reader: 1 required"),
])
def test_a_wrong_argument_is_told_in_both_languages_with_where_help_is(fake, words, ja, en):
    for language, said in (("ja", ja), ("en", en)):
        done = fake("--lang", language, *words)
        assert done.returncode == USAGE and said in done.stderr, done.stderr
        assert f"uketsuke {words[0]} --help" in done.stderr
    assert "How" not in done.stderr and not re.search("[\u3040-\u30ff]", done.stderr)


def test_list_shows_broken_files_and_says_so_with_its_exit_code(fake):
    fake.scenario("a")
    fake.scenario("b", broken="bad")
    done = fake("list", "suite")
    assert done.returncode == FAIL
    assert done.stdout.splitlines() == [
        "a\tsuite/a.yaml:1\ttitle", "b\tsuite/b.yaml\t(broken: uketsuke check suite/b.yaml)"]


def test_nothing_selected_says_why(fake):
    fake.scenario("reception", tags="emergency p3")
    (fake.folder / "empty").mkdir()

    def why(*arguments):
        messages = {fake(command, *arguments).stderr for command in ("run", "list")}
        [message] = messages
        return message

    assert why("suite/receptoin.yaml") == (
        "uketsuke: no such file or folder: suite/receptoin.yaml; did you mean reception.yaml?\n")
    prefix = "uketsuke: nothing selected: "
    assert why("empty") == prefix + "there is no scenario (*.yaml, *.yml) in empty\n"
    assert why("suite", "--tag", "emergencies") == \
        prefix + "no scenario has the tag emergencies; did you mean emergency?\n"
    assert why("suite", "--tag", "zzz") == \
        prefix + "no scenario has the tag zzz; there are: emergency, p3\n"
    assert why("suite", "--only", "receptoin") == \
        prefix + "no scenario is called receptoin; did you mean reception?\n"
    fake.scenario("other", tags="x")
    assert why("suite", "--tag", "x", "--only", "reception") == \
        prefix + "no scenario passes all of the filters (--tag, --only) together\n"


def test_an_unknown_command_is_named_with_the_nearest_one(fake):
    done = fake("chek", "suite")
    assert done.returncode == USAGE
    assert done.stderr == "uketsuke: usage: there is no command chek; did you mean check?\n"
    assert "a command is missing; there are: run, " in fake().stderr
    assert "コマンド qqq はありません" in fake("--lang", "ja", "qqq").stderr


@pytest.mark.parametrize("campaign", ["sweep", "explore", "regress"])
@pytest.mark.parametrize("words", [["--bench", "bench.yaml"], ["--bind=reader=usb:1209:0001"]])
def test_campaigns_bind_nothing_and_name_what_does(fake, campaign, words):
    for language, told in (("en", "it is run that binds"), ("ja", "実物を結ぶのは run だけです")):
        done = fake("--lang", language, campaign, *words)
        assert done.returncode == USAGE
        assert told in done.stderr and campaign in done.stderr


def test_an_output_folder_without_a_name_is_wrong_usage(fake):
    fake.scenario("a")
    assert fake("run", "suite", "--out", "").returncode == USAGE
    assert not (fake.folder / "uketsuke-out").exists()


def test_very_long_names_are_cut_where_people_read_them_and_whole_in_the_json(fake):
    name = "x" * 5000
    fake.write("suite/a.yaml", f"id: {name}\ndo: fail\n")
    text = fake("run", "suite", "--out", "out").stdout
    assert name not in text and "x" * 50 in text and "…" in text
    assert name not in fake.html()
    assert list(fake.verdicts()) == [name]


def test_steps_and_schema(fake):
    assert "press a button" in fake("steps").stdout
    assert "ボタンを押す" in fake("steps", "--lang", "ja").stdout
    assert json.loads(fake("schema").stdout) == {"type": "object"}
    assert json.loads(fake("schema", "results").stdout)["title"]


def test_new_makes_a_scenario_that_runs_and_never_replaces_one(fake):
    (fake.folder / "suite").mkdir()
    assert fake("new", "suite/my_case").returncode == PASS
    assert fake("run", "suite/my_case.yaml", "--out", "out").returncode == PASS
    assert fake.verdicts() == {"my_case": "pass"}
    (fake.folder / "suite/my_case.yaml").write_text("mine")
    for name in ("suite/my_case", "suite/my_case.yaml"):
        assert fake("new", name).returncode == USAGE
    assert (fake.folder / "suite/my_case.yaml").read_text() == "mine"
    for name in ("Bad", "a b", "../", "名前", "", "suite/", "~", "x" * 101):
        assert fake("new", name).returncode == USAGE
    assert fake("new", "missing/case").returncode == ERROR
    assert [p.name for p in (fake.folder / "suite").iterdir()] == ["my_case.yaml"]
