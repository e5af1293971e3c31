// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

namespace plimsoll::config {

/// "localhost", "::1" or one of 127.0.0.0/8 in its dotted form: reached from this machine alone. A name that begins so,
/// "127.0.0.1.example.org", is none.
inline bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" ||
           (host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
            host.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// The same of the host in "127.0.0.1:1876" or "[::1]:1876".
inline bool listens_on_loopback(std::string_view listen) {
    std::string_view host = listen.substr(0, listen.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return is_loopback(host);
}

}  // namespace plimsoll::config
