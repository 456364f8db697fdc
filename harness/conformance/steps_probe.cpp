// Steps for named test cards: `wire` (what passed at the card since the last one, as facts; IXIT
// wire_probe) and `with_test_cards` (the same steps with one card after the other).
#include <algorithm>
#include <utility>

#include "harness/conformance/run.h"
#include "harness/conformance/step.h"
#include "harness/conformance/step_args.h"
#include "sim/wire/iso7816/pps.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::conformance {
namespace {

using test_card::FieldEventKind;
constexpr wire::Micros kAfterPlacedUs = 300'000;  // until a reader has noticed a card
using wire::iso7816::T1Block;
using wire::iso7816::T1Kind;
using wire::iso7816::T1Supervisory;

// One reading of the probe. Bursts of the reader are PPS, or characters of a command.
struct Seen {
  std::string classes;  // of each cold reset: "A" 5 V, "B" 3 V, "C" 1.8 V
  std::string pps;      // the last PPS request, hex
  std::int64_t warm_resets = 0, pps_requests = 0, bursts = 0, errors = 0, repeated = 0;
  std::int64_t guard = 0;       // shortest character, hundredths of an etu; 0: none
  std::int64_t etu_cycles = 0;  // of the last command: hundredths of cycles of CLK in an etu
  // Blocks of T=1.
  std::int64_t i_blocks = 0, r_blocks = 0, longest = 0, resynchs = 0, ifs_answers = 0;
  std::int64_t wtx_answers = 0, abort_answers = 0, ifsd = 0, nad = 0;
  bool alternates = true;
  std::string last_sequence;

  void block(const T1Block& block);
  void burst(const FieldEvent& event, std::uint32_t clock_hz, bool t1);
};

void Seen::block(const T1Block& block) {
  if (block.nad != 0) nad = block.nad;
  const std::int64_t value = block.information.empty() ? 0 : block.information[0];
  switch (block.kind) {
    case T1Kind::kReceiveReady: ++r_blocks; return;
    case T1Kind::kSupervisory:
      if (block.supervisory == T1Supervisory::kResynch && !block.response) ++resynchs;
      if (block.supervisory == T1Supervisory::kIfs && !block.response) ifsd = value;
      if (block.supervisory == T1Supervisory::kIfs && block.response) ++ifs_answers;
      if (block.supervisory == T1Supervisory::kWtx && block.response) ++wtx_answers;
      if (block.supervisory == T1Supervisory::kAbort && block.response) ++abort_answers;
      if (block.supervisory == T1Supervisory::kResynch) last_sequence.clear();
      return;
    case T1Kind::kInformation: break;
  }
  ++i_blocks;
  longest = std::max(longest, static_cast<std::int64_t>(block.information.size()));
  const std::string sequence = block.sequence ? "1" : "0";
  if (sequence == last_sequence) alternates = false;
  last_sequence = sequence;
}

void Seen::burst(const FieldEvent& event, std::uint32_t clock_hz, bool t1) {
  if (!event.data.empty() && event.data[0] == wire::iso7816::kPpss) {
    ++pps_requests;
    pps = hex(event.data);
    return;
  }
  ++bursts;
  if (event.etu_ns != 0) {
    const std::int64_t hundredths = std::int64_t{event.character_ns} * 100 / event.etu_ns;
    guard = guard == 0 ? hundredths : std::min(guard, hundredths);
    etu_cycles = (std::int64_t{event.etu_ns} * clock_hz + 5'000'000) / 10'000'000;
  }
  if (!t1) return;
  auto decoded = wire::iso7816::decode_t1_block(event.data, wire::iso7816::Edc::kLrc);
  if (!decoded) decoded = wire::iso7816::decode_t1_block(event.data, wire::iso7816::Edc::kCrc);
  if (decoded) block(*decoded);
}

class WireStep : public Step {
 public:
  explicit WireStep(const yaml::Node& node) {
    if (node.is_null() || (node.is_mapping() && node.size() == 0)) return;
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("slot")) slot_ = Number::read(key);
    mapping.done();
  }
  bool asserts() const override { return false; }
  void run(Run& run) const override {
    const Reply reply =
        run.perform(FieldDeed{slot_ ? slot_->byte(run.facts()) : run.slot()});
    Facts& facts = run.facts();
    bool powered = truth(facts, "wire_powered");
    auto clock_hz = static_cast<std::uint32_t>(run.fact("wire_clock"));
    const bool t1 = run.fact("protocol") == 1;
    Seen seen;
    const FieldEvent* before = nullptr;
    for (const FieldEvent& event : reply.field) {
      if (event.kind == FieldEventKind::kPowerOn) {
        seen.classes += "ABC"[static_cast<std::size_t>(event.voltage) % 3];
        if (event.clock_hz != 0) clock_hz = event.clock_hz;
        powered = true;
      } else if (event.kind == FieldEventKind::kClock) {
        clock_hz = event.clock_hz;
      } else if (event.kind == FieldEventKind::kPowerOff || event.kind == FieldEventKind::kTaken) {
        powered = false;
      } else if (event.kind == FieldEventKind::kWarmReset) {
        ++seen.warm_resets;
      } else if (event.kind == FieldEventKind::kErrorByReader) {
        ++seen.errors;
      } else if (event.kind == FieldEventKind::kToCard) {
        if (before != nullptr && before->kind == FieldEventKind::kErrorByCard) ++seen.repeated;
        seen.burst(event, clock_hz, t1);
      }
      before = &event;
    }
    tell(facts, seen);
    facts["wire_powered"] = powered;
    facts["wire_clock"] = std::int64_t{clock_hz};
  }

 private:
  static bool truth(const Facts& facts, const char* name) {
    const auto found = facts.find(name);
    const auto* value = found == facts.end() ? nullptr : std::get_if<bool>(&found->second);
    return value != nullptr && *value;
  }
  static void tell(Facts& facts, const Seen& seen) {
    facts["wire_classes"] = seen.classes;
    facts["wire_pps_bytes"] = seen.pps;
    facts["wire_alternates"] = seen.alternates;
    const std::pair<const char*, std::int64_t> numbers[] = {
        {"wire_warm_resets", seen.warm_resets},
        {"wire_pps", seen.pps_requests},
        {"wire_bursts", seen.bursts},
        {"wire_errors", seen.errors},
        {"wire_repeated", seen.repeated},
        {"wire_guard", seen.guard},
        {"wire_etu", seen.etu_cycles},
        {"wire_i_blocks", seen.i_blocks},
        {"wire_r_blocks", seen.r_blocks},
        {"wire_longest", seen.longest},
        {"wire_resynchs", seen.resynchs},
        {"wire_ifs_answers", seen.ifs_answers},
        {"wire_wtx_answers", seen.wtx_answers},
        {"wire_abort_answers", seen.abort_answers},
        {"wire_ifsd", seen.ifsd},
        {"wire_nad", seen.nad}};
    for (const auto& [name, value] : numbers) facts[name] = value;
  }
  std::optional<Number> slot_;
};

class WithTestCardsStep : public Step {
 public:
  explicit WithTestCardsStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    cards_ = mapping.require("cards").as_strings();
    steps_ = read_steps(mapping.require("steps"));
    mapping.done();
    if (cards_.empty()) yaml::fail(node, {"カードが必要", "cards are needed"});
  }
  bool asserts() const override {
    return std::any_of(steps_.begin(), steps_.end(), [](const auto& s) { return s->asserts(); });
  }
  void add_cards(std::set<std::string>& cards) const override {
    cards.insert(cards_.begin(), cards_.end());
    for (const auto& step : steps_) step->add_cards(cards);
  }
  // A finding that is a warning does not end the case, so every card gets its turn; the last one
  // stays.
  void run(Run& run) const override {
    for (std::size_t i = 0; i < cards_.size(); ++i) {
      run.facts()["card_is"] = cards_[i];
      run.perform(PlaceDeed{run.slot(), cards_[i]});
      run.perform(WaitDeed{kAfterPlacedUs});
      run.session().reset();
      run.run(steps_);
      if (i + 1 == cards_.size()) return;
      run.perform(RemoveDeed{run.slot()});
      run.perform(WaitDeed{kAfterPlacedUs});
    }
  }

 private:
  std::vector<std::string> cards_;
  Steps steps_;
};

template <class S>
std::unique_ptr<Step> read(const yaml::Node& node) {
  return std::make_unique<S>(node);
}

}  // namespace

const std::vector<StepKind>& probe_steps() {
  static const std::vector<StepKind> kKinds = {
      {"wire",
       {"前回から今までにカードの端子を通ったものを調べる（wire_classes、wire_pps、wire_guard など）",
        "reads what passed at the card since the last time (wire_classes, wire_pps, wire_guard and "
        "so on)"},
       "wire: {}", read<WireStep>},
      {"with_test_cards",
       {"名前で挙げたテストカードごとに手順を行う",
        "does steps with each of the test cards that are named"},
       "with_test_cards: {cards: [plain_t0, plain_t1], steps: [{activate: {}}]}",
       read<WithTestCardsStep>},
  };
  return kKinds;
}

}  // namespace uketsuke::conformance
