#include "harness/bind/device_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "harness/run/find.h"
#include "harness/verdict/format.h"

namespace uketsuke::bind {
namespace {

// A name of letters and digits; two devices never have the same.
std::string file_name(const std::string& text) {
  std::string name = "uketsuke-";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += plain ? std::string(1, c) : fmt::format("_{:02x}", static_cast<unsigned char>(c));
  }
  return name.substr(0, 200) + ".lock";
}

std::string folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::error_code error;
  if (runtime != nullptr && std::filesystem::is_directory(runtime, error)) return runtime;
  const auto temporary = std::filesystem::temp_directory_path(error);
  return error ? std::string(".") : temporary.string();
}

}  // namespace

DeviceLock::DeviceLock(const Bindings& bindings) {
  if (bindings.reader.is_model() || bindings.reader.kind == "exec") return;
  const std::string path =
      folder() + "/" + file_name(fmt::format("{}-{}", ::getuid(), bindings.reader.text()));
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) {
    throw run::RunError(
        run::RunError::Kind::kEnvironment,
        verdict::say("{} を開けません：{}", "cannot open {}: {}", path, std::strerror(errno)));
  }
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) {
    owner_ = ::getpid();
    const std::string pid = fmt::format("{}\n", owner_);
    if (::ftruncate(fd_, 0) != 0 ||
        ::pwrite(fd_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
      return;  // the number is for messages only
    }
    return;
  }
  char owner[32] = {};
  const ssize_t size = ::pread(fd_, owner, sizeof owner - 1, 0);
  ::close(fd_);
  std::string pid(owner, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  if (pid == std::to_string(::getpid())) {
    throw run::RunError(
        run::RunError::Kind::kEnvironment,
        verdict::say("{} はこのプログラムの別のベンチが使用中です。先にそれを終えてください"
                     "（finish()、with の終わり）",
                     "{} is in use by another bench of this program; end that one first (finish(), "
                     "the end of `with`)",
                     bindings.reader.text()));
  }
  throw run::RunError(
      run::RunError::Kind::kEnvironment,
      verdict::say("{} は別の uketsuke（プロセス {}）が使用中です。終わるのを待ってください",
                   "{} is in use by another uketsuke (process {}); wait until it has ended",
                   bindings.reader.text(), pid));
}

DeviceLock::~DeviceLock() {
  if (fd_ < 0) return;
  // Who was forked has the same open file: closing it here alone would leave it locked.
  if (owner_ == ::getpid()) ::flock(fd_, LOCK_UN);
  ::close(fd_);
}

}  // namespace uketsuke::bind
