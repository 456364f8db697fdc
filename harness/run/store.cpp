#include "harness/run/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/run/codec.h"
#include "harness/run/find.h"

namespace uketsuke::run {
namespace {

constexpr std::size_t kPendingBytes = 1024 * 1024;

verdict::Text text_of(const verdict::Text& what, int error) {
  const std::string reason = std::strerror(error);
  return {what.ja + "（" + reason + "）", what.en + ": " + reason};
}

[[noreturn]] void fail(const verdict::Text& what, int error) {
  throw RunError(RunError::Kind::kEnvironment, text_of(what, error));
}

}  // namespace

ResultStore::ResultStore(const std::string& folder) {
  fd_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd_ >= 0) return;
  std::string path = folder + "/.results-XXXXXX";  // a file system without O_TMPFILE
  fd_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd_ < 0) {
    fail({folder + "：結果を書き込めません", "cannot write results into " + folder}, errno);
  }
  ::unlink(path.c_str());
}

ResultStore::~ResultStore() { ::close(fd_); }

ResultStore::Record ResultStore::append(std::string_view encoded) {
  const Record record{flushed_ + pending_.size(), static_cast<std::uint32_t>(encoded.size())};
  pending_.append(encoded);
  if (pending_.size() >= kPendingBytes && !problem_) flush();
  return record;
}

void ResultStore::flush() {
  std::size_t done = 0;
  while (done < pending_.size()) {
    const auto count = ::pwrite(fd_, pending_.data() + done, pending_.size() - done,
                                static_cast<off_t>(flushed_ + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {  // what was written is in pending_ still
      problem_ = text_of({"結果を書き込めません", "cannot write results"}, errno);
      return;
    }
    done += static_cast<std::size_t>(count);
  }
  flushed_ += done;
  pending_.clear();
}

verdict::ScenarioResult ResultStore::read(Record record) const {
  std::string_view bytes;
  if (record.offset >= flushed_) {
    bytes = std::string_view(pending_).substr(record.offset - flushed_, record.length);
  } else {
    scratch_.resize(record.length);
    std::size_t done = 0;
    while (done < record.length) {
      const auto count = ::pread(fd_, scratch_.data() + done, record.length - done,
                                 static_cast<off_t>(record.offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0)
        fail({"結果を読み戻せません", "cannot read results back"}, count < 0 ? errno : EIO);
      done += static_cast<std::size_t>(count);
    }
    bytes = scratch_;
  }
  auto result = decode_result(bytes);
  if (!result) fail({"結果を読み戻せません", "cannot read results back"}, EBADMSG);
  return std::move(*result);
}

void ResultStore::for_each(const Visitor& visit) const {
  for (const auto record : order_) visit(read(record));
}

}  // namespace uketsuke::run
