// A program of somebody else's on pipes: its standard input, output and error output. It gets its
// own process group, which ends with it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/gateway/file_descriptor.h"

namespace uketsuke::gateway {

class ChildProcess {
 public:
  static constexpr std::size_t kKeptErrors = 4096;  // bytes of the error output, the last ones

  // keep_errors: false with a real card bound; the error output is then read and forgotten.
  explicit ChildProcess(bool keep_errors) : keep_errors_(keep_errors) {}
  ~ChildProcess() { stop(0, 0); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // argv[0] without '/' is looked for in PATH. The answer is errno; 0: it runs. Nothing of ours is
  // open in it but the three pipes; its signals are as a shell would give them.
  int start(const std::vector<std::string>& argv);

  int in_fd() const { return in_.get(); }        // to its standard input; non-blocking
  int out_fd() const { return out_.get(); }      // from its standard output; non-blocking
  int errors_fd() const { return errors_.get(); }  // from its error output; non-blocking
  void read_errors();
  // What of it was kept, on one line, without control characters; "" if none.
  std::string errors() const;

  bool ended();  // does not wait
  // Closes its input and waits `grace_ms` for it to end by itself; then SIGTERM to its group and
  // `term_ms`; then SIGKILL, which also finds what the program itself has started.
  void stop(int grace_ms, int term_ms);
  // After ended() or stop(): "exit code 3", "signal 9"; killed: by stop().
  struct End { bool by_signal = false; int number = 0; bool killed = false; };
  std::optional<End> end() const { return end_; }

 private:
  bool wait_ended(int limit_ms);

  bool keep_errors_;
  pid_t pid_ = -1;
  bool reaped_ = true;
  bool killed_ = false;
  FileDescriptor in_, out_, errors_;
  std::string kept_;
  std::optional<End> end_;
};

}  // namespace uketsuke::gateway
