// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "bot/engine/record_fields.hpp"
#include "bot/engine/record_names.hpp"
#include "bot/engine/recording.hpp"

namespace plimsoll::engine {

namespace {

/// Writes JSON text straight into a string: recording is next to the hot path and builds no tree.
class Writer {
  public:
    explicit Writer(std::string& out) : out_(out) {}

    template <class T>
    void operator()(std::string_view name, const T& value) {
        key(name);
        put(value);
    }

    void key(std::string_view name) {
        if (out_.back() != '{') out_ += ',';
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }
    void put(bool value) { out_ += value ? "true" : "false"; }
    template <std::integral T>
    void put(T value) {
        std::array<char, 24> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        out_.append(text.data(), end);
    }
    template <class T>
    requires std::is_enum_v<T>
    void put(T value) { put(static_cast<unsigned>(value)); }
    void put(const std::string& value) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        out_ += '"';
        for (const char c : value) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                out_ += '\\';
                out_ += c;
            } else if (byte < 0x20 || byte >= 0x7f) {  // a node's words may be no UTF-8: bytes stay bytes
                out_ += "\\u00";
                out_ += kDigits[byte >> 4U];
                out_ += kDigits[byte & 15U];
            } else {
                out_ += c;
            }
        }
        out_ += '"';
    }
    void hex(ByteView bytes) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        out_ += "\"0x";
        for (const auto byte : bytes) {
            out_ += kDigits[byte >> 4U];
            out_ += kDigits[byte & 15U];
        }
        out_ += '"';
    }
    void put(const Bytes& value) { hex(value); }
    template <std::size_t N, class Tag>
    void put(const FixedBytes<N, Tag>& value) {
        hex(value.view());
    }
    void put(const U256& value) {
        out_ += '"';
        out_ += plimsoll::to_string(value);
        out_ += '"';
    }
    template <class Tag>
    void put(const Quantity<Tag>& value) {
        put(value.value);
    }
    void put(const std::chrono::seconds& value) { put(static_cast<std::int64_t>(value.count())); }
    template <class T>
    void put(const std::optional<T>& value) {
        if (value)
            put(*value);
        else
            out_ += "null";
    }
    template <class T>
    void put(const std::vector<T>& values) {
        out_ += '[';
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i != 0) out_ += ',';
            put(values[i]);
        }
        out_ += ']';
    }
    template <class T>
    requires std::is_class_v<T>
    void put(const T& value) {
        out_ += '{';
        fields(*this, value);
        out_ += '}';
    }

  private:
    std::string& out_;
};

}  // namespace

std::string encode(const EngineConfig& config) {
    std::string out = "{";
    Writer writer(out);
    writer("recording", kRecordingVersion);
    writer("config", config);
    return out + "}";
}

std::string encode(const Event& event) {
    std::string out = "{";
    Writer writer(out);
    writer("event", std::string(kEventNames[event.body.index()]));
    writer("time_ms", event.time_ms);
    std::visit([&](const auto& body) { fields(writer, body); }, event.body);
    out += '}';
    return out;
}

std::string encode(const Command& command) {
    std::string out = "{";
    Writer writer(out);
    writer("command", std::string(kCommandNames[command.index()]));
    std::visit([&](const auto& body) { fields(writer, body); }, command);
    out += '}';
    return out;
}

bool is_event_line(std::string_view line) {
    return line.starts_with("{\"event\":");
}

bool is_command_line(std::string_view line) {
    return line.starts_with("{\"command\":");
}

}  // namespace plimsoll::engine
