#include "harness/evidence/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using conformance::CaseOutcome;
using conformance::Finding;
using verdict::say;

// What somebody has to know of a case to tell it from another run of the same.
std::vector<Text> told_of(const CaseResult& one) {
  std::vector<Text> all;
  for (const auto& finding : one.findings) {
    Text text = say("{}：期待 {}、実際 {}", "{}: expected {}, got {}", finding.rule,
                    finding.expected, finding.got);
    if (!finding.got_hex.empty()) text = text + Text(" [" + finding.got_hex + "]");
    all.push_back(text);
  }
  if (!one.reason.empty()) all.push_back(one.reason);
  if (!one.not_applicable.empty()) all.push_back(one.not_applicable);
  for (const auto& warning : one.warnings) all.push_back(Text("警告：", "warning: ") + warning);
  return all;
}

bool deviates(CaseOutcome outcome) {
  return outcome == CaseOutcome::kFail || outcome == CaseOutcome::kWaived;
}

bool is_good(CaseOutcome outcome) {
  return outcome == CaseOutcome::kPass || outcome == CaseOutcome::kPassWithWarning;
}

Change change_of(const CaseChange& one) {
  if (!one.before) return Change::kNew;
  if (!one.after) return Change::kGone;
  if (!deviates(*one.before) && deviates(*one.after)) return Change::kNewFail;
  if (deviates(*one.before) && is_good(*one.after)) return Change::kFixed;
  const bool same = *one.before == *one.after && one.findings_before == one.findings_after;
  return same ? Change::kSame : Change::kChanged;
}

std::vector<IdentityChange> identity_changes(const Record& before, const Record& after) {
  std::vector<IdentityChange> all;
  const auto add = [&](Text what, const std::string& left, const std::string& right) {
    if (left != right) all.push_back({std::move(what), left, right});
  };
  const auto ids = [](const CertifyResult& run) {
    return fmt::format("{:04x}:{:04x}", run.reader.vendor_id, run.reader.product_id);
  };
  const auto version = [](const CertifyResult& run) {
    return fmt::format("{:04x}", run.reader.bcd_device);
  };
  const auto& a = before.result;
  const auto& b = after.result;
  add({"リーダー", "reader"}, ids(a), ids(b));
  add({"bcdDevice", "bcdDevice"}, version(a), version(b));
  add({"製造番号", "serial number"}, a.reader.serial, b.reader.serial);
  add({"製造者", "manufacturer"}, a.reader.manufacturer, b.reader.manufacturer);
  add({"製品", "product"}, a.reader.product, b.reader.product);
  add({"接続", "route"}, a.reader.route, b.reader.route);
  add({"試験項目表", "catalogue"}, a.catalogue.digest, b.catalogue.digest);
  add({"版", "tool"}, a.tool_version, b.tool_version);
  add({"申告", "claims"}, a.claims_digest, b.claims_digest);
  add({"試験環境", "bench"}, a.bench_digest, b.bench_digest);
  add({"OS", "OS"}, a.environment.os, b.environment.os);
  add({"カーネル", "kernel"}, a.environment.kernel, b.environment.kernel);
  return all;
}

}  // namespace

std::string_view to_string(Change change) {
  switch (change) {
    case Change::kSame:
      return "same";
    case Change::kChanged:
      return "changed";
    case Change::kFixed:
      return "fixed";
    case Change::kNewFail:
      return "new-fail";
    case Change::kNew:
      return "new";
    case Change::kGone:
      return "gone";
  }
  return "?";
}

Text describe(Change change) {
  switch (change) {
    case Change::kSame:
      return {"同じ", "same"};
    case Change::kChanged:
      return {"変化", "changed"};
    case Change::kFixed:
      return {"解消", "fixed"};
    case Change::kNewFail:
      return {"新たな逸脱", "new deviation"};
    case Change::kNew:
      return {"追加", "new"};
    case Change::kGone:
      return {"消失", "gone"};
  }
  return "?";
}

std::size_t BundleComparison::count(Change change) const {
  return static_cast<std::size_t>(std::count_if(
      cases.begin(), cases.end(), [&](const CaseChange& one) { return one.change == change; }));
}

bool BundleComparison::differs() const { return count(Change::kSame) != cases.size(); }

BundleComparison compare(const Record& before, const Record& after) {
  BundleComparison comparison;
  comparison.identity = identity_changes(before, after);
  comparison.conclusion_before = before.result.conclusion_text;
  comparison.conclusion_after = after.result.conclusion_text;
  std::map<std::string, std::size_t> places;
  for (const auto* one : last_attempts(before.result)) {
    places[one->id] = comparison.cases.size();
    auto& change = comparison.cases.emplace_back();
    change.id = one->id;
    change.title = one->title;
    change.before = outcome_in(before.result, *one);
    change.findings_before = told_of(*one);
  }
  for (const auto* one : last_attempts(after.result)) {
    const auto [place, is_new] = places.emplace(one->id, comparison.cases.size());
    if (is_new) comparison.cases.emplace_back();
    auto& change = comparison.cases[place->second];
    change.id = one->id;
    change.title = one->title;
    change.after = outcome_in(after.result, *one);
    change.findings_after = told_of(*one);
  }
  for (auto& one : comparison.cases) one.change = change_of(one);
  return comparison;
}

}  // namespace uketsuke::evidence
