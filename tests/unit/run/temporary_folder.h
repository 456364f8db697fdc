// A folder that a test writes scenarios of the fake executor into.
#pragma once

#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>

class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "uketsuke-test-XXXXXX").string();
    BOOST_TEST_REQUIRE(::mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  std::string write(const std::string& name, const std::string& text) const {
    const auto file = *this / name;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file) << text;
    return file;
  }
  // "NAME.yaml" with the id NAME that does `words`.
  std::string scenario(const std::string& name, const std::string& words,
                       const std::string& more = "") const {
    return write(name + ".yaml", "id: " + name + "\ndo: " + words + "\n" + more);
  }

 private:
  std::string path_;
};
