#include "sim/wire/oqs/message.h"

#include "sim/wire/oqs/codec_parts.h"

namespace uketsuke::wire::oqs {
namespace {

using xml::Group;
using xml::Need;

CharacterCode code_of(const Message& message) {
  return std::visit(
      [](const auto& m) {
        if constexpr (std::is_same_v<std::decay_t<decltype(m.header)>, RequestHeader>) {
          return m.header.encoding;
        } else {
          return m.header.CharacterCodeIdentifier;
        }
      },
      message);
}

void set_declared(Message& message, CharacterCode declared, xml::Errors& errors) {
  std::visit(
      [&](auto& m) {
        if constexpr (std::is_same_v<std::decay_t<decltype(m.header)>, RequestHeader>) {
          m.header.encoding = declared;
        } else if (m.header.CharacterCodeIdentifier != declared) {
          errors.add(DecodeErrc::kBadValue, "CharacterCodeIdentifier", {});
        }
      },
      message);
}

Message empty_message(FileKind kind) {
  switch (kind) {
    case FileKind::kQualificationRequest:
      return QualificationRequest{};
    case FileKind::kQualificationResult:
    case FileKind::kFaceResult:
      return QualificationResult{};
    case FileKind::kPasscodeRequest:
      return PasscodeRequest{};
    case FileKind::kPasscodeResult:
      return PasscodeResult{};
    case FileKind::kEmergencyViewRequest:
      return ViewRequest{};
    case FileKind::kEmergencyViewResult:
      return ViewResult{};
    case FileKind::kOrdinaryViewRequest: {
      ViewRequest request;
      request.emergency = false;
      return request;
    }
    case FileKind::kOrdinaryViewResult: {
      ViewResult result;
      result.emergency = false;
      return result;
    }
  }
  return QualificationRequest{};
}

template <class M>
void read(Group root, M& message) {
  if constexpr (std::is_same_v<M, QualificationRequest> || std::is_same_v<M, QualificationResult>) {
    Group header = root.group("MessageHeader", Need::kRequired);
    if constexpr (std::is_same_v<M, QualificationRequest>) {
      message.header = read_request_header(std::move(header));
    } else {
      message.header = read_result_header(std::move(header));
    }
    read_body(root.group("MessageBody", Need::kRequired), message);
    root.finish();
  } else {
    read_message(std::move(root), message);
  }
}

template <class M>
void write(xml::Writer& out, const M& message) {
  if constexpr (std::is_same_v<M, QualificationRequest> || std::is_same_v<M, QualificationResult>) {
    write_header(out, message.header);
    out.open("MessageBody");
    write_body(out, message);
    out.close("MessageBody");
  } else {
    write_message(out, message);
  }
}

std::string consents_of(const QualificationResult& message) {
  std::string out;
  for (const auto& result : message.ResultList) {
    for (std::size_t i = 0; i < kConsentKinds; ++i) {
      const Consent& consent = result.consents[i];
      if (!consent.present) continue;
      out += ' ';
      out += to_string(static_cast<ConsentKind>(i));
      out += '=';
      out += static_cast<char>('0' + static_cast<int>(consent.flag));
      if (!consent.ConsTime.empty()) out += '@' + consent.ConsTime;
    }
  }
  return out;
}

std::string body_of(const QualificationRequest&) { return " search=****"; }
std::string body_of(const QualificationResult& m) {
  return " validity=" + std::string(to_string(m.QualificationValidity)) +
         " results=" + std::to_string(m.ResultList.size()) + consents_of(m);
}
std::string body_of(const ViewRequest& m) {
  std::string out = " patient=**** viewer=" + m.ViewerIdentifier;
  if (m.emergency) {
    out += m.EmergencyMode ? " emergency_mode=1" : " emergency_mode=0";
    out += " ConsFlg=" + std::string(to_string(m.consent));
  }
  return out;
}
std::string body_of(const ViewResult& m) {
  std::string out = " patient=****";
  if (m.summary) out += " summary=****(" + std::to_string(m.summary->sections.size()) + ")";
  for (const std::string& reason : m.reasons) out += " reason=" + reason;
  return out;
}
std::string body_of(const PasscodeRequest&) { return {}; }
std::string body_of(const PasscodeResult& m) {
  return m.VisualPasscode.empty() ? std::string() : " VisualPasscode=****";
}

}  // namespace

Result<Message> decode(FileKind kind, ByteView bytes) {
  xml::Document document;
  const auto declared = xml::load(bytes, kMaxFileBytes, document);
  if (!declared) return declared.error();
  const pugi::xml_node top = document.tree.first_child();
  xml::Errors errors;
  if (std::string_view(top.name()) != "XmlMsg") {
    return DecodeError{DecodeErrc::kUnknownType, 0, "XmlMsg"};
  }
  Message message = empty_message(kind);
  std::visit([&](auto& m) { read(Group(top, "XmlMsg", errors), m); }, message);
  set_declared(message, *declared, errors);
  if (!errors.ok) {
    // Offsets of a converted text say nothing about the file.
    if (*declared == CharacterCode::kShiftJis) errors.first.offset = 0;
    return errors.first;
  }
  return message;
}

Result<Bytes> encode(const Message& message) {
  if (const auto* result = std::get_if<QualificationResult>(&message)) {
    if (!is_writable(*result)) return DecodeError{DecodeErrc::kUnrepresentable, 0, "element"};
  }
  const CharacterCode code = code_of(message);
  xml::Writer out(code);
  out.open("XmlMsg");
  std::visit([&](const auto& m) { write(out, m); }, message);
  out.close("XmlMsg");
  auto bytes = xml::to_code(out.text(), code);
  if (!bytes) return bytes.error();
  // What our own decoder would refuse must not leave the encoder.
  if (const auto again = decode(kind_of(message), *bytes); !again) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, again.error().field};
  }
  return bytes;
}

FileKind kind_of(const Message& message) {
  struct Kinds {
    FileKind operator()(const QualificationRequest&) { return FileKind::kQualificationRequest; }
    FileKind operator()(const QualificationResult&) { return FileKind::kQualificationResult; }
    FileKind operator()(const PasscodeRequest&) { return FileKind::kPasscodeRequest; }
    FileKind operator()(const PasscodeResult&) { return FileKind::kPasscodeResult; }
    FileKind operator()(const ViewRequest& m) {
      return m.emergency ? FileKind::kEmergencyViewRequest : FileKind::kOrdinaryViewRequest;
    }
    FileKind operator()(const ViewResult& m) {
      return m.emergency ? FileKind::kEmergencyViewResult : FileKind::kOrdinaryViewResult;
    }
  };
  return std::visit(Kinds{}, message);
}

std::string describe(const Message& message) {
  std::string out(to_string(kind_of(message)));
  std::visit(
      [&](const auto& m) {
        out += " institution=" + m.header.MedicalInstitutionCode;
        out += " file=" + m.header.ArbitraryFileIdentifier;
        if constexpr (std::is_same_v<std::decay_t<decltype(m.header)>, ResultHeader>) {
          out += " segment=" + std::string(to_string(m.header.SegmentOfResult));
          if (!m.header.ErrorCode.empty()) out += " error=" + m.header.ErrorCode;
        }
        out += body_of(m);
      },
      message);
  return out;
}

}  // namespace uketsuke::wire::oqs
