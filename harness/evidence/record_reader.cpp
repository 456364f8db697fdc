// results.json read back, with everything in it checked for kind and range.
#include "harness/evidence/record_json.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::evidence {
namespace {

using conformance::Finding;
using conformance::SeenElsewhere;
using verdict::say;

constexpr std::uint32_t kMost32 = UINT32_MAX;

std::uint32_t number32(const JsonValue& value) {
  return static_cast<std::uint32_t>(value.as_number(kMost32));
}

std::string string_if(JsonObject& object, std::string_view key) {
  const auto* value = object.find(key);
  return value == nullptr ? std::string() : value->as_string();
}

Text text_if(JsonObject& object, std::string_view key) {
  const auto* value = object.find(key);
  return value == nullptr ? Text() : value->as_text();
}

std::vector<Text> texts(const JsonValue& value) {
  std::vector<Text> all;
  for (const auto& item : value.as_array()) all.push_back(item.as_text());
  return all;
}

template <class Enum, std::size_t N>
Enum word(const JsonValue& value, const Enum (&all)[N]) {
  const auto& text = value.as_string();
  for (const auto one : all) {
    if (text == to_string(one)) return one;
  }
  throw Malformed(say("{} という語は知りません", "unknown word {}", yaml::shortened(text)));
}

std::uint16_t hex4(const JsonValue& value) {
  const auto& text = value.as_string();
  if (text.size() != 4 || text.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw Malformed(say("{} は 4 桁の 16 進数ではありません", "{} is not four hexadecimal digits",
                        yaml::shortened(text)));
  }
  return static_cast<std::uint16_t>(std::stoul(text, nullptr, 16));
}

Finding read_finding(const JsonValue& value) {
  JsonObject object(value);
  Finding finding;
  finding.step = number32(object.require("step"));
  finding.file = string_if(object, "file");
  if (const auto* line = object.find("line")) finding.line = number32(*line);
  finding.rule = object.require("rule").as_string();
  finding.rule_text = text_if(object, "rule_text");
  finding.expected = object.require("expected").as_text();
  finding.got = object.require("got").as_text();
  finding.got_hex = string_if(object, "got_hex");
  if (const auto* offset = object.find("offset")) finding.offset = number32(*offset);
  if (const auto* line = object.find("trace_line")) finding.trace_line = line->as_number();
  finding.warning = object.require("warning").as_bool();
  object.done();
  return finding;
}

SeenElsewhere read_seen(const JsonValue& value) {
  JsonObject object(value);
  SeenElsewhere seen;
  seen.what = object.require("what").as_text();
  seen.source = object.require("source").as_string();
  seen.version = string_if(object, "version");
  seen.fix = string_if(object, "fix");
  object.done();
  return seen;
}

void read_lists(JsonObject& object, CaseResult& one) {
  one.rules = object.require("rules").as_strings();
  one.warnings = texts(object.require("warnings"));
  for (const auto& item : object.require("findings").as_array())
    one.findings.push_back(read_finding(item));
  if (const auto* seen = object.find("seen_elsewhere")) {
    for (const auto& item : seen->as_array()) one.seen_elsewhere.push_back(read_seen(item));
  }
  one.recovery = texts(object.require("recovery"));
  one.attested_by = object.require("attested_by").as_strings();
  one.assumptions = object.require("assumptions").as_strings();
}

CaseResult read_case(const JsonValue& value) {
  JsonObject object(value);
  CaseResult one;
  one.id = object.require("id").as_string();
  one.attempt = number32(object.require("attempt"));
  one.verdict = word(object.require("verdict"), verdict::kAllVerdicts);
  word(object.require("outcome"), conformance::kAllCaseOutcomes);  // computed again by readers
  one.title = object.require("title").as_text();
  one.mandatory = object.require("mandatory").as_bool();
  one.not_applicable = text_if(object, "not_applicable");
  one.reason = text_if(object, "reason");
  read_lists(object, one);
  one.steps_planned = number32(object.require("steps_planned"));
  one.steps_done = number32(object.require("steps_done"));
  JsonObject count(object.require("repetitions"));
  one.repetitions.planned = number32(count.require("planned"));
  one.repetitions.passed = number32(count.require("passed"));
  one.repetitions.needed = number32(count.require("needed"));
  count.done();
  one.simulated_us = object.require("simulated_us").as_number();
  one.wall_us = object.require("wall_us").as_number();
  one.trace = string_if(object, "trace");
  object.done();
  return one;
}

void read_reader(const JsonValue& value, conformance::ReaderIdentity& reader) {
  JsonObject object(value);
  reader.vendor_id = hex4(object.require("vendor_id"));
  reader.product_id = hex4(object.require("product_id"));
  reader.bcd_device = hex4(object.require("bcd_device"));
  reader.serial = object.require("serial").as_string();
  reader.manufacturer = object.require("manufacturer").as_string();
  reader.product = object.require("product").as_string();
  reader.route = object.require("route").as_string();
  object.done();
}

void read_run(JsonObject& top, CertifyResult& run) {
  JsonObject tool(top.require("tool"));
  tool.require("name");
  run.tool_version = tool.require("version").as_string();
  tool.done();
  JsonObject catalogue(top.require("catalogue"));
  run.catalogue.digest = catalogue.require("digest").as_string();
  run.catalogue.cases = number32(catalogue.require("cases"));
  catalogue.done();
  read_reader(top.require("reader"), run.reader);
  run.claims_digest = top.require("claims_sha256").as_string();
  run.bench_digest = top.require("bench_sha256").as_string();
  JsonObject environment(top.require("environment"));
  run.environment.os = environment.require("os").as_string();
  run.environment.kernel = environment.require("kernel").as_string();
  run.environment.vm = environment.require("vm").as_string();
  environment.done();
  run.started_at = top.require("started_at").as_string();
  run.ended_at = top.require("ended_at").as_string();
  run.interrupted = top.require("interrupted").as_bool();
}

void read_totals(JsonObject& top, CertifyResult& run) {
  JsonObject conclusion(top.require("conclusion"));
  run.conclusion = word(conclusion.require("is"), conformance::kAllConclusions);
  run.conclusion_text = conclusion.require("text").as_text();
  conclusion.done();
  JsonObject totals(top.require("totals"));
  for (const auto outcome : conformance::kAllCaseOutcomes)
    run.totals.of[outcome] = totals.require(to_string(outcome)).as_number();
  run.totals.cases = totals.require("cases").as_number();
  run.totals.attempts = totals.require("attempts").as_number();
  run.totals.warnings = totals.require("warnings").as_number();
  totals.done();
  for (const auto& item : top.require("waivers").as_array()) {
    JsonObject waiver(item);
    run.waivers.push_back({waiver.require("id").as_string(), waiver.require("reason").as_string(),
                           waiver.require("expiry").as_string(),
                           waiver.require("approver").as_string()});
    waiver.done();
  }
}

std::optional<Signer> read_signer(JsonObject& top) {
  const auto* value = top.find("signer");
  if (value == nullptr) return std::nullopt;
  JsonObject object(*value);
  Signer signer;
  signer.subject = object.require("subject").as_string();
  signer.issuer = object.require("issuer").as_string();
  signer.serial = object.require("serial").as_string();
  signer.sha256 = object.require("sha256").as_string();
  signer.chain_sha256 = object.require("chain_sha256").as_strings();
  object.done();
  return signer;
}

}  // namespace

Record record_from_json(std::string_view text) {
  const auto value = parse_json(text);
  JsonObject top(value);
  const auto& format = top.require("format").as_string();
  if (format != "uketsuke-certify/1") {
    throw Malformed(say("形式 {} は、この版では読めません",
                        "this version does not read the format {}", yaml::shortened(format)));
  }
  Record record;
  texts(top.require("statements"));  // made again from the rest
  record.is_public = top.require("public").as_bool();
  record.signer = read_signer(top);
  read_run(top, record.result);
  read_totals(top, record.result);
  top.require("assumptions").as_strings();
  for (const auto& item : top.require("cases").as_array())
    record.result.cases.push_back(read_case(item));
  top.done();
  return record;
}

}  // namespace uketsuke::evidence
