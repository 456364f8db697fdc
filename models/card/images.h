// The pictures that the card face application stores beside the photo: PNG, one bit per pixel.
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/wire/bytes.h"

namespace uketsuke::card {

// Black on white, 0 = black. Rows from top to bottom.
class Bitmap {
 public:
  Bitmap(unsigned width, unsigned height)
      : width_(width), height_(height), black_(width * height) {}
  unsigned width() const { return width_; }
  unsigned height() const { return height_; }
  void set(unsigned x, unsigned y);  // outside: ignored
  bool black(unsigned x, unsigned y) const { return black_[y * width_ + x]; }

 private:
  unsigned width_, height_;
  std::vector<bool> black_;
};

// PNG (ISO/IEC 15948), greyscale of depth 1, image data stored without compression.
wire::Bytes encode_png(const Bitmap& bitmap);

// Digits in cells of 6 x 12 pixels: 24 x 12 for the security code, 72 x 12 for the personal number,
// the sizes seen on a card (facts/domain.md 1.5).
Bitmap draw_digits(std::string_view digits);
// Stands for rendered text: one mark per character, drawn from its bytes. Nobody can read it, equal
// texts give equal pictures.
Bitmap draw_text_marks(std::string_view text, unsigned width, unsigned height);

}  // namespace uketsuke::card
