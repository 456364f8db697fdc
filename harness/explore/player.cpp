#include "harness/explore/player.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "harness/bench/invariants.h"
#include "harness/explore/scenario_text.h"

namespace uketsuke::explore {
namespace {

// After an act the desk comes to rest: the longest, a card read with its message of completion,
// takes below two seconds on the face-auth reader; on contacts, at 9600 baud, above four.
constexpr wire::Micros kRestUs = 4'000'000, kRestOnContactsUs = 10'000'000;

// What is new at the backend since the last look.
struct News {
  std::string identity, consent, eligible;  // holder and what, or empty
};

std::string told(std::string_view holder, std::string_view what) {
  return fmt::format("{} {}", holder, what);
}

// The 資格確認日 as the reference models call it.
std::string day_of(const std::string& date, wire::oqs::Seconds now) {
  if (date == wire::oqs::time_of(now).substr(0, 8)) return std::string(word_of(Day::kToday));
  const std::string before = wire::oqs::time_of(now - wire::oqs::kDay).substr(0, 8);
  return date == before ? std::string(word_of(Day::kYesterday)) : date;
}

void append(std::string& text, const std::string& more) {
  if (!text.empty()) text += "; ";
  text += more;
}

class Witness {
 public:
  explicit Witness(bench::Stage& stage) : stage_(stage) { mark(); }
  void mark() { since_ = stage_.observer().mark(); }
  std::optional<Disagreement> compare(const Model& model, const Expected& expected) const;

 private:
  News news() const;
  std::string view(bool emergency) const;
  bool completion_shown() const;

  bench::Stage& stage_;
  bench::Baseline since_;
};

News Witness::news() const {
  News news;
  const auto& records = stage_.world().backend().records();
  for (std::size_t i = since_.backend_records; i < records.size(); ++i) {
    if (const auto* row = std::get_if<backend::IdentityRecord>(&records[i]))
      append(news.identity,
             told(told(row->holder, row->confirmed ? to_string(*row->confirmed) : "search"),
                  day_of(row->confirmation_date, stage_.world().now())));
    if (const auto* row = std::get_if<backend::ConsentRow>(&records[i]))
      append(news.consent, told(row->holder, to_string(row->consent)));
    if (const auto* row = std::get_if<backend::EligibilityChecked>(&records[i]))
      append(news.eligible, told(row->holder, "checked"));
  }
  return news;
}

// P3-n2, P4-n2: on the reader if it has a panel, else at the terminal.
bool Witness::completion_shown() const {
  bench::World& world = stage_.world();
  const auto any = [](const auto& records, std::size_t from) {
    return std::any_of(records.begin() + static_cast<std::ptrdiff_t>(from), records.end(),
                       [](const auto& record) { return record.name == "completion_shown"; });
  };
  return world.face() != nullptr ? any(world.face()->records(), since_.reader_records)
                                 : any(world.terminal().records(), since_.terminal_records);
}

// As Observer::view() tells it.
std::string Witness::view(bool emergency) const {
  const auto& records = stage_.world().ehr().records();
  std::string seen = "not_requested";
  for (std::size_t i = since_.ehr_records; i < records.size(); ++i) {
    const ehr::Record& record = records[i];
    if (const auto* got = std::get_if<ehr::Reflected>(&record); got && got->emergency == emergency)
      seen = "returned";
    if (const auto* no = std::get_if<ehr::RefusedByBackend>(&record);
        no && no->emergency == emergency)
      seen = fmt::format("refused {}", fmt::join(no->reasons, " "));
    if (const auto* late = std::get_if<ehr::TimedOut>(&record);
        late && late->emergency == emergency)
      seen = "no_answer";
  }
  return seen;
}

std::optional<Disagreement> Witness::compare(const Model& model, const Expected& expected) const {
  bench::World& world = stage_.world();
  const Outcome& out = expected.outcome;
  const State& s = out.next;
  std::optional<Disagreement> found;
  const auto same = [&found](std::string_view what, std::string_view wanted,
                             std::string_view is) {
    if (found || wanted == is) return;
    found = Disagreement{0, std::string(what), std::string(wanted), std::string(is)};
  };
  const std::string_view holder = word_of(out.holder);
  const News seen = news();
  same("identity",
       out.identity ? told(told(holder, word_of(*out.identity)), word_of(out.day)) : "",
       seen.identity);
  same("completion", out.identity ? "shown" : "", completion_shown() ? "shown" : "");
  same("consent", out.consent ? told(holder, word_of(*out.consent)) : "", seen.consent);
  same("eligibility", out.eligible ? told(holder, "checked") : "", seen.eligible);
  if (model.face_reader()) {
    same("mode", word_of(s.mode), to_string(world.face()->panel().mode()));
    same("screen", word_of(s.screen), world.reader_panel().display().screen);
  }
  same("terminal_screen", word_of(s.terminal), world.terminal_panel().display().screen);
  const terminal::AccountSession& session = world.terminal().terminal().account();
  same("account", word_of(s.account),
       !session.signed_in() ? "nobody" : session.administrator() ? "administrator" : "general");
  same("card", s.card == Card::kNone ? "absent" : "present",
       world.slot().occupied() ? "present" : "absent");
  if (!expected.view.empty()) {
    std::string wanted(expected.view);
    if (!expected.reasons.empty()) wanted += fmt::format(" {}", fmt::join(expected.reasons, " "));
    same(expected.emergency ? "emergency_view" : "ordinary_view", wanted, view(expected.emergency));
  }
  const auto inputs = stage_.observer().refused_inputs(since_);
  same("refused", out.refused ? "refused" : "accepted", inputs.empty() ? "accepted" : "refused");
  return found;
}

std::string text_of(const std::exception& error) { return error.what(); }

}  // namespace

Player::Player(const bench::Assets& assets, const Graph& graph, Amend amend)
    : assets_(assets), graph_(graph), amend_(std::move(amend)) {
  // The acts in the vocabulary of scenarios: loaded as one, so that the words are checked.
  const Model& model = graph.model();
  std::vector<Do> acts = model.alphabet();
  for (std::size_t i = 0; i < kDoCount; ++i)
    if (is_at_ehr(static_cast<Do>(i))) acts.push_back(static_cast<Do>(i));
  std::string text = head_of(model, "explore", graph.state(graph.start(0)), {}) + "steps:\n";
  for (const Do act : acts) text += fmt::format("  - {{do: {}}}\n", action_text(act));
  const scenario::LoadResult loaded =
      scenario::load_text(text, "explore.yaml", assets.catalog);
  if (!loaded.ok()) throw yaml::Error(loaded.errors);
  const auto& steps = loaded.scenarios.at(0).steps;
  for (std::size_t i = 0; i < acts.size(); ++i)
    actions_[static_cast<std::size_t>(acts[i])] = steps.at(i).action;
}

const scenario::Scenario& Player::scenario_for(const Sequence& sequence) {
  const std::string head = head_of(graph_.model(), "explore", graph_.state(sequence.start),
                                   sequence.setting);
  const auto known = scenarios_.find(head);
  if (known != scenarios_.end()) return known->second;
  scenario::LoadResult loaded =
      scenario::load_text(head + "steps:\n  - {do: {wait: 1}}\n", "explore.yaml", assets_.catalog);
  if (!loaded.ok()) throw yaml::Error(loaded.errors);
  return scenarios_.emplace(head, std::move(loaded.scenarios.at(0))).first->second;
}

Played Player::play(const Sequence& sequence, Coverage* coverage) {
  const scenario::Scenario& scenario = scenario_for(sequence);
  try {
    bench::Stage stage(assets_, scenario, kWorldSeed, {}, amend_);
    return play_in(stage, sequence, coverage);
  } catch (const std::exception& error) {
    Played played;
    played.disagreement = {0, "exception", "none", text_of(error)};
    return played;
  }
}

Played Player::play_in(bench::Stage& stage, const Sequence& sequence, Coverage* coverage) {
  Played played;
  const auto differ = [&played](std::size_t act, Disagreement what) {
    what.act = act;
    played.disagreement = std::move(what);
  };
  if (const auto missing = stage.prepare(); !missing.empty()) {
    differ(0, {0, "desk", "ready", missing.en});
    return played;
  }
  kernel::Simulation& simulation = stage.world().simulation();
  const Model& model = graph_.model();
  const wire::Micros rest_us = model.face_reader() ? kRestUs : kRestOnContactsUs;
  simulation.run_for(rest_us);
  Oracle oracle(model, graph_.state(sequence.start), sequence.setting);
  if (coverage != nullptr) coverage->visit(sequence.start);
  Witness witness(stage);
  std::uint32_t state = sequence.start;
  for (std::size_t i = 0; i < sequence.acts.size(); ++i) {
    const Do act = sequence.acts[i];
    const Expected expected = oracle.step(act);
    const scenario::Action& action = actions_[static_cast<std::size_t>(act)];
    const auto impossible = stage.act(action, std::string(act_of(act).who), /*patient=*/false);
    if (!impossible.empty()) {
      differ(i, {0, "act", "possible", impossible.en});
      return played;
    }
    simulation.run_for(rest_us);
    if (auto found = witness.compare(model, expected)) {
      differ(i, std::move(*found));
      return played;
    }
    witness.mark();
    played.identified = played.identified || expected.outcome.identity.has_value();
    if (is_at_ehr(act)) continue;
    const std::uint32_t transition = graph_.transition_of(state, act);
    if (transition == Graph::kNone) continue;
    state = graph_.end(transition);
    if (coverage == nullptr) continue;
    coverage->walk(transition);
    coverage->visit(state);
  }
  if (const auto broken = bench::violations(stage.world()); !broken.empty()) {
    differ(sequence.acts.size(),
           {0, "invariant " + broken.front().invariant, "holds", broken.front().what.en});
  }
  return played;
}

}  // namespace uketsuke::explore
