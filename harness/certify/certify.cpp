#include "harness/certify/certify.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <utility>

#include "harness/certify/kinds.h"
#include "harness/certify/scripts.h"
#include "harness/conformance/enumerate.h"
#include "harness/conformance/waivers.h"
#include "harness/evidence/bundle.h"
#include "harness/evidence/bundle_folder.h"
#include "harness/evidence/environment.h"
#include "harness/evidence/json_value.h"
#include "harness/evidence/record_json.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"
#include "sim/gateway/broken.h"

namespace uketsuke::certify {
namespace {

namespace fs = std::filesystem;
using conformance::Case;
using conformance::CaseResult;
using conformance::CaseOutcome;
using report::ReportError;
using verdict::say;
using verdict::Text;

constexpr std::chrono::milliseconds kKeepEvery{500};
constexpr const char* kIdentity = "traces/identity.jsonl";

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// "2026-01-31T12:00:00+0900"; SOURCE_DATE_EPOCH, if it is set, stands for every moment.
std::string local_time(std::time_t at) {
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) at = std::strtoll(epoch, nullptr, 10);
  std::tm parts{};
  ::localtime_r(&at, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S%z", &parts);
  return text;
}

// Results that an earlier run left. Throws report::ReportError.
conformance::CertifyResult read_results(const fs::path& file) {
  try {
    return evidence::record_from_json(bytes_of(file)).result;
  } catch (const evidence::Malformed& malformed) {
    throw ReportError(ReportError::Kind::kEnvironment,
                      say("{}：{}", "{}: {}", file.string(), malformed.text()));
  }
}

bool simulated(const std::string& route) {
  return route.rfind("model:", 0) == 0 || route.rfind("mutant:", 0) == 0;
}

[[noreturn]] void usage(const Text& text) { throw ReportError(ReportError::Kind::kUsage, text); }

// Of the reference reader of the model at the same exchange level: how long cases take there.
std::string reference_of(const conformance::Facts& facts) {
  const auto level = facts.find("level");
  const std::string name = level == facts.end() ? "" : conformance::to_string(level->second);
  if (name == "tpdu") return "clean_tpdu";
  if (name == "short") return "clean_short_apdu";
  const auto contactless = facts.find("contactless");
  const bool field = contactless != facts.end() && contactless->second == conformance::Value(true);
  return field ? "clean_extended_apdu" : "clean_extended_apdu_contact";
}

}  // namespace

Certify::Certify(Settings settings) : settings_(std::move(settings)) {
  catalogue_ = conformance::load_catalogue(settings_.data_folder);
  rules_ = conformance::load_rules(settings_.data_folder + "/requirements");
  identify();
  plan_ = conformance::make_plan(conformance::select(catalogue_, settings_.only), subject_,
                                 settings_.desks.bound);
  estimate();
}

void Certify::identify() {
  result_.catalogue = {catalogue_.digest, static_cast<std::uint32_t>(catalogue_.cases.size())};
  result_.reader.route = settings_.desks.bench.reader;
  if (settings_.desks.pcsc) {
    if (const Text why = conformance::why_no_pcsc_reader(*settings_.desks.pcsc); !why.empty())
      throw ReportError(ReportError::Kind::kEnvironment,
                        say("{}：{}（uketsuke doctor、uketsuke readers）",
                            "{}: {} (uketsuke doctor, uketsuke readers)",
                            settings_.desks.bench.reader, why));
    subject_ = conformance::make_subject(settings_.claims, settings_.desks.bench.facts);
    result_.reader.product = settings_.desks.pcsc->reader;
    return;
  }
  conformance::Trace trace;
  conformance::RecordingDesk desk(settings_.desks.make(nullptr), trace);
  const conformance::Enumerated found = conformance::identify(desk);
  if (!found.problem.empty()) {
    throw ReportError(ReportError::Kind::kEnvironment,
                      say("{}：リーダーを読めない：{}", "{}: the reader cannot be read: {}",
                          settings_.desks.bench.reader, found.problem));
  }
  identity_trace_ = trace.text();
  subject_ = conformance::make_subject(conformance::read_descriptors(found.bytes),
                                       settings_.claims, settings_.desks.bench.facts);
  result_.reader = conformance::identity_of(subject_.descriptors);
  result_.reader.route = settings_.desks.bench.reader;
}

void Certify::estimate() {
  const auto assets = bench::load_assets(settings_.data_folder);
  const std::string reference = reference_of(subject_.facts);
  if (assets->readers.count(reference) == 0) return;
  const Desks desks = model_desks(assets, settings_.data_folder, reference);
  conformance::Trace trace;
  trace.keep(false);
  Text problem;
  const conformance::Subject subject =
      conformance::identify_subject(desks.make, desks.bench.facts, trace, problem);
  for (conformance::Planned& planned : plan_.cases) {
    if (!planned.not_applicable.empty()) continue;
    planned.seconds = 1;
    if (!planned.of->steps.empty() || !planned.of->scenarios.empty()) {
      std::string unused;
      const CaseResult result =
          planned.of->steps.empty()
              ? execute_reception(*planned.of, subject, desks, unused)
              : conformance::execute(*planned.of, subject, desks.make, trace);
      planned.seconds = std::max(0.05, static_cast<double>(result.simulated_us) / 1e6);
    }
    if (settings_.desks.bound) planned.seconds /= settings_.desks.bindings.speed;
  }
  conformance::count(plan_);
}

void Certify::write(const std::string& name, const std::string& bytes) const {
  report::AtomicFile file(settings_.out + "/" + name);
  file.write(bytes);
  file.commit();
}

void Certify::check_same_run(const conformance::CertifyResult& old) const {
  if (old.catalogue.digest != catalogue_.digest)
    usage({"カタログが前回と違う", "the catalogue is another one than then"});
  if (old.claims_digest != evidence::sha256_hex(settings_.claims_text))
    usage({"申告書が前回と違う", "the claims are others than then"});
  if (old.reader.vendor_id != result_.reader.vendor_id ||
      old.reader.product_id != result_.reader.product_id ||
      old.reader.bcd_device != result_.reader.bcd_device)
    usage({"リーダーが前回と違う", "the reader is another one than then"});
  if (old.reader.serial != result_.reader.serial ||
      (old.reader.route != result_.reader.route &&
       (simulated(old.reader.route) || simulated(result_.reader.route))))
    usage(say("リーダーへの経路が前回（{}）と違う", "the reader was reached by {} then",
              old.reader.route));
}

// A bundle that is whole has a manifest. Beside it the results so far are those of cases that are
// run again; without it, of a run that broke off, perhaps while its bundle was written.
void Certify::go_on() {
  const fs::path out = settings_.out;
  const fs::path partial = out / std::string(evidence::kPartialName);
  const fs::path results = out / std::string(evidence::kResultsName);
  const bool broke_off = fs::exists(partial);
  const bool whole = fs::exists(out / std::string(evidence::kManifestName));
  if (settings_.resume && !settings_.rerun_failed && !broke_off && whole)
    usage(say("{} の検査は終わっている（逸脱のやり直しは --rerun-failed）",
              "the run in {} has ended (--rerun-failed runs deviations again)", settings_.out));
  if (!broke_off && (!settings_.rerun_failed || !fs::exists(results)))
    usage(say("{} に続きを行えるものがない", "there is nothing in {} to go on with",
              settings_.out));
  if (broke_off && !whole && !settings_.resume)
    usage(say("{} の検査は途中。先に --resume で終える", "the run in {} broke off: --resume first",
              settings_.out));
  const conformance::CertifyResult old = read_results(broke_off ? partial : results);
  check_same_run(old);
  if (whole || !broke_off) {
    const conformance::CertifyResult before = broke_off ? read_results(results) : old;
    for (const CaseResult* last : conformance::last_attempts(before))
      attempts_before_[last->id] = last->attempt;
    again_ = settings_.rerun_failed || old.cases.size() > before.cases.size();
    whole_ = !broke_off;
  }
  const std::string route = result_.reader.route;
  result_ = old;
  result_.reader.route = route;  // of the bench that is used now
  result_.interrupted = false;
  done_before_ = conformance::last_attempts(result_).size();
}

void Certify::need_folder() const {
  if (fs::is_directory(settings_.out)) return;
  usage(say("{} に続きを行えるものがない", "there is nothing in {} to go on with", settings_.out));
}

void Certify::look_back() {
  need_folder();
  go_on();
}

void Certify::open() {
  // A mistake in them is told before anything is run or written.
  if (!settings_.scripts.empty())
    scripts_ = script_cases(settings_.scripts, result_.reader, rules_);
  std::vector<conformance::Waiver> waivers;
  if (!settings_.waivers.empty()) {
    std::set<std::string> known;
    for (const conformance::CasePtr& one : catalogue_.cases) known.insert(one->id);
    try {
      waivers = conformance::load_waivers(settings_.waivers, known, settings_.today);
    } catch (const yaml::Error& error) {
      usage(yaml::to_text(error));
    }
  }
  const fs::path out = settings_.out;
  const bool goes_on = settings_.resume || settings_.rerun_failed;
  if (goes_on) {
    need_folder();
  } else {
    evidence::refuse_in_bundle((fs::absolute(out) / "..").string());
  }
  folder_ = std::make_unique<const Folder>(settings_.out);
  if (goes_on) {
    go_on();
  } else {
    if (!folder_->is_empty())
      usage(say("{} は空でない（続きは --resume、やり直しは --rerun-failed）",
                "{} is not empty (--resume goes on, --rerun-failed runs deviations again)",
                settings_.out));
    result_.claims_digest = evidence::sha256_hex(settings_.claims_text);
    result_.started_at = local_time(std::time(nullptr));
  }
  if (!settings_.waivers.empty()) result_.waivers = waivers;
  if (!again_) keep();
  std::error_code error;
  fs::create_directories(out / std::string(evidence::kTraceFolder), error);
  if (error)
    report::throw_errno({"フォルダーを作成できません", "cannot create folder"}, settings_.out,
                        error.value());
  if (!again_ && !identity_trace_.empty()) write(kIdentity, identity_trace_);
}

bool Certify::done(const std::string& id) const {
  return std::any_of(result_.cases.begin(), result_.cases.end(),
                     [&](const CaseResult& result) { return result.id == id; });
}

void Certify::keep() {
  evidence::Record record;
  record.result = result_;
  write(std::string(evidence::kPartialName), evidence::to_json(record));
  kept_at_ = std::chrono::steady_clock::now();
}

bool Certify::is_stopped(const Events& events) const {
  return !gone_.empty() || (events.stop != nullptr && events.stop->load() > 0);
}

// Without its reader every other case would end with the same error, each after its time limit.
void Certify::look_for_reader() {
  conformance::Trace trace;
  trace.keep(false);
  try {
    if (settings_.desks.pcsc) {
      gone_ = conformance::why_no_pcsc_reader(*settings_.desks.pcsc);
      return;
    }
    conformance::RecordingDesk desk(settings_.desks.make(nullptr), trace);
    gone_ = conformance::identify(desk).problem;
  } catch (const gateway::Broken& broken) {
    gone_ = {broken.ja(), broken.what()};
  }
}

bool Certify::is_planned(const std::string& id) const {
  return std::any_of(plan_.cases.begin(), plan_.cases.end(),
                     [&](const conformance::Planned& one) { return one.of->id == id; });
}

CaseResult Certify::by_kind(const Case& of, std::string& trace) {
  if (!of.scenarios.empty()) return execute_reception(of, subject_, settings_.desks, trace);
  if (!of.pcsc.empty()) return execute_pcsc(of, subject_, settings_.desks, trace);
  conformance::Trace lines;
  CaseResult result = conformance::execute(of, subject_, settings_.desks.make, lines);
  trace = lines.text();
  return result;
}

// What the result's words and weight need of the rules.
void Certify::complete(CaseResult& result) const {
  result.mandatory = conformance::is_mandatory(result.rules, rules_);
  for (conformance::Finding& finding : result.findings) {
    const conformance::Rule* rule = rules_.find(finding.rule);
    if (rule != nullptr && finding.rule_text.empty()) finding.rule_text = rule->text;
    // Files are named as the catalogue has them, wherever it lies on this machine.
    finding.file = fs::path(finding.file).filename().string();
  }
}

void Certify::execute(const Case& of, std::uint32_t attempt, const Events& events) {
  const auto begin = std::chrono::steady_clock::now();
  std::string trace;
  CaseResult result = by_kind(of, trace);
  result.attempt = attempt;
  result.wall_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                            begin)
          .count());
  // What was cut short says nothing of the reader: it is done again.
  if (is_stopped(events) && settings_.desks.bound && result.verdict != verdict::Verdict::kPass)
    return;
  complete(result);
  if (!trace.empty()) {
    result.trace = evidence::trace_name(of.id, attempt);
    write(result.trace, trace);
  }
  result_.cases.push_back(std::move(result));
  // A case of the model takes milliseconds: a few more of them are done again after a crash.
  if (settings_.desks.bound || std::chrono::steady_clock::now() - kept_at_ > kKeepEvery) keep();
  if (events.on_result) events.on_result(result_.cases.back());
  const bool bench_failed = result_.cases.back().verdict == verdict::Verdict::kError;
  if (bench_failed && settings_.desks.bound) look_for_reader();
}

// What deviated, and which attempt comes next.
std::vector<std::pair<std::string, std::uint32_t>> Certify::to_run_again() const {
  std::vector<std::pair<std::string, std::uint32_t>> again;
  for (const CaseResult* last : conformance::last_attempts(result_)) {
    const CaseOutcome outcome = conformance::outcome_in(result_, *last);
    const bool deviates = outcome == CaseOutcome::kFail || outcome == CaseOutcome::kInconc ||
                          outcome == CaseOutcome::kError || outcome == CaseOutcome::kNone;
    const auto before = attempts_before_.find(last->id);
    const bool is_old = before == attempts_before_.end() || before->second == last->attempt;
    if (deviates && is_old && is_planned(last->id)) again.emplace_back(last->id, last->attempt + 1);
  }
  return again;
}

conformance::Plan Certify::rest() const {
  conformance::Plan rest;
  std::set<std::string> again;
  for (const auto& [id, attempt] : to_run_again()) again.insert(id);
  for (const conformance::Planned& planned : plan_.cases)
    if (again_ ? again.count(planned.of->id) != 0 : !done(planned.of->id))
      rest.cases.push_back(planned);
  conformance::count(rest);
  return rest;
}

bool Certify::has_nothing_to_do() const {
  return again_ && whole_ && scripts_.empty() && settings_.waivers.empty() &&
         to_run_again().empty();
}

void Certify::run_again(const Events& events) {
  const auto again = to_run_again();
  std::size_t number = 0;
  for (const auto& [id, attempt] : again) {
    ++number;
    const Case* of = catalogue_.find(id);
    if (of == nullptr) continue;
    if (is_stopped(events)) break;
    if (events.on_begin) events.on_begin(number, again.size(), *of);
    execute(*of, attempt, events);
  }
}

void Certify::run(const Events& events) {
  if (settings_.desks.stop) *settings_.desks.stop = events.stop;
  if (again_) {
    run_again(events);
  } else {
    if (!done(conformance::kClaimsCase)) check_claims(events);
    std::size_t number = 0;
    for (const conformance::Planned& planned : plan_.cases) {
      ++number;
      if (done(planned.of->id)) continue;
      if (is_stopped(events)) break;
      if (events.on_begin) events.on_begin(number, plan_.cases.size(), *planned.of);
      execute(*planned.of, 1, events);
    }
  }
  result_.interrupted = is_stopped(events);
  if (result_.interrupted) keep();
}

void Certify::check_claims(const Events& events) {
  CaseResult result = conformance::judge_claims(settings_.claims, subject_);
  complete(result);
  result_.cases.push_back(std::move(result));
  if (events.on_result) events.on_result(result_.cases.back());
}

// In place of those that the run had before.
void Certify::add_scripts() {
  if (scripts_.empty()) return;
  auto& cases = result_.cases;
  cases.erase(std::remove_if(cases.begin(), cases.end(), conformance::is_script), cases.end());
  cases.insert(cases.end(), scripts_.begin(), scripts_.end());
}

void Certify::finish(const evidence::SigningKey* key, std::time_t now) {
  add_scripts();
  // The order of the catalogue, whatever the order in which cards lay there.
  std::map<std::string, std::size_t> order;
  for (const conformance::CasePtr& one : catalogue_.cases) order.emplace(one->id, order.size() + 1);
  std::stable_sort(result_.cases.begin(), result_.cases.end(),
                   [&](const CaseResult& a, const CaseResult& b) {
                     if (is_script(a) || is_script(b)) return !is_script(a) && is_script(b);
                     return order[a.id] < order[b.id];
                   });
  result_.environment = evidence::this_environment();
  result_.ended_at = local_time(now);
  keep();  // until the bundle is whole
  std::error_code ignored;
  fs::remove(fs::path(settings_.out) / std::string(evidence::kTraceFolder), ignored);  // if empty
  evidence::BundleInput input;
  input.claims = settings_.claims_text;
  input.bench = conformance::to_yaml(settings_.desks.bench);
  input.seen =
      evidence::load_seen_elsewhere(settings_.data_folder + "/conformance/seen_elsewhere.yaml");
  evidence::write_bundle(settings_.out, result_, input, key, now);
  fs::remove(fs::path(settings_.out) / std::string(evidence::kPartialName), ignored);
}

}  // namespace uketsuke::certify
