// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "bot/engine/record_fields.hpp"
#include "bot/engine/record_names.hpp"
#include "bot/engine/recording.hpp"

namespace plimsoll::engine {

namespace {

using nlohmann::json;

/// Takes fields out of a parsed line. The first failure stays; what follows is skipped.
class Reader {
  public:
    explicit Reader(const json& object) : object_(&object) {}

    template <class T>
    void operator()(std::string_view name, T& value) {
        if (!error_.empty()) return;
        const auto it = object_->find(name);
        if (it == object_->end() || !get(*it, value)) fail_at(name);
    }
    const std::string& error() const { return error_; }

  private:
    void fail_at(std::string_view name) {
        error_ = error_.empty() ? std::string(name) : std::string(name) + "." + error_;
    }
    static bool get(const json& j, bool& value) {
        if (!j.is_boolean()) return false;
        value = j.get<bool>();
        return true;
    }
    template <std::integral T>
    static bool get(const json& j, T& value) {
        if (!j.is_number_integer()) return false;
        if (j.is_number_unsigned()) {
            const auto n = j.get<std::uint64_t>();
            value = static_cast<T>(n);
            return std::in_range<T>(n);
        }
        const auto n = j.get<std::int64_t>();
        value = static_cast<T>(n);
        return std::in_range<T>(n);
    }
    template <class T>
    requires std::is_enum_v<T>
    static bool get(const json& j, T& value) {
        std::underlying_type_t<T> number{};
        if (!get(j, number)) return false;
        value = static_cast<T>(number);
        return true;
    }
    /// The writer gives each byte outside of ASCII as one code point below 256: back to one byte.
    static bool get(const json& j, std::string& value) {
        if (!j.is_string()) return false;
        const auto& text = j.get_ref<const std::string&>();
        value.clear();
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto byte = static_cast<unsigned char>(text[i]);
            if (byte < 0x80) {
                value += text[i];
                continue;
            }
            if ((byte & 0xfcU) != 0xc0U || i + 1 >= text.size()) return false;
            value += static_cast<char>((byte & 3U) << 6U | (static_cast<unsigned char>(text[++i]) & 0x3fU));
        }
        return true;
    }
    static bool get(const json& j, Bytes& value) {
        if (!j.is_string()) return false;
        auto bytes = from_hex(j.get_ref<const std::string&>());
        if (!bytes) return false;
        value = *std::move(bytes);
        return true;
    }
    template <std::size_t N, class Tag>
    static bool get(const json& j, FixedBytes<N, Tag>& value) {
        return j.is_string() && from_hex_into(j.get_ref<const std::string&>(), value.bytes).has_value();
    }
    static bool get(const json& j, U256& value) {
        if (!j.is_string()) return false;
        const auto number = U256::from_decimal(j.get_ref<const std::string&>());
        if (number) value = *number;
        return number.has_value();
    }
    template <class Tag>
    static bool get(const json& j, Quantity<Tag>& value) {
        return get(j, value.value);
    }
    static bool get(const json& j, std::chrono::seconds& value) {
        std::int64_t count = 0;
        if (!get(j, count)) return false;
        value = std::chrono::seconds{count};
        return true;
    }
    template <class T>
    bool get(const json& j, std::optional<T>& value) {
        if (j.is_null()) {
            value.reset();
            return true;
        }
        return get(j, value.emplace());
    }
    template <class T>
    bool get(const json& j, std::vector<T>& values) {
        if (!j.is_array()) return false;
        values.resize(j.size());
        for (std::size_t i = 0; i < j.size(); ++i) {
            if (!get(j[i], values[i])) return false;
        }
        return true;
    }
    template <class T>
    requires std::is_class_v<T>
    bool get(const json& j, T& value) {
        if (!j.is_object()) return false;
        Reader inner(j);
        fields(inner, value);
        error_ = inner.error_;
        return error_.empty();
    }

    const json* object_;
    std::string error_;
};

Result<json> parse(std::string_view line) {
    json out = json::parse(line, nullptr, false);
    if (!out.is_object()) return fail(Errc::Decode, "recording: a line is no JSON object");
    return out;
}

Result<void> check(const Reader& reader, std::string_view what) {
    if (reader.error().empty()) return {};
    return fail(Errc::Decode,
                "recording: " + std::string(what) + ": field " + reader.error() + " is missing or of another form");
}

template <class Variant, std::size_t... I>
Variant alternative(std::size_t index, std::index_sequence<I...>) {
    Variant out;
    (void)((I == index ? (out.template emplace<I>(), true) : false) || ...);
    return out;
}

/// The variant's alternative of this name, filled with its fields.
template <class Variant, std::size_t N>
Result<Variant> read_variant(const json& line, std::string_view key, const std::array<std::string_view, N>& names) {
    const auto it = line.find(key);
    if (it == line.end() || !it->is_string()) return fail(Errc::Decode, "recording: no " + std::string(key));
    const auto& name = it->get_ref<const std::string&>();
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] != name) continue;
        Variant out = alternative<Variant>(i, std::make_index_sequence<N>());
        Reader reader(line);
        std::visit([&](auto& body) { fields(reader, body); }, out);
        TRY_VOID(check(reader, name));
        return out;
    }
    return fail(Errc::Decode, "recording: unknown " + std::string(key) + " " + name);
}

}  // namespace

Result<EngineConfig> parse_header(std::string_view line) {
    TRY(const auto object, parse(line));
    std::uint64_t version = 0;
    Reader reader(object);
    reader("recording", version);
    TRY_VOID(check(reader, "header"));
    if (version != kRecordingVersion) {
        return fail(Errc::Unsupported, "recording: version " + std::to_string(version) +
                                           ", this program reads version " + std::to_string(kRecordingVersion));
    }
    EngineConfig config;
    reader("config", config);
    TRY_VOID(check(reader, "header"));
    return config;
}

Result<Event> parse_event(std::string_view line) {
    TRY(const auto object, parse(line));
    Event event;
    Reader reader(object);
    reader("time_ms", event.time_ms);
    TRY_VOID(check(reader, "event"));
    TRY(event.body, read_variant<EventBody>(object, "event", kEventNames));
    return event;
}

Result<Command> parse_command(std::string_view line) {
    TRY(const auto object, parse(line));
    return read_variant<Command>(object, "command", kCommandNames);
}

}  // namespace plimsoll::engine
