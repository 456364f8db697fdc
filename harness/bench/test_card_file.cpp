#include "harness/bench/test_card_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "harness/yaml/yaml.h"
#include "models/test_card/application.h"
#include "sim/wire/iso7816/atr.h"

namespace uketsuke::bench {
namespace {

namespace fs = std::filesystem;
using wire::Bytes;

constexpr std::int64_t kMaxMicros = 60'000'000;
constexpr std::size_t kMaxAtr = 64;  // longer than any card may send: for one that does
constexpr std::size_t kMaxPpsAnswer = 8;
constexpr std::size_t kMaxRates = 32;
constexpr std::int64_t kMaxTimes = 10'000;

template <class Number>
void take(yaml::Mapping& map, std::string_view key, Number& target, std::int64_t minimum,
          std::int64_t maximum) {
  if (const yaml::Node node = map.find(key)) {
    target = static_cast<Number>(node.as_int(minimum, maximum));
  }
}
void take(yaml::Mapping& map, std::string_view key, bool& target) {
  if (const yaml::Node node = map.find(key)) target = node.as_bool();
}
template <std::size_t Size>
void take(yaml::Mapping& map, std::string_view key, std::array<std::uint8_t, Size>& target) {
  const yaml::Node node = map.find(key);
  if (!node) return;
  const Bytes bytes = node.as_hex();
  if (bytes.size() != Size) {
    yaml::fail(node, {std::to_string(Size) + " バイトで書いてください",
                      "it has " + std::to_string(Size) + " bytes"});
  }
  std::copy(bytes.begin(), bytes.end(), target.begin());
}

Bytes bytes_of(const yaml::Node& node, std::size_t most) {
  Bytes bytes = node.as_hex();
  if (bytes.size() > most) {
    const std::string count = std::to_string(most);
    yaml::fail(node, {count + " バイトまでです", "at most " + count + " bytes here"});
  }
  return bytes;
}

// A number of times, or `always`.
void take_times(yaml::Mapping& map, std::string_view key, unsigned& target) {
  const yaml::Node node = map.find(key);
  if (!node) return;
  target = node.text() == "always" ? iso7816::kAlways
                                   : static_cast<unsigned>(node.as_int(0, kMaxTimes));
}

// One word of a list.
template <class Value, std::size_t Size>
Value word_of(const yaml::Node& node,
              const std::array<std::pair<std::string_view, Value>, Size>& words) {
  std::vector<std::string> names;
  for (const auto& [name, value] : words) {
    if (node.text() == name) return value;
    names.emplace_back(name);
  }
  const verdict::Text hint = yaml::hint(node.text(), names);
  const std::string got = yaml::shortened(node.text());
  yaml::fail(node, {got + " は使えません" + hint.ja, got + " is no value here" + hint.en});
}

std::uint8_t ins_of(const yaml::Node& node) {
  using test_card::Ins;
  static constexpr std::array<std::pair<std::string_view, std::uint8_t>, 9> kNames{
      {{"echo", std::uint8_t(Ins::kEcho)},
       {"get", std::uint8_t(Ins::kGet)},
       {"sink", std::uint8_t(Ins::kSink)},
       {"delay", std::uint8_t(Ins::kDelay)},
       {"status", std::uint8_t(Ins::kStatus)},
       {"status_with_data", std::uint8_t(Ins::kStatusWithData)},
       {"count", std::uint8_t(Ins::kCount)},
       {"check", std::uint8_t(Ins::kCheck)},
       {"select", test_card::kSelectIns}}};
  return word_of(node, kNames);
}

void schedule_of(yaml::Mapping& map, iso7816::FaultSchedule& schedule) {
  if (const yaml::Node at = map.find("at")) schedule.at_ins = ins_of(at);
  take_times(map, "times", schedule.times);
}

void t0_of(const yaml::Node& node, iso7816::T0Faults& faults) {
  static constexpr std::array<std::pair<std::string_view, iso7816::T0Silence>, 3> kPlaces{
      {{"procedure_byte", iso7816::T0Silence::kProcedureByte},
       {"data", iso7816::T0Silence::kData},
       {"sw2", iso7816::T0Silence::kSw2}}};
  yaml::Mapping map(node);
  schedule_of(map, faults.schedule);
  take(map, "nulls", faults.nulls, 0, kMaxTimes);
  take(map, "null_interval_us", faults.null_interval_us, 1, kMaxMicros);
  if (const yaml::Node byte = map.find("procedure_byte")) {
    const Bytes one = bytes_of(byte, 1);
    if (one.empty()) yaml::fail(byte, {"1 バイトが要ります", "one byte is needed"});
    faults.procedure_byte = one[0];
  }
  if (const yaml::Node place = map.find("silent_before")) faults.silence = word_of(place, kPlaces);
  take(map, "data_sent", faults.data_sent, 0, 256);
  take_times(map, "parity_errors", faults.parity_errors);
  take(map, "parity_error_at", faults.parity_error_at, 0, 258);
  take_times(map, "error_signals", faults.error_signals);
  map.done();
}

void t1_of(const yaml::Node& node, iso7816::T1Faults& faults) {
  yaml::Mapping map(node);
  schedule_of(map, faults.schedule);
  take_times(map, "bad_edc", faults.bad_edc);
  take_times(map, "bad_parity", faults.bad_parity);
  take_times(map, "silent", faults.silent);
  take_times(map, "cut", faults.cut);
  take(map, "cut_to", faults.cut_to, 0, 259);
  take_times(map, "wrong_nad", faults.wrong_nad);
  take_times(map, "wrong_sequence", faults.wrong_sequence);
  take(map, "abort", faults.abort);
  take_times(map, "resynch_ignored", faults.resynch_ignored);
  map.done();
}

void atr_faults_of(const yaml::Node& node, iso7816::ContactFaults& faults) {
  yaml::Mapping map(node);
  take(map, "silent", faults.mute_atr);
  if (const yaml::Node count = map.find("truncated_to")) {
    faults.atr_truncated_to = static_cast<std::size_t>(count.as_int(0, kMaxAtr));
  }
  if (const yaml::Node index = map.find("parity_error_at")) {
    faults.atr_parity_error_at = static_cast<std::size_t>(index.as_int(0, kMaxAtr));
  }
  take_times(map, "parity_errors", faults.atr_parity_errors);
  map.done();
}

void pps_faults_of(const yaml::Node& node, iso7816::ContactFaults& faults) {
  yaml::Mapping map(node);
  take(map, "silent", faults.mute_pps);
  if (const yaml::Node answer = map.find("answer")) {
    faults.pps_answer = bytes_of(answer, kMaxPpsAnswer);
  }
  map.done();
}

void rates_of(yaml::Mapping& map, std::string_view key, std::vector<std::uint8_t>& rates) {
  if (const yaml::Node node = map.find(key)) rates = bytes_of(node, kMaxRates);
}

void contact_faults_of(const yaml::Node& node, iso7816::ContactFaults& faults) {
  yaml::Mapping map(node);
  if (const yaml::Node atr = map.find("atr")) atr_faults_of(atr, faults);
  if (const yaml::Node pps = map.find("pps")) pps_faults_of(pps, faults);
  take(map, "silent_to_commands", faults.mute_commands);
  rates_of(map, "damaged_rates", faults.damaged_rates);
  if (const yaml::Node t0 = map.find("t0")) t0_of(t0, faults.t0);
  if (const yaml::Node t1 = map.find("t1")) t1_of(t1, faults.t1);
  map.done();
}

std::uint8_t classes_of(const yaml::Node& node) {
  static constexpr std::array<std::pair<std::string_view, unsigned>, 3> kClasses{
      {{"A", 1U}, {"B", 2U}, {"C", 4U}}};
  unsigned classes = 0;
  for (std::size_t i = 0; i < node.size(); ++i) classes |= word_of(node.at(i), kClasses);
  return static_cast<std::uint8_t>(classes);
}

iso7816::ContactConfig contact_of(const yaml::Node& node) {
  iso7816::ContactConfig config;
  yaml::Mapping map(node);
  config.cold_atr = bytes_of(map.require("atr"), kMaxAtr);
  if (const yaml::Node warm = map.find("warm_atr")) config.warm_atr = bytes_of(warm, kMaxAtr);
  if (const yaml::Node classes = map.find("classes")) config.classes = classes_of(classes);
  rates_of(map, "rates", config.rates);
  take(map, "answers_pps", config.accepts_pps);
  take(map, "t0_one_byte_at_a_time", config.t0_single_byte_ack);
  if (const yaml::Node ifs = map.find("t1_asks_for_ifs")) {
    config.t1_request_ifs = true;
    config.t1_requested_ifs = static_cast<std::uint8_t>(ifs.as_int(1, 254));
  }
  if (const yaml::Node faults = map.find("deviations")) contact_faults_of(faults, config.faults);
  map.done();
  return config;
}

iso7816::ContactlessConfig contactless_of(const yaml::Node& node) {
  iso7816::ContactlessConfig config;
  yaml::Mapping map(node);
  take(map, "pupi", config.pupi);
  take(map, "application_data", config.application_data);
  take(map, "protocol_info", config.protocol_info);
  take(map, "afi", config.afi, 0, 255);
  take(map, "mbli", config.mbli, 0, 15);
  if (const yaml::Node node_of_faults = map.find("deviations")) {
    yaml::Mapping faults(node_of_faults);
    take(faults, "silent_to_reqb", config.faults.mute_reqb);
    take(faults, "silent_to_attrib", config.faults.mute_attrib);
    take(faults, "silent_to_commands", config.faults.mute_commands);
    take_times(faults, "bad_crc", config.faults.corrupt_crcs);
    faults.done();
  }
  map.done();
  return config;
}

}  // namespace

TestCardFile load_test_card_file(const std::string& path) {
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  top.require("uketsuke").as_int(1, 1);
  TestCardFile file;
  const yaml::Node id = top.require("test_card");
  file.id = id.as_string();
  if (fs::path(path).stem().string() != file.id) {
    yaml::fail(id, {"ファイル名とカード名が違います", "the file is not named as the card"});
  }
  yaml::Mapping title(top.require("title"));
  file.title_ja = title.require("ja").as_string();
  file.title_en = title.require("en").as_string();
  title.done();
  if (const yaml::Node purposes = top.find("purposes")) file.purposes = purposes.as_strings();
  test_card::Parameters parameters;
  parameters.id = file.id;
  parameters.title_ja = file.title_ja;
  parameters.title_en = file.title_en;
  take(top, "command_us", parameters.command_us, 0, kMaxMicros);
  if (const yaml::Node at = top.find("overcurrent_at")) {
    parameters.overcurrent_at_reset = at.text() == "reset";
    if (!parameters.overcurrent_at_reset) parameters.overcurrent_at_ins = ins_of(at);
  }
  if (const yaml::Node node = top.find("contact")) parameters.contact = contact_of(node);
  if (const yaml::Node node = top.find("contactless")) {
    parameters.contactless = contactless_of(node);
  }
  top.done();
  if (!parameters.contact && !parameters.contactless) {
    yaml::fail(document.root(), {"contact か contactless のどちらかが要ります",
                                 "a card has contact or contactless, or both"});
  }
  file.parameters = std::make_shared<const test_card::Parameters>(std::move(parameters));
  return file;
}

std::map<std::string, TestCardFile> load_test_card_files(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".yaml") paths.push_back(entry->path());
  }
  if (error) throw std::runtime_error(folder + ": cannot be read: " + error.message());
  std::sort(paths.begin(), paths.end());
  std::map<std::string, TestCardFile> cards;
  for (const fs::path& path : paths) {
    TestCardFile file = load_test_card_file(path.string());
    std::string id = file.id;
    cards.emplace(std::move(id), std::move(file));
  }
  return cards;
}

}  // namespace uketsuke::bench
