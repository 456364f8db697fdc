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

Bytes atr_of(const yaml::Node& node) {
  Bytes bytes = node.as_hex();
  if (bytes.size() > kMaxAtr) {
    yaml::fail(node, {"ATR は 64 バイトまでです", "an ATR has at most 64 bytes here"});
  }
  return bytes;
}

iso7816::ContactConfig contact_of(const yaml::Node& node) {
  iso7816::ContactConfig config;
  yaml::Mapping map(node);
  config.cold_atr = atr_of(map.require("atr"));
  if (const yaml::Node warm = map.find("warm_atr")) config.warm_atr = atr_of(warm);
  take(map, "answers_pps", config.accepts_pps);
  take(map, "t0_one_byte_at_a_time", config.t0_single_byte_ack);
  take(map, "t1_asks_for_ifs", config.t1_request_ifs);
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
