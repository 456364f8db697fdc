// Results as they arrive, put into the order of the list.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/run/codec.h"
#include "harness/run/runner.h"
#include "harness/run/same_id.h"
#include "harness/run/store.h"

namespace uketsuke::run {

class Collector {
 public:
  Collector(std::size_t items, ResultStore& store, const RunEvents& events)
      : items_(items), store_(store), events_(events) {}

  // The first total counts; a file that changes while it runs cannot change it.
  void set_total(std::uint32_t item, std::uint32_t count);
  bool knows_total(std::uint32_t item) const { return items_[item].known; }
  std::uint32_t total(std::uint32_t item) const { return items_[item].total; }
  bool has(std::uint32_t item, std::uint32_t ordinal) const;

  // A result that nobody asked for, or a second one, is dropped.
  void put(std::uint32_t item, std::uint32_t ordinal, std::string_view encoded);
  void put(std::uint32_t item, std::uint32_t ordinal, const verdict::ScenarioResult& result) {
    put(item, ordinal, encode(result));
  }

  // Passes on what is next in order.
  void advance();
  // Passes on everything that is there, over the gaps, and counts the files with gaps as not run.
  void finish();

  std::uint64_t files_done() const { return files_done_; }
  verdict::Summary& summary() { return summary_; }

 private:
  struct Item {
    std::vector<ResultStore::Record> results;
    std::uint32_t total = 0;
    std::uint32_t present = 0;
    bool known = false;
  };
  void pass_on(ResultStore::Record record);

  std::vector<Item> items_;
  ResultStore& store_;
  const RunEvents& events_;
  verdict::Summary summary_;
  SameIds ids_;
  std::size_t item_ = 0;  // the next to be passed on
  std::uint32_t ordinal_ = 0;
  std::uint64_t files_done_ = 0;
};

}  // namespace uketsuke::run
