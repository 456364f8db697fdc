#include "sim/gateway/real_card_process.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace uketsuke::gateway {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRead = 1 << 20;  // of a file of proc
// libccid's debug levels (its README, LIBCCID_ifdLogLevel): 1 critical, 2 info, 4 what is exchanged
// with the reader, 8 periodic.
constexpr unsigned long kLogsData = 0x0004;

// Strings that end with 00, as in cmdline and environ. Unreadable: empty.
std::vector<std::string> strings_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string all(kMostRead, '\0');
  file.read(all.data(), static_cast<std::streamsize>(all.size()));
  all.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  std::vector<std::string> found;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\0', at), all.size());
    found.push_back(all.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Short options that take an argument: what follows in the same word, or the next one, is no option
// (pcscd(8): -c, -t, -s, -r).
constexpr std::string_view kWithArgument = "ctsr";
constexpr std::string_view kLongWithArgument[] = {
    "--config", "--max-thread", "--max-card-handle-per-thread", "--max-card-handle-per-reader"};

// getopt_long takes any beginning of a long option, and short ones together ("-fa").
bool has_option(std::string_view word, char short_name, std::string_view long_name) {
  if (word.substr(0, 2) == "--") {
    const std::string_view name = word.substr(2);
    return !name.empty() && long_name.substr(0, name.size()) == name;
  }
  if (word.empty() || word[0] != '-') return false;
  const std::string_view letters = word.substr(1, word.find_first_of(kWithArgument, 1));
  return letters.find(short_name) != std::string_view::npos;
}

bool next_is_its_argument(std::string_view word) {
  if (word.substr(0, 2) == "--")
    return std::find(std::begin(kLongWithArgument), std::end(kLongWithArgument), word) !=
           std::end(kLongWithArgument);
  const std::size_t at = word.find_first_of(kWithArgument, 1);
  return word.size() > 1 && word[0] == '-' && at == word.size() - 1;
}

Warning writes_apdus(const std::string& pid) {
  return {fmt::format("pcscd（プロセス{}）が --apdu で動いており、APDUがログに残ります。"
                      "外して起動し直してください",
                      pid),
          fmt::format("pcscd (process {}) runs with --apdu and writes APDUs into its log; start it "
                      "again without",
                      pid)};
}

Warning may_write_data(const std::string& pid) {
  return {
      fmt::format("pcscd（プロセス{}）が --debug で動いています。"
                  "リーダーのドライバが通信をログに残すことがあります。外して起動し直してください",
                  pid),
      fmt::format("pcscd (process {}) runs with --debug; the driver of the reader may write "
                  "what is exchanged into its log; start it again without",
                  pid)};
}

Warning driver_writes_data(const std::string& pid) {
  return {fmt::format("pcscd（プロセス{}）の環境変数 LIBCCID_ifdLogLevel により、"
                      "カードとの通信がログに残ります。外して起動し直してください",
                      pid),
          fmt::format("pcscd (process {}) runs with LIBCCID_ifdLogLevel, which writes what is "
                      "exchanged with the card into its log; start it again without",
                      pid)};
}

void check(const std::string& pid, const std::vector<std::string>& arguments,
           const std::vector<std::string>& environment, std::vector<Warning>& warnings) {
  bool apdus = false, debug = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    apdus = apdus || has_option(arguments[i], 'a', "apdu");
    debug = debug || has_option(arguments[i], 'd', "debug");
    if (next_is_its_argument(arguments[i])) ++i;
  }
  if (apdus) warnings.push_back(writes_apdus(pid));
  if (debug) warnings.push_back(may_write_data(pid));
  constexpr std::string_view kVariable = "LIBCCID_ifdLogLevel=";
  for (const std::string& line : environment) {
    if (line.compare(0, kVariable.size(), kVariable) != 0) continue;
    // As libccid reads it: decimal, hexadecimal or octal.
    const unsigned long level = std::strtoul(line.c_str() + kVariable.size(), nullptr, 0);
    if ((level & kLogsData) != 0) warnings.push_back(driver_writes_data(pid));
  }
}

Warning refused_by_system(std::string_view call, int error) {
  return {fmt::format("コアダンプを禁止できません（{}：{}）", call, std::strerror(error)),
          fmt::format("core dumps cannot be forbidden ({}: {})", call, std::strerror(error))};
}

}  // namespace

std::vector<Warning> forbid_core_dumps() {
  std::vector<Warning> warnings;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    warnings.push_back(refused_by_system("prctl PR_SET_DUMPABLE", errno));
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0)
    warnings.push_back(refused_by_system("setrlimit RLIMIT_CORE", errno));
  return warnings;
}

std::vector<Warning> pcscd_log_warnings(const std::string& proc) {
  std::vector<Warning> warnings;
  std::vector<fs::path> processes;
  std::error_code error;
  for (fs::directory_iterator it(proc, error), end; !error && it != end; it.increment(error)) {
    if (is_number(it->path().filename().string())) processes.push_back(it->path());
  }
  std::sort(processes.begin(), processes.end());
  for (const fs::path& process : processes) {
    const std::vector<std::string> arguments = strings_of(process / "cmdline");
    if (arguments.empty() || fs::path(arguments[0]).filename() != "pcscd") continue;
    check(process.filename().string(), arguments, strings_of(process / "environ"), warnings);
  }
  return warnings;
}

}  // namespace uketsuke::gateway
