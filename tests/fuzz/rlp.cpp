// SPDX-License-Identifier: Apache-2.0
// RLP: what decodes encodes back to the same bytes, and the reader of known forms agrees with it item by item.
#include "chain/codec/rlp.hpp"

#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

namespace {

std::size_t depth_of(const rlp::Item& item) {
    std::size_t deepest = 0;
    if (const auto* items = std::get_if<std::vector<rlp::Item>>(&item.value)) {
        for (const auto& one : *items) deepest = std::max(deepest, depth_of(one));
        return deepest + 1;
    }
    return 0;
}

void compare(rlp::Reader reader, const std::vector<rlp::Item>& items) {
    for (const auto& item : items) {
        require(!reader.at_end(), "the reader has every item");
        auto as_number = reader;
        if (const auto* bytes = std::get_if<Bytes>(&item.value)) {
            auto wrong_kind = reader;
            require(!wrong_kind.list(), "bytes are no list");
            const auto read = reader.bytes();
            require(read && std::equal(read->begin(), read->end(), bytes->begin(), bytes->end()), "the same bytes");
            const auto number = as_number.uint();
            const bool is_number = bytes->size() <= 32 && (bytes->empty() || bytes->front() != 0);
            require(number.has_value() == is_number, "integers are what has no leading zero and fits");
        } else {
            require(!as_number.bytes(), "a list is no bytes");
            const auto list = reader.list();
            require(list.has_value(), "a list is a list");
            compare(*list, std::get<std::vector<rlp::Item>>(item.value));
        }
    }
    require(reader.at_end() && reader.finish().has_value(), "the reader has no further item");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView raw(data, size);
    constexpr rlp::Limits kLimits{4096, 8};
    const auto item = rlp::decode(raw, kLimits);
    auto reader = rlp::Reader::open(raw);
    if (!item) {
        require(item.error().code == Errc::Decode || item.error().code == Errc::Range, "Decode or Range");
        require(!item.error().message.empty(), "a reason");
        while (reader && !reader->at_end() && reader->bytes()) {
        }
        return 0;
    }
    require(rlp::encode(*item) == Bytes(raw.begin(), raw.end()), "one value has one encoding");
    require(size <= kLimits.bytes && depth_of(*item) <= kLimits.depth, "the limits");
    const auto* items = std::get_if<std::vector<rlp::Item>>(&item->value);
    require(reader.has_value() == (items != nullptr), "a reader opens lists");
    if (items != nullptr) compare(*reader, *items);
    return 0;
}
