// SPDX-License-Identifier: Apache-2.0
// Two readers of one encoding: the thin one of words (types known when we compile) against the one of named types.
#include "chain/codec/abi_words.hpp"

#include "chain/codec/abi.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;
using Values = std::vector<abi::Value>;

namespace {

struct Form {
    const char* type;
    Result<Values> (*read)(abi::Reader& reader);
};

template <class T>
abi::Value value(T read) {
    return abi::Value{std::move(read)};
}
abi::Value value(ByteView read) {
    return abi::Value{Bytes(read.begin(), read.end())};
}
template <class T>
abi::Value list(const std::vector<T>& read) {
    Values out;
    for (const auto& one : read) out.push_back(value(one));
    return abi::Value{std::move(out)};
}

Result<Values> read_words(abi::Reader& reader) {
    TRY(const auto amount, reader.uint());
    TRY(const auto small, reader.uint(40));
    TRY(const auto tick, reader.sint(24));
    TRY(const auto owner, reader.address());
    TRY(const auto flag, reader.boolean());
    TRY(const auto id, reader.bytes32());
    return Values{value(amount), value(small), value(tick), value(owner), value(flag), value(id.view())};
}

Result<Values> read_lists(abi::Reader& reader) {
    TRY(const auto owners, reader.addresses());
    TRY(const auto amounts, reader.uints());
    TRY(const auto data, reader.bytes());
    TRY(const auto text, reader.text());
    return Values{list(owners), list(amounts), value(data), value(text)};
}

/// As aggregate3 answers.
Result<Values> read_tuples(abi::Reader& reader) {
    TRY(auto array, reader.array());
    Values out;
    for (std::size_t i = 0; i < array.count; ++i) {
        TRY(auto inner, array.elements.tuple());
        TRY(const auto success, inner.boolean());
        TRY(const auto data, inner.bytes());
        out.push_back(abi::Value{Values{value(success), value(data)}});
    }
    return Values{abi::Value{std::move(out)}};
}

Result<Values> read_pairs(abi::Reader& reader) {
    TRY(auto array, reader.array(2));
    Values out;
    for (std::size_t i = 0; i < array.count; ++i) {
        TRY(const auto owner, array.elements.address());
        TRY(const auto amount, array.elements.uint(128));
        out.push_back(abi::Value{Values{value(owner), value(amount)}});
    }
    TRY(const auto last, reader.uint(64));
    return Values{abi::Value{std::move(out)}, value(last)};
}

constexpr Form kForms[] = {
    {"(uint256,uint40,int24,address,bool,bytes32)", read_words},
    {"(address[],uint256[],bytes,string)", read_lists},
    {"((bool,bytes)[])", read_tuples},
    {"((address,uint128)[],uint64)", read_pairs},
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const Form& form = kForms[input.byte() % std::size(kForms)];
    const auto type = abi::parse_type(form.type);
    require(type.has_value(), "the type is one");
    abi::Reader reader(input.rest());
    const auto thin = form.read(reader);
    const auto named = abi::decode(*type, input.rest());
    require(thin || thin.error().code == Errc::Decode, "only Decode");
    if (named) {
        require(thin.has_value(), "what decodes by name is read word by word");
        require(*thin == *named, "both read the same");
    } else if (thin) {
        // Text of no UTF-8 and shared tails are refused by name only.
        const auto encoded = abi::encode(*type, *thin);
        const auto again = encoded ? abi::decode(*type, *encoded) : Result<Values>(fail(encoded.error(), "encode"));
        require(!again || *again == *thin, "both read the same of what is written");
    }
    for (const bool success : {true, false}) {
        const CallResult answer{success, Bytes(input.rest().begin(), input.rest().end())};
        const auto number = abi::sole_uint(answer);
        require(number.has_value() == (success && input.size() == abi::kWord), "one word and nothing else");
        const auto address = abi::sole_address(answer);
        require(!address || !address->is_zero(), "an address that is not zero");
    }
    return 0;
}
