#include "sim/trace/journal.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <boost/assert.hpp>
#include <utility>

namespace uketsuke::trace {
namespace {

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (u < 0x20) {
      out += fmt::format("\\u{:04x}", u);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

PipeId Journal::add_pipe(Pipe pipe) {
  pipes_.push_back(std::move(pipe));
  return static_cast<PipeId>(pipes_.size() - 1);
}

void Journal::message(PipeId pipe, std::uint64_t time_ns, wire::ByteView bytes,
                      const std::vector<MaskRange>& masks, std::string_view remark,
                      std::string_view decoded) {
  Record record{};
  record.time_ns = time_ns;
  record.pipe = pipe;
  record.begin = static_cast<std::uint32_t>(bytes_.size());
  record.length = static_cast<std::uint32_t>(bytes.size());
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  record.mask_begin = static_cast<std::uint32_t>(masks_.size());
  for (MaskRange mask : masks) {
    if (mask.offset >= record.length) continue;
    mask.length = std::min(mask.length, record.length - mask.offset);
    const auto first = bytes_.begin() + record.begin + mask.offset;
    std::fill(first, first + mask.length, std::uint8_t{0});
    masks_.push_back(mask);
  }
  record.mask_length = static_cast<std::uint32_t>(masks_.size()) - record.mask_begin;
  record.extra_begin = static_cast<std::uint32_t>(text_.size());
  record.extra_length = static_cast<std::uint32_t>(remark.size());
  record.decoded_length = static_cast<std::uint32_t>(decoded.size());
  text_ += remark;
  text_ += decoded;
  records_.push_back(record);
  finished();
}

void Journal::note(std::string_view role, std::uint64_t time_ns, std::string_view event,
                   std::string text) {
  Record record{};
  record.time_ns = time_ns;
  record.pipe = kNote;
  auto known = std::find(roles_.begin(), roles_.end(), role);
  if (known == roles_.end()) known = roles_.insert(roles_.end(), std::string(role));
  record.role = static_cast<std::uint16_t>(known - roles_.begin());
  record.begin = static_cast<std::uint32_t>(text_.size());
  record.length = static_cast<std::uint32_t>(text.size());
  text_ += text;
  record.extra_begin = static_cast<std::uint32_t>(text_.size());
  record.extra_length = static_cast<std::uint32_t>(event.size());
  text_ += event;
  records_.push_back(record);
  finished();
}

void Journal::hand_to(Sink sink) {
  sink_ = std::move(sink);
  forget();
}

void Journal::hand_over() {
  sink_(*this, 0);
  forget();
}

void Journal::forget() {
  records_.clear();
  bytes_.clear();
  text_.clear();
  masks_.clear();
}

std::string_view Journal::text(std::uint32_t begin, std::uint32_t length) const {
  return std::string_view(text_).substr(begin, length);
}

std::string Journal::hex(const Record& record) const {
  std::string out = wire::to_hex(wire::ByteView(bytes_.data() + record.begin, record.length));
  for (std::uint32_t i = 0; i < record.mask_length; ++i) {
    const MaskRange& mask = masks_[record.mask_begin + i];
    std::fill_n(out.begin() + 2 * mask.offset, 2 * mask.length, '*');
  }
  return out;
}

std::string Journal::described(const Record& record) const {
  if (record.decoded_length != 0)
    return std::string(text(record.extra_begin + record.extra_length, record.decoded_length));
  const Pipe& pipe = pipes_[record.pipe];
  if (pipe.describe == nullptr) return {};
  return pipe.describe(wire::ByteView(bytes_.data() + record.begin, record.length));
}

Entry Journal::entry(std::size_t index) const {
  BOOST_ASSERT_MSG(index < records_.size(), "journal line out of range");
  const Record& record = records_[index];
  Entry entry;
  entry.time_ns = record.time_ns;
  const std::string_view extra = text(record.extra_begin, record.extra_length);
  if (record.pipe == kNote) {
    entry.role = roles_[record.role];
    entry.event = extra;
    entry.text = text(record.begin, record.length);
    return entry;
  }
  entry.pipe = &pipes_[record.pipe];
  entry.remark = extra;
  entry.bytes = wire::ByteView(bytes_.data() + record.begin, record.length);
  entry.decoded = text(record.extra_begin + record.extra_length, record.decoded_length);
  return entry;
}

std::string Journal::decoded(std::size_t index) const {
  BOOST_ASSERT_MSG(index < records_.size(), "journal line out of range");
  const Record& record = records_[index];
  return record.pipe == kNote ? std::string() : described(record);
}

std::string Journal::json_line(std::size_t index) const {
  BOOST_ASSERT_MSG(index < records_.size(), "journal line out of range");
  const Record& record = records_[index];
  std::string out = fmt::format("{{\"t_ns\":{}", record.time_ns);
  const auto add = [&out](std::string_view key, std::string_view value) {
    out += ",\"";
    out += key;
    out += "\":";
    append_json_string(out, value);
  };
  const std::string_view extra = text(record.extra_begin, record.extra_length);
  if (record.pipe == kNote) {
    add("role", roles_[record.role]);
    add("event", extra);
    add("text", text(record.begin, record.length));
  } else {
    const Pipe& pipe = pipes_[record.pipe];
    add("wire", pipe.wire);
    add("pipe", pipe.name);
    add("from", pipe.from);
    add("to", pipe.to);
    add("decoded", described(record));
    add("hex", hex(record));
    if (!extra.empty()) add("fault", extra);
  }
  out += '}';
  return out;
}

std::string Journal::text_line(std::size_t index) const {
  BOOST_ASSERT_MSG(index < records_.size(), "journal line out of range");
  const Record& record = records_[index];
  const double ms = static_cast<double>(record.time_ns) / 1e6;
  const std::string_view extra = text(record.extra_begin, record.extra_length);
  if (record.pipe == kNote) {
    return fmt::format("{:12.3f} ms  {}: {} {}", ms, roles_[record.role], extra,
                       text(record.begin, record.length));
  }
  const Pipe& pipe = pipes_[record.pipe];
  constexpr std::size_t kHexShown = 96;
  std::string bytes = hex(record);
  if (bytes.size() > kHexShown) {
    bytes.resize(kHexShown);
    bytes += fmt::format("... ({} bytes)", record.length);
  }
  return fmt::format("{:12.3f} ms  {} {}  {} > {}  {}  [{}]{}{}{}", ms, pipe.wire, pipe.name,
                     pipe.from, pipe.to, described(record), bytes, extra.empty() ? "" : "  <",
                     extra, extra.empty() ? "" : ">");
}

std::vector<std::string> Journal::tail(std::size_t count) const {
  std::vector<std::string> lines;
  for (std::size_t i = records_.size() - std::min(count, records_.size()); i < records_.size(); ++i)
    lines.push_back(text_line(i));
  return lines;
}

std::string Journal::digest() const {
  wire::ByteWriter head;
  for (const Record& record : records_) {
    head.write_u32le(static_cast<std::uint32_t>(record.time_ns));
    head.write_u32le(static_cast<std::uint32_t>(record.time_ns >> 32));
    head.write_u32le(record.length);
    head.write_u32le(record.extra_length);
    head.write_u32le(record.decoded_length);
    head.write_u16le(record.pipe);
    head.write_u16le(record.role);
  }
  for (const MaskRange& mask : masks_) {
    head.write_u32le(mask.offset);
    head.write_u32le(mask.length);
  }
  const wire::Bytes heads = head.take();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::uint8_t hash[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  EVP_DigestUpdate(context, heads.data(), heads.size());
  EVP_DigestUpdate(context, bytes_.data(), bytes_.size());
  EVP_DigestUpdate(context, text_.data(), text_.size());
  EVP_DigestFinal_ex(context, hash, &length);
  EVP_MD_CTX_free(context);
  return wire::to_hex(wire::ByteView(hash, length));
}

std::size_t Journal::count_notes(std::string_view event) const {
  return static_cast<std::size_t>(
      std::count_if(records_.begin(), records_.end(), [&](const Record& record) {
        return record.pipe == kNote && text(record.extra_begin, record.extra_length) == event;
      }));
}

}  // namespace uketsuke::trace
