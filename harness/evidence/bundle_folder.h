// The folder of a bundle as it may come from anybody: read file by file within limits, never
// through a symbolic link and never outside the folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/verdict.h"

namespace uketsuke::evidence {

using verdict::Text;

constexpr std::size_t kMaxFiles = 5'000;
constexpr std::uint64_t kMaxFileBytes = 64ULL << 20U;
constexpr std::uint64_t kMaxTotalBytes = 1ULL << 30U;

// What is wrong with which file.
struct Problem {
  std::string file;  // relative to the bundle; empty: the bundle as a whole
  Text what;
};

// "results.json", "traces/MSG-04.jsonl": one or two parts of letters, digits, '.', '_', '-' and
// '#', none of which is "." or "..", at most 200 characters.
bool is_safe_name(std::string_view name);

// A file or folder that is added to a bundle spoils it. Throws report::ReportError (usage) if
// `path`, which need not be there, is in one.
void refuse_in_bundle(const std::string& path);

class BundleFolder {
 public:
  // Throws report::ReportError (environment): not there, no folder, not readable.
  explicit BundleFolder(const std::string& path);
  ~BundleFolder();
  BundleFolder(const BundleFolder&) = delete;
  BundleFolder& operator=(const BundleFolder&) = delete;

  const std::string& path() const { return path_; }
  // Names of all files in it, sorted. What is no plain file, or lies deeper than one folder, is a
  // problem and not listed; so is everything above kMaxFiles.
  std::vector<std::string> list(std::vector<Problem>& problems) const;
  // The bytes of a plain file; none with `why` filled: not there, a link, too large, unreadable.
  std::optional<std::string> read(std::string_view name, Text& why,
                                  std::uint64_t most = kMaxFileBytes) const;

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace uketsuke::evidence
