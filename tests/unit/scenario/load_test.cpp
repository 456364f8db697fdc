// The loader: what it gives, and every error it has to find.
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/unit/scenario/fixture.h"

namespace {

using namespace uketsuke;
using namespace scenario_test;
using scenario::Act;
using scenario::Outcome;

// The example of design/architecture.md.
const char* kExample = R"(uketsuke: 1
scenario: p3_emergency_reception_on_the_reader
title: {ja: 顔CR上で目視確認モードに切り替え「同意しない」で受付する, en: "Visual confirmation switched on the reader, consent declined"}
seed: P3
releases: [2024-12]
bench: {reader: face}
given:
  terminal: {signed_in: general}
  backend: {visual_passcode: issued}
  card: {holder: hanako}
steps:
  - {id: P3-1, who: reception_staff, do: {press: 職員用ボタン},     expect: {screen: passcode_entry}}
  - {id: P3-2, who: reception_staff, do: {enter_passcode: issued},  expect: {mode: visual_confirmation}}
  - {id: P3-3, who: reception_staff, do: {compare_photo: match}}
  - {id: P3-3, who: family,          do: place_card,                expect: {message: completion, within: A-20}}
  - {id: P3-4, who: family,          do: {press: 同意しない},       expect: {consent: declined, eligibility: checked}}
  - {id: P3-4, who: family,          do: remove_card,               expect: {mode: face_authentication, screen: initial, by: A-20}}
then:
  backend: {identity_history: [{holder: hanako, by: my_number_card, confirmed: visually}]}
  ordinary_view: refused
  emergency_view: returned
)";

BOOST_AUTO_TEST_SUITE(scenario_load)

BOOST_AUTO_TEST_CASE(the_example_of_the_design_is_read_whole) {
  const auto result = scenario::load_text(kExample, "x.yaml", catalog());
  BOOST_TEST(lines(result.errors) == "");
  BOOST_TEST(lines(result.warnings) == "");
  BOOST_REQUIRE(result.scenarios.size() == 1U);
  const scenario::Scenario& own = result.scenarios[0];
  BOOST_TEST(own.id == "p3_emergency_reception_on_the_reader");
  BOOST_TEST(own.name() == own.id);
  BOOST_TEST(own.seed == (std::vector<std::string>{"P3"}));
  BOOST_TEST(own.releases == (std::vector<std::string>{"2024-12"}));
  BOOST_TEST(own.bench.reader == "face");
  BOOST_TEST(own.given.text_at("backend.visual_passcode") == "issued");
  BOOST_TEST(own.given.text_at("card.holder") == "hanako");
  BOOST_TEST(own.given.text_at("ehr.clinician", "nobody") == "nobody");
  BOOST_REQUIRE(own.steps.size() == 6U);
  const scenario::Step& press = own.steps[0];
  BOOST_TEST(press.ids == (std::vector<std::string>{"P3-1"}));
  BOOST_TEST(press.who == "reception_staff");
  BOOST_TEST((press.action.act == Act::kPress));
  BOOST_TEST(press.action.argument.text == "職員用ボタン");
  BOOST_TEST(press.action.control == "staff_button");
  BOOST_TEST(press.place.line == 12);
  BOOST_REQUIRE(press.expect.size() == 1U);
  BOOST_TEST((press.expect[0].outcome == Outcome::kScreen));
  BOOST_TEST(press.expect[0].value.text == "passcode_entry");
  BOOST_TEST(press.expect[0].place.line == 12);
  BOOST_TEST((own.steps[3].action.act == Act::kPlaceCard));
  BOOST_TEST(!own.steps[3].action.argument);
  BOOST_TEST(own.steps[3].within.assumption == "A-20");
  BOOST_TEST(own.steps[3].expect.size() == 1U);
  BOOST_TEST(own.steps[4].action.control == "declined");
  BOOST_TEST(own.steps[5].by == "A-20");
  BOOST_REQUIRE(own.then.size() == 3U);
  BOOST_TEST(own.then[0].name == "backend.identity_history");
  BOOST_REQUIRE(own.then[0].value.items.size() == 1U);
  BOOST_TEST(own.then[0].value.items[0].text_at("confirmed") == "visually");
  BOOST_TEST(own.then[2].name == "emergency_view");
  BOOST_TEST(own.then[2].value.text == "returned");
  BOOST_TEST(own.then[2].place.line == 21);
  BOOST_TEST(own.covered() == (std::vector<std::string>{"P3-1", "P3-2", "P3-3", "P3-4"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_button_that_is_not_there_is_told_with_the_nearest_one) {
  BOOST_TEST(step_errors("{do: {press: 職員ボタン}}") ==
             "x.yaml:6:18: 職員ボタン: no such button on the initial screen; did you mean "
             "職員用ボタン?\n");
}

BOOST_AUTO_TEST_CASE(a_button_of_another_device_is_told_to_be_one) {
  BOOST_TEST(step_errors("{do: {press: 目視確認}}") ==
             "x.yaml:6:18: 目視確認 is a button of the terminal (P4-4), not of the reader\n");
  BOOST_TEST(step_errors("{do: {click: 同意しない}}") ==
             "x.yaml:6:18: 同意しない is a button of the reader (P3-4), not of the terminal\n");
}

BOOST_AUTO_TEST_CASE(a_button_of_another_screen_is_refused_where_the_screen_is_known) {
  BOOST_TEST(
      step_errors("{do: {press: 同意しない}}") ==
      "x.yaml:6:18: 同意しない: not on the initial screen, which the reader shows here; it is "
      "on consent (a step that is to be refused says expect: {refused: true})\n");
  BOOST_TEST(step_errors("{do: {press: 同意しない}, expect: {refused: true}}") == "");
  // After a step that says nothing about the screen it may be any of them.
  BOOST_TEST(step_errors("{do: {press: 職員用ボタン}}\n  - {do: {press: 同意しない}}") == "");
  BOOST_TEST(step_errors("{do: {press: 職員用ボタン}, expect: {screen: passcode_entry}}\n"
                         "  - {do: {compare_photo: match}}\n  - {do: {press: 同意する}}")
                 .find("x.yaml:8:18: 同意する: not on the passcode_entry screen") == 0U);
}

BOOST_AUTO_TEST_CASE(controls_answer_to_id_label_and_alias_and_only_to_their_own_action) {
  BOOST_TEST(step_errors("{do: {press: staff_button}}") == "");
  BOOST_TEST(step_errors("{do: {press: Staff button}}") == "");
  BOOST_TEST(step_errors("{do: {click: 目視で本人確認完了}}") ==
             "x.yaml:6:18: 目視で本人確認完了 is a tick box, not a button\n");
  BOOST_TEST(step_errors("{do: {tick: 目視確認}}") ==
             "x.yaml:6:17: 目視確認 is a button, not a tick box\n");
  BOOST_TEST(step_errors("{do: {tick: 目視で本人確認}}") ==
             "x.yaml:6:17: 目視で本人確認: no such tick box of the terminal; did you mean "
             "目視で本人確認完了?\n");
}

BOOST_AUTO_TEST_CASE(all_errors_of_a_file_come_out_in_its_order) {
  BOOST_TEST(
      errors("uketsuke: one\nscenari: x\ntitle: {ja: あ}\nrelease: [2024-12]\nsteps:\n"
             "  - {who: family, do: {pres: 職員用ボタン}}\n"
             "  - {who: family, do: {press: 職員ボタン}, expect: {mod: visual}}\n"
             "  - {who: family, do: {enter_passcode: isued}}\n") ==
      "x.yaml:1:1: the key scenario is missing\n"
      "x.yaml:1:11: one: expected a whole number from 1 to 1\n"
      "x.yaml:2:1: scenari: no such key here; did you mean scenario?\n"
      "x.yaml:3:8: the key en is missing\n"
      "x.yaml:4:1: release: no such key here; did you mean releases?\n"
      "x.yaml:6:24: pres: no such action; did you mean press?\n"
      "x.yaml:7:48: mod: no such key here; did you mean mode?\n"
      "x.yaml:8:40: isued: expected issued, wrong, previous or digits; did you mean issued?\n");
}

BOOST_AUTO_TEST_CASE(ids_of_the_seed_are_checked_and_absent_ones_stay_absent) {
  BOOST_TEST(step_errors("{id: P4-9, do: remove_card, expect: {card: absent}}")
                 .find("x.yaml:6:10: P4-9 is absent from the source (A-15); no step can stand for "
                       "it\n") == 0U);
  BOOST_TEST(
      step_errors("{id: P5-5, do: {wait: 1}}").find("P5-5 is absent from the source (A-14)") !=
      std::string::npos);
  BOOST_TEST(step_errors("{id: P3-22, do: {wait: 1}}") ==
             "x.yaml:6:10: P3-22: no such id in the seed; did you mean P3-2?\n");
  BOOST_TEST(step_errors("{do: {wait: 1}, expect: {card: absent, by: A-99}}")
                 .find("A-99: no such assumption in the register") != std::string::npos);
  BOOST_TEST(step_errors("{id: [P3-1, P3-n1], do: {wait: 1}}") == "");
}

BOOST_AUTO_TEST_CASE(people_releases_and_screens_are_checked) {
  BOOST_TEST(step_errors("{do: {place_card: hanak}}") ==
             "x.yaml:6:23: hanak: no such person; did you mean hanako?\n");
  BOOST_TEST(step_errors("{do: {ehr_sign_in: {clinician: dr_saito, factors: 3}}}") ==
             "x.yaml:6:36: dr_saito: no such clinician; did you mean dr_sato?\n"
             "x.yaml:6:55: 3: expected a whole number from 1 to 2\n");
  BOOST_TEST(step_errors("{do: {wait: 1}, expect: {screen: passcode}}") ==
             "x.yaml:6:38: passcode: no such screen of the reader; did you mean passcode_entry?\n");
  BOOST_TEST(
      errors(
          head("given: {backend: {features: {reader_swich: true}}}\nsteps: [{do: {wait: 1}}]\n")) ==
      "x.yaml:4:30: reader_swich: no such feature; did you mean reader_switch?\n");
  BOOST_TEST(step_errors("{do: {wait: 1}, expect: {message: completed}}") ==
             "x.yaml:6:39: completed: no such message of the reader; did you mean completion?\n");
  BOOST_TEST(errors(head("releases: [2024-11]\nsteps: [{do: {wait: 1}}]\n")) ==
             "x.yaml:4:12: 2024-11: no such release; did you mean 2024-12?\n");
  BOOST_TEST(
      errors(head("releases: [planned]\nbench: {release: 2024-12}\nsteps: [{do: {wait: 1}}]\n")) ==
      "x.yaml:5:18: 2024-12: not among the releases of this scenario\n");
}

BOOST_AUTO_TEST_CASE(values_of_another_kind_are_refused) {
  BOOST_TEST(step_errors("{do: {show_face: 1001}}") ==
             "x.yaml:6:22: 1001: expected match, no_match or a whole number from 0 to 1000\n");
  BOOST_TEST(step_errors("{do: {show_face: 640}}") == "");
  BOOST_TEST(step_errors("{do: {wait: soon}}") ==
             "x.yaml:6:17: soon: expected seconds, a number from 0\n");
  BOOST_TEST(step_errors("{do: {wait: {seconds: 1.5}}}") == "");
  BOOST_TEST(step_errors("{do: {wait: -1}}") != "");
  BOOST_TEST(step_errors("{do: {wait: [1]}}") ==
             "x.yaml:6:17: a list cannot stand here; expected: seconds, a mapping with seconds, "
             "hours, screen_for, of\n");
  BOOST_TEST(step_errors("{do: {enter_passcode: 0123}}") == "");
  BOOST_TEST(step_errors("{do: {plug_reader: now}}").find("now cannot stand here") !=
             std::string::npos);
  BOOST_TEST(step_errors("{do: {request_emergency_view: {emergency_mode: yes}}}") ==
             "x.yaml:6:52: yes: expected true or false\n");
  BOOST_TEST(step_errors("{do: press}") == "x.yaml:6:10: press needs a value: a single value\n");
  BOOST_TEST(step_errors("{do: {press: 職員用ボタン, click: 目視確認}}") ==
             "x.yaml:6:10: one step does one thing; this does 2\n");
  BOOST_TEST(step_errors("{do: {press: }}").find("a value is missing here") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(dates_are_of_the_calendar_unless_in_quotes) {
  for (const char* good : {"today", "2024-02-29", "2024-12-09", "\"2024/12/09\"", "\"\""}) {
    BOOST_TEST(step_errors("{do: {enter_date: " + std::string(good) + "}}") == "", good);
  }
  for (const char* bad : {"2023-02-29", "2024-13-01", "2024-1-1", "2024/12/09", "todai"}) {
    BOOST_TEST(step_errors("{do: {enter_date: " + std::string(bad) + "}}") != "", bad);
  }
}

BOOST_AUTO_TEST_CASE(steps_that_cannot_apply_are_refused) {
  BOOST_TEST(step_errors("{do: remove_card}") ==
             "x.yaml:6:10: remove_card: no step before has placed a card\n");
  BOOST_TEST(step_errors("{do: place_card}\n  - {do: remove_card}") == "");
  BOOST_TEST(errors(head("steps:\n  - {do: place_card}\n")) ==
             "x.yaml:5:10: place_card: whose card? Neither the step nor given.card says it\n");
  BOOST_TEST(step_errors("{do: {place_card: {on: generic}}}") ==
             "x.yaml:6:10: on: generic: this bench has a face reader\n");
  BOOST_TEST(step_errors("{do: {enter_passcode: issued}}")
                 .find("x.yaml:6:27: issued: no passcode "
                       "was issued") == 0U);
  BOOST_TEST(step_errors("{do: issue_passcode}\n  - {do: {enter_passcode: issued}}") == "");
  BOOST_TEST(step_errors("{who: family}") ==
             "x.yaml:6:5: a step with neither do nor expect shows nothing\n");
  BOOST_TEST(
      errors(head("bench: {reader: generic}\nsteps:\n  - {do: {press: 職員用ボタン}}\n"
                  "  - {do: {wait: 1}, expect: {mode: visual_confirmation}}\n")) ==
      "x.yaml:6:10: press needs the panel of a face-auth reader; this bench has a generic one\n"
      "x.yaml:7:36: mode belongs to a face-auth reader; this bench has a generic one\n");
  BOOST_TEST(errors(head("steps: []\n")) == "x.yaml:4:8: steps: there is not one step\n");
}

BOOST_AUTO_TEST_CASE(a_step_of_another_page_is_warned_of_unless_it_is_of_the_overview) {
  const auto warnings = [](const std::string& id) {
    scenario::Catalog open;
    return lines(scenario::load_text(head("seed: P4\nsteps: [{id: " + id + ", do: {wait: 1}}]\n"),
                                     "x.yaml", open)
                     .warnings);
  };
  BOOST_TEST(warnings("P4-4") == "");
  BOOST_TEST(warnings("P2-e4") == "");
  BOOST_TEST(warnings("P3-1") == "x.yaml:5:9: P3-1 is not on a page that `seed` names\n");
}

BOOST_AUTO_TEST_CASE(a_pin_can_be_entered_with_either_reader) {
  BOOST_TEST(errors(head("bench: {reader: generic}\nsteps: [{do: {enter_pin: correct}}]\n")) == "");
  BOOST_TEST(step_errors("{do: {enter_pin: \"1234\"}}") == "");
}

BOOST_AUTO_TEST_CASE(who_acts_is_never_refused) {
  const auto result = scenario::load_text(head("steps:\n  - {who: neighbour, do: {wait: 1}}\n"),
                                          "x.yaml", catalog());
  BOOST_TEST(result.ok());
  BOOST_TEST(
      lines(result.warnings) ==
      "x.yaml:5:11: neighbour: a role without a name of its own; it is recorded as it stands "
      "(A-37)\n");
  BOOST_TEST(result.scenarios.at(0).steps.at(0).who == "neighbour");
}

BOOST_AUTO_TEST_CASE(every_form_of_value_is_taken) {
  scenario::Catalog own = catalog();
  own.requirements = {};
  const auto result = scenario::load(UKETSUKE_SOURCE_DIR "/tests/unit/scenario/example.yaml", own);
  BOOST_TEST(lines(result.errors) == "");
  BOOST_REQUIRE(result.scenarios.size() == 2U);
  const scenario::Scenario& second = result.scenarios[1];
  BOOST_TEST(second.given.truth_at("backend.features.reader_switch", false));
  BOOST_TEST(second.given.number_at("ehr.factors", 0) == 2.0);
  // Short forms have become long ones.
  BOOST_TEST(second.given.text_at("card.holder") == "hanako");
  BOOST_TEST(second.given.find("cards")->items.at(0).text_at("holder") == "hanako");
  BOOST_TEST(second.steps[5].expect.at(1).value.items.at(1).text == "b");
  BOOST_TEST(second.steps[12].action.argument.number_at("seconds", 0) == 3.0);
  BOOST_REQUIRE(second.then.size() == 6U);
  BOOST_TEST(second.then[1].name == "backend.consent");
  BOOST_TEST(second.then[1].value.items.at(0).text_at("consent") == "declined");
  BOOST_TEST(second.then[1].value.items.at(1).text_at("holder") == "taro");
  BOOST_TEST(second.then[2].value.items.at(0).text_at("eligibility") == "checked");
  BOOST_TEST(second.then[5].name == "reasons");
  BOOST_TEST(second.then[5].value.items.at(0).text == "a");
  BOOST_TEST(second.steps[1].action.argument.text == "22");
  BOOST_TEST((second.steps[3].action.act == Act::kIssuePasscode));
  BOOST_TEST(second.steps[4].action.argument.text == "0123");
  BOOST_TEST(second.steps[7].within.seconds == 2.5);
  BOOST_TEST(second.steps[8].by == "P3-3");
  BOOST_TEST((second.steps[15].action.act == Act::kNothing));
}

BOOST_AUTO_TEST_CASE(every_row_of_the_examples_gives_one_scenario) {
  const std::string text = head(
      "steps:\n  - {do: {wait: 1}, expect: {screen: consent}}\n"
      "  - {do: {press: \"${button}\"}, expect: {consent: \"${consent}\"}, note: \"${button} "
      "で\"}\n"
      "examples:\n  - {button: 同意しない, consent: declined}\n"
      "  - {button: 同意する, consent: granted}\n");
  const auto result = scenario::load_text(text, "x.yaml", catalog());
  BOOST_TEST(lines(result.errors) == "");
  BOOST_REQUIRE(result.scenarios.size() == 2U);
  BOOST_TEST(result.scenarios[0].steps[1].action.control == "declined");
  BOOST_TEST(result.scenarios[1].steps[1].action.control == "granted");
  BOOST_TEST(result.scenarios[1].steps[1].note.ja == "同意する で");
  BOOST_TEST(result.scenarios[1].row == 2);
  BOOST_TEST(result.scenarios[1].name() == "x[button=同意する, consent=granted]");
}

BOOST_AUTO_TEST_CASE(numbers_and_dates_may_come_from_the_examples) {
  BOOST_TEST(
      errors(head("steps:\n  - {do: {show_face: \"${n}\"}}\n  - {do: {enter_date: \"${d}\"}}\n"
                  "examples:\n  - {n: 7, d: 2024/1/1}\n")) == "");
}

BOOST_AUTO_TEST_CASE(errors_of_a_row_name_it) {
  BOOST_TEST(errors(head("steps:\n  - {do: {show_face: \"${n}\"}}\nexamples:\n  - {n: 7}\n"
                         "  - {n: 7000}\n")) ==
             "x.yaml:5:22: 7000: expected match, no_match or a whole number from 0 to 1000 "
             "(examples, row 2)\n");
}

BOOST_AUTO_TEST_CASE(the_table_and_its_placeholders_have_to_fit) {
  const std::string step = "steps:\n  - {do: {show_face: \"${n}\"}}\n";
  BOOST_TEST(errors(head(step)) == "x.yaml:5:22: ${n}: this scenario has no examples table\n");
  BOOST_TEST(
      errors(head(step + "examples:\n  - {m: 7}\n")).find("${n}: no such column in the examples") !=
      std::string::npos);
  BOOST_TEST(errors(head(step + "examples:\n  - {n: 7, spare: 1}\n")) ==
             "x.yaml:7:12: ${spare} is used nowhere\n");
  BOOST_TEST(errors(head(step + "examples:\n  - {n: 7}\n  - {k: 7}\n"))
                 .find("x.yaml:8:5: the column n is missing in this row") != std::string::npos);
  std::string much = "steps:\n", rows = "examples:\n";
  for (int i = 0; i < 101; ++i) much += "  - {do: {show_face: \"${n}\"}}\n";
  for (int i = 0; i < 200; ++i) rows += "  - {n: 7}\n";
  BOOST_TEST(errors(head(much + rows)).find("more than 20000 steps in all rows together") !=
             std::string::npos);
  BOOST_TEST(errors(head(step + "examples: []\n")).find("examples without a row") !=
             std::string::npos);
  BOOST_TEST(errors(head("steps:\n  - {do: {show_face: \"${n\"}}\nexamples:\n  - {n: 7}\n"))
                 .find("${ without }") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_comma_that_ended_a_text_is_explained) {
  BOOST_TEST(errors("uketsuke: 1\nscenario: x\ntitle: {ja: あ, en: on the reader, declined}\n"
                    "steps: [{do: {wait: 1}}]\n") ==
             "x.yaml:3:35: declined: no such key here; a text with a comma in it has to stand in "
             "quotes\n");
}

BOOST_AUTO_TEST_CASE(files_that_are_no_scenario_give_one_error) {
  BOOST_TEST(errors("") == "x.yaml:1:1: the file is empty; a scenario is expected\n");
  BOOST_TEST(errors("- a\n") ==
             "x.yaml:1:1: a scenario is a mapping of keys (it begins with uketsuke: 1)\n");
  BOOST_TEST(errors("\x01").find("a control character") != std::string::npos);
  BOOST_TEST(lines(scenario::load("/nowhere/x.yaml", catalog()).errors) ==
             "/nowhere/x.yaml: no such file\n");
  BOOST_CHECK_THROW(scenario::load_or_throw("/nowhere/x.yaml", catalog()), yaml::Error);
}

BOOST_AUTO_TEST_CASE(another_version_of_the_format_is_named_and_nothing_else_said) {
  BOOST_TEST(errors("uketsuke: 2\nscene: x\n") ==
             "x.yaml:1:11: this file is of version 2 of the format; this program reads version 1 "
             "(uketsuke: 1)\n");
}

BOOST_AUTO_TEST_CASE(what_there_is_is_listed_where_nothing_is_near) {
  BOOST_TEST(step_errors("{do: {place_card: {card: zzzzzzzz}}}") ==
             "x.yaml:6:30: zzzzzzzz: no such person; there are: hanako, taro\n");
  const std::string told = step_errors("{do: {press: zzzzzzzz}}");
  BOOST_TEST(told.find("no such button on the initial screen; there are: 職員用ボタン") !=
                 std::string::npos,
             told);
}

// Every error that a scenario can have is said in Japanese too, and no English word is left in it
// but the words of the vocabulary.
BOOST_AUTO_TEST_CASE(errors_are_in_japanese_too) {
  const std::string bad =
      "uketsuke: 1\nscenario: X\ntitle: {ja: あ}\nrelease: [2024-12]\nbench: {release: none}\n"
      "given: {people: 3, terminal: [1], ehr: {factors: 9}, time: now}\n"
      "steps:\n  - {do: {press: zzzz}}\n  - {id: P3-9, do: {zzzz: 1}}\n  - {do: remove_card}\n"
      "  - {do: {press: 同意する, wait: 1}}\n  - {do: {tick: 職員用ボタン}}\n  - {who: x}\n"
      "  - {do: {wait: x}, expect: {within: A-99, by: A-x, mode: [], screen: zzzz}}\n"
      "  - {do: {press: '${a}'}}\nfaults: [{wire: x}]\nexamples: [{}]\nlimits: {wall: -1}\n";
  const auto result = scenario::load_text(bad, "x.yaml", catalog());
  BOOST_TEST(result.errors.size() > 10U);
  for (const yaml::Problem& problem : result.errors) {
    BOOST_TEST(problem.message.ja != problem.message.en, problem.message.en);
    for (const char* english : {"no such", "expected", "missing", " is ", "cannot", " the "}) {
      BOOST_TEST(problem.message.ja.find(english) == std::string::npos, problem.message.ja);
    }
  }
}

BOOST_AUTO_TEST_CASE(faults_are_kept_as_they_stand) {
  const auto result = scenario::load_text(
      head("steps: [{do: {wait: 1}}]\nfaults:\n  - {on: usb, drop: [1, 2], at: {step: 3}}\n"
           "limits: {simulated: 90, wall: 2.5}\n"),
      "x.yaml", catalog());
  BOOST_REQUIRE(result.ok());
  const scenario::Scenario& own = result.scenarios[0];
  BOOST_TEST(own.faults.at(0).text_at("on") == "usb");
  BOOST_TEST(own.faults.at(0).find("drop")->items.at(1).text == "2");
  BOOST_TEST(own.faults.at(0).text_at("at.step") == "3");
  BOOST_TEST(own.limits.simulated_seconds == 90.0);
  BOOST_TEST(own.limits.wall_seconds == 2.5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
