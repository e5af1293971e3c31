// SPDX-License-Identifier: Apache-2.0
// Answers of a service that signs for us: a byte for the status, one for the question, then the body. Nobody but the
// key can make another signature, so what is believed is the one transaction that the key made, byte for byte.
#include <algorithm>

#include "chain/keys/signer.hpp"
#include "chain/rpc/sign_messages.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

namespace {

constexpr rpc::RequestId kId = 7;
constexpr Errc kDocumented[] = {Errc::Rpc,   Errc::Refused,  Errc::Io,       Errc::Decode,     Errc::Mismatch,
                                Errc::Range, Errc::NotFound, Errc::Reverted, Errc::Unsupported};

/// The key 0x4646...46.
struct Asked {
    tx::Eip1559 transaction{
        31'337,
        {7, 90'000, Address::literal("0x3535353535353535353535353535353535353535"), Wei{U256{5}}, {0xab, 0x00}},
        Wei{U256{2}},
        Wei{U256{30}},
        {}};
    keys::LocalSigner signer{keys::PrivateKey::from_bytes(keys::SecretBytes(ByteView(Bytes(32, 0x46)))).value()};
    Bytes raw = tx::sign(transaction, signer).value().raw;
};

template <class T>
void check_error(const Result<T>& result) {
    require(std::find(std::begin(kDocumented), std::end(kDocumented), result.error().code) != std::end(kDocumented),
            "a documented error");
    const auto& text = result.error().message;
    require(!text.empty() && text.size() <= 2048, "a bounded reason");
    require(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<std::uint8_t>(c) < 0x20; }),
            "without control characters");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Asked asked;
    constexpr long kStatuses[] = {200, 400, 401, 403, 404, 500, 503, 0};
    fuzz::Input input(data, size);
    const long status = kStatuses[input.byte() % std::size(kStatuses)];
    const bool accounts = input.byte() == 'a';
    const rpc::HttpReply reply{status, std::string(input.rest_text())};
    if (accounts) {
        const auto there = rpc::read_accounts(reply, kId, asked.signer.address());
        if (!there) check_error(there);
        require(!there || status == 200, "a result only with 200");
        return 0;
    }
    const auto got = rpc::read_signed(reply, kId, asked.transaction, asked.signer.address());
    if (!got) {
        check_error(got);
        return 0;
    }
    require(status == 200 && got->raw == asked.raw, "only what the key signed, and what was asked");
    require(got->transaction == tx::Transaction(asked.transaction), "the fields");
    require(got->sender == asked.signer.address(), "the sender");
    return 0;
}
