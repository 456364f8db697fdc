#include "models/iso7816/t1_assembler.h"

namespace uketsuke::iso7816 {
namespace {

constexpr std::size_t kLongestBlock = 3 + 255 + 2;

}  // namespace

void T1Assembler::restart() {
  bytes_.clear();
  parity_error_ = false;
}

T1Assembler::Progress T1Assembler::add(const wire::field::Burst& burst) {
  if (!burst.parity_errors.empty()) parity_error_ = true;
  // No block is longer; what comes on top only has to make the block too long.
  const std::size_t room = kLongestBlock + 1 - bytes_.size();
  const std::size_t count = burst.data.size() < room ? burst.data.size() : room;
  bytes_.insert(bytes_.end(), burst.data.begin(),
                burst.data.begin() + static_cast<std::ptrdiff_t>(count));
  if (bytes_.empty()) return Progress::kNothing;
  const std::size_t size = wire::iso7816::t1_block_size_so_far(bytes_, edc_);
  if (size == 0 || bytes_.size() < size) return Progress::kPartial;
  return bytes_.size() > size || parity_error_ ? Progress::kGarbled : Progress::kBlock;
}

}  // namespace uketsuke::iso7816
