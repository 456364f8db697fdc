// results.json, format "uketsuke-results/1"; scenarios/schema/results.schema.json describes it.
#include "harness/report/json_writer.h"
#include "harness/report/report.h"

namespace uketsuke::report {
namespace {

using verdict::ScenarioResult;
using verdict::StepResult;
using verdict::Summary;
using verdict::Text;

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  json.key(name).begin_array();
  for (const auto& entry : list) json.value(std::string_view(entry));
  json.end_array();
}

void write_if(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.key(name).value(std::string_view(text));
}

void write_if(JsonWriter& json, std::string_view name, const Text& text) {
  if (!text.empty()) json.key(name).value(text);
}

void write_if(JsonWriter& json, std::string_view name, std::uint64_t number) {
  if (number != 0) json.key(name).value(number);
}

void write_step(JsonWriter& json, const StepResult& step, const ScenarioResult& scenario) {
  json.begin_object();
  json.key("index").value(std::uint64_t{step.index});
  json.key("seed_id").value(std::string_view(step.seed_id));
  json.key("verdict").value(to_string(step.verdict));
  json.key("title").value(step.title);
  write_if(json, "who", step.who);
  write_if(json, "attested_by", step.attested_by);
  json.key("file").value(std::string_view(step.file.empty() ? scenario.file : step.file));
  write_if(json, "line", step.line);
  write_if(json, "expected", step.expected);
  write_if(json, "observed", step.observed);
  json.key("simulated_us").value(step.simulated_us);
  if (!step.wire_tail.empty()) write_list(json, "wire_tail", step.wire_tail);
  json.end_object();
}

void write_scenario(JsonWriter& json, const ScenarioResult& result) {
  json.begin_object();
  json.key("id").value(std::string_view(result.id));
  json.key("name").value(std::string_view(full_name(result)));
  json.key("file").value(std::string_view(result.file));
  write_if(json, "line", result.line);
  write_if(json, "title", result.title);
  write_if(json, "release", result.release);
  write_if(json, "seed_page", result.seed_page);
  write_if(json, "variant", result.variant);
  json.key("repetition").value(std::uint64_t{result.repetition});
  json.key("random_seed").value(result.random_seed);
  json.key("verdict").value(to_string(result.verdict));
  write_if(json, "reason", result.reason);
  write_if(json, "not_applicable", result.not_applicable);
  if (!result.script.empty()) json.key("attested_by").value("script");
  write_if(json, "script", result.script);
  if (!result.requirements.empty()) write_list(json, "requirements", result.requirements);
  write_if(json, "produced_by", result.produced_by);
  write_if(json, "reader", result.reader);
  json.key("steps_planned").value(std::uint64_t{result.steps_planned});
  json.key("steps").begin_array();
  for (const auto& step : result.steps) write_step(json, step, result);
  json.end_array();
  json.key("warnings").begin_array();
  for (const auto& warning : result.warnings) json.value(warning);
  json.end_array();
  write_list(json, "assumptions", result.assumptions);
  json.key("simulated_us").value(result.simulated_us);
  json.key("wall_us").value(result.wall_us);
  write_if(json, "rsa_us", result.rsa_us);
  write_if(json, "journal_digest", result.journal_digest);
  write_if(json, "journal_path", result.journal_path);
  write_if(json, "journal_problem", result.journal_problem);
  json.end_object();
  json.new_line();
}

void write_summary(JsonWriter& json, const Summary& summary) {
  json.begin_object();
  json.key("verdict").value(to_string(summary.verdict()));
  json.key("exit_code").value(static_cast<std::uint64_t>(exit_code(summary)));
  json.key("total").value(summary.total());
  json.key("none").value(summary.none);
  json.key("pass").value(summary.pass);
  json.key("inconc").value(summary.inconc);
  json.key("fail").value(summary.fail);
  json.key("error").value(summary.error);
  json.key("not_applicable").value(summary.not_applicable);
  json.key("files_not_run").value(summary.not_run);
  json.key("warnings").value(summary.warnings);
  write_if(json, "journals_lost", summary.journals_lost);
  json.key("interrupted").value(summary.interrupted);
  json.key("assumptions").begin_object();
  for (const auto& [name, count] : summary.assumptions) json.key(name).value(count);
  json.end_object();
  json.end_object();
}

void write_run(JsonWriter& json, const RunInfo& info) {
  json.begin_object();
  json.key("started_at").value(std::string_view(info.started_at));
  json.key("random_seed").value(info.random_seed);
  json.key("jobs").value(std::uint64_t{info.jobs});
  json.key("repeat").value(std::uint64_t{info.repeat});
  json.key("wall_us").value(info.wall_us);
  write_list(json, "paths", info.paths);
  write_list(json, "tags", info.tags);
  write_list(json, "only", info.only);
  json.end_object();
}

}  // namespace

void write_json(const RunInfo& info, const Summary& summary, const ResultSource& results,
                Sink& sink) {
  JsonWriter json(sink);
  json.begin_object();
  json.key("format").value("uketsuke-results/1");
  json.key("tool").begin_object();
  json.key("name").value("uketsuke");
  json.key("version").value(std::string_view(info.version));
  json.end_object();
  json.key("statements").begin_array();
  for (const auto& statement : statements()) json.value(statement);
  json.end_array();
  json.new_line();
  json.key("run");
  write_run(json, info);
  json.new_line();
  json.key("summary");
  write_summary(json, summary);
  json.new_line();
  json.key("scenarios").begin_array();
  json.new_line();
  results.for_each([&](const ScenarioResult& result) { write_scenario(json, result); });
  json.end_array();
  json.end_object();
  json.new_line();
  json.flush();
}

}  // namespace uketsuke::report
