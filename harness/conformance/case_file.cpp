// The catalogue: scenarios/conformance/*.yaml.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "harness/conformance/case.h"
#include "harness/verdict/format.h"
#include "models/crypto/digest.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

// Marks of the facts that mean: seen in a public source that may be named, so that it can fail a
// reader. Anything else warns.
bool plainly_seen(const std::string& confidence) { return confidence == "S"; }

verdict::Text read_text(const yaml::Node& node) {
  yaml::Mapping mapping(node);
  verdict::Text text{mapping.require("ja").as_string(), mapping.require("en").as_string()};
  mapping.done();
  return text;
}

void read_kind(yaml::Mapping& mapping, const yaml::Node& node, Case& one) {
  if (const yaml::Node key = mapping.find("setup")) one.setup = read_steps(key);
  if (const yaml::Node key = mapping.find("steps")) one.steps = read_steps(key);
  if (const yaml::Node key = mapping.find("pcsc")) one.pcsc = key.as_string();
  if (const yaml::Node key = mapping.find("scenarios")) one.scenarios = key.as_strings();
  if (const yaml::Node key = mapping.find("words_as_written"))
    one.words_as_written = key.as_bool();
  if (const yaml::Node key = mapping.find("no_personal_data"))
    one.no_personal_data = key.as_bool();
  const int kinds =
      (one.steps.empty() ? 0 : 1) + (one.pcsc.empty() ? 0 : 1) + (one.scenarios.empty() ? 0 : 1);
  if (kinds != 1) {
    yaml::fail(node, {"steps、pcsc、scenarios のどれか一つが必要",
                      "exactly one of steps, pcsc, scenarios is needed"});
  }
  const bool asserts = std::any_of(one.steps.begin(), one.steps.end(),
                                   [](const auto& step) { return step->asserts(); });
  if (!one.steps.empty() && !asserts) {
    yaml::fail(node, say("{} は装置の応答を何も調べていない",
                         "{} judges nothing that the device does", one.id));
  }
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Case read_case(const yaml::Node& node) {
  Case one;
  yaml::Mapping mapping(node);
  one.id = mapping.require("id").as_string();
  one.title = read_text(mapping.require("title"));
  one.rules = mapping.require("rules").as_strings();
  if (one.rules.empty()) yaml::fail(node, {"規則が必要", "a rule is needed"});
  one.confidence = mapping.require("confidence").as_string();
  one.warns_only = !plainly_seen(one.confidence);
  if (const yaml::Node key = mapping.find("warning_until_known")) one.warns_only |= key.as_bool();
  if (const yaml::Node key = mapping.find("applies")) {
    try {
      one.applies = Expression::parse(key.text());
    } catch (const ExpressionError& error) {
      yaml::fail(key, error.text());
    }
  }
  if (const yaml::Node key = mapping.find("each_slot")) one.each_slot = key.as_bool();
  if (const yaml::Node key = mapping.find("card")) one.card = key.as_string();
  if (const yaml::Node key = mapping.find("needs")) one.needs = key.as_string();
  if (const yaml::Node key = mapping.find("destructive")) one.destructive = key.as_bool();
  if (const yaml::Node key = mapping.find("may_lock_card")) one.may_lock_card = key.as_bool();
  if (const yaml::Node key = mapping.find("preflight")) one.preflight = key.as_bool();
  if (const yaml::Node key = mapping.find("repeat"))
    one.repeat = static_cast<std::uint32_t>(key.as_int(1, 1000));
  one.accept = one.repeat;
  if (const yaml::Node key = mapping.find("accept"))
    one.accept = static_cast<std::uint32_t>(key.as_int(1, one.repeat));
  if (const yaml::Node key = mapping.find("seconds")) one.seconds = key.as_double();
  if (const yaml::Node key = mapping.find("assumptions")) one.assumptions = key.as_strings();
  if (one.needs.empty()) one.needs = one.card.empty() ? "nobody" : "card";
  read_kind(mapping, node, one);
  mapping.done();
  if (!one.card.empty()) one.cards.insert(one.card);
  for (const auto& step : one.setup) step->add_cards(one.cards);
  for (const auto& step : one.steps) step->add_cards(one.cards);
  one.file = node.mark().file;
  one.line = static_cast<std::uint32_t>(node.mark().line);
  return one;
}

void read_file(const std::string& path, std::set<std::string>& ids, Catalogue& catalogue,
               std::vector<yaml::Problem>& problems) {
  const yaml::Document document = yaml::load_file(path, {8U << 20U, 32, 400'000});
  yaml::Mapping top(document.root());
  top.require("uketsuke");
  const yaml::Node cases = top.find("cases");
  if (!cases) return;  // other data of the catalogue
  if (const yaml::Node family = top.find("family")) read_text(family);
  top.done();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    try {
      Case one = read_case(cases.at(i));
      if (!ids.insert(one.id).second)
        yaml::fail(cases.at(i), say("{} は二度ある", "{} is there twice", one.id));
      catalogue.cases.push_back(std::make_shared<const Case>(std::move(one)));
    } catch (const yaml::Error& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  }
}

}  // namespace

const Case* Catalogue::find(const std::string& id) const {
  for (const CasePtr& one : cases)
    if (one->id == id) return one.get();
  return nullptr;
}

Catalogue load_catalogue(const std::string& data_folder) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  const fs::path folder = fs::path(data_folder) / "conformance";
  std::error_code unread;
  for (const auto& entry : fs::directory_iterator(folder, unread))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  if (unread)
    throw yaml::Error(yaml::Problem{{folder.string(), 0, 0},
                                    verdict::say("カタログを読めません（{}）",
                                                 "the catalogue cannot be read ({})",
                                                 unread.message())});
  std::sort(files.begin(), files.end());
  Catalogue catalogue;
  std::vector<yaml::Problem> problems;
  std::set<std::string> ids;
  std::string all;
  for (const fs::path& file : files) {
    try {
      read_file(file.string(), ids, catalogue, problems);
    } catch (const yaml::Error& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
    all += file.filename().string() + "\n" + bytes_of(file);
  }
  if (!problems.empty()) throw yaml::Error(problems);
  const auto digest = crypto::sha256(wire::Bytes(all.begin(), all.end()));
  catalogue.digest = wire::to_hex(wire::ByteView(digest.data(), digest.size()));
  return catalogue;
}

}  // namespace uketsuke::conformance
