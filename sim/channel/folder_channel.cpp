#include "sim/channel/folder_channel.h"

#include <fmt/format.h>

#include <utility>

namespace uketsuke::channel {
namespace {

wire::Bytes& bytes_of(FolderFile& file) { return file.bytes; }

}  // namespace

FolderChannel::FolderChannel(Context& context, wire::Micros noticed_after_us,
                             trace::Describe describe, Tap* tap)
    : context_(context), noticed_after_ns_(noticed_after_us * 1000),
      to_terminal_(context.simulation), to_ehr_(context.simulation),
      req_(context, {"folder", "req", "ehr", "terminal", describe}, to_terminal_, &bytes_of, tap),
      res_(context, {"folder", "res", "terminal", "ehr", describe}, to_ehr_, &bytes_of, tap) {}

void FolderChannel::note(std::string_view role, const FolderFile& file) {
  context_.journal.note(role, context_.simulation.now_ns(), "file_written",
                        fmt::format("{}/{}", file.folder, file.name));
}

void FolderChannel::write_from_ehr(FolderFile file) {
  note("ehr", file);
  req_.send(std::move(file), noticed_after_ns_);
}

void FolderChannel::write_from_terminal(FolderFile file) {
  note("terminal", file);
  res_.send(std::move(file), noticed_after_ns_);
}

}  // namespace uketsuke::channel
