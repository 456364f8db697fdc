// The folder wire: the OQS directory with its folders req, res and face, watched by the terminal's
// linkage program on one side and by the EHR on the other. A file appears whole (written aside, then
// moved in).
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


// One side's view: what it writes reaches the other side's mailbox.
class FolderChannel {
 public:
  FolderChannel(Context& context, wire::Micros noticed_after_us, trace::Describe describe, Tap* tap);
  // Files of the EHR (req) go to the terminal; files of the terminal (res, face) to the EHR.
  void write_from_ehr(FolderFile file);
  void write_from_terminal(FolderFile file);
  kernel::Mailbox<FolderFile>& to_terminal() { return to_terminal_; }
  kernel::Mailbox<FolderFile>& to_ehr() { return to_ehr_; }

 private:
  void note(std::string_view role, const FolderFile& file);

  Context& context_;
  std::uint64_t noticed_after_ns_;
  kernel::Mailbox<FolderFile> to_terminal_, to_ehr_;
  Line<FolderFile> req_, res_;
};

}  // namespace uketsuke::channel
