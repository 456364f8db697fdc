// Any OQS file of the folder wire: decode by the kind that its name tells, encode.
#pragma once

#include <string>
#include <variant>

#include "sim/wire/bytes.h"
#include "sim/wire/oqs/file_name.h"
#include "sim/wire/oqs/project_defined.h"
#include "sim/wire/oqs/qualification.h"

namespace uketsuke::wire::oqs {

using Message = std::variant<QualificationRequest, QualificationResult, ViewRequest, ViewResult,
                             PasscodeRequest, PasscodeResult>;

constexpr std::size_t kMaxFileBytes = 256 * 1024;

// Strict: unknown, doubled and missing elements are errors, so are a document type, entities other
// than the five of XML 1.0, a declaration that disagrees with CharacterCodeIdentifier, and a
// ConsFlg that the interface does not know (2 and 3 in results and face files). Errors carry the
// element's name and, unless the file is Shift_JIS, the byte offset.
Result<Message> decode(FileKind kind, ByteView bytes);
// Errors: kUnrepresentable with the element's name. Character code: from the header.
Result<Bytes> encode(const Message& message);
// A result in a face file and in res/ have the same bytes; a message has exactly one kind
// otherwise.
FileKind kind_of(const Message& message);
// One line for the journal; names, numbers, addresses, passcodes and summaries are "****".
std::string describe(const Message& message);

}  // namespace uketsuke::wire::oqs
