#include <algorithm>

#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::yaml {
namespace {

constexpr std::size_t kShortestPart = 4;  // characters, for a part of a word to be a hint
constexpr std::size_t kMostListed = 15;   // words
constexpr std::size_t kLongest = 80;      // characters; a longer "word" gets no suggestion

// Code points of valid UTF-8; a stray byte counts as one.
std::u32string code_points(std::string_view text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size() && points.size() <= kLongest;) {
    const auto first = static_cast<unsigned char>(text[i]);
    std::size_t length = 1;
    if (first >= 0xF0) {
      length = 4;
    } else if (first >= 0xE0) {
      length = 3;
    } else if (first >= 0xC0) {
      length = 2;
    }
    char32_t point = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      point = (point << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    points.push_back(point);
    i += length;
  }
  return points;
}

// Optimal string alignment.
std::size_t distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  return distance(code_points(a), code_points(b));
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::u32string points = code_points(word);
  if (points.empty() || points.size() > kLongest) return {};
  const std::string* best = nullptr;
  std::size_t least = SIZE_MAX;
  for (const std::string& candidate : candidates) {
    const std::u32string other = code_points(candidate);
    const std::size_t longer = std::max(points.size(), other.size());
    const std::size_t shorter = std::min(points.size(), other.size());
    const std::size_t limit = std::max<std::size_t>(1, longer / 3);
    if (other.empty() || longer - shorter > limit) continue;
    const std::size_t found = distance(points, other);
    // A word of one character has nothing in common with another one.
    if (found > limit || found >= longer || found >= least) continue;
    least = found;
    best = &candidate;
  }
  if (best != nullptr) return *best;
  // A word cut short, or with something added: completion, completion_message.
  for (const std::string& candidate : candidates) {
    const std::size_t shorter = std::min(points.size(), code_points(candidate).size());
    const bool within =
        candidate.find(word) != std::string::npos || word.find(candidate) != std::string_view::npos;
    if (within && shorter >= kShortestPart) return candidate;
  }
  return {};
}

Text suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string best = nearest(word, candidates);
  if (best.empty()) return {};
  return verdict::say("。「{}」ではありませんか", "; did you mean {}?", best);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  return suggestion(word, candidates).en;
}

Text hint(std::string_view word, const std::vector<std::string>& candidates) {
  Text near = suggestion(word, candidates);
  if (!near.empty() || candidates.empty()) return near;
  std::string list;
  for (std::size_t i = 0; i < candidates.size() && i < kMostListed; ++i) {
    list += (i == 0 ? "" : ", ") + shortened(candidates[i]);
  }
  Text text = verdict::say("。使えるもの：{}", "; there are: {}", list);
  if (candidates.size() <= kMostListed) return text;
  return text + verdict::say(", …（全部で {} 個）", ", … ({} in all)", candidates.size());
}

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++count) {
    if (count == most) return std::string(text.substr(0, end)) + "…";
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
  }
  return std::string(text);
}

}  // namespace uketsuke::yaml
