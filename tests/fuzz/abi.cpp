// SPDX-License-Identifier: Apache-2.0
// The ABI of types named at run time: a line with a tuple's type, then data. What decodes, encodes to something that
// decodes to the same, in no more bytes than an honest contract would take.
#include "chain/codec/abi.hpp"

#include <algorithm>

#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all = fuzz::text_of({data, size});
    const auto line = all.substr(0, all.find('\n'));
    if (const auto signature = abi::parse_signature(line)) {
        const auto again = abi::parse_signature(signature->text());
        require(again && again->arguments == signature->arguments, "the text of a signature reads as the signature");
        require(again->selector() == signature->selector(), "the same selector");
    }
    const auto type = abi::parse_type(line);
    if (!type) return 0;
    const auto text = abi::canonical(*type);
    const auto same = abi::parse_type(text);
    require(same && *same == *type, "the canonical text reads as the type");
    require(type->head_words() <= abi::kMaxStaticWords, "the limit of words");
    if (type->kind != abi::Type::Kind::Tuple || line.size() == all.size()) return 0;

    const Bytes raw(data + line.size() + 1, data + size);
    const auto values = abi::decode(*type, raw);
    if (!values) {
        require(values.error().code == Errc::Decode, "only Decode");
        return 0;
    }
    const auto encoded = abi::encode(*type, *values);
    require(encoded.has_value(), "what was decoded encodes");
    const auto again = abi::decode(*type, *encoded);
    require(again && *again == *values, "and decodes to the same values");
    const auto canonical = abi::is_canonical(*type, raw);
    require(canonical && *canonical == (*encoded == raw), "is_canonical is what encode writes");
    require(*abi::is_canonical(*type, *encoded), "what encode writes is canonical");
    for (std::size_t i = 0; i < values->size(); ++i) static_cast<void>(abi::to_string(type->parts[i], (*values)[i]));
    return 0;
}
