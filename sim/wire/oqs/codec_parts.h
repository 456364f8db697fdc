// Bodies and headers of the OQS messages, shared by message.cpp. Internal to this folder.
#pragma once

#include "sim/wire/oqs/project_defined.h"
#include "sim/wire/oqs/qualification.h"
#include "sim/wire/oqs/xml.h"

namespace uketsuke::wire::oqs {

RequestHeader read_request_header(xml::Group header);
ResultHeader read_result_header(xml::Group header);
void write_header(xml::Writer& out, const RequestHeader& header);
void write_header(xml::Writer& out, const ResultHeader& header);

void read_body(xml::Group body, QualificationRequest& out);
void read_body(xml::Group body, QualificationResult& out);
void write_body(xml::Writer& out, const QualificationRequest& message);
void write_body(xml::Writer& out, const QualificationResult& message);
// Leaves whose names are no XML names of letters and digits, and a consent that says yes though its
// elements are to be left out, cannot be written.
bool is_writable(const QualificationResult& message);

// project_defined.cpp: whole message below XmlMsg, as the ordinary request has a header of its own.
void read_message(xml::Group root, ViewRequest& out);  // out.emergency tells which
void read_message(xml::Group root, ViewResult& out);
void read_message(xml::Group root, PasscodeRequest& out);
void read_message(xml::Group root, PasscodeResult& out);
void write_message(xml::Writer& out, const ViewRequest& message);
void write_message(xml::Writer& out, const ViewResult& message);
void write_message(xml::Writer& out, const PasscodeRequest& message);
void write_message(xml::Writer& out, const PasscodeResult& message);

}  // namespace uketsuke::wire::oqs
