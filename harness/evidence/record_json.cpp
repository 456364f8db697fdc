#include "harness/evidence/record_json.h"

#include <fmt/format.h>

#include "harness/report/json_writer.h"

namespace uketsuke::evidence {
namespace {

using conformance::Finding;
using report::JsonWriter;

void field(JsonWriter& json, std::string_view name, std::string_view value) {
  json.key(name).value(value);
}
void field(JsonWriter& json, std::string_view name, std::uint64_t value) {
  json.key(name).value(value);
}
void write_if(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) field(json, name, text);
}
void write_if(JsonWriter& json, std::string_view name, const Text& text) {
  if (!text.empty()) json.key(name).value(text);
}
void list(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  json.key(name).begin_array();
  for (const auto& value : values) json.value(std::string_view(value));
  json.end_array();
}
void list(JsonWriter& json, std::string_view name, const std::vector<Text>& values) {
  json.key(name).begin_array();
  for (const auto& value : values) json.value(value);
  json.end_array();
}

std::string hex4(std::uint16_t value) { return fmt::format("{:04x}", value); }

void write_finding(JsonWriter& json, const Finding& finding) {
  json.begin_object();
  field(json, "step", finding.step);
  write_if(json, "file", finding.file);
  if (finding.line != 0) field(json, "line", finding.line);
  field(json, "rule", finding.rule);
  write_if(json, "rule_text", finding.rule_text);
  json.key("expected").value(finding.expected);
  json.key("got").value(finding.got);
  write_if(json, "got_hex", finding.got_hex);
  if (finding.offset) field(json, "offset", *finding.offset);
  if (finding.trace_line != 0) field(json, "trace_line", finding.trace_line);
  json.key("warning").value(finding.warning);
  json.end_object();
}

void write_seen(JsonWriter& json, const CaseResult& one) {
  if (one.seen_elsewhere.empty()) return;
  json.key("seen_elsewhere").begin_array();
  for (const auto& seen : one.seen_elsewhere) {
    json.begin_object();
    json.key("what").value(seen.what);
    field(json, "source", seen.source);
    write_if(json, "version", seen.version);
    write_if(json, "fix", seen.fix);
    json.end_object();
  }
  json.end_array();
}

void write_case(JsonWriter& json, const CertifyResult& run, const CaseResult& one) {
  json.begin_object();
  field(json, "id", one.id);
  field(json, "attempt", one.attempt);
  field(json, "verdict", to_string(one.verdict));
  field(json, "outcome", to_string(outcome_in(run, one)));
  json.key("title").value(one.title);
  list(json, "rules", one.rules);
  json.key("mandatory").value(one.mandatory);
  write_if(json, "not_applicable", one.not_applicable);
  write_if(json, "reason", one.reason);
  list(json, "warnings", one.warnings);
  json.key("findings").begin_array();
  for (const auto& finding : one.findings) write_finding(json, finding);
  json.end_array();
  write_seen(json, one);
  list(json, "recovery", one.recovery);
  list(json, "attested_by", one.attested_by);
  list(json, "assumptions", one.assumptions);
  field(json, "steps_planned", one.steps_planned);
  field(json, "steps_done", one.steps_done);
  json.key("repetitions").begin_object();
  field(json, "planned", one.repetitions.planned);
  field(json, "passed", one.repetitions.passed);
  field(json, "needed", one.repetitions.needed);
  json.end_object();
  field(json, "simulated_us", one.simulated_us);
  field(json, "wall_us", one.wall_us);
  write_if(json, "trace", one.trace);
  json.end_object();
  json.new_line();
}

void write_signer(JsonWriter& json, const std::optional<Signer>& signer) {
  if (!signer) return;
  json.key("signer").begin_object();
  field(json, "subject", signer->subject);
  field(json, "issuer", signer->issuer);
  field(json, "serial", signer->serial);
  field(json, "sha256", signer->sha256);
  list(json, "chain_sha256", signer->chain_sha256);
  json.end_object();
}

void write_environment(JsonWriter& json, const conformance::Environment& environment) {
  json.key("environment").begin_object();
  field(json, "os", environment.os);
  field(json, "kernel", environment.kernel);
  field(json, "vm", environment.vm);
  json.end_object();
}

void write_tool(JsonWriter& json, const CertifyResult& run) {
  json.key("tool").begin_object();
  field(json, "name", "uketsuke");
  field(json, "version", run.tool_version);
  json.end_object();
  json.key("catalogue").begin_object();
  field(json, "digest", run.catalogue.digest);
  field(json, "cases", run.catalogue.cases);
  json.end_object();
}

void write_run(JsonWriter& json, const CertifyResult& run) {
  write_tool(json, run);
  json.new_line();
  json.key("reader").begin_object();
  field(json, "vendor_id", hex4(run.reader.vendor_id));
  field(json, "product_id", hex4(run.reader.product_id));
  field(json, "bcd_device", hex4(run.reader.bcd_device));
  field(json, "serial", run.reader.serial);
  field(json, "manufacturer", run.reader.manufacturer);
  field(json, "product", run.reader.product);
  field(json, "route", run.reader.route);
  json.end_object();
  json.new_line();
  field(json, "claims_sha256", run.claims_digest);
  field(json, "bench_sha256", run.bench_digest);
  write_environment(json, run.environment);
  field(json, "started_at", run.started_at);
  field(json, "ended_at", run.ended_at);
  json.key("interrupted").value(run.interrupted);
}

void write_totals(JsonWriter& json, const CertifyResult& run) {
  json.key("conclusion").begin_object();
  field(json, "is", to_string(run.conclusion));
  json.key("text").value(run.conclusion_text);
  json.end_object();
  json.new_line();
  json.key("totals").begin_object();
  for (const auto outcome : conformance::kAllCaseOutcomes) {
    const auto found = run.totals.of.find(outcome);
    field(json, to_string(outcome), found == run.totals.of.end() ? 0 : found->second);
  }
  field(json, "cases", run.totals.cases);
  field(json, "attempts", run.totals.attempts);
  field(json, "warnings", run.totals.warnings);
  json.end_object();
}

void write_waivers(JsonWriter& json, const CertifyResult& run) {
  json.key("waivers").begin_array();
  for (const auto& waiver : run.waivers) {
    json.begin_object();
    field(json, "id", waiver.id);
    field(json, "reason", waiver.reason);
    field(json, "expiry", waiver.expiry);
    field(json, "approver", waiver.approver);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string to_json(const Record& record) {
  report::StringSink sink;
  JsonWriter json(sink);
  json.begin_object();
  field(json, "format", "uketsuke-certify/1");
  list(json, "statements", statements_of(record));
  json.new_line();
  json.key("public").value(record.is_public);
  write_signer(json, record.signer);
  write_run(json, record.result);
  json.new_line();
  write_totals(json, record.result);
  json.new_line();
  list(json, "assumptions", assumptions_of(record.result));
  write_waivers(json, record.result);
  json.key("cases").begin_array();
  json.new_line();
  for (const auto& one : record.result.cases) write_case(json, record.result, one);
  json.end_array();
  json.end_object();
  json.new_line();
  json.flush();
  return sink.text();
}

std::string environment_json(const Record& record) {
  report::StringSink sink;
  JsonWriter json(sink);
  json.begin_object();
  field(json, "format", "uketsuke-environment/1");
  list(json, "statements", statements_of(record));
  write_tool(json, record.result);
  write_environment(json, record.result.environment);
  field(json, "started_at", record.result.started_at);
  field(json, "ended_at", record.result.ended_at);
  json.end_object();
  json.new_line();
  json.flush();
  return sink.text();
}

}  // namespace uketsuke::evidence
