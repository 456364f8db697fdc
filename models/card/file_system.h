// Files of the card: applications, elementary files, and who may read what. Immutable once built.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/mynumber/application.h"

namespace uketsuke::card {

using wire::mynumber::Application;

enum class FileKind : std::uint8_t {
  kTransparent,  // READ BINARY
  kRecord,       // READ RECORD
  kReference,    // PIN or verification number: VERIFY
  kPrivateKey,   // COMPUTE DIGITAL SIGNATURE, INTERNAL AUTHENTICATE
  kInternal,     // exists, nothing is done with it by these commands
};
std::string_view to_string(FileKind kind);

// Any one of up to three references of the same application, verified, opens the file.
struct Condition {
  enum class Rule : std::uint8_t { kAlways, kAnyOf, kNever };
  Rule rule = Rule::kAlways;
  std::array<std::uint16_t, 3> any_of{};  // 0: unused
  bool or_terminal = false;  // a terminal that authenticated itself opens it too
};

struct File {
  std::uint16_t id = 0;
  FileKind kind = FileKind::kTransparent;
  Condition condition;               // to read, or to use the key
  wire::Bytes content;               // kTransparent
  std::vector<wire::Bytes> records;  // kRecord, record 1 first
};

// The key that COMPUTE DIGITAL SIGNATURE with P2 = 00 uses in the card face and card text
// applications; not a file that SELECT finds.
inline constexpr std::uint16_t kDefaultKey = 0x0000;

struct Directory {
  Application application = Application::kOther;
  wire::Bytes aid;
  std::vector<File> files;
};

// What GET DATA answers.
struct DataObject {
  std::uint16_t tag = 0;
  bool in_applications = false;  // answered with an application selected too (5F51)
  wire::Bytes value;
};

class FileSystem {
 public:
  void add(Directory directory) { directories_.push_back(std::move(directory)); }
  void add(DataObject object) { objects_.push_back(std::move(object)); }
  // Null if there is none.
  const Directory* directory_with_aid(wire::ByteView aid) const;
  const Directory* directory_of(Application application) const;
  const DataObject* object(std::uint16_t tag) const;
  const std::vector<Directory>& directories() const { return directories_; }

 private:
  std::vector<Directory> directories_;
  std::vector<DataObject> objects_;
};

// Null if the directory has no such file.
const File* find_file(const Directory& directory, std::uint16_t id);

}  // namespace uketsuke::card
