#include "harness/run/collector.h"

namespace uketsuke::run {

void Collector::set_total(std::uint32_t item, std::uint32_t count) {
  auto& entry = items_[item];
  if (entry.known) return;
  entry.known = true;
  entry.total = count;
  entry.results.resize(count);
  if (count == 0) ++files_done_;
}

bool Collector::has(std::uint32_t item, std::uint32_t ordinal) const {
  const auto& entry = items_[item];
  return ordinal < entry.results.size() && entry.results[ordinal].length != 0;
}

void Collector::put(std::uint32_t item, std::uint32_t ordinal, std::string_view encoded) {
  auto& entry = items_[item];
  if (ordinal >= entry.results.size() || has(item, ordinal)) return;
  entry.results[ordinal] = store_.append(encoded);
  if (++entry.present == entry.total) ++files_done_;
}

void Collector::pass_on(ResultStore::Record record) {
  auto result = store_.read(record);
  const bool was_loaded = result.verdict != verdict::Verdict::kError || result.steps_planned != 0;
  auto same = was_loaded ? ids_.add(result.id, result.file) : std::nullopt;
  if (same) {
    result.warnings.push_back(std::move(*same));
    record = store_.append(encode(result));
  }
  store_.append_to_order(record);
  summary_.add(result);
  if (events_.on_result) events_.on_result(result);
}

void Collector::advance() {
  while (item_ < items_.size()) {
    auto& entry = items_[item_];
    while (ordinal_ < entry.results.size() && entry.results[ordinal_].length != 0) {
      pass_on(entry.results[ordinal_++]);
    }
    if (!entry.known || ordinal_ < entry.total) return;
    entry.results = {};
    ++item_;
    ordinal_ = 0;
  }
}

void Collector::finish() {
  for (; item_ < items_.size(); ++item_, ordinal_ = 0) {
    const auto& entry = items_[item_];
    for (; ordinal_ < entry.results.size(); ++ordinal_) {
      if (entry.results[ordinal_].length != 0) pass_on(entry.results[ordinal_]);
    }
    if (!entry.known || entry.present < entry.total) ++summary_.not_run;
  }
}

}  // namespace uketsuke::run
