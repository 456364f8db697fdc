#include "harness/input/input_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/verdict/format.h"

namespace uketsuke::input {
namespace {

using verdict::say;
using verdict::Text;

constexpr std::size_t kPartBytes = 64 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Text cannot_be_read(int error) {
  return say("ファイルを読めません（{}）", "the file cannot be read ({})", std::strerror(error));
}

// Why nothing is read of what has this status; empty: it is a file.
Text no_file(const std::string& path, const struct stat& status) {
  if (S_ISREG(status.st_mode)) return {};
  if (S_ISDIR(status.st_mode)) {
    if (::access(path.c_str(), R_OK | X_OK) != 0)
      return {"フォルダーを読めません", "the folder cannot be read"};
    return {"ファイルではなくフォルダーです", "this is a directory, not a file"};
  }
  return S_ISFIFO(status.st_mode)
             ? Text("通常のファイルではありません（パイプ）。ファイルに保存して指定してください",
                    "this is not a regular file (a pipe): save it into a file and name that")
             : Text("通常のファイルではありません（デバイスなど）",
                    "this is not a regular file (a device or the like)");
}

std::optional<std::string> read_all(int fd, std::size_t most, Text& why) {
  std::string bytes;
  char part[kPartBytes];
  for (;;) {
    const ssize_t got = ::read(fd, part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      why = cannot_be_read(errno);
      return std::nullopt;
    }
    if (got == 0) return bytes;
    bytes.append(part, static_cast<std::size_t>(got));
    if (bytes.size() <= most) continue;
    why = say("ファイルが {} バイトより大きい", "larger than {} bytes", most);
    return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> read_file(const std::string& path, std::size_t most, Text& why) {
  struct stat status {};
  // To open a device may do something to it, and a pipe waits: neither is opened.
  if (::stat(path.c_str(), &status) != 0) {
    why = errno == ENOENT || errno == ENOTDIR
              ? Text("ファイルがありません", "no such file")
              : say("たどれません（{}）", "cannot be reached: {}", std::strerror(errno));
    return std::nullopt;
  }
  why = no_file(path, status);
  if (!why.empty()) return std::nullopt;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    why = cannot_be_read(errno);
    return std::nullopt;
  }
  why = no_file(path, status);
  if (!why.empty()) return std::nullopt;
  return read_all(file.get(), most, why);
}

std::optional<std::string> read_file_or_stdin(const std::string& path, std::size_t most,
                                              Text& why) {
  return path == kStandardInput ? read_all(STDIN_FILENO, most, why) : read_file(path, most, why);
}

std::optional<std::string> read_file_or_pipe(const std::string& path, std::size_t most,
                                             Text& why) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISFIFO(status.st_mode))
    return read_file(path, most, why);
  const Descriptor pipe(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  pollfd watched{pipe.get(), POLLIN, 0};
  if (pipe.get() < 0 || ::poll(&watched, 1, kPipeSeconds * 1000) <= 0) {
    why = say("{} 秒たってもパイプから何も来ません", "nothing came through the pipe within {} s",
              kPipeSeconds);
    return std::nullopt;
  }
  ::fcntl(pipe.get(), F_SETFL, 0);  // whoever has begun goes on to the end
  return read_all(pipe.get(), most, why);
}

}  // namespace uketsuke::input
