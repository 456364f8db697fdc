#include "sim/kernel/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace uketsuke::kernel {

Inbox::Inbox() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Inbox::~Inbox() { ::close(fd_); }

void Inbox::post(Work work) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closed_) return;
  waiting_.push_back(std::move(work));
  // Readable already if something waited before.
  if (waiting_.size() == 1) ::eventfd_write(fd_, 1);
}

void Inbox::close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  waiting_.clear();
}

bool Inbox::waiting() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !waiting_.empty();
}

bool Inbox::drain() {
  std::vector<Work> work;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_.empty()) return false;
    eventfd_t count = 0;
    ::eventfd_read(fd_, &count);
    work.swap(waiting_);
  }
  for (const Work& item : work) item();
  return true;
}

}  // namespace uketsuke::kernel
