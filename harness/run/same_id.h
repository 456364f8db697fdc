// One id in two files: names in reports, baselines and --only would mean both.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "harness/verdict/verdict.h"

namespace uketsuke::run {

class SameIds {
 public:
  // Answers what to say if an earlier file has this id.
  std::optional<verdict::Text> add(const std::string& id, const std::string& path) {
    const auto [known, added] = files_.emplace(id, path);
    if (added || known->second == path) return std::nullopt;
    return verdict::Text{id + "：" + known->second + " と同じ id です",
                         id + ": " + known->second + " has the same id"};
  }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace uketsuke::run
