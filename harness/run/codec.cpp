#include "harness/run/codec.h"

#include <type_traits>

namespace uketsuke::run {
namespace {

using verdict::ScenarioResult;
using verdict::Verdict;

// Writer and Reader have the same operator(), so that one list of fields serves both ways.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void operator()(bool value) { out_.push_back(value ? 1 : 0); }
  void operator()(Verdict value) { out_.push_back(static_cast<char>(value)); }
  void operator()(std::uint32_t value) { little_endian(value, 4); }
  void operator()(std::uint64_t value) { little_endian(value, 8); }
  void operator()(int value) { little_endian(static_cast<std::uint32_t>(value), 4); }
  void operator()(const std::string& value) {
    little_endian(value.size(), 4);
    out_.append(value);
  }
  void count(std::size_t value) { little_endian(value, 4); }

 private:
  void little_endian(std::uint64_t value, int bytes) {
    char text[8];
    for (int i = 0; i < bytes; ++i) text[i] = static_cast<char>(value >> (8 * i) & 0xFF);
    out_.append(text, static_cast<std::size_t>(bytes));
  }
  std::string& out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  void operator()(bool& value) {
    const auto byte = little_endian(1);
    if (byte > 1) ok_ = false;
    value = byte == 1;
  }
  void operator()(Verdict& value) {
    const auto byte = little_endian(1);
    if (byte > static_cast<std::uint64_t>(Verdict::kError)) ok_ = false;
    value = ok_ ? static_cast<Verdict>(byte) : Verdict::kError;
  }
  void operator()(std::uint32_t& value) { value = static_cast<std::uint32_t>(little_endian(4)); }
  void operator()(std::uint64_t& value) { value = little_endian(8); }
  void operator()(int& value) {
    value = static_cast<int>(static_cast<std::uint32_t>(little_endian(4)));
  }
  void operator()(std::string& value) {
    const auto length = little_endian(4);
    if (length > bytes_.size()) ok_ = false;
    if (!ok_) return;
    value.assign(bytes_.substr(0, length));
    bytes_.remove_prefix(length);
  }
  // Elements take at least four bytes each: a count that the bytes cannot hold is refused before
  // anything is allocated for it.
  std::size_t count() {
    const auto value = little_endian(4);
    if (value > bytes_.size() / 4) ok_ = false;
    return ok_ ? value : 0;
  }
  bool complete() const { return ok_ && bytes_.empty(); }

 private:
  std::uint64_t little_endian(std::size_t bytes) {
    if (bytes_.size() < bytes) ok_ = false;
    if (!ok_) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      value |= std::uint64_t{static_cast<std::uint8_t>(bytes_[i])} << (8 * i);
    }
    bytes_.remove_prefix(bytes);
    return value;
  }
  std::string_view bytes_;
  bool ok_ = true;
};

// Lists of fields. V is const for the Writer.
template <class Archive, class V>
void visit_text(Archive& archive, V& text) {
  archive(text.ja);
  archive(text.en);
}

template <class E, class F>
void list(Writer& archive, const std::vector<E>& values, F each) {
  archive.count(values.size());
  for (const auto& value : values) each(value);
}
template <class E, class F>
void list(Reader& archive, std::vector<E>& values, F each) {
  values.resize(archive.count());
  for (auto& value : values) each(value);
}

template <class Archive, class Strings>
void strings(Archive& archive, Strings& values) {
  list(archive, values, [&](auto& value) { archive(value); });
}

template <class Archive, class V>
void visit_step(Archive& archive, V& step) {
  archive(step.index);
  archive(step.seed_id);
  visit_text(archive, step.title);
  archive(step.who);
  archive(step.attested_by);
  archive(step.verdict);
  archive(step.file);
  archive(step.line);
  visit_text(archive, step.expected);
  visit_text(archive, step.observed);
  archive(step.simulated_us);
  strings(archive, step.wire_tail);
}

template <class Archive, class V>
void visit_result(Archive& archive, V& result) {
  archive(result.id);
  archive(result.file);
  archive(result.line);
  visit_text(archive, result.title);
  archive(result.release);
  archive(result.seed_page);
  archive(result.variant);
  archive(result.repetition);
  archive(result.random_seed);
  archive(result.verdict);
  visit_text(archive, result.reason);
  visit_text(archive, result.not_applicable);
  list(archive, result.steps, [&](auto& step) { visit_step(archive, step); });
  archive(result.steps_planned);
  list(archive, result.warnings, [&](auto& warning) { visit_text(archive, warning); });
  strings(archive, result.assumptions);
  archive(result.produced_by);
  archive(result.reader);
  archive(result.simulated_us);
  archive(result.wall_us);
  archive(result.rsa_us);
  archive(result.script);
  strings(archive, result.requirements);
  archive(result.journal_digest);
  archive(result.journal_path);
  visit_text(archive, result.journal_problem);
}

void visit_map(Writer& archive, const std::map<std::string, std::string>& values) {
  archive.count(values.size());
  for (const auto& [key, value] : values) {
    archive(key);
    archive(value);
  }
}
void visit_map(Reader& archive, std::map<std::string, std::string>& values) {
  for (auto left = archive.count(); left > 0; --left) {
    std::string key;
    archive(key);
    archive(values[key]);
  }
}

template <class Archive, class V>
void visit_options(Archive& archive, V& options) {
  archive(options.random_seed);
  archive(options.repetition);
  archive(options.out_dir);
  archive(options.wall_limit_ms);
  strings(archive, options.filters.tags);
  strings(archive, options.filters.only);
  archive(options.filters.release);
  visit_map(archive, options.extra);
}

template <class Archive, class V>
void visit_selected(Archive& archive, V& selected) {
  archive(selected.path);
  archive(selected.variant);
  archive(selected.id);
  archive(selected.variant_name);
  visit_text(archive, selected.title);
  archive(selected.line);
  archive(selected.wall_limit_ms);
}

template <class Archive, class V>
void visit_message(Archive& archive, V& message) {
  using T = std::remove_const_t<V>;
  if constexpr (std::is_same_v<T, Config>) {
    visit_options(archive, message.options);
    archive(message.repeat);
    archive(message.fail_fast);
  } else {
    archive(message.item);
  }
  if constexpr (std::is_same_v<T, Slice>) {
    archive(message.first);
    archive(message.limit);
    visit_selected(archive, message.selected);
  } else if constexpr (std::is_same_v<T, Total>) {
    archive(message.count);
  } else if constexpr (std::is_same_v<T, Started>) {
    archive(message.ordinal);
    visit_selected(archive, message.selected);
  } else if constexpr (std::is_same_v<T, Finished>) {
    archive(message.ordinal);
    archive(message.verdict);
    archive(message.result);
  } else if constexpr (std::is_same_v<T, StepBegun>) {
    archive(message.step.number);
    archive(message.step.of);
    archive(message.step.line);
    archive(message.step.ids);
    visit_text(archive, message.step.what);
  }
}

template <std::size_t Index = 0>
std::optional<Message> decode_as(std::size_t type, std::string_view bytes) {
  if constexpr (Index < std::variant_size_v<Message>) {
    if (type != Index) return decode_as<Index + 1>(type, bytes);
    Reader reader(bytes);
    std::variant_alternative_t<Index, Message> message;
    visit_message(reader, message);
    if (!reader.complete()) return std::nullopt;
    return Message(std::move(message));
  } else {
    return std::nullopt;
  }
}

std::string encode_as_is(const ScenarioResult& result) {
  std::string bytes;
  bytes.reserve(2048);
  Writer writer(bytes);
  visit_result(writer, result);
  return bytes;
}

}  // namespace

std::string encode(const ScenarioResult& result) {
  constexpr std::size_t kRoom = kMaxFrameBytes - 64;
  auto bytes = encode_as_is(result);
  if (bytes.size() <= kRoom) return bytes;
  auto smaller = result;
  for (auto& step : smaller.steps) step.wire_tail.clear();
  smaller.warnings.push_back({"結果が大きすぎるため、電文を省きました",
                              "the result was too big: messages on the wire left out"});
  bytes = encode_as_is(smaller);
  if (bytes.size() <= kRoom) return bytes;
  ScenarioResult stub;
  stub.id = result.id.substr(0, 1000);
  stub.file = result.file.substr(0, 5000);
  stub.variant = result.variant.substr(0, 1000);
  stub.repetition = result.repetition;
  stub.random_seed = result.random_seed;
  stub.verdict = Verdict::kError;
  stub.reason = {"結果が大きすぎます", "the result is too big"};
  return encode_as_is(stub);
}

std::optional<ScenarioResult> decode_result(std::string_view bytes) {
  Reader reader(bytes);
  ScenarioResult result;
  visit_result(reader, result);
  if (!reader.complete()) return std::nullopt;
  return result;
}

void append_frame(std::string& out, const Message& message) {
  const auto start = out.size();
  Writer writer(out);
  writer(std::uint32_t{0});
  out.push_back(static_cast<char>(message.index()));
  std::visit([&](const auto& value) { visit_message(writer, value); }, message);
  const auto length = out.size() - start - 4;
  for (int i = 0; i < 4; ++i) out[start + i] = static_cast<char>(length >> (8 * i) & 0xFF);
}

std::optional<Message> decode_message(std::string_view frame) {
  if (frame.empty()) return std::nullopt;
  return decode_as(static_cast<std::uint8_t>(frame.front()), frame.substr(1));
}

std::optional<std::string_view> FrameReader::next() {
  if (broken_) return std::nullopt;
  const auto view = std::string_view(buffer_).substr(position_);
  std::size_t length = 0;
  if (view.size() >= 4) {
    for (std::size_t i = 0; i < 4; ++i) {
      length |= std::size_t{static_cast<std::uint8_t>(view[i])} << (8 * i);
    }
    broken_ = length == 0 || length > kMaxFrameBytes;
    if (broken_) return std::nullopt;
  }
  if (view.size() < 4 || view.size() - 4 < length) {
    buffer_.erase(0, position_);
    position_ = 0;
    return std::nullopt;
  }
  position_ += 4 + length;
  return view.substr(4, length);
}

}  // namespace uketsuke::run
