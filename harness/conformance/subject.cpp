#include "harness/conformance/subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/conformance/step_args.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string yaml_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? quoted(*text) : to_string(value);
}

Value value_of(const yaml::Node& node) {
  if (node.quoted()) return node.as_string();
  if (node.text() == "true" || node.text() == "false") return node.as_bool();
  return node.as_int();
}

}  // namespace

Subject make_subject(DescriptorFacts descriptors, const Claims& claims, const Facts& bench) {
  Subject subject;
  subject.facts = facts_of(descriptors);
  subject.descriptors = std::move(descriptors);
  add_claims(claims, subject.facts);
  for (const auto& [name, value] : bench) subject.facts[name] = value;
  return subject;
}

Subject make_subject(const Claims& claims, const Facts& bench) {
  Subject subject;
  add_claims(claims, subject.facts);
  if (claims.pin_verify) subject.facts["pin_verify"] = *claims.pin_verify;
  if (claims.pin_modify) subject.facts["pin_modify"] = *claims.pin_modify;
  if (claims.exchange_level) subject.facts["level"] = *claims.exchange_level;
  for (const auto& [name, value] : bench) subject.facts[name] = value;
  return subject;
}

ReaderIdentity identity_of(const DescriptorFacts& descriptors) {
  ReaderIdentity reader;
  if (!descriptors.device) return reader;
  const auto text = [&descriptors](std::uint8_t index) {
    const auto& strings = descriptors.bytes.strings;
    const auto found = strings.find(index);
    return found == strings.end() ? std::string() : found->second;
  };
  reader.vendor_id = descriptors.device->idVendor;
  reader.product_id = descriptors.device->idProduct;
  reader.bcd_device = descriptors.device->bcdDevice;
  reader.manufacturer = text(descriptors.device->iManufacturer);
  reader.product = text(descriptors.device->iProduct);
  reader.serial = text(descriptors.device->iSerialNumber);
  return reader;
}

CaseResult judge_claims(const Claims& claims, const Subject& subject) {
  CaseResult result;
  result.id = kClaimsCase;
  result.title = {"申告は記述子と矛盾しない", "The claims do not contradict the descriptors"};
  result.rules = {"INTEROP/claims-a"};
  result.steps_planned = result.steps_done = 1;
  const auto usb = subject.facts.find("usb");
  if (usb != subject.facts.end() && usb->second == Value(false)) {
    result.not_applicable = {"記述子を読めない（usb = false）",
                             "the descriptors cannot be read (usb = false)"};
    seal(result);
    return result;
  }
  for (const DescriptorFinding& found : check_claims(claims, subject.descriptors)) {
    Finding finding;
    finding.rule = result.rules.front();
    finding.expected = found.expected;
    finding.got = Text(found.case_id + ": ") + found.got;
    finding.got_hex = hex(found.bytes);
    finding.warning = !found.fails;
    result.findings.push_back(std::move(finding));
  }
  const bool contradicts =
      std::any_of(result.findings.begin(), result.findings.end(),
                  [](const Finding& finding) { return !finding.warning; });
  if (!claims.confirmed) {
    Finding finding;
    finding.rule = result.rules.front();
    finding.expected = {"申告書は確認済み（confirmed: true）",
                        "the vendor has confirmed the claims (confirmed: true)"};
    finding.got = {"下書きのまま", "they are a draft"};
    finding.warning = true;
    result.findings.push_back(std::move(finding));
  }
  result.repetitions = {1, contradicts ? 0U : 1U, 1};
  result.verdict = Verdict::kPass;
  seal(result);
  return result;
}

std::string to_yaml(const BenchRecord& bench) {
  std::string text = fmt::format(
      "# 検査に使ったベンチ (IXIT) / the bench that was used (IXIT)\n"
      "uketsuke_bench_record: 1\nreader: {}\npanel: {}\n",
      quoted(bench.reader), quoted(bench.panel));
  if (bench.speed != 1) text += fmt::format("speed: {:f}\n", bench.speed);
  if (!bench.cards.empty()) text += "cards:\n";
  for (const BenchCard& card : bench.cards)
    text += fmt::format("  {}: {{simulated: {}, released: {}}}\n", quoted(card.holder),
                        card.simulated, card.released);
  text += "facts:\n";
  for (const auto& [name, value] : bench.facts)
    text += fmt::format("  {}: {}\n", name, yaml_of(value));
  return text;
}

BenchRecord bench_record(std::string_view text, const std::string& name) {
  const yaml::Document document = yaml::load_text(text, name);
  yaml::Mapping top(document.root());
  top.require("uketsuke_bench_record").as_int(1, 1);
  BenchRecord bench;
  bench.reader = top.require("reader").as_string();
  bench.panel = top.require("panel").as_string();
  if (const yaml::Node speed = top.find("speed")) bench.speed = speed.as_double();
  if (const yaml::Node cards = top.find("cards")) {
    for (std::size_t i = 0; i < cards.size(); ++i) {
      yaml::Mapping card(cards.value(i));
      bench.cards.push_back({cards.key(i).as_string(), card.require("simulated").as_bool(),
                             card.require("released").as_bool()});
      card.done();
    }
  }
  const yaml::Node facts = top.require("facts");
  top.done();
  for (std::size_t i = 0; i < facts.size(); ++i)
    bench.facts[facts.key(i).as_string()] = value_of(facts.value(i));
  return bench;
}

}  // namespace uketsuke::conformance
