// Core dumps and a talkative pcscd while a real card is bound.
#include "sim/gateway/real_card_process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

using namespace uketsuke;
namespace fs = std::filesystem;

namespace {

// A proc file system of our own.
struct Proc {
  Proc() {
    std::string pattern = (fs::temp_directory_path() / "uketsuke_proc_XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    root = pattern;
  }
  ~Proc() { fs::remove_all(root); }
  void process(const std::string& pid, const std::vector<std::string>& arguments,
               const std::vector<std::string>& environment = {}) const {
    fs::create_directories(root / pid);
    write(root / pid / "cmdline", arguments);
    write(root / pid / "environ", environment);
  }
  static void write(const fs::path& path, const std::vector<std::string>& strings) {
    std::ofstream file(path, std::ios::binary);
    for (const std::string& string : strings) file << string << '\0';
  }
  std::vector<gateway::Warning> warnings() const {
    return gateway::pcscd_log_warnings(root.string());
  }
  fs::path root;
};

// Of one pcscd with these arguments: the options that are named.
std::string named(const std::vector<std::string>& arguments,
                  const std::vector<std::string>& environment = {}) {
  const Proc proc;
  std::vector<std::string> all = {"/usr/sbin/pcscd"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  proc.process("4711", all, environment);
  std::string found;
  for (const gateway::Warning& warning : proc.warnings()) {
    BOOST_TEST(warning.ja.find("4711") != std::string::npos);
    BOOST_TEST(warning.en.find("4711") != std::string::npos);
    for (const auto* what : {"--apdu", "--debug", "LIBCCID_ifdLogLevel"}) {
      if (warning.en.find(what) == std::string::npos) continue;
      BOOST_TEST(warning.ja.find(what) != std::string::npos);
      found += (found.empty() ? "" : " ") + std::string(what);
    }
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(real_card_process)

// pcscd(8).
BOOST_AUTO_TEST_CASE(every_spelling_of_the_options_that_log_is_seen) {
  BOOST_TEST(named({"--foreground", "--apdu"}) == "--apdu");
  BOOST_TEST(named({"-a"}) == "--apdu");
  BOOST_TEST(named({"-fa"}) == "--apdu");
  BOOST_TEST(named({"--ap"}) == "--apdu");
  BOOST_TEST(named({"--debug"}) == "--debug");
  BOOST_TEST(named({"-fda"}) == "--apdu --debug");
}

BOOST_AUTO_TEST_CASE(other_options_and_their_arguments_are_no_ground_for_a_warning) {
  BOOST_TEST(named({}) == "");
  BOOST_TEST(named({"--foreground", "--auto-exit", "--disable-polkit"}) == "");
  BOOST_TEST(named({"-f", "-x", "-c", "/etc/a/d"}) == "");
  BOOST_TEST(named({"-c/etc/data", "-t", "-a"}) == "");
  BOOST_TEST(named({"--config", "--apdu"}) == "");
  BOOST_TEST(named({"-c", "x", "-a"}) == "--apdu");
}

BOOST_AUTO_TEST_CASE(the_log_level_of_the_driver_counts_if_it_has_the_bit_of_the_communication) {
  BOOST_TEST(named({}, {"PATH=/bin", "LIBCCID_ifdLogLevel=0x000F"}) == "LIBCCID_ifdLogLevel");
  BOOST_TEST(named({}, {"LIBCCID_ifdLogLevel=4"}) == "LIBCCID_ifdLogLevel");
  BOOST_TEST(named({}, {"LIBCCID_ifdLogLevel=3"}) == "");
  BOOST_TEST(named({}, {"LIBCCID_ifdLogLevel="}) == "");
}

BOOST_AUTO_TEST_CASE(other_programs_and_what_cannot_be_read_do_not_matter) {
  const Proc proc;
  proc.process("1", {"/sbin/init", "--apdu"});
  proc.process("2", {});
  proc.process("self", {"pcscd", "--apdu"});
  fs::create_directories(proc.root / "3");
  BOOST_TEST(proc.warnings().empty());
  proc.process("20", {"pcscd", "--apdu"});
  fs::remove(proc.root / "20" / "environ");
  BOOST_TEST(proc.warnings().size() == 1U);
  BOOST_TEST(gateway::pcscd_log_warnings("/nowhere/at/all").empty());
}

BOOST_AUTO_TEST_CASE(a_process_that_forbade_core_dumps_leaves_none) {
  const pid_t child = fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {  // the limit cannot be raised again: not in the tests' own process
    const bool quiet = gateway::forbid_core_dumps().empty();
    rlimit limit{1, 1};
    getrlimit(RLIMIT_CORE, &limit);
    const bool none = limit.rlim_cur == 0 && limit.rlim_max == 0;
    _exit(quiet && none && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
  }
  int status = -1;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

BOOST_AUTO_TEST_SUITE_END()
