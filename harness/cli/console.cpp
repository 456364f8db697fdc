#include "harness/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace uketsuke::cli {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr std::string_view kEraseLine = "\r\x1b[K";

// 0, or the errno of the failure.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

Console::Console(verdict::Language language, verdict::Language report_language)
    : language_(language), report_language_(report_language),
      is_terminal_(::isatty(STDOUT_FILENO) == 1) {}

Console::~Console() {
  status("");
  flush();
}

std::size_t Console::width() const {
  winsize size{};
  const bool known = is_terminal_ && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known ? size.ws_col : 0;
}

void Console::print(std::string_view text) {
  if (closed_) return;
  if (has_status_) status("");
  buffer_.append(text);
  if (is_terminal_ || buffer_.size() >= kBufferBytes) flush();
}

void Console::line(const verdict::Text& text) { print(in_language(text, language_) + "\n"); }

void Console::error(const verdict::Text& text) {
  raw_error("uketsuke: " + in_language(text, language_) + "\n");
}

void Console::raw_error(std::string_view text) {
  status("");
  flush();
  write_all(STDERR_FILENO, text);  // nobody is left to tell if this fails
}

void Console::status(const std::string& text) {
  if (!is_terminal_ || (text.empty() && !has_status_)) return;
  has_status_ = !text.empty();
  buffer_.append(kEraseLine).append(text);
  flush();
}

void Console::flush() {
  const int error = closed_ ? 0 : write_all(STDOUT_FILENO, buffer_);
  buffer_.clear();
  if (error == 0) return;
  closed_ = true;
  if (error == EPIPE) return;
  failed_ = true;
  const std::string reason = std::strerror(error);
  const verdict::Text text{"標準出力に書き込めません（" + reason + "）",
                           "cannot write to standard output: " + reason};
  write_all(STDERR_FILENO, "uketsuke: " + in_language(text, language_) + "\n");
}

}  // namespace uketsuke::cli
