#include "harness/evidence/manifest.h"

#include <algorithm>

#include "harness/evidence/bundle_folder.h"
#include "harness/evidence/json_value.h"
#include "harness/report/json_writer.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"
#include "models/crypto/digest.h"

namespace uketsuke::evidence {
namespace {

using report::JsonWriter;
using verdict::say;

constexpr std::string_view kFormat = "uketsuke-manifest/1";

void write_entries(JsonWriter& json, std::string_view name,
                   const std::vector<ManifestEntry>& entries) {
  json.key(name).begin_array();
  json.new_line();
  for (const auto& entry : entries) {
    json.begin_object();
    json.key("name").value(std::string_view(entry.name));
    json.key("size").value(entry.size);
    json.key("sha256").value(std::string_view(entry.sha256));
    json.end_object();
    json.new_line();
  }
  json.end_array();
}

bool is_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::vector<ManifestEntry> read_entries(const JsonValue& value) {
  std::vector<ManifestEntry> entries;
  for (const auto& item : value.as_array()) {
    JsonObject object(item);
    ManifestEntry entry{object.require("name").as_string(), object.require("size").as_number(),
                        object.require("sha256").as_string()};
    object.done();
    const auto shown = yaml::shortened(entry.name);
    if (!is_safe_name(entry.name))
      throw Malformed(say("{}：許されない名前です", "{}: not a name that is allowed", shown));
    if (!is_digest(entry.sha256))
      throw Malformed(say("{}：SHA-256 ではありません", "{}: no SHA-256", shown));
    if (!entries.empty() && entries.back().name >= entry.name)
      throw Malformed(say("{}：順序が違うか二度あります", "{}: not in order, or twice", shown));
    if (entries.size() >= kMaxFiles)
      throw Malformed(say("ファイルが {} 個を超えます", "more than {} files", kMaxFiles));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

bool operator==(const ManifestEntry& left, const ManifestEntry& right) {
  return left.name == right.name && left.size == right.size && left.sha256 == right.sha256;
}

std::string sha256_hex(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return wire::to_hex(crypto::sha256(wire::ByteView(data, bytes.size())));
}

ManifestEntry entry_of(std::string name, std::string_view bytes) {
  return {std::move(name), bytes.size(), sha256_hex(bytes)};
}

const ManifestEntry* find_entry(const std::vector<ManifestEntry>& entries, std::string_view name) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const auto& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

std::string to_json(const Manifest& manifest) {
  report::StringSink sink;
  JsonWriter json(sink);
  json.begin_object();
  json.key("format").value(kFormat);
  json.key("statements").begin_array();
  for (const auto& statement : manifest.statements) json.value(statement);
  json.end_array();
  json.new_line();
  json.key("tool").begin_object();
  json.key("name").value("uketsuke");
  json.key("version").value(std::string_view(manifest.tool_version));
  json.end_object();
  json.key("catalogue").begin_object();
  json.key("digest").value(std::string_view(manifest.catalogue.digest));
  json.key("cases").value(std::uint64_t{manifest.catalogue.cases});
  json.end_object();
  json.key("public").value(manifest.is_public);
  json.key("signed").value(manifest.says_signed);
  json.new_line();
  write_entries(json, "files", manifest.files);
  if (manifest.is_public) write_entries(json, "original", manifest.original);
  json.end_object();
  json.new_line();
  json.flush();
  return sink.text();
}

Manifest manifest_from_json(std::string_view text) {
  const auto value = parse_json(text);
  JsonObject top(value);
  const auto& format = top.require("format").as_string();
  if (format != kFormat) {
    throw Malformed(say("形式 {} は、この版では読めません",
                        "this version does not read the format {}", yaml::shortened(format)));
  }
  Manifest manifest;
  for (const auto& item : top.require("statements").as_array())
    manifest.statements.push_back(item.as_text());
  JsonObject tool(top.require("tool"));
  tool.require("name");
  manifest.tool_version = tool.require("version").as_string();
  tool.done();
  JsonObject catalogue(top.require("catalogue"));
  manifest.catalogue.digest = catalogue.require("digest").as_string();
  manifest.catalogue.cases =
      static_cast<std::uint32_t>(catalogue.require("cases").as_number(UINT32_MAX));
  catalogue.done();
  manifest.is_public = top.require("public").as_bool();
  manifest.says_signed = top.require("signed").as_bool();
  manifest.files = read_entries(top.require("files"));
  if (manifest.is_public) manifest.original = read_entries(top.require("original"));
  top.done();
  return manifest;
}

}  // namespace uketsuke::evidence
