#ifndef KOZMIC_LIB_HTTP_FORWARDED_H_
#define KOZMIC_LIB_HTTP_FORWARDED_H_

#include <httplib.h>

#include <string>

#include "lib/outgoing/address_rules.h"

namespace kozmic::http {

// Whose request it is that came over a connection from `peer`: the peer's, unless that is one of
// `proxies`. A proxy's X-Forwarded-For tells whom it works for, in the last of its addresses; who
// is not a proxy may have written whatever stands before that. What is not an address is not looked
// at, nor what is before it.
std::string ClientOf(const std::string& peer, const httplib::Headers& headers,
                     const AddressRules& proxies);

}  // namespace kozmic::http

#endif  // KOZMIC_LIB_HTTP_FORWARDED_H_
