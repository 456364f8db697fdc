// Explored sequences on the simulated desk: roles and reference models agree; each rule that is
// taken from a role is noticed; what disagrees is shrunk and replays as a scenario.
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/bench/director.h"
#include "harness/explore/explore_report.h"
#include "harness/explore/explorer.h"
#include "harness/explore/scenario_text.h"
#include "tests/sim/flow.h"

namespace uketsuke::explore {
namespace {

using bench::WorldConfig;
using O = face_reader::Occurrence;
using P = face_reader::State;
using S = terminal::ScreenId;
using V = face_reader::Verb;

const std::vector<const Model*> kModels = {&reference_p3(), &reference_p4(), &reference_p5()};

Options options_for(const Model& model, std::uint64_t runs) {
  Options options;
  options.models = {&model};
  options.runs = runs;
  return options;
}

// What a test needs of one model, built once.
struct Kit {
  explicit Kit(const Model& model) : graph(model), classes(graph), generator(graph, classes) {}
  Graph graph;
  Coverage classes;
  Generator generator;
};
const Kit& kit_of(const Model& model) {
  static const Kit kP3(reference_p3()), kP4(reference_p4()), kP5(reference_p5());
  return model.name() == "p3" ? kP3 : model.name() == "p4" ? kP4 : kP5;
}

// ---- one rule taken from a role

Amend panel_cell(P state, O what, V verb) {
  return [=](WorldConfig& config) {
    auto table = std::make_shared<face_reader::Table>(*face_reader::default_table());
    BOOST_REQUIRE((cell(*table, state, what) != verb));
    cell(*table, state, what) = verb;
    config.face.panel.table = table;
  };
}

Amend screen_row(S screen, const char* control,
                 const std::function<void(terminal::ControlRow&)>& change) {
  return [=](WorldConfig& config) {
    auto table = std::make_shared<terminal::ScreenTable>(*terminal::default_screen_table());
    const auto row = std::find_if(table->begin(), table->end(), [&](const auto& r) {
      return r.screen == screen && r.control == control;
    });
    BOOST_REQUIRE((row != table->end()));
    change(*row);
    config.terminal.screens = table;
  };
}

Amend without_row(S screen, const char* control) {
  return screen_row(screen, control, [](terminal::ControlRow& row) { row.control = "gone"; });
}

Amend for_anybody(S screen, const char* control) {
  return screen_row(screen, control,
                    [](terminal::ControlRow& row) { row.access = terminal::Access::kAnybody; });
}

Amend does(S screen, const char* control, terminal::ControlVerb verb) {
  return screen_row(screen, control, [verb](terminal::ControlRow& row) { row.verb = verb; });
}

template <class Change>
Amend terminal_with(Change change) {
  return [=](WorldConfig& config) { change(config.terminal); };
}
template <class Change>
Amend panel_with(Change change) {
  return [=](WorldConfig& config) { change(config.face.panel); };
}
template <class Change>
Amend backend_with(Change change) {
  return [=](WorldConfig& config) { change(config.backend); };
}

struct Rule {
  const char* name;
  const Model& model;
  Amend amend;
};

std::vector<Rule> release_and_backend_rules() {
  using B = backend::Parameters;
  const Model &p3 = reference_p3(), &p5 = reference_p5();
  return {
      {"P1: the emergency view is released", p5,
       backend_with([](B& b) { b.release.emergency_view.enabled = false; })},
      {"P1: identification by the card is released", p3,
       backend_with([](B& b) { b.release.emergency_by_my_number_card.enabled = false; })},
      {"A-26: the switch on the reader is released (reader)", p3,
       panel_with([](auto& panel) { panel.passcode_switch = false; })},
      {"A-26: the switch on the reader is released (backend)", p3,
       backend_with([](B& b) { b.release.visual_passcode.enabled = false; })},
      {"A-32: three tries", p3, backend_with([](B& b) { b.passcode_tries = 2; })},
      {"A-22: the window of the emergency view", p5,
       backend_with([](B& b) { b.emergency_window = 1; })},
      {"A-23: visual confirmation is no check of the backend", p5,
       backend_with([](B& b) { b.require_visual_confirmation = true; })},
      {"a consent holds for a day", p3, backend_with([](B& b) { b.consent_lifetime = 1; })},
      {"a revoked certificate identifies nobody", p5,
       backend_with([](B& b) { b.revoked_serials.clear(); })},
      {"P2: a two-factor sign-in is reported", p5,
       [](WorldConfig& config) { config.ehr.report_two_factor = false; }},
      {"P2: the request says emergency mode", p5,
       [](WorldConfig& config) { config.ehr.send_emergency_mode = false; }},
      {"A-33: the permission to view", p5,
       [](WorldConfig& config) { config.ehr.require_permission = false; }},
  };
}

std::vector<Rule> terminal_rules() {
  using T = terminal::Parameters;
  using C = terminal::ControlVerb;
  const Model &p3 = reference_p3(), &p4 = reference_p4(), &p5 = reference_p5();
  return {
      {"P4-5, P4-6: date and tick", p4,
       terminal_with([](T& t) { t.visual_needs_form = false; })},
      {"P5-3, P5-4: date and tick", p5,
       terminal_with([](T& t) { t.visual_needs_form = false; })},
      {"A-30: no future date", p4, terminal_with([](T& t) { t.allow_future_date = true; })},
      {"P4-c1: administrator account", p4,
       terminal_with([](T& t) { t.administrator_for_reader_operation = false; })},
      {"P2: eligibility is checked after 同意しない", p3,
       terminal_with([](T& t) { t.check_eligibility_when_declined = false; })},
      {"P3-n2: completion before consent (terminal)", p3,
       terminal_with([](T& t) { t.completion_before_consent = false; })},
      {"A-20: face or PIN is offered twice", p3,
       terminal_with([](T& t) { t.auth_method_rounds = 1; })},
      {"P4-1: sign-out on the form", p4, without_row(S::kVisualForm, "sign_out")},
      {"P3-n4: accounts are the administrator's", p3,
       for_anybody(S::kMenu, "account_management")},
      {"P4-4: 目視確認", p4, without_row(S::kFaceReaderOperation, "switch_to_visual")},
      {"P4-4: 目視確認 switches to visual", p4,
       does(S::kFaceReaderOperation, "switch_to_visual", C::kUnattendedOperation)},
      {"P4-11: 無人運転 on the form", p4, does(S::kVisualForm, "unattended_operation", C::kBack)},
      {"P5-1: confirm by card", p5, without_row(S::kMenu, "confirm_by_card")},
      {"P5-2: by the card face", p5,
       does(S::kConfirmByCard, "confirm_by_card_face", C::kChoosePin)},
      {"A-31: the box of consent", p5,
       does(S::kConfirmByCard, "viewing_consent", C::kSetVisuallyConfirmed)},
      {"P5-4: the date", p5, without_row(S::kCardFaceForm, "confirmation_date")},
  };
}

std::vector<Rule> panel_rules() {
  const Model &p3 = reference_p3(), &p4 = reference_p4();
  return {
      {"P3-1: the staff button", p3,
       panel_cell(P::kInitial, O::kPressStaffButton, V::kRefuseInput)},
      {"P3-2: the passcode is asked", p3,
       panel_cell(P::kPasscodeEntry, O::kEnterPasscode, V::kIgnore)},
      {"P3-4: 同意しない declines", p3,
       panel_cell(P::kConsent, O::kPressDeclined, V::kChooseGranted)},
      {"P4-8: 同意する grants", p4, panel_cell(P::kConsent, O::kPressGranted, V::kChooseDeclined)},
      {"P3-5: the card is taken during consent", p3,
       panel_cell(P::kConsent, O::kCardRemoved, V::kNoteCardGone)},
      {"P4-10: the card is taken at the end", p4,
       panel_cell(P::kTakeCard, O::kCardRemoved, V::kNoteCardGone)},
      {"A-29: back to face authentication at card removal", p3,
       panel_with([](auto& panel) { panel.return_at_card_removal = false; })},
      {"A-29: nobody places a card", p3, panel_cell(P::kPlaceCard, O::kTimer, V::kIgnore)},
      {"A-20: nobody enters the passcode", p3,
       panel_cell(P::kPasscodeEntry, O::kTimer, V::kIgnore)},
      {"A-20: nobody chooses", p4, panel_cell(P::kConsent, O::kTimer, V::kIgnore)},
      {"a passcode entry can be left", p3,
       panel_cell(P::kPasscodeEntry, O::kPressCancel, V::kRefuseInput)},
      {"P3-n2: the message on the reader", p3,
       panel_with([](auto& panel) { panel.completion_before_consent = false; })},
      {"A-20: a face that does not match", p3,
       panel_with([](auto& panel) { panel.face_threshold = 0; })},
      {"A-20: three faces", p3, panel_with([](auto& panel) { panel.face_tries = 2; })},
      {"A-20: a passcode has four digits at least", p3,
       panel_with([](auto& panel) { panel.passcode_min_digits = 1; })},
      {"no consent is asked twice", p4,
       panel_cell(P::kTakeCard, O::kPressDeclined, V::kChooseDeclined)},
      {"P4-11: the reader follows", p4, panel_cell(P::kPlaceCard, O::kSetMode, V::kRefuseRequest)},
  };
}

// The first of `most` sequences that disagrees; `most`: none.
std::uint64_t first_disagreement(const Rule& rule, std::uint64_t most) {
  const Kit& kit = kit_of(rule.model);
  Player player(flow::assets(), kit.graph, rule.amend);
  for (std::uint64_t k = 0; k < most; ++k)
    if (player.play(kit.generator.make(1, k), nullptr).disagreement) return k;
  return most;
}

void notices(const std::vector<Rule>& rules) {
  constexpr std::uint64_t kMost = 400;
  for (const Rule& rule : rules)
    BOOST_TEST(first_disagreement(rule, kMost) < kMost, rule.name << " was taken and not missed");
}

const Amend kDeclinedGrants = panel_cell(P::kConsent, O::kPressDeclined, V::kChooseGranted);

}  // namespace

BOOST_AUTO_TEST_SUITE(exploration)

BOOST_AUTO_TEST_CASE(roles_and_reference_models_agree) {
  for (const Model* model : kModels) {
    const ModelReport report = explore(flow::assets(), options_for(*model, 400)).at(0);
    BOOST_TEST(report.runs == 400U);
    BOOST_TEST(report.disagreements == 0U);
    for (const Failure& failure : report.failures)
      BOOST_ERROR(failure.name << ": " << failure.act << ": " << failure.disagreement.what << " "
                               << failure.disagreement.expected << " / "
                               << failure.disagreement.observed << "\n" << failure.scenario);
  }
}

// What was found once. A card that was turned away while nobody was signed in waits for nothing,
// also if the reception of an earlier card had not begun.
BOOST_AUTO_TEST_CASE(what_disagreed_once_agrees) {
  const Kit& kit = kit_of(reference_p3());
  Player player(flow::assets(), kit.graph);
  Sequence sequence;
  sequence.start = kit.graph.start(0);
  sequence.acts = {Do::kPressStaffButton, Do::kPlaceHanako,   Do::kRemoveCard,   Do::kSignOut,
                   Do::kPlaceTaro,        Do::kSignInGeneral, Do::kEnterPasscode};
  const Played played = player.play(sequence, nullptr);
  BOOST_TEST(!played.disagreement.has_value());
}

BOOST_AUTO_TEST_CASE(workers_see_what_one_process_sees) {
  Options options = options_for(reference_p4(), 90);
  options.amend = kDeclinedGrants;
  options.most_failures = 1;
  const ModelReport one = explore(flow::assets(), options).at(0);
  options.jobs = 3;
  const ModelReport three = explore(flow::assets(), options).at(0);
  BOOST_TEST(three.runs == one.runs);
  BOOST_TEST(three.acts == one.acts);
  BOOST_TEST(three.identified == one.identified);
  BOOST_TEST(three.disagreements == one.disagreements);
  BOOST_TEST(three.missing_transitions == one.missing_transitions);
  BOOST_REQUIRE(one.failures.size() == 1U);
  BOOST_TEST(three.failures.at(0).scenario == one.failures[0].scenario);
}

BOOST_AUTO_TEST_CASE(a_worker_that_dies_is_a_disagreement_and_the_others_go_on) {
  Options options = options_for(reference_p5(), 30);
  options.jobs = 2;
  // Breaks in worker processes only, and only for one reader.
  const pid_t parent = ::getpid();
  options.amend = [parent](WorldConfig& config) {
    if (::getpid() != parent && config.generic.name == "clean_tpdu") ::_exit(7);
  };
  const ModelReport report = explore(flow::assets(), options).at(0);
  BOOST_TEST(report.runs == 30U);
  BOOST_TEST(report.disagreements > 0U);
  BOOST_TEST(report.disagreements < 30U);
  BOOST_REQUIRE(!report.failures.empty());
  BOOST_TEST(report.failures[0].disagreement.what == "worker");
}

BOOST_AUTO_TEST_CASE(a_rule_of_release_or_backend_that_is_taken_is_missed) {
  notices(release_and_backend_rules());
}
BOOST_AUTO_TEST_CASE(a_rule_of_the_terminal_that_is_taken_is_missed) { notices(terminal_rules()); }
BOOST_AUTO_TEST_CASE(a_rule_of_the_readers_panel_that_is_taken_is_missed) {
  notices(panel_rules());
}

BOOST_AUTO_TEST_CASE(what_disagrees_is_shrunk_and_replays_as_a_scenario) {
  Options options = options_for(reference_p3(), 60);
  options.amend = kDeclinedGrants;
  options.most_failures = 2;
  const ModelReport report = explore(flow::assets(), options).at(0);
  BOOST_REQUIRE(!report.failures.empty());
  for (const Failure& failure : report.failures) {
    BOOST_TEST(failure.act == "press declined");
    BOOST_TEST(failure.disagreement.what == "consent");
    // A card, a way through 本人確認, 同意しない.
    BOOST_TEST(failure.acts_after <= 4U);
    BOOST_TEST(failure.acts_after < failure.acts_before);
    BOOST_TEST(failure.replays);
    const auto loaded = scenario::load_text(failure.scenario, failure.name + ".yaml",
                                            flow::assets().catalog);
    BOOST_REQUIRE(loaded.ok());
    BOOST_TEST(loaded.warnings.empty());
    bench::RunSettings settings;
    BOOST_TEST((flow::run(loaded.scenarios.at(0)).verdict == verdict::Verdict::kPass),
               "the rule is back: " << flow::summary(flow::run(loaded.scenarios.at(0))));
    settings.amend = kDeclinedGrants;
    const auto broken = flow::run(loaded.scenarios.at(0), settings);
    BOOST_TEST((broken.verdict == verdict::Verdict::kFail));
    const auto* step = verdict::decisive_step(broken);
    BOOST_REQUIRE(step != nullptr);
    BOOST_TEST(step->index + 1 == failure.acts_after);
  }
}

BOOST_AUTO_TEST_CASE(sequences_that_agree_pass_as_scenarios) {
  for (const Model* model : kModels) {
    const Kit& kit = kit_of(*model);
    for (std::uint64_t k = 0; k < 40; ++k) {
      const Sequence sequence = kit.generator.make(5, k);
      const std::string text =
          scenario_of(*model, "explore", kit.graph.state(sequence.start), sequence);
      const auto loaded = scenario::load_text(text, "explore.yaml", flow::assets().catalog);
      for (const auto& error : loaded.errors) BOOST_ERROR(to_string(error) << "\n" << text);
      BOOST_REQUIRE(loaded.ok());
      const auto result = flow::run(loaded.scenarios.at(0));
      BOOST_TEST((result.verdict == verdict::Verdict::kPass),
                 model->name() << " " << k << ": " << flow::summary(result) << "\n" << text);
    }
  }
}

static Failure failure(std::uint64_t k, const char* observed) {
  Failure f;
  f.k = k;
  f.act = "press declined";
  f.disagreement.what = "consent";
  f.disagreement.expected = "declined";
  f.disagreement.observed = observed;
  f.replays = true;
  return f;
}

BOOST_AUTO_TEST_CASE(disagreements_alike_are_one_cause) {
  ModelReport report;
  report.disagreements = 126;
  report.failures = {failure(3, "granted"), failure(8, "granted"), failure(9, "none")};
  const auto causes = causes_of(report);
  BOOST_TEST_REQUIRE(causes.size() == 2U);
  BOOST_TEST(causes[0].first->k == 3U);
  BOOST_TEST(causes[0].sequences == 2U);
  BOOST_TEST(describe(causes[0]).en.find("[2 sequences alike]") != std::string::npos);
  BOOST_TEST(describe_causes(report).en ==
             "  126 sequences disagree, 2 causes (of the first 3, which were looked into; 123 are "
             "not shown):");
  report.disagreements = 2;
  report.failures.pop_back();
  BOOST_TEST(describe_causes(report).en == "  2 sequences disagree, one cause:");
}

BOOST_AUTO_TEST_CASE(what_was_not_walked_stands_apart) {
  ModelReport report;
  BOOST_TEST(describe_causes(report).empty());
  BOOST_TEST(describe_missing(report).empty());
  report.missing_states = {"a"};
  BOOST_TEST(describe_missing(report).en == "    state not reached: a");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace uketsuke::explore
