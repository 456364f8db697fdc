// Results on disk: encoded, in the order in which they arrived, with a list of where they are in
// the order of the run. Memory stays at a few bytes a result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/report/report.h"

namespace uketsuke::run {

class ResultStore final : public report::ResultSource {
 public:
  struct Record {
    std::uint64_t offset = 0;
    std::uint32_t length = 0;  // 0: there is none
  };

  // The file has no name: it is gone when the process is. Throws RunError.
  explicit ResultStore(const std::string& folder);
  ~ResultStore() override;
  ResultStore(const ResultStore&) = delete;
  ResultStore& operator=(const ResultStore&) = delete;

  // What the disk does not take stays in memory, and problem() says why: the run is to end soon.
  Record append(std::string_view encoded);
  const std::optional<verdict::Text>& problem() const { return problem_; }
  verdict::ScenarioResult read(Record record) const;  // throws RunError
  void append_to_order(Record record) { order_.push_back(record); }
  std::size_t size() const { return order_.size(); }

  void for_each(const Visitor& visit) const override;  // in the order of append_to_order()

 private:
  void flush();
  std::optional<verdict::Text> problem_;

  int fd_ = -1;
  std::uint64_t flushed_ = 0;  // bytes in the file; those after it are in pending_
  std::string pending_;
  std::vector<Record> order_;
  mutable std::string scratch_;
};

}  // namespace uketsuke::run
