#include "harness/evidence/bundle_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "harness/evidence/record.h"
#include "harness/report/atomic_file.h"
#include "harness/report/text.h"
#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using verdict::say;

constexpr std::size_t kMaxNameBytes = 200;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

bool is_safe_part(std::string_view part) {
  if (part.empty() || part == "." || part == "..") return false;
  return std::all_of(part.begin(), part.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || std::strchr("._-#", c) != nullptr);
  });
}

Text because(int error) {
  if (error == ELOOP || error == ENOTDIR) {
    return {"シンボリックリンクか、フォルダーでないものを通る名前です",
            "a symbolic link, or its path leads through one"};
  }
  if (error == ENOENT) return {"ファイルがありません", "the file is missing"};
  const std::string reason = std::strerror(error);
  return say("読めません（{}）", "cannot be read ({})", reason);
}

// Entries of one folder, without "." and "..".
std::vector<std::string> entries_of(int folder_fd, std::size_t most, bool& too_many) {
  std::vector<std::string> names;
  Descriptor copy(::openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (copy.get() < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(copy.get()), ::closedir);
  if (!folder) return names;
  copy.release();
  while (const auto* entry = ::readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    too_many = names.size() >= most;
    if (too_many) break;
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

bool is_safe_name(std::string_view name) {
  if (name.size() > kMaxNameBytes) return false;
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return is_safe_part(name);
  return is_safe_part(name.substr(0, slash)) && is_safe_part(name.substr(slash + 1));
}

void refuse_in_bundle(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(fs::absolute(path), ignored);
  for (fs::path at = whole; !at.empty() && at != at.parent_path(); at = at.parent_path()) {
    if (!fs::exists(at / kManifestName, ignored) || !fs::exists(at / kResultsName, ignored))
      continue;
    throw report::ReportError(
        report::ReportError::Kind::kUsage,
        say("{} はバンドルの中です。加えるとバンドルが壊れます。別の場所を指定してください",
            "{} is inside a bundle, which anything that is added spoils: name another place",
            path));
  }
}

BundleFolder::BundleFolder(const std::string& path) : path_(path) {
  fd_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd_ < 0 && errno == ENOTDIR) {
    throw report::ReportError(
        report::ReportError::Kind::kEnvironment,
        say("{} はフォルダーではありません（バンドルは certify --out のフォルダー、結果は run や"
            " pytest のフォルダーです）",
            "{} is no folder (a bundle is the folder of certify --out, results are that of run or "
            "pytest)",
            path));
  }
  if (fd_ < 0) report::throw_errno({"バンドルを開けません", "cannot open bundle"}, path, errno);
}

BundleFolder::~BundleFolder() { ::close(fd_); }

std::vector<std::string> BundleFolder::list(std::vector<Problem>& problems) const {
  std::vector<std::string> files;
  bool too_many = false;
  const auto look_at = [&](int folder_fd, const std::string& before, const std::string& name) {
    const std::string full = before + name;
    struct stat status {};
    if (::fstatat(folder_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
    if (S_ISDIR(status.st_mode) && before.empty()) return true;
    if (S_ISREG(status.st_mode)) {
      files.push_back(full);
    } else {
      problems.push_back({report::cut(full, report::kNameColumns),
                          {"ふつうのファイルではありません（リンク、深いフォルダーなど）",
                           "no plain file (a link, a folder too deep, ...)"}});
    }
    return false;
  };
  for (const auto& name : entries_of(fd_, kMaxFiles, too_many)) {
    if (!look_at(fd_, "", name)) continue;
    const Descriptor inner(
        ::openat(fd_, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const auto names = entries_of(inner.get(), kMaxFiles, too_many);
    for (const auto& below : names) look_at(inner.get(), name + "/", below);
    if (names.empty()) {
      problems.push_back({report::cut(name, report::kNameColumns),
                          {"空のフォルダーか、読めないフォルダーです",
                           "an empty folder, or one that cannot be read"}});
    }
    if (files.size() > kMaxFiles) break;
  }
  if (too_many || files.size() > kMaxFiles) {
    problems.push_back({"", say("ファイルが {} 個を超えます", "more than {} files", kMaxFiles)});
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<std::string> BundleFolder::read(std::string_view name, Text& why,
                                              std::uint64_t most) const {
  if (!is_safe_name(name)) {
    why = {"バンドルの中のファイル名ではありません", "no name of a file of a bundle"};
    return std::nullopt;
  }
  constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  constexpr int kFileFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const auto slash = name.find('/');
  const bool is_below = slash != std::string_view::npos;
  const Descriptor folder(
      is_below ? ::openat(fd_, std::string(name.substr(0, slash)).c_str(), kFolderFlags) : -1);
  const int from = is_below ? folder.get() : fd_;
  const std::string last(is_below ? name.substr(slash + 1) : name);
  const Descriptor file(from < 0 ? -1 : ::openat(from, last.c_str(), kFileFlags));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    why = because(errno);
    return std::nullopt;
  }
  if (!S_ISREG(status.st_mode)) {
    why = {"ふつうのファイルではありません", "no plain file"};
    return std::nullopt;
  }
  std::string bytes;
  char buffer[64 * 1024];
  for (;;) {
    const auto count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      why = because(errno);
      return std::nullopt;
    }
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
    if (bytes.size() > most) {
      why = say("{} バイトを超えます", "larger than {} bytes", most);
      return std::nullopt;
    }
  }
}

}  // namespace uketsuke::evidence
