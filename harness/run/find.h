// Finding scenario files: paths of the command line to a list of files.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "harness/run/executor.h"

namespace uketsuke::run {

// The one exception of this layer: what a user can do something about, in both languages.
class RunError : public std::runtime_error {
 public:
  enum class Kind {
    kUsage,        // the command line is wrong: exit code 5
    kEnvironment,  // disk, permissions, processes: exit code 4
  };
  RunError(Kind kind, verdict::Text text)
      : std::runtime_error(text.en), kind_(kind), text_(std::move(text)) {}
  Kind kind() const { return kind_; }
  const verdict::Text& text() const { return text_; }

 private:
  Kind kind_;
  verdict::Text text_;
};

// A file is taken as it is; a folder gives every *.yaml and *.yml below it, hidden files and
// folders left out, links to folders not followed, sorted by bytes of the path. The same file
// named twice is taken once, at its first place. Paths stay as they were given (relative stays
// relative). A folder that cannot be read stands in the list itself, so that whoever loads it says
// so and the others are taken. Throws RunError: kUsage for a path that does not exist or is neither
// file nor folder, kEnvironment for one that cannot be looked at.
std::vector<std::string> find_files(const std::vector<std::string>& paths);

// The same as Selected entries with kEveryVariant.
std::vector<Selected> find_scenarios(const std::vector<std::string>& paths);

// Whether a scenario passes the filters: it has every tag asked for, and its id is one of `only`
// or matches a shell pattern there. For Executor::expand().
bool passes(const Filters& filters, const std::string& id, const std::vector<std::string>& tags);

}  // namespace uketsuke::run
