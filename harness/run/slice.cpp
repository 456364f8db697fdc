#include "harness/run/slice.h"

#include <chrono>
#include <exception>

#include "harness/run/stopped.h"

namespace uketsuke::run {
namespace {

using verdict::ScenarioResult;
using verdict::Verdict;
using Clock = std::chrono::steady_clock;

std::string stem(const std::string& path) {
  const auto slash = path.rfind('/');
  auto name = slash == std::string::npos ? path : path.substr(slash + 1);
  const auto dot = name.rfind('.');
  if (dot != std::string::npos && dot != 0) name.resize(dot);
  return name;
}

verdict::Text text_of(const std::exception& error) {
  const std::string what = error.what();
  return {"内部エラー：" + what, "internal error: " + what};
}

ScenarioResult run_one(Executor& executor, const Selected& selected, const Options& options) {
  const auto start = Clock::now();
  ScenarioResult result;
  try {
    result = executor.execute(selected.path, selected.variant, options);
  } catch (const Stopped&) {
    throw;
  } catch (const std::exception& error) {
    result = result_without_run(selected, options.repetition, options.random_seed, Verdict::kError,
                                text_of(error));
  }
  const auto wall = Clock::now() - start;
  result.wall_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(wall).count());
  result.repetition = options.repetition;
  result.random_seed = options.random_seed;
  if (result.id.empty()) result.id = selected.id.empty() ? stem(selected.path) : selected.id;
  if (result.file.empty()) result.file = selected.path;
  if (result.variant.empty()) result.variant = selected.variant_name;
  verdict::seal(result);
  return result;
}

}  // namespace

verdict::Text describe_progress(std::uint64_t progress) {
  const auto step = std::to_string(progress >> 32U);
  const auto line = std::to_string(progress & 0xFFFF'FFFFU);
  if (progress == 0) return {};
  return {"手順 " + step + "（" + line + " 行目）で", " at step " + step + " (line " + line + ")"};
}

ScenarioResult result_without_run(const Selected& selected, std::uint32_t repetition,
                                  std::uint64_t random_seed, Verdict verdict,
                                  verdict::Text reason) {
  ScenarioResult result;
  result.id = selected.id.empty() ? stem(selected.path) : selected.id;
  result.file = selected.path;
  result.line = selected.line;
  result.title = selected.title;
  result.variant = selected.variant_name;
  result.repetition = repetition;
  result.random_seed = random_seed;
  result.verdict = verdict;
  result.reason = std::move(reason);
  return result;
}

bool run_slice(Executor& executor, const Slice& slice, const Config& config,
               const SliceEvents& events) {
  std::vector<Selected> variants;
  try {
    variants = slice.selected.variant == kEveryVariant
                   ? executor.expand(slice.selected.path, config.options.filters)
                   : std::vector<Selected>{slice.selected};
  } catch (const std::exception& error) {
    if (slice.first == 0) events.on_total(1);
    events.on_start(slice.first, slice.selected);
    return events.on_result(slice.first,
                            result_without_run(slice.selected, 0, config.options.random_seed,
                                               Verdict::kError, text_of(error)));
  }
  const auto repeat = config.repeat;
  const auto count = static_cast<std::uint32_t>(variants.size()) * repeat;
  events.on_total(count);
  auto options = config.options;
  for (auto ordinal = slice.first; ordinal < count && ordinal - slice.first < slice.limit;
       ++ordinal) {
    const auto& selected = variants[ordinal / repeat];
    options.repetition = ordinal % repeat;
    options.random_seed = config.options.random_seed + options.repetition;
    events.on_start(ordinal, selected);
    if (!events.on_result(ordinal, run_one(executor, selected, options))) return false;
  }
  return true;
}

}  // namespace uketsuke::run
