// A worker seen from the parent: the process, its pipes, its death.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "harness/run/codec.h"

namespace uketsuke::run {

// The file descriptors of a worker: work comes in on 3, results go out on 4. 0 is /dev/null; what
// it prints (1 and 2) is read by the parent.
constexpr int kWorkerInFd = 3;
constexpr int kWorkerOutFd = 4;
// And how far the run is: a file of eight bytes that both map.
constexpr int kWorkerProgressFd = 5;

// The number behind a descriptor of that kind; nullptr if it cannot be mapped.
std::atomic<std::uint64_t>* map_progress(int fd);
void unmap_progress(const std::atomic<std::uint64_t>* progress);

class WorkerProcess {
 public:
  // Throws RunError if it cannot be started.
  explicit WorkerProcess(const std::vector<std::string>& command);
  ~WorkerProcess();  // ends the process if it is still there, and waits for it
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  int in_fd() const { return in_fd_; }    // to write work to; -1 once closed
  int out_fd() const { return out_fd_; }  // to read results from
  int text_fd() const { return text_fd_; }

  void send(const Message& message) { append_frame(unsent_, message); }
  bool has_unsent() const { return !unsent_.empty(); }
  void write_unsent();  // as much as fits; a worker that is gone is noticed when reading
  void close_in();

  // What is there now goes into frames() and is kept of its text; false: the results ended.
  bool read_results();
  bool has_results() const;  // more to read just now
  std::string read_text();   // what it printed since the last call
  FrameReader& frames() { return frames_; }
  const std::string& last_text() const { return last_text_; }  // at most the last 2 KiB

  void signal(int number);
  std::uint64_t progress() const;  // as the worker says it; 0: nothing
  bool reap();                     // true once the process has ended; does not wait
  void kill_and_reap();
  // After reap(): "ended by signal 11 (Segmentation fault)", "exited with code 3".
  verdict::Text how_it_ended() const;

 private:
  pid_t pid_ = -1;
  int in_fd_ = -1;
  int out_fd_ = -1;
  int text_fd_ = -1;
  int status_ = 0;
  bool ended_ = false;
  const std::atomic<std::uint64_t>* progress_ = nullptr;
  std::string unsent_;
  FrameReader frames_;
  std::string last_text_;
};

}  // namespace uketsuke::run
