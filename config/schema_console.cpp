// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr Setting<Console> kConsole[] = {
    setting<&Console::enabled>({
        .key = "enabled",
        .kind = Kind::Bool,
        .example = "true",
        .text = "Serve the page at all.",
        .restart = true,
    }),
    setting<&Console::listen>({
        .key = "listen",
        .kind = Kind::Listen,
        .example = "\"127.0.0.1:1877\"",
        .text = "Address and port of the page. Other than on loopback it needs `token`, `certificate` and `key`.",
        .restart = true,
    }),
    setting<&Console::token>({
        .key = "token",
        .kind = Kind::Secret,
        .need = Need::Optional,
        .example = "{ file = \"/etc/plimsoll/console.token\" }",
        .text = "Asked of whoever opens the page: 16 to 256 printable characters. Without one, whoever reaches the "
                "page may read it, and nobody can pause or resume anything from it.",
        .restart = true,
    }),
    setting<&Console::certificate>({
        .key = "certificate",
        .kind = Kind::Path,
        .need = Need::Optional,
        .example = "\"/etc/plimsoll/console.pem\"",
        .text = "The page is served by TLS, with this certificate and those that follow it in the file (PEM).",
        .restart = true,
    }),
    setting<&Console::key>({
        .key = "key",
        .kind = Kind::Path,
        .need = Need::Optional,
        .example = "\"/etc/plimsoll/console.key\"",
        .text = "Key of `certificate`: PEM, unencrypted, mode 0600 or stricter.",
        .restart = true,
    }),
};

}  // namespace

template <>
std::span<const Setting<Console>> settings_of<Console>() {
    return kConsole;
}

}  // namespace plimsoll::config
