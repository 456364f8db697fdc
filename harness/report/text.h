// Text made safe for the formats of the reports. Input may be any bytes (a card's, a program's):
// what is not UTF-8 becomes U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace uketsuke::report {

// Appends `text` for XML and HTML content and attributes: & < > " ' escaped, characters that
// XML 1.0 (clause 2.2) does not allow become U+FFFD.
void append_xml(std::string& out, std::string_view text);

// Appends `text` for the inside of a JSON string (RFC 8259, clause 7), without the quotes.
void append_json(std::string& out, std::string_view text);

// One line for a terminal: control characters (and so escape sequences) become U+FFFD, line ends
// become blanks.
std::string one_line(std::string_view text);

// One line for people: like one_line(), and cut with "…" to so many columns of a terminal.
std::string cut(std::string_view text, std::size_t columns);

// Columns that a terminal takes for one line of UTF-8: East Asian wide characters take two (Unicode
// Standard Annex #11, classes W and F), combining marks none.
std::size_t columns_of(std::string_view text);

// Names and roles longer than this are cut where people read them; results.json has all of them.
constexpr std::size_t kNameColumns = 100;
constexpr std::size_t kWhoColumns = 40;

// Length of the well-formed UTF-8 character at the start of `text` (Unicode, table 3-7); 0 if there
// is none.
std::size_t utf8_length(std::string_view text);

}  // namespace uketsuke::report
