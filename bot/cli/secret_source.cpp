// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/secret_source.hpp"

#include <fmt/format.h>

#include "bot/cli/terminal.hpp"

namespace plimsoll::bot::cli {

Result<config::Secret> secret_from(const SecretSource& source, std::string_view name, std::string_view prompt,
                                   bool twice) {
    if (!source.file.empty()) return config::read_secret({config::SecretRef::Kind::File, source.file});
    if (source.fd) return config::read_secret_fd(*source.fd, fmt::format("descriptor {}", *source.fd));
    auto first = ask_secret(prompt);
    if (!first && first.error().code == Errc::NotFound)
        return fail(Errc::NotFound,
                    fmt::format("there is no terminal to ask for the {} on: name it with --{}-file FILE or "
                                "--{}-fd N",
                                name, name, name));
    if (!first || !twice) return first;
    TRY(const auto second, ask_secret("Again"));
    if (!keys::equal_constant_time(first->view(), second.view()))
        return fail(Errc::Refused, "the two are not the same");
    return first;
}

}  // namespace plimsoll::bot::cli
