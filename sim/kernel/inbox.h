// What reaches the kernel's thread from other threads: work to be done there, in order of arrival.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace uketsuke::kernel {

class Inbox {
 public:
  using Work = std::function<void()>;

  Inbox();  // throws std::system_error if the system has no descriptor left
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Any thread; never waits for the kernel.
  void post(Work work);
  // What comes from now on, and what waits, is dropped: the world is about to go.
  void close();
  // Readable while something waits.
  int fd() const { return fd_; }
  bool waiting();
  // The kernel's thread: does everything that was posted so far. False: there was nothing.
  bool drain();

 private:
  int fd_;
  std::mutex mutex_;
  std::vector<Work> waiting_;
  bool closed_ = false;
};

}  // namespace uketsuke::kernel
