// One run of `uketsuke certify`: what will be done, doing it case by case, and the bundle. What was
// done so far is on the disk after each case, so that a run that broke off goes on where it was.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/certify/desks.h"
#include "harness/certify/folder.h"
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
  std::string scripts;              // folder with results of Python cases; empty: none
  std::string today;                // "2026-01-31", for waivers
  std::string out;                  // folder
  bool resume = false, rerun_failed = false;
};

struct Events {
  std::function<void(std::size_t done, std::size_t of, const conformance::Case& next)> on_begin;
  std::function<void(const conformance::CaseResult&)> on_result;
  // Above 0: no other case begins, and a bound one ends at once.
  const std::atomic<int>* stop = nullptr;
};

class Certify {
 public:
  // Reads the catalogue and the reader's descriptors. Throws yaml::Error, std::runtime_error (a
  // reader that cannot be read, a name that nothing has), gateway::RouteBroken.
  explicit Certify(Settings settings);

  const conformance::Plan& plan() const { return plan_; }
  const conformance::Subject& subject() const { return subject_; }
  const conformance::CertifyResult& result() const { return result_; }
  // Opens and locks the folder; with resume or rerun_failed reads what lies there. From then on
  // what was done is on the disk, whenever the program is ended. Throws report::ReportError.
  void open();
  // Reads what lies in the folder, as open() does with resume or rerun_failed, and nothing more:
  // for a plan of what is left. Throws report::ReportError.
  void look_back();
  // Of a run that goes on: what is left to be done; in the order of the plan.
  conformance::Plan rest() const;
  // Nothing deviated that could be run again, and nothing is added: the bundle, which is whole and
  // may be signed, stays as it is.
  bool has_nothing_to_do() const;
  // Cases of scripts that finish() adds, each judged already.
  const std::vector<conformance::CaseResult>& scripts() const { return scripts_; }
  // How many cases have a result already: of the run that goes on.
  std::size_t done_before() const { return done_before_; }
  // Runs what is to be run. A case during which somebody asked to stop has no result.
  void run(const Events& events);
  // Why the run ended early: after an error of the bench the reader could not be reached any more.
  const verdict::Text& gone() const { return gone_; }
  // Writes the bundle. Not after an interruption.
  void finish(const evidence::SigningKey* key, std::time_t now);

 private:
  void go_on();
  void check_same_run(const conformance::CertifyResult& old) const;
  void need_folder() const;
  std::vector<std::pair<std::string, std::uint32_t>> to_run_again() const;
  void run_again(const Events& events);
  bool done(const std::string& id) const;
  void execute(const conformance::Case& of, std::uint32_t attempt, const Events& events);
  bool is_stopped(const Events& events) const;
  bool is_planned(const std::string& id) const;
  void look_for_reader();
  conformance::CaseResult by_kind(const conformance::Case& of, std::string& trace);
  void complete(conformance::CaseResult& result) const;
  void check_claims(const Events& events);
  void add_scripts();
  void add_not_applicable();
  void keep();
  void write(const std::string& name, const std::string& bytes) const;
  void identify();
  void estimate();

  Settings settings_;
  conformance::Catalogue catalogue_;
  conformance::RuleBook rules_;
  std::vector<conformance::CaseResult> scripts_;
  conformance::Subject subject_;
  conformance::Plan plan_;
  conformance::CertifyResult result_;
  std::string identity_trace_;
  std::unique_ptr<const Folder> folder_;
  std::size_t done_before_ = 0;
  verdict::Text gone_;
  bool again_ = false;  // what deviated is run again
  bool whole_ = false;  // and a bundle lies there, which no run has begun to change
  // Attempts of the run before, of what is run again; of others none.
  std::map<std::string, std::uint32_t> attempts_before_;
  std::chrono::steady_clock::time_point kept_at_{};
};

}  // namespace uketsuke::certify
