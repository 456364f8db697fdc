// Files below a root, as text: what the parts of look.h share.
#pragma once

#include <string>
#include <vector>

namespace uketsuke::doctor {

class TreeReader {
 public:
  explicit TreeReader(std::string root) : root_(std::move(root)) {}

  // All or the first kMostBytes of it, without the line end of a single line; "" if there is none.
  std::string text(const std::string& path) const;
  int number(const std::string& path, int base = 10) const;  // 0 if it is none
  std::vector<std::string> lines(const std::string& path) const;
  // Parts that end with a zero byte, as in /proc/PID/cmdline.
  std::vector<std::string> strings(const std::string& path) const;
  bool exists(const std::string& path) const;
  std::string link(const std::string& path) const;      // target of a symbolic link; ""
  std::vector<std::string> names(const std::string& folder) const;  // sorted
  std::string on_disk(const std::string& path) const { return root_ + path; }
  bool is_real() const { return root_.empty(); }

 private:
  static constexpr std::size_t kMostBytes = 1U << 20;
  std::string bytes(const std::string& path) const;
  std::string root_;
};

}  // namespace uketsuke::doctor
