#include "harness/campaign/executor.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "harness/campaign/regress_record.h"

namespace uketsuke::campaign {

bench::BenchExecutor::AtEnd CampaignExecutor::watch(const scenario::Scenario& scenario,
                                                    const run::Options& options,
                                                    bench::RunSettings& settings) {
  const auto wanted = options.extra.find("behaviour");
  if (wanted == options.extra.end() || options.out_dir.empty()) return {};
  auto recorder = std::make_shared<Recorder>(scenario, assets().catalog);
  recorder->attach(settings);
  const std::string out_dir = options.out_dir;
  return [recorder, out_dir](const verdict::ScenarioResult& result) {
    Baseline one;
    one.release = result.release;
    one.rows.push_back(recorder->take(result));
    one.words = std::move(one.rows.front().words);
    const std::string path = behaviour_file(out_dir, one.rows.front().name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream file(path, std::ios::binary);
    file << write_baseline(one);
    if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
  };
}

std::string behaviour_file(const std::string& out_dir, const std::string& row_name) {
  // FNV-1a: a row's name may hold anything and be of any length.
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : row_name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  return fmt::format("{}/behaviour/{:016x}.txt", out_dir, hash);
}

}  // namespace uketsuke::campaign
