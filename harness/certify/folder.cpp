#include "harness/certify/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "harness/evidence/manifest.h"
#include "harness/evidence/record.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"

namespace uketsuke::certify {
namespace {

namespace fs = std::filesystem;
using report::ReportError;
using verdict::say;

bool ends_with(const std::string& name, const std::string& end) {
  return name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

// ".NAME.tmp-PID" of report::AtomicFile, of a file that a run writes.
bool is_unfinished(const std::string& name) {
  const auto mark = name.rfind(".tmp-");
  if (name.empty() || name.front() != '.' || mark == std::string::npos) return false;
  const std::string number = name.substr(mark + 5);
  const std::string whole = name.substr(1, mark - 1);
  if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) return false;
  for (const auto ours : {evidence::kPartialName, evidence::kResultsName, evidence::kJunitName,
                          evidence::kHtmlName, evidence::kClaimsName, evidence::kBenchName,
                          evidence::kEnvironmentName, evidence::kManifestName,
                          evidence::kSignatureName})
    if (whole == ours) return true;
  return ends_with(whole, ".jsonl");
}

// Nobody else writes here: the folder is locked.
void remove_unfinished(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (is_unfinished(at->path().filename().string())) found.push_back(at->path());
  for (const fs::path& file : found) fs::remove(file, error);
}

}  // namespace

Folder::Folder(const std::string& path) : path_(path) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    throw ReportError(ReportError::Kind::kUsage,
                      say("{} はフォルダーではありません。空か新しいフォルダーを指定してください",
                          "{} is no folder: name an empty folder or a new one", path));
  }
  fs::create_directories(path, error);
  if (error)
    report::throw_errno({"フォルダーを作成できません", "cannot create folder"}, path,
                        error.value());
  fd_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd_ < 0) report::throw_errno({"フォルダーを開けません", "cannot open folder"}, path, errno);
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(fd_);
    throw ReportError(ReportError::Kind::kEnvironment,
                      say("{} は別の検査が使っています。終わるのを待つか、別のフォルダーを指定して"
                          "ください",
                          "another run writes into {}: wait for its end, or name another folder",
                          path));
  }
  remove_unfinished(path);
  remove_unfinished(path + "/" + std::string(evidence::kTraceFolder));
}

Folder::~Folder() { ::close(fd_); }

bool Folder::is_empty() const {
  std::error_code error;
  return fs::is_empty(path_, error) && !error;
}

}  // namespace uketsuke::certify
