// A command line, parsed.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/cli/conformance_command.h"
#include "harness/run/runner.h"

namespace uketsuke::cli {

struct RunCommand {
  std::vector<std::string> paths;
  std::string bench;               // bench file; empty: none
  std::vector<std::string> binds;  // ROLE=WHAT
  std::string out;  // empty: a new folder
  run::RunConfig config;
};
struct RegressCommand {
  std::vector<std::string> paths;  // empty: all
  std::string release;
  bool accept = false;
  std::string out;
  std::string today;  // YYYY-MM-DD; empty: the wall clock's
  run::RunConfig config;
};
struct SweepCommand {
  std::vector<std::string> paths;
  run::Filters filters;
  std::string faults;  // empty: the plan that is shipped
  std::string out;     // empty: a new folder
  std::uint64_t seed = 1;
  unsigned jobs = 1;
  bool in_process = false;
};
struct ExploreCommand {
  std::string model = "all";  // or "p3", "p4", "p5"
  std::string out;            // empty: a new folder
  std::uint64_t seed = 1;
  std::uint64_t runs = 10'000;  // of each model
  unsigned jobs = 1;
};
struct ServeCommand {
  std::optional<std::string> usbip;  // ADDR:PORT, or empty: the default
  std::string hands;                 // [ADDR:]PORT; empty: none
  std::vector<std::string> readers;  // profiles; "face" is face_reader; empty: that one
  std::vector<std::string> cards{"hanako"};  // at hand
  std::string place;                 // this one lies on the first reader from the beginning
  std::string journal;               // file; empty: none
  double speed = 1;
  std::optional<std::string> vpcd;      // HOST:PORT, or empty: the default
  std::vector<std::string> vpcd_cards;  // empty: hanako
  bool maker_ids = false;  // profiles with ids of makers, too
};
struct ReadersCommand {
  std::vector<std::string> usbip;  // servers, HOST[:PORT]
  bool all = false, json = false;
};
struct DoctorCommand {
  std::string device;  // VID:PID; empty: none is named
  bool json = false;
  std::string root;  // in front of every path that is looked at (for tests); empty: the real system
};
struct IdentifyCommand {
  std::string bench;
  std::vector<std::string> binds;
  std::string holder = "hanako";  // whom the card stands for in scenarios
  double seconds = 120;           // for the card to be placed
};
struct MonitorCommand {
  std::string bench;
  std::vector<std::string> binds;
  double seconds = 0;  // 0: until Ctrl-C
};
struct CheckCommand {
  std::vector<std::string> paths;
};
struct ListCommand {
  std::vector<std::string> paths;
  run::Filters filters;
};
struct StepsCommand {};
struct SchemaCommand {
  std::string of = "scenario";  // or "results", "certify"
};
struct NewCommand {
  std::string name;
};

using Command =
    std::variant<RunCommand, CheckCommand, ListCommand, StepsCommand, SchemaCommand, NewCommand,
                 RegressCommand, SweepCommand, ExploreCommand, ServeCommand, DoctorCommand,
                 ReadersCommand, IdentifyCommand, MonitorCommand, ConformanceCommand>;

struct ParsedLine {
  verdict::Language language = verdict::Language::kEnglish;
  verdict::Language report_language = verdict::Language::kBoth;  // unless --lang names one
  std::optional<Command> command;  // none: print `text` and exit with `exit_code`
  std::string text;
  int exit_code = 0;
};

ParsedLine parse(int argc, char** argv);

}  // namespace uketsuke::cli
