// SPDX-License-Identifier: Apache-2.0
// Lines of a flight recording: what is read, written again, reads the same.
#include "bot/engine/recording.hpp"

#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using namespace plimsoll::engine;
using fuzz::require;

namespace {

template <class T, class Parse>
void check(std::string_view line, Parse parse) {
    const Result<T> read = parse(line);
    if (!read) {
        const Errc code = read.error().code;
        require(code == Errc::Decode || code == Errc::Unsupported, "a documented error");
        return;
    }
    const auto written = encode(*read);
    require(written.find('\n') == std::string::npos, "one line");
    const Result<T> again = parse(written);
    require(again.has_value(), "what was written is read");
    require(encode(*again) == written, "and written the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto line = fuzz::text_of({data, size});
    static_cast<void>(is_event_line(line));
    static_cast<void>(is_command_line(line));
    check<EngineConfig>(line, parse_header);
    check<Event>(line, parse_event);
    check<Command>(line, parse_command);
    return 0;
}
