// SPDX-License-Identifier: Apache-2.0
// Transactions, signed and unsigned: what decodes encodes back to the same bytes.
#include "chain/tx/transaction.hpp"

#include "chain/codec/keccak.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

namespace {

void use(const tx::Transaction& transaction) {
    require(tx::intrinsic_gas(transaction) >= 21'000, "no transaction is cheaper than 21000");
    const auto sendable = tx::check_sendable(transaction);
    require(sendable || sendable.error().code == Errc::Refused, "check_sendable refuses");
    if (const auto* typed = std::get_if<tx::Eip7702>(&transaction)) {
        for (const auto& one : typed->authorizations) static_cast<void>(tx::authority(one));
    }
}

template <class T>
void check_error(const Result<T>& result, bool is_signed) {
    const Errc code = result.error().code;
    const bool form = code == Errc::Decode || code == Errc::Range || code == Errc::Unsupported;
    require(form || (is_signed && code == Errc::Mismatch), "a documented error");
    require(!result.error().message.empty(), "a reason");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes raw(data, data + size);
    if (const auto read = tx::decode_signed(raw)) {
        require(read->raw == raw, "the bytes are kept");
        require(read->hash == keccak256(raw), "the hash is of the bytes");
        require(tx::encode_signed(read->transaction, read->signature) == raw, "one transaction has one encoding");
        const auto unsigned_again = tx::decode_unsigned(tx::encode_unsigned(read->transaction));
        require(unsigned_again && *unsigned_again == read->transaction, "the fields without the signature");
        use(read->transaction);
    } else {
        check_error(read, true);
    }
    if (const auto read = tx::decode_unsigned(raw)) {
        require(tx::encode_unsigned(*read) == raw, "one unsigned transaction has one encoding");
        use(*read);
    } else {
        check_error(read, false);
    }
    return 0;
}
