#include "harness/conformance/recompute.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "harness/bench/assets.h"
#include "harness/conformance/claims_file.h"
#include "harness/conformance/enumerate.h"
#include "harness/conformance/execute.h"
#include "harness/conformance/pcsc/execute_pcsc.h"
#include "harness/conformance/reception_rows.h"
#include "harness/conformance/rule_file.h"
#include "harness/conformance/subject.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

constexpr const char* kIdentity = "traces/identity.jsonl";

Subject subject_of(const RecordedRun& run) {
  const Claims claims = load_claims_text(run.claims, "claims.yaml");
  const Facts bench = bench_record(run.bench, "bench.yaml").facts;
  const auto usb = bench.find("usb");
  if (usb != bench.end() && usb->second == Value(false)) return make_subject(claims, bench);
  const auto identity = run.trace(kIdentity);
  if (!identity)
    throw TraceMismatch({"リーダーの識別の記録がない", "there is no trace of the identification"});
  Replay replay(*identity);
  const auto desk = replay.next_desk();
  const Enumerated found = identify(*desk);
  if (!found.problem.empty()) throw TraceMismatch(found.problem);
  DescriptorFacts descriptors = read_descriptors(found.bytes);
  for (const auto& [name, value] : facts_of(descriptors)) {
    if (bench.count(name) == 0) continue;  // a bench tells nothing that descriptors tell
    throw TraceMismatch(say("bench.yaml：{} は記述子の値", "bench.yaml: {} is what descriptors tell",
                            name));
  }
  return make_subject(std::move(descriptors), claims, bench);
}

// What two results have to agree in.
bool same_findings(const CaseResult& a, const CaseResult& b) {
  const auto key = [](const Finding& f) {
    return std::tie(f.step, f.line, f.rule, f.expected.en, f.got.en, f.got_hex, f.trace_line,
                    f.warning);
  };
  return std::equal(a.findings.begin(), a.findings.end(), b.findings.begin(), b.findings.end(),
                    [&](const Finding& x, const Finding& y) { return key(x) == key(y); });
}

// `title`, `rules`: of the case, as the catalogue has them.
Recomputed compared(const CaseResult& recorded, const CaseResult& again, const Text& title,
                    const std::vector<std::string>& rules, const RuleBook& book) {
  Recomputed one{recorded.id, recorded.attempt, Recomputed::Is::kSame, {}};
  if (recorded.rules != rules || recorded.mandatory != is_mandatory(rules, book) ||
      recorded.title != title) {
    one.is = Recomputed::Is::kDiffers;
    one.why = {"題名、規則、または必須かどうかがカタログと違う",
               "its title, its rules or whether it is mandatory are not those of the catalogue"};
    return one;
  }
  if (recorded.verdict != again.verdict ||
      recorded.not_applicable.empty() != again.not_applicable.empty()) {
    one.is = Recomputed::Is::kDiffers;
    one.why = say("記録は {}、計算し直すと {}", "recorded {}, computed again {}",
                  describe(outcome_of(recorded)), describe(outcome_of(again)));
  } else if (!same_findings(recorded, again)) {
    one.is = Recomputed::Is::kDiffers;
    one.why = {"逸脱の内容が記録と違う", "the findings differ from those recorded"};
  }
  return one;
}

CaseResult again(const Case& of, const Subject& subject, const std::string& trace, bool& masked) {
  if (!of.scenarios.empty() && !trace.empty()) return recompute_reception(of, trace);
  if (!of.pcsc.empty() && !trace.empty()) return recompute_pcsc(of, subject.facts, trace);
  if (trace.empty()) {
    CaseResult result;  // nothing was done: it has to be because the case does not apply
    result.not_applicable = why_not(of, subject);
    seal(result);
    return result;
  }
  Replay replay(trace);
  masked = replay.masked();
  Trace ignored;
  CaseResult result = execute(
      of, subject, [&](const Case*) { return replay.next_desk(); }, ignored);
  if (!replay.finished() && !masked)
    throw TraceMismatch({"記録がケースより長い", "the trace goes on after the case"});
  return result;
}

// What the record is held against.
struct Reference {
  Catalogue catalogue;
  RuleBook rules;
  Subject subject;
};

Recomputed recomputed(const CaseResult& recorded, const Reference& known, const RecordedRun& run) {
  const Subject& subject = known.subject;
  Recomputed one{recorded.id, recorded.attempt, Recomputed::Is::kNotRecomputable, {}};
  if (recorded.id == kClaimsCase) {
    const CaseResult again = judge_claims(load_claims_text(run.claims, "claims.yaml"), subject);
    return compared(recorded, again, again.title, again.rules, known.rules);
  }
  if (is_script(recorded)) {
    one.why = {"スクリプトの証言による", "attested by script"};
    const bool marked = !recorded.attested_by.empty() &&
                        (recorded.attested_by[0] + ":").rfind(kScript, 0) == 0;
    if (marked && recorded.mandatory == is_mandatory(recorded.rules, known.rules)) return one;
    one.is = Recomputed::Is::kDiffers;
    one.why = {"スクリプトのケースの印、または必須かどうかが規則と違う",
               "a script's case that is not marked as one, or not as mandatory as its rules"};
    return one;
  }
  const Case* of = known.catalogue.find(recorded.id);
  if (of == nullptr) {
    if (recorded.attested_by.empty()) one.is = Recomputed::Is::kDiffers;
    one.why = {"カタログの項目ではない", "it is no case of the catalogue"};
    return one;
  }
  if (!of->pcsc.empty() && recorded.trace.empty() && !is_not_applicable(recorded)) {
    one.why = {"PC/SC の記録がない", "there is no record of PC/SC"};
    return one;
  }
  std::string trace;
  if (!recorded.trace.empty()) {
    const auto kept = run.trace(recorded.trace);
    if (!kept) {
      one.why = {"記録がない（公開版など）", "there is no trace (a public copy has none)"};
      return one;
    }
    trace = *kept;
  }
  bool masked = false;
  try {
    one = compared(recorded, again(*of, subject, trace, masked), of->title, of->rules,
                   known.rules);
  } catch (const TraceMismatch& mismatch) {
    one.is = Recomputed::Is::kDiffers;
    one.why = mismatch.text();
  }
  if (recorded.verdict == Verdict::kError && one.is == Recomputed::Is::kDiffers) {
    one.is = Recomputed::Is::kNotRecomputable;  // it counts as an error whatever the trace holds
    one.why = {"試験環境の誤りで終わった", "it ended with an error of the bench"};
  }
  // A model's card is never hidden.
  const std::string& route = run.result->reader.route;
  const bool ours = route.rfind("model:", 0) == 0 || route.rfind("mutant:", 0) == 0;
  if (masked && !ours && one.is == Recomputed::Is::kDiffers) {
    one.is = Recomputed::Is::kNotRecomputable;
    one.why = {"実物のカードの応答は保存しない", "what a real card answered is not kept"};
  }
  return one;
}

std::vector<Recomputed> none(const RecordedRun& run, const Text& why) {
  std::vector<Recomputed> all;
  for (const CaseResult& one : run.result->cases)
    all.push_back({one.id, one.attempt, Recomputed::Is::kNotRecomputable, why});
  return all;
}

// Claims, bench and the trace of the identification belong to every full bundle: without them
// nothing can be said of the verdicts, and that is a defect.
std::vector<Recomputed> damaged(const RecordedRun& run, const Text& why) {
  std::vector<Recomputed> all = none(run, why);
  all.insert(all.begin(), {kIdentityEntry, 1, Recomputed::Is::kDiffers, why});
  return all;
}

// The reader of the record is the one whose descriptors were read.
bool same_reader(const ReaderIdentity& said, const DescriptorFacts& descriptors) {
  const ReaderIdentity real = identity_of(descriptors);
  return !descriptors.device ||
         std::tie(said.vendor_id, said.product_id, said.bcd_device, said.serial,
                  said.manufacturer, said.product) ==
             std::tie(real.vendor_id, real.product_id, real.bcd_device, real.serial,
                      real.manufacturer, real.product);
}

}  // namespace

std::vector<Recomputed> recompute(const RecordedRun& run) {
  if (run.is_public) {
    return none(run, {"公開用の写しには通信記録も申告もない（元のバンドルなら計算できる）",
                      "a public copy has neither traces nor claims (verify the full bundle)"});
  }
  Reference known;
  try {
    const std::string data = bench::find_data_folder("");
    known.catalogue = load_catalogue(data);
    if (known.catalogue.digest != run.result->catalogue.digest) {
      return none(run, say("この版のカタログは {}、記録は {}",
                           "the catalogue of this version is {}, that of the record {}",
                           known.catalogue.digest.substr(0, 12),
                           run.result->catalogue.digest.substr(0, 12)));
    }
    known.rules = load_rules(data + "/requirements");
  } catch (const yaml::Error& error) {
    return none(run, to_text(error.problems().front()));
  } catch (const std::exception& error) {
    return none(run, Text(error.what()));
  }
  try {
    known.subject = subject_of(run);
  } catch (const TraceMismatch& mismatch) {
    return damaged(run, mismatch.text());
  } catch (const yaml::Error& error) {
    return damaged(run, to_text(error.problems().front()));
  } catch (const std::exception& error) {
    return damaged(run, Text(error.what()));
  }
  std::vector<Recomputed> all;
  if (run.result->catalogue.cases != known.catalogue.cases.size()) {
    all.push_back({kIdentityEntry, 1, Recomputed::Is::kDiffers,
                   say("カタログは {} 項目", "the catalogue has {} cases",
                       known.catalogue.cases.size())});
  }
  if (!same_reader(run.result->reader, known.subject.descriptors)) {
    all.push_back({kIdentityEntry, 1, Recomputed::Is::kDiffers,
                   {"記述子の記録と違うリーダー", "another reader than its descriptors say"}});
  }
  for (const CaseResult& one : run.result->cases) all.push_back(recomputed(one, known, run));
  return all;
}

}  // namespace uketsuke::conformance
