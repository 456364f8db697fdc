#include "harness/cli/selection.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

using run::RunError;
using verdict::say;
using verdict::Text;

[[noreturn]] void refuse(Text text) {
  throw RunError(RunError::Kind::kUsage,
                 Text("選ばれたものがありません：", "nothing selected: ") + std::move(text));
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + yaml::shortened(word);
  return text;
}

// All that there is to select by.
struct Known {
  std::set<std::string> ids;
  std::set<std::string> tags;
};

Known known_in(const std::vector<run::Selected>& files, const run::Filters& filters,
               run::Executor& executor) {
  run::Filters every = filters;
  every.tags.clear();
  every.only.clear();
  Known known;
  for (const auto& file : files) {
    for (const auto& entry : executor.expand(file.path, every)) {
      known.ids.insert(entry.id);
      known.tags.insert(entry.tags.begin(), entry.tags.end());
    }
  }
  return known;
}

std::vector<std::string> list_of(const std::set<std::string>& words) {
  return {words.begin(), words.end()};
}

}  // namespace

std::vector<std::string> paths_or_default(std::vector<std::string> paths) {
  if (!paths.empty()) return paths;
  std::error_code ignored;
  if (std::filesystem::is_directory("scenarios", ignored)) return {"scenarios"};
  throw RunError(RunError::Kind::kUsage,
                 {"シナリオのファイルまたはフォルダーを指定してください（ここにフォルダー "
                  "scenarios はありません）",
                  "name scenario files or folders (there is no folder \"scenarios\" here)"});
}

void nothing_selected(const std::vector<std::string>& paths, const run::Filters& filters,
                      const std::vector<run::Selected>& files, run::Executor& executor) {
  if (files.empty()) {
    refuse(say("{} にシナリオ（*.yaml、*.yml）がありません",
               "there is no scenario (*.yaml, *.yml) in {}", joined(paths)));
  }
  const auto known = known_in(files, filters, executor);
  for (const auto& tag : filters.tags) {
    if (known.tags.count(tag) != 0) continue;
    refuse(say("タグ {} を持つシナリオがありません", "no scenario has the tag {}",
               yaml::shortened(tag)) +
           yaml::hint(tag, list_of(known.tags)));
  }
  const auto matches = [&](const std::string& pattern) {
    return std::any_of(known.ids.begin(), known.ids.end(), [&](const std::string& id) {
      return run::passes({{}, {pattern}, {}}, id, {});
    });
  };
  const auto& only = filters.only;
  if (!only.empty() && std::none_of(only.begin(), only.end(), matches)) {
    refuse(say("名前が {} のシナリオがありません", "no scenario is called {}", joined(only)) +
           yaml::hint(only.front(), list_of(known.ids)));
  }
  if (known.ids.empty())
    refuse({"条件に合うシナリオがありません", "no scenario holds for what is asked"});
  refuse({"どのシナリオも条件（--tag、--only）のすべてには合いません",
          "no scenario passes all of the filters (--tag, --only) together"});
}

}  // namespace uketsuke::cli
