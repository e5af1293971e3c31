// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostic.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>
#include <utility>

#include "config/mask.hpp"

namespace plimsoll::config {

std::string to_string(Code code) {
    return fmt::format("PL-C{:03}", static_cast<unsigned>(code));
}

Report::Report(std::string source, std::string_view text) : source_(std::move(source)) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines_.push_back(line);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
}

std::string_view Report::line(std::uint32_t number) const {
    return number >= 1 && number <= lines_.size() ? lines_[number - 1] : std::string_view();
}

std::string_view Report::spelled(const Place& place) const {
    if (place.variable) return {};
    const std::string_view text = line(place.line);
    const std::size_t from = byte_of_column(text, place.column);
    return text.substr(from, byte_of_column(text, place.column + place.length) - from);
}

void Report::add(Diagnostic::Severity severity, Code code, const Place& place, std::string key, std::string what,
                 std::string why, std::string mend) {
    if (diagnostics_.size() >= kMost) return;
    Diagnostic out;
    out.severity = severity;
    out.code = code;
    out.source = place.variable ? "environment" : source_;
    out.place = place;
    if (!place.variable) out.line = line(place.line);
    out.caret = place.column;
    out.caret_length = place.length;
    out.key = std::move(key);
    out.what = std::move(what);
    out.why = std::move(why);
    out.mend = std::move(mend);
    mask(out);
    diagnostics_.push_back(std::move(out));
}

void Report::error(Code code, const Place& place, std::string key, std::string what, std::string why,
                   std::string mend) {
    ++errors_;
    add(Diagnostic::Severity::Error, code, place, std::move(key), std::move(what), std::move(why), std::move(mend));
}

void Report::warning(Code code, const Place& place, std::string key, std::string what, std::string why,
                     std::string mend) {
    add(Diagnostic::Severity::Warning, code, place, std::move(key), std::move(what), std::move(why), std::move(mend));
}

std::vector<Diagnostic> Report::take() {
    std::stable_sort(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tuple(a.place.variable != nullptr, a.place.line, a.place.column) <
               std::tuple(b.place.variable != nullptr, b.place.line, b.place.column);
    });
    return std::move(diagnostics_);
}

namespace {

struct Paint {
    bool on;
    std::string operator()(std::string_view code, std::string_view text) const {
        return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }
};

/// Blanks up to the column, with tabs kept so that the caret stands below its text.
std::string margin(std::string_view line, std::uint32_t column) {
    std::string out;
    for (const char c : line.substr(0, byte_of_column(line, column))) {
        const bool continues = (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
        if (!continues) out.push_back(c == '\t' ? '\t' : ' ');
    }
    return out;
}

}  // namespace

std::string render(const Diagnostic& d, bool color) {
    const Paint paint{color};
    const bool error = d.severity == Diagnostic::Severity::Error;
    std::string out = paint(error ? "1;31" : "1;33", error ? "error" : "warning") + ": " + paint("1", d.what) + '\n';
    if (d.place.variable) {
        out += fmt::format("  --> environment variable {}\n", *d.place.variable);
        out += fmt::format("      | {}\n", d.why);
    } else if (d.line.empty()) {
        out += fmt::format("  --> {}\n", d.source);
        if (!d.why.empty()) out += fmt::format("      | {}\n", d.why);
    } else {
        out += fmt::format("  --> {}:{}:{}\n", d.source, d.place.line, d.place.column);
        out += fmt::format("{:5} | {}\n", d.place.line, d.line);
        const std::string carets(std::max<std::size_t>(1, d.caret_length), '^');
        out += fmt::format("      | {}{}\n", margin(d.line, d.caret),
                           paint(error ? "31" : "33", carets + (d.why.empty() ? "" : " " + d.why)));
    }
    return out + fmt::format("help: {}   (code {})\n", d.mend, to_string(d.code));
}

std::string render(std::span<const Diagnostic> diagnostics, bool color) {
    std::string out;
    std::size_t errors = 0;
    for (const auto& diagnostic : diagnostics) {
        if (!out.empty()) out += '\n';
        out += render(diagnostic, color);
        if (diagnostic.severity == Diagnostic::Severity::Error) ++errors;
    }
    if (errors > 1) out += fmt::format("\n{} errors\n", errors);
    return out;
}

namespace {

/// Damerau-Levenshtein distance (optimal string alignment): a swap of neighbours counts once.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

}  // namespace

std::string folded(std::string_view name) {
    std::string out(name);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '-') c = '_';
    }
    return out;
}

std::string nearest(std::string_view word, std::span<const std::string> known) {
    constexpr std::size_t kLongest = 64;
    if (word.empty() || word.size() > kLongest) return {};
    const std::string plain = folded(word);
    std::string best;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const auto& candidate : known) {
        if (candidate.size() > kLongest) continue;
        const std::size_t d = distance(plain, folded(candidate));
        if (d < least) {
            least = d;
            best = candidate;
        }
    }
    return best;
}

}  // namespace plimsoll::config
