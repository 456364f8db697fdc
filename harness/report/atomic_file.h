// Files that are either complete or not there, and the folder of a run.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/report/report.h"

namespace uketsuke::report {

// The one exception of this layer: what could not be written or created, and why.
class ReportError : public std::runtime_error {
 public:
  enum class Kind {
    kUsage,        // the folder named is not ours to write into: exit code 5
    kEnvironment,  // disk full, permissions: exit code 4
  };
  ReportError(Kind kind, verdict::Text text)
      : std::runtime_error(text.en), kind_(kind), text_(std::move(text)) {}
  Kind kind() const { return kind_; }
  const verdict::Text& text() const { return text_; }

 private:
  Kind kind_;
  verdict::Text text_;
};

// The message of a failed system call on a path: "cannot write PATH: No space left on device".
[[noreturn]] void throw_errno(const verdict::Text& what, const std::string& path, int error);

// Writes to ".NAME.tmp-PID" beside the file; commit() syncs it and renames it over the file.
// Without commit() nothing is left. Throws ReportError.
class AtomicFile final : public Sink {
 public:
  enum class Existing { kReplace, kRefuse };
  explicit AtomicFile(std::string path, Existing existing = Existing::kReplace);
  ~AtomicFile() override;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes) override;
  void sync();  // everything is on the disk, under the other name still
  void commit();

 private:
  void flush();

  std::string path_;
  std::string temporary_;
  std::string buffer_;
  Existing existing_;
  int fd_ = -1;
};

// The folder of a run. Ours is a folder with the marker file ".uketsuke-run", which is also locked
// for as long as the run lasts.
class OutFolder {
 public:
  // `path` empty: a new folder uketsuke-out/YYYYMMDD-HHMMSS (-2, -3, ...) named after `stamp`.
  // Otherwise: created with its parents if it is not there; taken if it is empty or ours (then
  // the reports and journals of the last run are removed). Throws ReportError: kUsage if it
  // is a file or holds something else, kEnvironment if it is in use or cannot be written.
  OutFolder(const std::string& path, const std::string& stamp);
  ~OutFolder();
  OutFolder(const OutFolder&) = delete;
  OutFolder& operator=(const OutFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  // What processes that were ended left of journals half-written.
  void remove_unfinished() const;
  // Nothing was run: takes the folder away again if it is new and empty.
  void discard();

 private:
  void mark();
  void remove_last_run();

  std::string path_;
  bool is_new_ = true;
  int lock_fd_ = -1;
};

constexpr std::string_view kJsonName = "results.json";
constexpr std::string_view kJunitName = "junit.xml";
constexpr std::string_view kHtmlName = "report.html";
constexpr std::string_view kRegressJsonName = "regress.json";
constexpr std::string_view kRegressTextName = "regress.txt";
constexpr std::string_view kSweepName = "sweep.json";
constexpr std::string_view kExploreName = "explore.json";
constexpr std::string_view kJournalFolder = "journal";
constexpr std::string_view kReplayFolder = "replay";
constexpr std::string_view kMarkerName = ".uketsuke-run";

// Writes all three reports into the folder, or none of them.
void write_reports(const OutFolder& folder, const RunInfo& info, const verdict::Summary& summary,
                   const ResultSource& results);

}  // namespace uketsuke::report
