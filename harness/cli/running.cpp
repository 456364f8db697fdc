#include "harness/cli/running.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>

#include "harness/campaign/regress/regress_files.h"
#include "harness/run/find.h"
#include "harness/run/this_program.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

std::atomic<int> g_stop{0};  // how often somebody asked the run to end
static_assert(std::atomic<int>::is_always_lock_free);

std::atomic<int> g_patience{2};

void on_stop(int number) {
  if (g_stop.fetch_add(1) < g_patience) return;
  ::signal(number, SIG_DFL);
  ::raise(number);  // workers go when the run does
}

std::string time_text(const char* format, const std::tm& time) {
  char text[64];
  std::strftime(text, sizeof text, format, &time);
  return text;
}

std::string utc_text(const char* format, std::time_t now) {
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  return time_text(format, utc);
}

}  // namespace

StopSignals::StopSignals(int patience) {
  g_patience = patience;
  g_stop = 0;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    struct sigaction action {};
    action.sa_handler = on_stop;  // without SA_RESTART: what waits is to notice
    ::sigaction(kSignals[i], &action, &before_[i]);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], &before_[i], nullptr);
  }
}

const std::atomic<int>* StopSignals::counter() const { return &g_stop; }

std::time_t wall_clock() {
  std::time_t now = std::time(nullptr);
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (epoch == nullptr || *epoch == '\0') return now;
  const std::string_view text = epoch;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), now);
  constexpr std::time_t kYear10000 = 253'402'300'800;
  if (error != std::errc() || end != text.data() + text.size() || now < 0 || now >= kYear10000) {
    throw run::RunError(run::RunError::Kind::kUsage,
                        verdict::say("SOURCE_DATE_EPOCH：{} は秒数ではありません",
                                     "SOURCE_DATE_EPOCH: {} is no number of seconds", text));
  }
  return now;
}

std::time_t time_of_day(const std::string& day) {
  std::tm parts{};
  const char* end = campaign::is_day(day) ? ::strptime(day.c_str(), "%Y-%m-%d", &parts) : nullptr;
  if (end == nullptr) {
    throw run::RunError(run::RunError::Kind::kUsage,
                        verdict::say("{}：日付ではありません（YYYY-MM-DD）",
                                     "{}: not a day (YYYY-MM-DD)", yaml::shortened(day)));
  }
  parts.tm_hour = 12;
  return ::timegm(&parts);
}

std::string local_stamp(std::time_t now) {
  std::tm local{};
  ::localtime_r(&now, &local);
  return time_text("%Y%m%d-%H%M%S", local);
}

std::string utc_stamp(std::time_t now) { return utc_text("%Y-%m-%dT%H:%M:%SZ", now); }
std::string utc_day(std::time_t now) { return utc_text("%Y-%m-%d", now); }

std::string program_name() {
  if (!run::this_program().name.empty()) return run::this_program().name;
  std::ifstream arguments("/proc/self/cmdline", std::ios::binary);
  std::string name;
  std::getline(arguments, name, '\0');
  return name.empty() ? "uketsuke" : name;
}

report::RunInfo info_of(const run::RunConfig& config, const std::vector<std::string>& paths,
                        std::time_t now) {
  report::RunInfo info;
  info.version = UKETSUKE_VERSION;
  info.started_at = utc_stamp(now);
  info.random_seed = config.options.random_seed;
  info.jobs = config.jobs;
  info.repeat = config.repeat;
  info.paths = paths;
  info.tags = config.options.filters.tags;
  info.only = config.options.filters.only;
  return info;
}

void check_release(const std::string& release, run::Executor& executor) {
  auto known = executor.releases();
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  if (known.empty() || std::find(known.begin(), known.end(), release) != known.end()) return;
  std::string names;
  for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
  throw run::RunError(run::RunError::Kind::kUsage,
                      {"リリース " + release + " はありません（" + names + "）",
                       "no release " + release + "; there are " + names});
}

}  // namespace uketsuke::cli
