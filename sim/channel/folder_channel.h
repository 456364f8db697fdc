// The folder wire: the OQS directory with its folders req, res and face, watched by the terminal's
// linkage program on one side and by the EHR on the other. A file appears whole (written aside,
// then moved in).
#pragma once

#include <string>
#include <string_view>

#include "sim/channel/line.h"

namespace uketsuke::channel {

struct FolderFile {
  std::string folder;  // "req", "res", "face"
  std::string name;
  wire::Bytes bytes;
};


class FolderChannel {
 public:
  // describe: one line for a file of that name, without personal data; the bytes are not
  // journalled.
  using DescribeFile = std::string (*)(std::string_view name, wire::ByteView bytes);
  FolderChannel(Context& context, wire::Micros noticed_after_us, DescribeFile describe);
  // Files of the EHR (req) go to the terminal; files of the terminal (res, face) to the EHR.
  void write_from_ehr(FolderFile file);
  void write_from_terminal(FolderFile file);
  kernel::Mailbox<FolderFile>& to_terminal() { return to_terminal_; }
  kernel::Mailbox<FolderFile>& to_ehr() { return to_ehr_; }

 private:
  // Masks every byte; describes the file that is being written.
  class FileTap : public Tap {
   public:
    explicit FileTap(DescribeFile describe) : describe_(describe) {}
    std::string mask(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) override;
    std::string name;

   private:
    DescribeFile describe_;
  };

  std::uint64_t noticed_after_ns_;
  kernel::Mailbox<FolderFile> to_terminal_, to_ehr_;
  FileTap tap_;
  Line<FolderFile> req_, res_;
};

}  // namespace uketsuke::channel
