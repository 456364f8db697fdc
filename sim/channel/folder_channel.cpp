#include "sim/channel/folder_channel.h"

#include <fmt/format.h>

#include <utility>

namespace uketsuke::channel {
namespace {

wire::Bytes& bytes_of(FolderFile& file) { return file.bytes; }

}  // namespace

std::string FolderChannel::FileTap::mask(wire::ByteView bytes,
                                         std::vector<trace::MaskRange>& ranges) {
  ranges.push_back({0, static_cast<std::uint32_t>(bytes.size())});
  return fmt::format("{}: {}", name, describe_(name, bytes));
}

FolderChannel::FolderChannel(Context& context, wire::Micros noticed_after_us,
                             DescribeFile describe)
    : noticed_after_ns_(noticed_after_us * 1000), to_terminal_(context.simulation),
      to_ehr_(context.simulation), tap_(describe),
      req_(context, {"folder", "req", "ehr", "terminal", nullptr}, to_terminal_, &bytes_of, &tap_),
      res_(context, {"folder", "res", "terminal", "ehr", nullptr}, to_ehr_, &bytes_of, &tap_) {}

void FolderChannel::write_from_ehr(FolderFile file) {
  tap_.name = file.folder + "/" + file.name;
  req_.send(std::move(file), noticed_after_ns_);
}

void FolderChannel::write_from_terminal(FolderFile file) {
  tap_.name = file.folder + "/" + file.name;
  res_.send(std::move(file), noticed_after_ns_);
}

}  // namespace uketsuke::channel
