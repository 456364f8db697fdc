// The reports of a run: results.json, junit.xml, report.html, written from a stream of results.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/result.h"
#include "harness/verdict/summary.h"

namespace uketsuke::report {

// Where bytes go; write() throws ReportError (atomic_file.h) when they cannot.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::string_view bytes) = 0;
};

class StringSink final : public Sink {
 public:
  void write(std::string_view bytes) override { text_.append(bytes); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// All results in their order; may be walked more than once.
class ResultSource {
 public:
  using Visitor = std::function<void(const verdict::ScenarioResult&)>;
  virtual ~ResultSource() = default;
  virtual void for_each(const Visitor& visit) const = 0;
};

class VectorSource final : public ResultSource {
 public:
  explicit VectorSource(const std::vector<verdict::ScenarioResult>& results) : results_(results) {}
  void for_each(const Visitor& visit) const override {
    for (const auto& result : results_) visit(result);
  }

 private:
  const std::vector<verdict::ScenarioResult>& results_;
};

struct RunInfo {
  std::string version;     // of uketsuke
  std::string started_at;  // "2026-01-31T12:00:00Z"
  std::uint64_t random_seed = 0;
  std::uint32_t jobs = 0;
  std::uint32_t repeat = 1;
  std::uint64_t wall_us = 0;
  std::vector<std::string> paths;  // as given
  std::vector<std::string> tags;
  std::vector<std::string> only;
  std::vector<verdict::Text> statements;  // in place of statements(), if there are any
  verdict::Language language = verdict::Language::kBoth;  // of report.html
};

// What every report says about itself: a record, not an approval; our model, not the ministry's.
const std::vector<verdict::Text>& statements();

// What every report, bundle and signature of `certify` begins with.
struct CertifyWords {
  std::string catalogue_digest;  // SHA-256 in hex
  std::uint32_t catalogue_cases = 0;
  std::vector<std::string> assumptions;  // "A-29"
  std::string route;             // how the reader was reached, "model:face_reader"
  std::string signer;            // whose key; empty: unsigned
  bool is_public = false;        // traces and names were left out
};
std::vector<verdict::Text> certify_statements(const CertifyWords& words);

// The JSON Schema of results.json (scenarios/schema/results.schema.json).
std::string_view results_schema();

void write_json(const RunInfo& info, const verdict::Summary& summary, const ResultSource& results,
                Sink& sink);
void write_junit(const RunInfo& info, const verdict::Summary& summary, const ResultSource& results,
                 Sink& sink);
void write_html(const RunInfo& info, const verdict::Summary& summary, const ResultSource& results,
                Sink& sink);

// The line of a result on a terminal: verdict, name, title, real time. Without its end; at most
// `columns` wide (0: whatever it takes).
std::string headline(const verdict::ScenarioResult& result, verdict::Language language,
                     std::size_t columns = 0);

// What a failed or otherwise unpassed result prints on a terminal: expectation, observation, last
// messages on the wire. Several lines, each ended.
std::string explain(const verdict::ScenarioResult& result, verdict::Language language);

}  // namespace uketsuke::report
