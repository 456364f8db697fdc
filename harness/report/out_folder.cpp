#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "harness/report/atomic_file.h"

namespace uketsuke::report {
namespace {

namespace fs = std::filesystem;
using Kind = ReportError::Kind;

constexpr std::string_view kMarkerText =
    "Results of a run of uketsuke. This folder may be written again by a later run.\n"
    "uketsuke の実行結果です。このフォルダーは次の実行で上書きされることがあります。\n";

// A folder named after the time of the run; the next free one if there is one already.
std::string make_default(const std::string& stamp) {
  const std::string parent = "uketsuke-out";
  std::error_code error;
  fs::create_directories(parent, error);
  if (error)
    throw_errno({"フォルダーを作成できません", "cannot create folder"}, parent, error.value());
  for (int number = 1; number < 10'000; ++number) {
    auto path = parent + "/" + stamp + (number == 1 ? "" : "-" + std::to_string(number));
    if (::mkdir(path.c_str(), 0777) == 0) return path;
    if (errno != EEXIST) {
      throw_errno({"フォルダーを作成できません", "cannot create folder"}, path, errno);
    }
  }
  throw_errno({"フォルダーを作成できません", "cannot create folder"}, parent, EEXIST);
}

// Answers whether the folder is new.
bool make_named(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    throw ReportError(Kind::kUsage, {path + "：出力先がフォルダーではありません",
                                     "output " + path + " is not a folder"});
  }
  const bool is_new = fs::create_directories(path, error);
  if (error)
    throw_errno({"フォルダーを作成できません", "cannot create folder"}, path, error.value());
  const fs::directory_iterator entries(path, error);
  if (error) throw_errno({"フォルダーを読めません", "cannot read folder"}, path, error.value());
  const bool empty = entries == fs::directory_iterator();
  const bool ours = fs::is_regular_file(fs::symlink_status(fs::path(path) / kMarkerName));
  if (!empty && !ours) {
    throw ReportError(
        Kind::kUsage,
        {path + "：出力先に uketsuke "
                "の結果ではないものがあります。空のフォルダーか新しい名前を指定してください",
         "output folder " + path +
             " holds something that is not a result of uketsuke; name an empty or a new one"});
  }
  return is_new;
}

}  // namespace

OutFolder::OutFolder(const std::string& path, const std::string& stamp) {
  if (path.empty()) {
    path_ = make_default(stamp);
  } else {
    path_ = path;
    while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
    is_new_ = make_named(path_);
  }
  try {
    mark();
    remove_last_run();
  } catch (...) {
    if (lock_fd_ >= 0) ::close(lock_fd_);
    if (lock_fd_ >= 0) discard();
    throw;
  }
}

OutFolder::~OutFolder() {
  if (lock_fd_ >= 0) ::close(lock_fd_);  // ends the lock as well
}

void OutFolder::discard() {
  if (!is_new_) return;
  ::unlink(file(kMarkerName).c_str());
  ::rmdir(path_.c_str());
}

void OutFolder::remove_unfinished() const {
  std::error_code error;
  const fs::path journals = file(kJournalFolder);
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(journals, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().native();
    if (name.front() == '.' && name.find(".tmp-") != std::string::npos) {
      found.push_back(entry->path());
    }
  }
  for (const auto& path : found) fs::remove(path, error);
  ::rmdir(journals.c_str());  // if it is empty
}

void OutFolder::mark() {
  const auto marker = file(kMarkerName);
  lock_fd_ = ::open(marker.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (lock_fd_ < 0) throw_errno({"書き込めません", "cannot write"}, marker, errno);
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw ReportError(Kind::kEnvironment, {path_ + "：別の実行がこの出力先を使用中です",
                                           "output folder " + path_ + " is in use by another run"});
  }
  struct stat status {};
  if (::fstat(lock_fd_, &status) == 0 && status.st_size > 0) return;
  const auto count = ::write(lock_fd_, kMarkerText.data(), kMarkerText.size());
  if (count != static_cast<ssize_t>(kMarkerText.size())) {
    throw_errno({"書き込めません", "cannot write"}, marker, count < 0 ? errno : ENOSPC);
  }
}

void OutFolder::remove_last_run() {
  // Old reports go first: if this run ends early, nothing of the last one looks like its result.
  std::error_code ignored;
  for (const auto name : {kJsonName, kJunitName, kHtmlName, kRegressJsonName, kRegressTextName,
                          kSweepName, kExploreName}) {
    fs::remove(file(name), ignored);
  }
  for (const auto name : {kJournalFolder, kReplayFolder}) {
    const auto folder = file(name);
    if (fs::is_directory(fs::symlink_status(folder, ignored))) fs::remove_all(folder, ignored);
  }
  for (fs::directory_iterator entry(path_, ignored), end; entry != end; entry.increment(ignored)) {
    const std::string name = entry->path().filename().native();
    if (name.rfind("explore-", 0) == 0 && entry->path().extension() == ".yaml")
      fs::remove(entry->path(), ignored);
    if (ignored) break;
  }
}

}  // namespace uketsuke::report
