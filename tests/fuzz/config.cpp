// SPDX-License-Identifier: Apache-2.0
// Configuration files, with overrides of the environment after a line of "----": settings, or everything that is wrong.
#include <algorithm>

#include "config/loader.hpp"
#include "config/show.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

namespace {

constexpr const char* kPath = "/etc/plimsoll/plimsoll.toml";

config::Environment environment_of(std::string_view lines) {
    config::Environment out;
    while (!lines.empty() && out.size() < 16) {
        const auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || line.find('\0') != std::string_view::npos) continue;
        out.emplace("PLIMSOLL__" + std::string(line.substr(0, equals)), line.substr(equals + 1));
    }
    return out;
}

void check_findings(const std::vector<config::Diagnostic>& findings, std::string_view text) {
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const auto& finding : findings) {
        require(!finding.what.empty(), "a finding says what");
        require(finding.place.variable || (finding.place.line >= 1 && finding.place.line <= lines),
                "on a line of the file");
        require(finding.place.column >= 1, "columns count from 1");
        require(finding.line.size() <= 1000, "a bounded window of the line");
    }
    require(config::render(findings).size() <= 4096 + findings.size() * 8192, "a bounded text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto all = fuzz::text_of({data, size});
    const auto cut = all.find("\n----\n");
    const auto text = all.substr(0, cut == std::string_view::npos ? all.size() : cut + 1);
    const auto environment = environment_of(cut == std::string_view::npos ? "" : all.substr(cut + 6));
    const auto loaded = config::load_text(text, kPath, environment);
    if (!loaded) {
        const auto& findings = loaded.error();
        require(std::any_of(findings.begin(), findings.end(),
                            [](const auto& one) { return one.severity == config::Diagnostic::Severity::Error; }),
                "a refusal names an error");
        check_findings(findings, text);
        return 0;
    }
    check_findings(loaded->warnings, text);
    for (const bool origins : {false, true}) {
        const auto shown = config::show_toml(*loaded, origins);
        const auto again = config::load_text(shown, kPath, {});
        require(again.has_value(), "what is shown loads");
        require(again->settings == loaded->settings, "and is the same");
    }
    require(!config::show_json(*loaded).empty(), "JSON of it");
    return 0;
}
