// Test cards as data: scenarios/cards/conformance.
#include "harness/bench/test_card_file.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "harness/yaml/yaml.h"
#include "models/test_card/application.h"
#include "sim/wire/iso7816/atr.h"

namespace {

using namespace uketsuke;
using iso7816::kAlways;

const std::string kFolder = UKETSUKE_SOURCE_DIR "/scenarios/cards/conformance";

const std::map<std::string, bench::TestCardFile>& cards() {
  static const auto loaded = bench::load_test_card_files(kFolder);
  return loaded;
}
const iso7816::ContactConfig& contact(const char* id) {
  return *cards().at(id).parameters->contact;
}

// What the loader says of a file x.yaml with this text.
std::string error_of(const std::string& text) {
  const auto folder = std::filesystem::temp_directory_path() / "uketsuke_test_card_file";
  std::filesystem::create_directories(folder);
  const auto path = folder / "x.yaml";
  std::ofstream(path) << text;
  std::string message;
  try {
    bench::load_test_card_file(path.string());
  } catch (const yaml::Error& error) {
    message = std::to_string(error.line()) + ": " + error.message();
  }
  std::filesystem::remove_all(folder);
  return message;
}
const std::string kHead = "uketsuke: 1\ntest_card: x\ntitle: {ja: あ, en: a}\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(test_card_file)

BOOST_AUTO_TEST_CASE(every_card_of_the_folder_loads_and_says_what_it_is_for) {
  BOOST_TEST(cards().size() >= 60u);
  for (const auto& [id, card] : cards()) {
    BOOST_TEST(!card.purposes.empty(), id);
    BOOST_TEST(!card.title_ja.empty(), id);
    BOOST_TEST(!card.title_en.empty(), id);
  }
}

// ISO/IEC 7816-3:2006, 8.2: all but those whose deviation is the ATR.
BOOST_AUTO_TEST_CASE(answers_to_reset_are_right_unless_they_are_the_deviation) {
  std::set<std::string> wrong;
  for (const auto& [id, card] : cards()) {
    const auto& interface = card.parameters->contact;
    if (interface && !wire::iso7816::decode_atr(interface->cold_atr)) wrong.insert(id);
  }
  const std::set<std::string> expected{"atr_of_48_bytes", "atr_with_wrong_tck",
                                       "atr_with_wrong_ts"};
  BOOST_TEST(wrong == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_key_reaches_its_field) {
  BOOST_TEST(contact("answers_no_reset").faults.mute_atr);
  BOOST_TEST(contact("atr_stops_after_four_bytes").faults.atr_truncated_to.value() == 4u);
  BOOST_TEST(contact("atr_parity_error_once").faults.atr_parity_error_at.value() == 4u);
  BOOST_TEST(contact("atr_parity_error_once").faults.atr_parity_errors == 1u);
  BOOST_TEST(contact("atr_parity_error_always").faults.atr_parity_errors == kAlways);
  BOOST_TEST(unsigned{contact("class_b_only").classes} == 2u);
  BOOST_TEST(contact("pps_silent").faults.mute_pps);
  BOOST_TEST(contact("pps_other_rate").faults.pps_answer.size() == 4u);
  BOOST_TEST(contact("pps_default_rate").rates.size() == 1u);
  BOOST_TEST(contact("rate_95_damaged").faults.damaged_rates.size() == 1u);
  BOOST_TEST(contact("one_byte_at_a_time").t0_single_byte_ack);
  BOOST_TEST(contact("null_bytes_at_get").faults.t0.nulls == 40u);
  BOOST_TEST(contact("null_bytes_at_get").faults.t0.null_interval_us == 250'000u);
  BOOST_TEST(unsigned{contact("null_bytes_at_get").faults.t0.schedule.at_ins.value()} == 0x12u);
  BOOST_TEST(unsigned{contact("wrong_procedure_byte_at_get").faults.t0.procedure_byte.value()} ==
             0x33u);
  BOOST_TEST((contact("short_data_at_get").faults.t0.silence == iso7816::T0Silence::kData));
  BOOST_TEST(contact("short_data_at_get").faults.t0.data_sent == 3u);
  BOOST_TEST(contact("parity_error_twice_at_get").faults.t0.parity_errors == 2u);
  BOOST_TEST(contact("error_signal_always_at_get").faults.t0.error_signals == kAlways);
  BOOST_TEST(contact("bad_edc_twice_at_get").faults.t1.bad_edc == 2u);
  BOOST_TEST(contact("silent_once_at_get").faults.t1.schedule.times == 1u);
  BOOST_TEST(contact("cut_once_at_get").faults.t1.cut_to == 5u);
  BOOST_TEST(contact("aborts_chained_sink").faults.t1.abort);
  BOOST_TEST(unsigned{contact("asks_for_ifs").t1_requested_ifs} == 128u);
  BOOST_TEST(cards().at("short_circuit_at_reset").parameters->overcurrent_at_reset);
  BOOST_TEST(unsigned{cards().at("short_circuit_at_get").parameters->overcurrent_at_ins.value()} ==
             0x12u);
  const auto& field = cards().at("bad_crc_contactless").parameters->contactless;
  BOOST_TEST(field->faults.corrupt_crcs == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_a_file_is_told_with_its_line_and_the_nearest_word) {
  const std::pair<const char*, const char*> cases[] = {
      {"contact: {attr: '3B 00'}", "4: the key atr is missing"},
      {"contact: {atr: '3B 00', clases: [B]}", "clases"},
      {"contact: {atr: '3B 00', classes: [D]}", "D is no value here"},
      {"contact: {atr: '3B 00', deviations: {t0: {at: gett}}}", "did you mean get?"},
      {"contact: {atr: '3B 00', deviations: {t0: {nulls: -1}}}", "-1"},
      {"contact: {atr: '3B 00', deviations: {t1: {silent: ever}}}", "ever"},
      {"contactless: {pupi: '01 02 03'}", "it has 4 bytes"},
      {"command_us: 5", "contact"}};
  for (const auto& [text, said] : cases) {
    const std::string message = error_of(kHead + text + "\n");
    BOOST_TEST(message.find(said) != std::string::npos, text << " gave: " << message);
  }
  BOOST_TEST(error_of(kHead + "contact: {atr: '3B 00'}\n").empty());
  BOOST_TEST(!error_of("uketsuke: 1\ntest_card: y\ntitle: {ja: あ, en: a}\n").empty());
}

BOOST_AUTO_TEST_SUITE_END()
