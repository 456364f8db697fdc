// The folder that a run of `certify` writes into: one run at a time, and what a run that was killed
// left there.
#pragma once

#include <string>

namespace uketsuke::certify {

class Folder {
 public:
  // Makes the folder with its parents, locks it for as long as this lives, and takes away files
  // that were being written when a run was killed. Throws report::ReportError: kUsage if there is
  // a file of that name, kEnvironment if it cannot be made or another run has it.
  explicit Folder(const std::string& path);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  bool is_empty() const;

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace uketsuke::certify
