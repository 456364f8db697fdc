#include "harness/conformance/mutants/mutant_runner.h"

#include <stdexcept>
#include <utility>

#include "harness/conformance/execute.h"
#include "harness/conformance/model_desk.h"

namespace uketsuke::conformance {
namespace {

constexpr char kLetters[] = {'.', 'n', '?', 'w', 'F', 'E'};

}  // namespace

char letter_of(CaseEffect effect) { return kLetters[static_cast<std::size_t>(effect)]; }

CaseEffect effect_from(char letter) {
  for (std::size_t i = 0; i < std::size(kLetters); ++i)
    if (kLetters[i] == letter) return static_cast<CaseEffect>(i);
  return CaseEffect::kError;
}

CaseEffect effect_of(const CaseResult& result) {
  // A warning can end a case before its last step.
  const CaseOutcome outcome = outcome_of(result);
  if (outcome == CaseOutcome::kInconc && !result.findings.empty()) return CaseEffect::kWarned;
  switch (outcome) {
    case CaseOutcome::kPass: return CaseEffect::kNothing;
    case CaseOutcome::kPassWithWarning: return CaseEffect::kWarned;
    case CaseOutcome::kInconc: return CaseEffect::kInconclusive;
    case CaseOutcome::kFail: return CaseEffect::kFailed;
    case CaseOutcome::kNotApplicable: return CaseEffect::kNotApplicable;
    case CaseOutcome::kError:
    case CaseOutcome::kNone:
    case CaseOutcome::kWaived: return CaseEffect::kError;
  }
  return CaseEffect::kError;
}

struct MutantRunner::Prepared {
  MakeDesk make_desk;
  Subject subject;
  Text problem;  // it could not even be identified
};

MutantRunner::MutantRunner(std::shared_ptr<const bench::Assets> assets,
                           const std::string& data_folder)
    : assets_(std::move(assets)), data_folder_(data_folder),
      catalogue_(load_catalogue(data_folder)),
      test_cards_(std::make_shared<const std::map<std::string, bench::TestCardFile>>(
          bench::load_test_card_files(data_folder + "/cards/conformance"))) {
  for (std::size_t i = 0; i < catalogue_.cases.size(); ++i) {
    const Case& one = *catalogue_.cases[i];
    if (!one.pcsc.empty()) continue;
    (one.scenarios.empty() ? at_reader_ : reception_).push_back(i);
  }
}

const std::vector<std::size_t>& MutantRunner::cases_of(MutantRole role) const {
  return role == MutantRole::kReader ? at_reader_ : reception_;
}

std::vector<std::size_t> MutantRunner::positions_of(const std::vector<std::string>& ids) const {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < catalogue_.cases.size(); ++i) {
    for (const std::string& id : ids)
      if (catalogue_.cases[i]->id == id) positions.push_back(i);
  }
  return positions;
}

MutantRunner::Prepared MutantRunner::prepare(const DeviceUnderTest& device,
                                             std::uint64_t seed) const {
  auto config = std::make_shared<DeskConfig>();
  config->reader = device.profile;
  config->mutations = device.wire;
  config->test_cards = test_cards_;
  config->seed = seed;
  Prepared prepared;
  prepared.make_desk = [this, config](const Case* of) -> std::unique_ptr<Desk> {
    DeskConfig own = *config;
    if (of != nullptr) own.cards.assign(of->cards.begin(), of->cards.end());
    return std::make_unique<ModelDesk>(*assets_, std::move(own));
  };
  // What a vendor claims is what the clean reader has; the mutant contradicts it.
  DeskConfig claimed;
  claimed.reader = assets_->readers.at(device.base);
  Trace trace;
  trace.keep(false);
  prepared.subject =
      identify_subject(prepared.make_desk, model_facts(claimed), trace, prepared.problem);
  return prepared;
}

CaseResult MutantRunner::run_at_reader(const Prepared& prepared, const Case& of) const {
  Trace trace;
  trace.keep(false);
  return execute(of, prepared.subject, prepared.make_desk, trace);
}

CaseResult MutantRunner::run_reception(const DeviceUnderTest& device, std::uint64_t seed,
                                       const Case& of) {
  if (!reception_runner_) reception_runner_ = std::make_unique<ReceptionRunner>(data_folder_);
  ReceptionDesk desk;
  desk.options.random_seed = seed;
  std::shared_ptr<bench::Assets> changed;
  for (const campaign::SeededChange& change : device.seeded) {
    if (!change.on_assets) continue;
    if (!changed) changed = std::make_shared<bench::Assets>(*assets_);
    change.on_assets(*changed);
  }
  desk.assets = changed;
  desk.amend = [&device](bench::WorldConfig& config) {
    for (const campaign::SeededChange& change : device.seeded)
      if (change.on_world) change.on_world(config);
  };
  std::string trace;
  return reception_runner_->execute(of, desk, trace);
}

std::string MutantRunner::run(const DeviceUnderTest& device, std::uint64_t seed,
                              const std::vector<std::size_t>& cases) {
  std::string letters;
  letters.reserve(cases.size());
  const bool at_reader = device.role == MutantRole::kReader;
  const Prepared prepared = at_reader ? prepare(device, seed) : Prepared{};
  for (const std::size_t position : cases) {
    const Case& of = *catalogue_.cases[position];
    const CaseResult result =
        at_reader ? run_at_reader(prepared, of) : run_reception(device, seed, of);
    letters += letter_of(effect_of(result));
  }
  return letters;
}

CaseResult MutantRunner::run_case(const DeviceUnderTest& device, std::uint64_t seed,
                                  std::size_t position) {
  const Case& of = *catalogue_.cases.at(position);
  if (device.role != MutantRole::kReader) return run_reception(device, seed, of);
  return run_at_reader(prepare(device, seed), of);
}

}  // namespace uketsuke::conformance
