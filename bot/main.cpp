// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <variant>

#include "bot/cli/parse.hpp"
#include "bot/harden.hpp"

int main(int argc, char** argv) {
    using namespace plimsoll::bot;
    harden_process();
    try {
        const auto parsed = cli::parse({argv + (argc > 0 ? 1 : 0), argv + argc});
        if (const auto* end = std::get_if<cli::Exit>(&parsed)) {
            std::fputs(end->text.c_str(), end->code == ExitCode::Done ? stdout : stderr);
            return to_int(end->code);
        }
        const auto& invocation = std::get<cli::Invocation>(parsed);
        const ExitCode code = cli::dispatch(invocation.globals, invocation.command);
        // Data that did not arrive is not done: a full disk, a closed pipe.
        const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
        return to_int(written || code != ExitCode::Done ? code : ExitCode::Internal);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return to_int(ExitCode::Internal);
    }
}
