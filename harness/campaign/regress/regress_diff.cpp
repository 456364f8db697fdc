#include "harness/campaign/regress/regress_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace uketsuke::campaign {
namespace {

constexpr std::size_t kContext = 1;
// Tables of more cells than this are not made: what differs is shown as one replacement.
constexpr std::size_t kMostCells = 4'000'000;

enum class Side : std::uint8_t { kBoth, kBefore, kNow };
struct Edit {
  Side side;
  std::size_t before, now;  // indices
};

// Longest common subsequence of what common beginning and end leave.
std::vector<Edit> edits(const std::vector<std::string>& before,
                        const std::vector<std::string>& now) {
  std::size_t head = 0;
  while (head < before.size() && head < now.size() && before[head] == now[head]) ++head;
  std::size_t tail = 0;
  while (tail < before.size() - head && tail < now.size() - head &&
         before[before.size() - 1 - tail] == now[now.size() - 1 - tail])
    ++tail;
  const std::size_t rows = before.size() - head - tail, columns = now.size() - head - tail;
  std::vector<Edit> out;
  for (std::size_t i = 0; i < head; ++i) out.push_back({Side::kBoth, i, i});
  std::vector<std::uint32_t> length;
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return length[i * (columns + 1) + j];
  };
  const bool small = (rows + 1) * (columns + 1) <= kMostCells;
  if (small) {
    length.assign((rows + 1) * (columns + 1), 0);
    for (std::size_t i = rows; i-- > 0;)
      for (std::size_t j = columns; j-- > 0;)
        at(i, j) = before[head + i] == now[head + j] ? at(i + 1, j + 1) + 1
                                                     : std::max(at(i + 1, j), at(i, j + 1));
  }
  std::size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (small && i < rows && j < columns && before[head + i] == now[head + j]) {
      out.push_back({Side::kBoth, head + i++, head + j++});
    } else if (i < rows && (!small || j == columns || at(i + 1, j) >= at(i, j + 1))) {
      out.push_back({Side::kBefore, head + i++, 0});
    } else {
      out.push_back({Side::kNow, 0, head + j++});
    }
  }
  for (std::size_t k = 0; k < tail; ++k)
    out.push_back({Side::kBoth, before.size() - tail + k, now.size() - tail + k});
  return out;
}

std::string milliseconds(std::uint64_t us) {
  return fmt::format("{}.{:03} ms", us / 1000, us % 1000);
}

void compare_step(const StepBehaviour& before, const StepBehaviour& now,
                  std::vector<Difference>& out) {
  static const std::vector<std::string> kNothing;
  std::vector<std::string> roles;
  for (const StepBehaviour* side : {&before, &now})
    for (const Block& block : side->blocks)
      if (std::find(roles.begin(), roles.end(), block.role) == roles.end())
        roles.push_back(block.role);
  const std::size_t count = out.size();
  for (const std::string& role : roles) {
    const Block* left = before.find(role);
    const Block* right = now.find(role);
    if (left != nullptr && right != nullptr && left->lines == right->lines) continue;
    // Whose line came after whose says nothing new where the lines differ.
    if (role == "order" && out.size() > count) continue;
    out.push_back({now.label, role,
                   diff_lines(left == nullptr ? kNothing : left->lines,
                              right == nullptr ? kNothing : right->lines)});
  }
  if (before.took_us != now.took_us) {
    out.push_back({now.label,
                   "time",
                   {"- " + milliseconds(before.took_us), "+ " + milliseconds(now.took_us)}});
  }
}

std::vector<std::string> labels(const Behaviour& row) {
  std::vector<std::string> out;
  for (const StepBehaviour& step : row.steps) out.push_back(step.label);
  return out;
}

void compare_line(const std::string& what, const std::string& before, const std::string& now,
                  std::vector<Difference>& out) {
  if (before != now) out.push_back({"", what, {"- " + before, "+ " + now}});
}

// The first step that shows a screen ("device/screen") or a message ("device:message").
std::string shown_in(const Behaviour& row, const std::string& key) {
  const std::size_t cut = key.find_first_of("/:");
  const std::string device = key.substr(0, cut), id = key.substr(cut + 1);
  for (const StepBehaviour& step : row.steps) {
    const Block* block = step.find(device);
    if (block == nullptr) continue;
    for (const std::string& line : block->lines) {
      if (line.rfind("shows ", 0) != 0) continue;
      const std::string words = line.substr(5) + " ";
      if (words.find(" " + id + " ") != std::string::npos) return step.label;
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> diff_lines(const std::vector<std::string>& before,
                                    const std::vector<std::string>& now) {
  const std::vector<Edit> all = edits(before, now);
  std::vector<bool> shown(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].side == Side::kBoth) continue;
    const std::size_t last = std::min(all.size() - 1, i + kContext);
    for (std::size_t k = i - std::min(i, kContext); k <= last; ++k) shown[k] = true;
  }
  std::vector<std::string> out;
  bool gap = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!shown[i]) {
      gap = !out.empty();
      continue;
    }
    if (gap) out.emplace_back("  ...");
    gap = false;
    switch (all[i].side) {
      case Side::kBoth:
        out.push_back("  " + now[all[i].now]);
        break;
      case Side::kBefore:
        out.push_back("- " + before[all[i].before]);
        break;
      case Side::kNow:
        out.push_back("+ " + now[all[i].now]);
        break;
    }
  }
  return out;
}

std::vector<Difference> differences(const Behaviour& before, const Words& words_before,
                                    const Behaviour& now) {
  std::vector<Difference> out;
  bool goes_on = false;  // steps after one another that are on one side only are told together
  const auto lone_step = [&](const std::string& label, std::string line) {
    if (!goes_on) out.push_back({label, "step", {}});
    out.back().lines.push_back(std::move(line));
    goes_on = true;
  };
  for (const Edit& edit : edits(labels(before), labels(now))) {
    switch (edit.side) {
      case Side::kBoth:
        compare_step(before.steps[edit.before], now.steps[edit.now], out);
        goes_on = false;
        break;
      case Side::kBefore: {
        const std::string& label = before.steps[edit.before].label;
        lone_step(label, "- " + label);
        break;
      }
      case Side::kNow: {
        const std::string& label = now.steps[edit.now].label;
        lone_step(label, "+ " + label);
        break;
      }
    }
  }
  compare_line("verdict", before.verdict, now.verdict, out);
  compare_line("rests on", before.rests_on, now.rests_on, out);
  if (before.findings != now.findings)
    out.push_back({"", "findings", diff_lines(before.findings, now.findings)});
  for (const auto& [key, words] : now.words) {
    const auto known = words_before.find(key);
    if (known == words_before.end()) {
      out.push_back({shown_in(now, key), "words", {fmt::format("+ {} {}", key, words)}});
    } else if (known->second != words) {
      out.push_back(
          {shown_in(now, key),
           "words",
           {fmt::format("- {} {}", key, known->second), fmt::format("+ {} {}", key, words)}});
    }
  }
  return out;
}

}  // namespace uketsuke::campaign
