#include "models/card/images.h"

#include <array>
#include <boost/crc.hpp>
#include <string>

namespace uketsuke::card {

using wire::Bytes;
using wire::ByteView;

namespace {

// Five by seven dots, one row per byte, most significant of five bits on the left.
constexpr std::array<std::array<std::uint8_t, 7>, 10> kDigits = {{
    {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
    {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F},
    {0x0E, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0E},
    {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
    {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
    {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E},
    {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
    {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C},
}};
constexpr unsigned kCellWidth = 6;
constexpr unsigned kCellHeight = 12;

void append_u32(Bytes& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void append_chunk(Bytes& png, std::string_view type, ByteView data) {
  append_u32(png, static_cast<std::uint32_t>(data.size()));
  Bytes body(type.begin(), type.end());
  body.insert(body.end(), data.begin(), data.end());
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  png.insert(png.end(), body.begin(), body.end());
  append_u32(png, crc.checksum());
}

std::uint32_t adler32(ByteView data) {
  std::uint32_t a = 1, b = 0;
  for (const std::uint8_t byte : data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

// zlib (RFC 1950) with one stored block (RFC 1951, 3.2.4). Pictures here stay far below 65535
// bytes.
Bytes store(ByteView data) {
  const auto size = static_cast<std::uint16_t>(data.size());
  const auto inverse = static_cast<std::uint16_t>(~size);
  Bytes bytes = {0x78,
                 0x01,
                 0x01,
                 static_cast<std::uint8_t>(size),
                 static_cast<std::uint8_t>(size >> 8),
                 static_cast<std::uint8_t>(inverse),
                 static_cast<std::uint8_t>(inverse >> 8)};
  bytes.insert(bytes.end(), data.begin(), data.end());
  append_u32(bytes, adler32(data));
  return bytes;
}

}  // namespace

void Bitmap::set(unsigned x, unsigned y) {
  if (x < width_ && y < height_) black_[y * width_ + x] = true;
}

Bytes encode_png(const Bitmap& bitmap) {
  Bytes rows;
  for (unsigned y = 0; y < bitmap.height(); ++y) {
    rows.push_back(0x00);  // filter: none
    for (unsigned x = 0; x < bitmap.width(); x += 8) {
      std::uint8_t packed = 0;
      for (unsigned bit = 0; bit < 8; ++bit) {
        const bool white = x + bit < bitmap.width() && !bitmap.black(x + bit, y);
        packed = static_cast<std::uint8_t>(packed << 1 | (white ? 1 : 0));
      }
      rows.push_back(packed);
    }
  }
  Bytes header;
  append_u32(header, bitmap.width());
  append_u32(header, bitmap.height());
  header.insert(header.end(), {0x01, 0x00, 0x00, 0x00, 0x00});  // depth 1, greyscale

  Bytes png = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", store(rows));
  append_chunk(png, "IEND", {});
  return png;
}

Bitmap draw_digits(std::string_view digits) {
  Bitmap bitmap(kCellWidth * static_cast<unsigned>(digits.size()), kCellHeight);
  for (unsigned i = 0; i < digits.size(); ++i) {
    if (digits[i] < '0' || digits[i] > '9') continue;
    const auto& glyph = kDigits[static_cast<std::size_t>(digits[i] - '0')];
    for (unsigned y = 0; y < glyph.size(); ++y) {
      for (unsigned x = 0; x < 5; ++x) {
        if ((glyph[y] >> (4 - x) & 1) != 0) bitmap.set(i * kCellWidth + x, y + 2);
      }
    }
  }
  return bitmap;
}

Bitmap draw_text_marks(std::string_view text, unsigned width, unsigned height) {
  Bitmap bitmap(width, height);
  const unsigned columns = width / 8;
  unsigned cell = 0;
  std::uint32_t mark = 2166136261u;  // FNV-1a over the bytes of one character
  const auto draw = [&] {
    for (unsigned bit = 0; bit < 25; ++bit) {
      if ((mark >> bit & 1u) != 0) {
        bitmap.set(cell % columns * 8 + 1 + bit % 5, cell / columns * 8 + 1 + bit / 5);
      }
    }
    mark = 2166136261u;
    ++cell;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    mark = (mark ^ static_cast<std::uint8_t>(text[i])) * 16777619u;
    const bool last =
        i + 1 == text.size() || (static_cast<std::uint8_t>(text[i + 1]) & 0xC0) != 0x80;
    if (last) draw();
  }
  return bitmap;
}

}  // namespace uketsuke::card
