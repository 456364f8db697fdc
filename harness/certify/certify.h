// One run of `uketsuke certify`: what will be done, doing it case by case, and the bundle. What was
// done so far is on the disk after each case, so that a run that broke off goes on where it was.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "harness/certify/desks.h"
#include "harness/conformance/certify_result.h"
#include "harness/conformance/plan.h"
#include "harness/conformance/rule_file.h"
#include "harness/evidence/signing_key.h"

namespace uketsuke::certify {

struct Settings {
  std::string data_folder;
  Desks desks;
  std::string claims_text;          // bytes of claims.yaml
  conformance::Claims claims;
  std::vector<std::string> only;    // ids or families; empty: all
  std::string waivers;              // file; empty: none
  std::string today;                // "2026-01-31", for waivers
  std::string out;                  // folder
  bool resume = false, rerun_failed = false;
};

struct Events {
  std::function<void(std::size_t done, std::size_t of, const conformance::Case& next)> on_begin;
  std::function<void(const conformance::CaseResult&)> on_result;
  const std::atomic<int>* stop = nullptr;  // above 0: after this case no other begins
};

class Certify {
 public:
  // Reads the catalogue and the reader's descriptors. Throws yaml::Error, std::runtime_error (a
  // reader that cannot be read, a name that nothing has), gateway::RouteBroken.
  explicit Certify(Settings settings);

  const conformance::Plan& plan() const { return plan_; }
  const conformance::Subject& subject() const { return subject_; }
  const conformance::CertifyResult& result() const { return result_; }
  // Opens the folder; with resume or rerun_failed reads what lies there. Throws
  // report::ReportError.
  void open();
  // Runs what is to be run.
  void run(const Events& events);
  // Writes the bundle. Not after an interruption.
  void finish(const evidence::SigningKey* key, std::time_t now);

 private:
  bool done(const std::string& id) const;
  void execute(const conformance::Case& of, std::uint32_t attempt, const Events& events);
  conformance::CaseResult by_kind(const conformance::Case& of, std::string& trace);
  void complete(conformance::CaseResult& result) const;
  void check_claims(const Events& events);
  void add_not_applicable();
  void keep() const;
  void write(const std::string& name, const std::string& bytes) const;
  void identify();
  void estimate();

  Settings settings_;
  conformance::Catalogue catalogue_;
  conformance::RuleBook rules_;
  conformance::Subject subject_;
  conformance::Plan plan_;
  conformance::CertifyResult result_;
  std::string identity_trace_;
};

}  // namespace uketsuke::certify
