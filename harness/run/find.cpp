#include "harness/run/find.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "harness/yaml/yaml.h"

namespace uketsuke::run {
namespace {

namespace fs = std::filesystem;
using Kind = RunError::Kind;

[[noreturn]] void cannot_read(const std::string& path, const std::error_code& error) {
  throw RunError(Kind::kEnvironment, {path + "：読めません（" + error.message() + "）",
                                      "cannot read " + path + ": " + error.message()});
}

// A link that leads nowhere counts: somebody wanted a scenario there, and loading it says why not.
bool is_scenario(const fs::directory_entry& entry) {
  const auto extension = entry.path().extension();
  if (extension != ".yaml" && extension != ".yml") return false;
  std::error_code ignored;
  const fs::file_type type = entry.status(ignored).type();  // a link in a circle has none
  return type == fs::file_type::regular || type == fs::file_type::not_found ||
         type == fs::file_type::none;
}

// Links to folders are not followed, so this ends.
void walk(const std::string& folder, std::vector<std::string>& found) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error) found.push_back(folder);
  while (!error && entry != fs::directory_iterator()) {
    std::error_code ignored;
    const auto name = entry->path().native();
    if (entry->path().filename().native().front() == '.') {
      // hidden
    } else if (fs::is_directory(entry->symlink_status(ignored))) {
      walk(name, found);
    } else if (is_scenario(*entry)) {
      found.push_back(name);
    }
    entry.increment(error);
    if (error) found.push_back(folder);
  }
}

void add_folder(const std::string& folder, std::vector<std::string>& files) {
  std::vector<std::string> found;
  walk(folder, found);
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

// What stands there instead, if something near does.
verdict::Text nearest_name(const std::string& path) {
  const fs::path wanted(path);
  const fs::path folder = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().native());
  }
  std::sort(names.begin(), names.end());
  return yaml::suggestion(wanted.filename().native(), names);
}

void drop_repeated(std::vector<std::string>& files) {
  std::set<std::string> seen;
  const auto is_repeated = [&](const std::string& file) {
    std::error_code error;
    const auto real = fs::canonical(file, error);
    return !seen.insert(error ? file : real.native()).second;
  };
  files.erase(std::remove_if(files.begin(), files.end(), is_repeated), files.end());
}

}  // namespace

std::vector<std::string> find_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found || path.empty()) {
      throw RunError(Kind::kUsage, verdict::Text(path + "：ファイルもフォルダーもありません",
                                                 "no such file or folder: " + path) +
                                       nearest_name(path));
    }
    if (status.type() == fs::file_type::none) cannot_read(path, error);
    if (fs::is_directory(status)) {
      add_folder(path, files);
    } else if (fs::is_regular_file(status)) {
      files.push_back(path);
    } else {
      throw RunError(Kind::kUsage, {path + "：ファイルでもフォルダーでもありません",
                                    "neither a file nor a folder: " + path});
    }
  }
  if (paths.size() > 1) drop_repeated(files);
  return files;
}

std::vector<Selected> find_scenarios(const std::vector<std::string>& paths) {
  std::vector<Selected> selection;
  for (auto& file : find_files(paths)) {
    selection.emplace_back();
    selection.back().path = std::move(file);
  }
  return selection;
}

bool passes(const Filters& filters, const std::string& id, const std::vector<std::string>& tags) {
  const auto has = [&](const std::string& tag) {
    return std::find(tags.begin(), tags.end(), tag) != tags.end();
  };
  const auto names = [&](const std::string& pattern) {
    return pattern == id || ::fnmatch(pattern.c_str(), id.c_str(), 0) == 0;
  };
  return std::all_of(filters.tags.begin(), filters.tags.end(), has) &&
         (filters.only.empty() || std::any_of(filters.only.begin(), filters.only.end(), names));
}

std::vector<Selected> Executor::select(const std::vector<std::string>& paths, const Filters&) {
  return find_scenarios(paths);
}

}  // namespace uketsuke::run
