#pragma once
/// \file
/// X.509 extensions, named and read.

#include <string>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/certificate.hpp>

#include "explain/story.hpp"

namespace keyway::explain {

/// "subjectAltName" for the contents octets of 2.5.29.17; the dotted number for an unknown one.
[[nodiscard]] std::string extension_name(ByteView oid);

/// An extension of a certificate in words: one entry per line. What is not decoded comes out in hexadecimal.
struct ExtensionText {
  std::string name;
  std::string oid;  ///< dotted
  bool critical = false;
  bool is_known = false;
  std::vector<std::string> lines;
};
[[nodiscard]] ExtensionText describe_extension(const x509::ExtensionView& extension);

/// "digitalSignature", "keyCertSign", …: the bits that are set.
[[nodiscard]] std::vector<std::string> key_usage_names(x509::KeyUsage usage);

/// `{"name": …, "oid": …, "critical": …, "value": […], "hex": …}`
[[nodiscard]] Json extension_json(const x509::ExtensionView& extension);

}  // namespace keyway::explain
