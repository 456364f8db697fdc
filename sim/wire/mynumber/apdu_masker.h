// Finds what must not reach the journal in one conversation with a card: PINs and other reference
// data in commands, personal data in answers. Follows SELECT in all its forms and short EF
// identifiers; where it cannot know which file is read (an answer is missing, a SELECT is odd) it
// masks. Any bytes are accepted.
#pragma once

#include <vector>

#include "sim/wire/mynumber/application.h"

namespace uketsuke::wire::mynumber {

struct MaskRange {
  std::size_t offset = 0;
  std::size_t length = 0;
};
inline bool operator==(const MaskRange& a, const MaskRange& b) {
  return a.offset == b.offset && a.length == b.length;
}
using MaskRanges = std::vector<MaskRange>;

// Writes '*' (2A) over the ranges; ranges past the end are cut.
void apply_mask(Bytes& bytes, const MaskRanges& ranges);

class Masker {
 public:
  // A command APDU on its way to the card (short, extended, chained; also a T=0 command TPDU with
  // data).
  MaskRanges on_command(ByteView command);
  // The answer to the last command.
  MaskRanges on_response(ByteView response);
  // Power-on or reset: nothing is selected.
  void on_reset();
  // The selected application as far as known, kOther if it is not.
  Application current() const;

 private:
  enum class Pending : std::uint8_t { kNone, kSelectApplication, kSelectFile, kFile, kOther };
  void note_select(std::uint8_t p1, ByteView data);
  bool read_is_personal(std::uint16_t explicit_file) const;
  void settle_select(bool succeeded);
  void settle_missing_answer();

  std::uint8_t applications_ = 1;  // bit n: Application n may be selected
  std::uint16_t file_ = 0;         // current EF; 0: none
  bool file_unknown_ = false;
  Pending pending_ = Pending::kNone;
  std::uint8_t pending_applications_ = 0;
  std::uint16_t pending_file_ = 0;  // 0: unknown
  bool mask_answer_ = false;
};

}  // namespace uketsuke::wire::mynumber
