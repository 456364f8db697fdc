// Mutants as data: what is read, what is refused, and the files that are shipped.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include "harness/bench/assets.h"
#include "harness/conformance/mutants/mutant_file.h"
#include "harness/conformance/mutants/mutant_rules.h"
#include "harness/yaml/yaml.h"

namespace {

using namespace uketsuke;
using conformance::Mutant;

const std::string kData = std::string(UKETSUKE_SOURCE_DIR) + "/scenarios";

const conformance::MutantSources& sources() {
  static const auto kAssets = bench::load_assets(kData);
  static const auto kSources = conformance::mutant_sources(*kAssets, "2024-12");
  return kSources;
}

std::vector<Mutant> load(const std::string& mutants) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("mutants-" + std::to_string(getpid()) + ".yaml"))
          .string();
  std::ofstream(path) << "uketsuke_mutants: 1\nfamily: test\nmutants:\n" << mutants;
  return conformance::load_mutant_file(path, sources());
}

std::string with_change(const std::string& change, const std::string& base = "clean_tpdu") {
  return "  - {id: m-x, title: {ja: あ, en: a}, imitates: constructed, base: " + base +
         ", change: " + change + ", killed_by: [MSG-01]}\n";
}

std::string refused(const std::string& mutants) {
  try {
    load(mutants);
  } catch (const yaml::Error& error) {
    return error.message();
  }
  return "not refused";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mutant_file)

BOOST_AUTO_TEST_CASE(a_mutant_has_its_reader_changed_and_its_rules) {
  const auto mutants = load(with_change(
      "{reader: {bInterfaceClass: 0xFF}, parameters: {t0_wait_percent: 0}, table: [{event: "
      "XfrBlock, state: inactive, rule: serve}], announces: {dwMaxIFSD: 65536}, wire: [{pipe: "
      "bulk_in, match: {0: \"8?\"}, when: {one_in: 50}, do: [{add: {at: 6, value: 1}}, drop]}]}"));
  BOOST_REQUIRE(mutants.size() == 1U);
  const Mutant& mutant = mutants.front();
  BOOST_TEST(mutant.family == "test");
  BOOST_REQUIRE(mutant.readers.size() == 1U);
  const auto& profile = mutant.readers.front().profile;
  BOOST_TEST(profile.bInterfaceClass == 0xFF);
  BOOST_TEST(profile.ccid.deviations.t0_wait_percent == 0U);
  using namespace ccid_function;
  BOOST_TEST((rule_of(profile.ccid.table, SlotEventKind::kXfrBlock, SlotState::kInactive) ==
              Rule::kServe));
  BOOST_REQUIRE(mutant.wire.size() == 2U);
  BOOST_TEST(mutant.wire[0].edits.front().at == 46);  // 9 + 9 + offset 28 (CCID 5.1)
  BOOST_TEST(mutant.wire[0].edits.front().bytes[2].value == 1);
  BOOST_TEST(mutant.wire[1].when.one_in == 50U);
  BOOST_TEST(mutant.wire[1].drop);
}

BOOST_AUTO_TEST_CASE(a_seeded_change_is_found_by_name_and_value) {
  const auto mutants = load(with_change(
      "{seeded: [{field: parameter/backend/passcode_tries, value: 0}, {field: "
      "parameter/terminal/visual_needs_form, value: false}]}", "terminal"));
  BOOST_REQUIRE(mutants.front().seeded.size() == 2U);
  bench::WorldConfig config;
  for (const auto& change : mutants.front().seeded) change.on_world(config);
  BOOST_TEST(config.backend.passcode_tries == 0U);
  BOOST_TEST(!config.terminal.visual_needs_form);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
  const std::pair<std::string, std::string> rows[] = {
      {with_change("{reader: {bInterfaceKlass: 1}}"), "bInterfaceKlass"},
      {with_change("{parameters: {t0_wait: 1}}"), "t0_wait"},
      {with_change("{announces: {dwMaxIFSDD: 1}}"), "dwMaxIFSDD"},
      {with_change("{announces: {bMaxSlotIndex: 256}}"), "from 0 to 255"},
      {with_change("{table: [{event: XfrBlok, state: any, rule: serve}]}"), "XfrBlok"},
      {with_change("{wire: [{pipe: bulk, do: drop}]}"), "no such pipe"},
      {with_change("{wire: [{pipe: bulk_in, do: [{delay_us: 0}]}]}"), "does nothing"},
      {with_change("{wire: [{pipe: field_up, do: stall}]}"), "only on the usb wire"},
      {with_change("{wire: [{pipe: bulk_in, do: dorp}]}"), "no such act"},
      {with_change("{wire: [{pipe: bulk_in, match: {0: \"8\"}, do: drop}]}"), "two digits"},
      {with_change("{reader: {class_descriptor: {bMaxSlotIndex: 1}}}"), "have to say the same"},
      {with_change("{seeded: {field: parameter/backend/passcode_tries, value: 0}}"), "seeded"},
      {with_change("{wire: [{pipe: bulk_in, do: drop}]}", "clean_tpduu"), "no such reader"},
      {with_change("{}"), "changes something"},
      {"  - {id: m-x, title: {ja: a, en: a}, imitates: c, base: clean_tpdu, change: {wire: [{pipe: "
       "bulk_in, do: drop}]}}\n",
       "killed_by"},
  };
  for (const auto& [text, part] : rows) {
    const std::string message = refused(text);
    BOOST_TEST(message.find(part) != std::string::npos, text << ": " << message);
  }
}

BOOST_AUTO_TEST_CASE(the_files_that_are_shipped_are_read) {
  const auto mutants = conformance::load_mutants(kData + "/mutants", sources());
  BOOST_TEST(mutants.size() >= 140U);
  std::size_t legal = 0, intermittent = 0;
  for (const Mutant& mutant : mutants) {
    legal += mutant.legal ? 1 : 0;
    intermittent += mutant.intermittent ? 1 : 0;
    BOOST_TEST((mutant.title.ja != mutant.title.en), mutant.id);
  }
  BOOST_TEST(legal >= 5U);
  BOOST_TEST(intermittent >= 3U);
}

BOOST_AUTO_TEST_SUITE_END()
