// Characters to T=1 blocks, the same for card and reader: ISO/IEC 7816-3:2006, 11.3 and 11.6.
#pragma once

#include <cstdint>

#include "sim/wire/field/signal.h"
#include "sim/wire/iso7816/t1_block.h"

namespace uketsuke::iso7816 {

class T1Assembler {
 public:
  enum class Progress : std::uint8_t {
    kNothing,  // no character yet
    kPartial,  // waits for more: the character waiting time runs
    kBlock,    // bytes() is as long as LEN says; the EDC is not checked
    kGarbled,  // wrong parity, or characters after the end of the block
  };
  explicit T1Assembler(wire::iso7816::Edc edc) : edc_(edc) {}
  void restart();
  Progress add(const wire::field::Burst& burst);
  const wire::Bytes& bytes() const { return bytes_; }
  bool started() const { return !bytes_.empty(); }

 private:
  wire::iso7816::Edc edc_;
  wire::Bytes bytes_;
  bool parity_error_ = false;
};

}  // namespace uketsuke::iso7816
