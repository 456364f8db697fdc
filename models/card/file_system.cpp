#include "models/card/file_system.h"

#include <algorithm>

namespace uketsuke::card {

std::string_view to_string(FileKind kind) {
  switch (kind) {
    case FileKind::kTransparent:
      return "transparent";
    case FileKind::kRecord:
      return "record";
    case FileKind::kReference:
      return "reference data";
    case FileKind::kPrivateKey:
      return "private key";
    case FileKind::kInternal:
      return "internal";
  }
  return "?";
}

const Directory* FileSystem::directory_with_aid(wire::ByteView aid) const {
  for (const Directory& directory : directories_) {
    if (std::equal(directory.aid.begin(), directory.aid.end(), aid.begin(), aid.end())) {
      return &directory;
    }
  }
  return nullptr;
}

const Directory* FileSystem::directory_of(Application application) const {
  for (const Directory& directory : directories_) {
    if (directory.application == application) return &directory;
  }
  return nullptr;
}

const DataObject* FileSystem::object(std::uint16_t tag) const {
  for (const DataObject& object : objects_) {
    if (object.tag == tag) return &object;
  }
  return nullptr;
}

const File* find_file(const Directory& directory, std::uint16_t id) {
  for (const File& file : directory.files) {
    if (file.id == id) return &file;
  }
  return nullptr;
}

}  // namespace uketsuke::card
