// Runs the catalogue, or some of its cases, on one mutant or on a clean reader: a fresh world for
// each case.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/test_card_file.h"
#include "harness/conformance/case.h"
#include "harness/conformance/case_result.h"
#include "harness/conformance/mutants/mutant.h"
#include "harness/conformance/reception.h"
#include "sim/fault/mutation.h"

namespace uketsuke::conformance {

// What a case made of a device. As a letter: . n ? w F E
enum class CaseEffect : std::uint8_t {
  kNothing,  // no deviation
  kNotApplicable,
  kInconclusive,
  kWarned,
  kFailed,
  kError,  // of the bench
};
char letter_of(CaseEffect effect);
CaseEffect effect_from(char letter);  // an unknown letter: kError
CaseEffect effect_of(const CaseResult& result);

// A device to run cases on.
struct DeviceUnderTest {
  MutantRole role = MutantRole::kReader;
  std::string base;  // the clean reader that its claims are about
  generic_reader::Profile profile;
  std::vector<fault::Mutation> wire;
  std::vector<campaign::SeededChange> seeded;
};

class MutantRunner {
 public:
  // Loads catalogue, cards and readers. Throws yaml::Error or std::runtime_error.
  MutantRunner(std::shared_ptr<const bench::Assets> assets, const std::string& data_folder);

  const Catalogue& catalogue() const { return catalogue_; }
  const bench::Assets& assets() const { return *assets_; }
  // Positions in the catalogue: those at a reader, or those of the reception flow. What needs a
  // PC/SC layer is in neither.
  const std::vector<std::size_t>& cases_of(MutantRole role) const;
  std::vector<std::size_t> positions_of(const std::vector<std::string>& ids) const;

  // One letter for each case.
  std::string run(const DeviceUnderTest& device, std::uint64_t seed,
                  const std::vector<std::size_t>& cases);
  // The whole of it, for those who want to see why.
  CaseResult run_case(const DeviceUnderTest& device, std::uint64_t seed, std::size_t position);

 private:
  struct Prepared;  // of one device and seed: desk and subject
  Prepared prepare(const DeviceUnderTest& device, std::uint64_t seed) const;
  CaseResult run_reception(const DeviceUnderTest& device, std::uint64_t seed, const Case& of);
  CaseResult run_at_reader(const Prepared& prepared, const Case& of) const;

  std::shared_ptr<const bench::Assets> assets_;
  std::string data_folder_;
  Catalogue catalogue_;
  std::shared_ptr<const std::map<std::string, bench::TestCardFile>> test_cards_;
  std::vector<std::size_t> at_reader_, reception_;
  std::unique_ptr<ReceptionRunner> reception_runner_;
};

}  // namespace uketsuke::conformance
