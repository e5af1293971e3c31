// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "chain/rpc/json.hpp"

namespace plimsoll::rpc {

/// The one pass over a text behind JsonDocument::parse. Iterative: a nesting bomb costs no stack.
class JsonScanner {
  public:
    static constexpr std::uint32_t kDepthMax = 64;

    JsonScanner(JsonDocument& document, JsonDocument::Limits limits);

    /// False on the first fault; then reason() and offset() say what and where.
    bool run();
    std::string_view reason() const { return reason_; }
    std::size_t offset() const { return at_; }

  private:
    using Kind = JsonValue::Kind;

    bool fault(std::string_view reason);
    void skip_space();
    bool value();
    bool after_value();
    bool name();
    bool open(Kind kind);
    bool close();
    bool string();
    bool escape();
    bool hex4(std::uint32_t& out);
    bool utf8();
    bool number();
    bool digits();
    bool word(std::string_view word, Kind kind);
    bool add(Kind kind, std::size_t begin);

    JsonDocument& document_;
    const char* text_;
    std::size_t size_;
    std::size_t at_ = 0;
    JsonDocument::Limits limits_;
    std::array<std::uint32_t, kDepthMax> stack_{};
    std::uint32_t depth_ = 0;
    bool expects_value_ = true;
    std::string_view reason_;
};

}  // namespace plimsoll::rpc
