#include "harness/report/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace uketsuke::report {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string temporary_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto name = slash == std::string::npos ? path : path.substr(slash + 1);
  return folder_of(path) + "/." + name + ".tmp-" + std::to_string(::getpid());
}

}  // namespace

void throw_errno(const verdict::Text& what, const std::string& path, int error) {
  const std::string reason = std::strerror(error);
  throw ReportError(ReportError::Kind::kEnvironment, {path + "：" + what.ja + "（" + reason + "）",
                                                      what.en + " " + path + ": " + reason});
}

AtomicFile::AtomicFile(std::string path, Existing existing)
    : path_(std::move(path)), temporary_(temporary_of(path_)), existing_(existing) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  fd_ = ::open(temporary_.c_str(), kFlags, 0666);
  if (fd_ < 0 && errno == EEXIST) {  // left by a process of this number that was killed
    ::unlink(temporary_.c_str());
    fd_ = ::open(temporary_.c_str(), kFlags, 0666);
  }
  if (fd_ < 0) throw_errno({"作成できません", "cannot create"}, path_, errno);
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  buffer_.append(bytes);
  if (buffer_.size() >= kBufferBytes) flush();
}

void AtomicFile::flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const auto count = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno({"書き込めません", "cannot write"}, path_, errno);
    done += static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

void AtomicFile::sync() {
  flush();
  if (::fsync(fd_) != 0 && errno != EINVAL && errno != EROFS) {
    throw_errno({"書き込めません", "cannot write"}, path_, errno);
  }
}

void AtomicFile::commit() {
  sync();
  if (existing_ == Existing::kRefuse) {
    // link() is the rename that does not replace.
    if (::link(temporary_.c_str(), path_.c_str()) != 0) {
      throw_errno({"作成できません", "cannot create"}, path_, errno);
    }
    ::unlink(temporary_.c_str());
  } else if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw_errno({"作成できません", "cannot create"}, path_, errno);
  }
  ::close(fd_);
  fd_ = -1;
  const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);  // not every file system can; the file itself is safe
    ::close(folder);
  }
}

void write_reports(const OutFolder& folder, const RunInfo& info, const verdict::Summary& summary,
                   const ResultSource& results) {
  using Writer = void (*)(const RunInfo&, const verdict::Summary&, const ResultSource&, Sink&);
  const std::pair<std::string_view, Writer> reports[] = {
      {kJsonName, write_json}, {kJunitName, write_junit}, {kHtmlName, write_html}};
  std::vector<std::unique_ptr<AtomicFile>> files;
  for (const auto& [name, writer] : reports) {
    files.push_back(std::make_unique<AtomicFile>(folder.file(name)));
    writer(info, summary, results, *files.back());
    files.back()->sync();
  }
  for (const auto& file : files) file->commit();
}

}  // namespace uketsuke::report
