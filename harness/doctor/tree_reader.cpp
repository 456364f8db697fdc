#include "harness/doctor/tree_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace uketsuke::doctor {

namespace fs = std::filesystem;

std::string TreeReader::bytes(const std::string& path) const {
  struct stat status {};
  const std::string file = on_disk(path);
  // A pipe or a device would wait or do something.
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  std::ifstream in(file, std::ios::binary);
  std::string all;
  char part[4096];
  while (all.size() < kMostBytes && (in.read(part, sizeof part) || in.gcount() > 0))
    all.append(part, static_cast<std::size_t>(in.gcount()));
  return all;
}

std::string TreeReader::text(const std::string& path) const {
  std::string all = bytes(path);
  while (!all.empty() && (all.back() == '\n' || all.back() == ' ' || all.back() == '\0'))
    all.pop_back();
  return all;
}

int TreeReader::number(const std::string& path, int base) const {
  const std::string all = text(path);
  return static_cast<int>(std::strtol(all.c_str(), nullptr, base));
}

std::vector<std::string> TreeReader::lines(const std::string& path) const {
  std::vector<std::string> found;
  std::istringstream in(bytes(path));
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

std::vector<std::string> TreeReader::strings(const std::string& path) const {
  std::vector<std::string> found;
  std::istringstream in(bytes(path));
  for (std::string part; std::getline(in, part, '\0');) found.push_back(part);
  return found;
}

bool TreeReader::exists(const std::string& path) const {
  std::error_code error;
  return fs::exists(on_disk(path), error);
}

std::string TreeReader::link(const std::string& path) const {
  std::error_code error;
  return fs::read_symlink(on_disk(path), error).string();
}

std::vector<std::string> TreeReader::names(const std::string& folder) const {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(on_disk(folder), error), end; !error && entry != end;
       entry.increment(error))
    found.push_back(entry->path().filename().string());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace uketsuke::doctor
