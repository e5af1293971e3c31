// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <secp256k1_recovery.h>

#include "chain/codec/keccak.hpp"
#include "chain/keys/private_key.hpp"
#include "chain/rpc/decode.hpp"
#include "chain/rpc/json.hpp"
#include "tests/bench/cases.hpp"
#include "tests/bench/world.hpp"
#include "tests/support/fake_chain.hpp"

namespace plimsoll::bench {

namespace {

/// libsecp256k1 alone, as a signer would call it: what a signature costs before any of our checks.
void bare_signature(const Scale& scale, const keys::PrivateKey& key) {
    auto* context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    Hash32 digest = keccak256(key.bytes());
    const auto samples = time_each(scale.repeats, scale.smoke ? 2 : 200, [&](std::size_t) {
        secp256k1_ecdsa_recoverable_signature signature;
        secp256k1_ecdsa_sign_recoverable(context, &signature, digest.bytes.data(), key.bytes().data(), nullptr,
                                         nullptr);
        digest.bytes[0] ^= signature.data[0];
    });
    report("floor-signature", "ns", samples);
    secp256k1_context_destroy(context);
}

}  // namespace

void floor_cases(const Scale& scale) {
    World world(World::kAlone + World::kTogether);
    const auto& key = world.wallets().front().key;
    bare_signature(scale, key);
    Hash32 digest = keccak256(key.bytes());
    report("signature-checked", "ns", time_each(scale.repeats, scale.smoke ? 2 : 200, [&](std::size_t) {
               const auto signature = key.sign(digest);
               digest.bytes[0] ^= static_cast<std::uint8_t>(signature->r.low_u64());
           }));
    const std::string head = fmt::format(
        R"({{"jsonrpc":"2.0","method":"eth_subscription","params":{{"subscription":"0xsub1","result":{}}}}})",
        test::FakeChain::json(world.fall(0).header));
    const std::size_t parses = scale.smoke ? 5 : 2'000;
    report("floor-json", "ns", time_each(scale.repeats, parses, [&](std::size_t) {
               const auto document = rpc::JsonDocument::parse(head);
               keep((*document)->root().node());
           }));
    report("json-to-header", "ns", time_each(scale.repeats, parses, [&](std::size_t) {
               const auto document = rpc::JsonDocument::parse(head);
               const auto params = (*document)->root().at("params").value();
               const auto header = rpc::decode_header(params.at("result").value());
               keep(header->ref.number);
           }));
    report("json-nlohmann", "ns", time_each(scale.repeats, parses, [&](std::size_t) {
               const auto document = nlohmann::json::parse(head);
               keep(document.size());
           }));
    report("keccak-block", "ns", time_each(scale.repeats, parses, [&](std::size_t) {
               digest = keccak256(digest.view());
               keep(digest.bytes[0]);
           }));
}

}  // namespace plimsoll::bench
