// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "chain/codec/keccak.hpp"
#include "chain/codec/rlp.hpp"
#include "chain/keys/private_key.hpp"
#include "chain/tx/envelope.hpp"
#include "chain/tx/transaction.hpp"

namespace plimsoll::tx {

namespace {

template <class T>
Result<T> named(Result<T> value, std::string_view field) {
    if (!value) return fail(std::move(value).error(), fmt::format("transaction: {}", field));
    return value;
}

Result<Wei> wei(rlp::Reader& in, std::string_view field) {
    TRY(const auto value, named(in.uint(), field));
    return Wei{value};
}

Result<std::optional<Address>> recipient(rlp::Reader& in) {
    TRY(const auto raw, named(in.bytes(), "to"));
    if (raw.empty()) return std::nullopt;
    if (raw.size() != Address::kSize)
        return fail(Errc::Decode, fmt::format("transaction: to: {} bytes where 20 or none are needed", raw.size()));
    Address out;
    std::copy(raw.begin(), raw.end(), out.bytes.begin());
    return out;
}

/// From the gas limit to the data.
Result<void> read_message(rlp::Reader& in, Message& out) {
    TRY(out.gas_limit, named(in.uint64(), "gas limit"));
    TRY(out.to, recipient(in));
    TRY(out.value, wei(in, "value"));
    TRY(const auto data, named(in.bytes(), "data"));
    out.data.assign(data.begin(), data.end());
    return {};
}

Result<AccessEntry> access_entry(rlp::Reader& list) {
    TRY(auto in, list.list());
    AccessEntry out;
    TRY(out.address, in.fixed<Address>());
    TRY(auto slots, in.list());
    TRY_VOID(in.finish());
    while (!slots.at_end()) {
        TRY(const auto slot, slots.fixed<Hash32>());
        out.slots.push_back(slot);
    }
    return out;
}

Result<std::vector<AccessEntry>> access_list(rlp::Reader& in) {
    TRY(auto list, named(in.list(), "access list"));
    std::vector<AccessEntry> out;
    while (!list.at_end()) {
        TRY(auto entry, named(access_entry(list), "access list"));
        out.push_back(std::move(entry));
    }
    return out;
}

/// Parity, r and s of typed envelopes and authorisations.
Result<keys::Signature> signature(rlp::Reader& in) {
    keys::Signature out;
    TRY(const auto parity, in.uint());
    if (parity > U256{1}) return fail(Errc::Range, "parity other than 0 and 1");
    out.odd_y = parity == U256{1};
    TRY(out.r, in.uint());
    TRY(out.s, in.uint());
    return out;
}

Result<SignedAuthorization> authorization(rlp::Reader& list) {
    TRY(auto in, list.list());
    SignedAuthorization out;
    TRY(out.authorization.chain_id, in.uint64());
    TRY(out.authorization.address, in.fixed<Address>());
    TRY(out.authorization.nonce, in.uint64());
    TRY(out.signature, signature(in));
    TRY_VOID(in.finish());
    return out;
}

Result<void> read_fields(rlp::Reader& in, Legacy& out) {
    TRY(out.message.nonce, named(in.uint64(), "nonce"));
    TRY(out.gas_price, wei(in, "gas price"));
    return read_message(in, out.message);
}

Result<void> read_fields(rlp::Reader& in, Eip2930& out) {
    TRY(out.chain_id, named(in.uint64(), "chain id"));
    TRY(out.message.nonce, named(in.uint64(), "nonce"));
    TRY(out.gas_price, wei(in, "gas price"));
    TRY_VOID(read_message(in, out.message));
    TRY(out.access_list, access_list(in));
    return {};
}

template <class Fee>
Result<void> read_fee_fields(rlp::Reader& in, Fee& out) {
    TRY(out.chain_id, named(in.uint64(), "chain id"));
    TRY(out.message.nonce, named(in.uint64(), "nonce"));
    TRY(out.max_priority_fee, wei(in, "max priority fee"));
    TRY(out.max_fee, wei(in, "max fee"));
    TRY_VOID(read_message(in, out.message));
    TRY(out.access_list, access_list(in));
    return {};
}

Result<void> read_fields(rlp::Reader& in, Eip1559& out) {
    return read_fee_fields(in, out);
}

Result<void> read_fields(rlp::Reader& in, Eip7702& out) {
    TRY_VOID(read_fee_fields(in, out));
    if (!out.message.to) return fail(Errc::Decode, "transaction: to: type 4 cannot create a contract (EIP-7702)");
    TRY(auto list, named(in.list(), "authorization list"));
    while (!list.at_end()) {
        TRY(auto entry, named(authorization(list), "authorization list"));
        out.authorizations.push_back(entry);
    }
    return {};
}

/// v, r and s of a legacy envelope: the chain id is folded into v.
Result<keys::Signature> legacy_signature(rlp::Reader& in, Legacy& out) {
    TRY(const auto v, named(in.uint(), "v"));
    keys::Signature signature;
    if (v == U256{kFirstV} || v == U256{kFirstV + 1}) {
        signature.odd_y = v == U256{kFirstV + 1};
    } else if (v >= U256{kFirstReplaySafeV}) {
        const U256 folded = saturating_sub(v, U256{kFirstReplaySafeV});
        const U256 chain = shift_right(folded, 1);
        if (!chain.fits_u64()) return fail(Errc::Range, "transaction: v: chain id above 64 bits");
        out.chain_id = chain.low_u64();
        signature.odd_y = folded.bit(0);
    } else {
        return fail(Errc::Range, fmt::format("transaction: v: {}", to_string(v)));
    }
    TRY(signature.r, named(in.uint(), "r"));
    TRY(signature.s, named(in.uint(), "s"));
    return signature;
}

struct Parts {
    Transaction transaction;
    std::optional<keys::Signature> signature;
};

Result<Parts> read_legacy(ByteView raw, bool with_signature) {
    TRY(auto in, named(rlp::Reader::open(raw), "envelope"));
    Legacy out;
    TRY_VOID(read_fields(in, out));
    std::optional<keys::Signature> signature;
    if (with_signature) {
        TRY(signature, legacy_signature(in, out));
    } else if (!in.at_end()) {
        TRY(out.chain_id, named(in.uint64(), "chain id"));
        TRY(const auto r, named(in.uint(), "r"));
        TRY(const auto s, named(in.uint(), "s"));
        if (!r.is_zero() || !s.is_zero()) return fail(Errc::Decode, "transaction: already signed");
    }
    TRY_VOID(named(in.finish(), "envelope"));
    return Parts{std::move(out), signature};
}

template <class Kind>
Result<Parts> read_typed(ByteView list, bool with_signature) {
    TRY(auto in, named(rlp::Reader::open(list), "envelope"));
    Kind out;
    TRY_VOID(read_fields(in, out));
    std::optional<keys::Signature> found;
    if (with_signature) {
        TRY(found, named(signature(in), "signature"));
    }
    TRY_VOID(named(in.finish(), "envelope"));
    return Parts{std::move(out), found};
}

/// EIP-2718: a first byte of 0xc0 and above starts a legacy list, below 0x80 it is the type.
Result<Parts> read(ByteView raw, bool with_signature) {
    if (raw.empty()) return fail(Errc::Decode, "transaction: no bytes");
    if (raw.size() > kMaxRaw)
        return fail(Errc::Range, fmt::format("transaction: {} bytes, {} are allowed", raw.size(), kMaxRaw));
    if (raw[0] >= 0xc0) return read_legacy(raw, with_signature);
    switch (raw[0]) {
        case 1:
            return read_typed<Eip2930>(raw.subspan(1), with_signature);
        case 2:
            return read_typed<Eip1559>(raw.subspan(1), with_signature);
        case 4:
            return read_typed<Eip7702>(raw.subspan(1), with_signature);
        default:
            return fail(Errc::Unsupported, fmt::format("transaction: type {}", raw[0]));
    }
}

}  // namespace

Result<Transaction> decode_unsigned(ByteView raw) {
    TRY(auto parts, read(raw, false));
    return std::move(parts.transaction);
}

Result<SignedTransaction> decode_signed(ByteView raw) {
    TRY(auto parts, read(raw, true));
    SignedTransaction out;
    out.transaction = std::move(parts.transaction);
    out.signature = *parts.signature;
    TRY(out.sender, named(keys::recover(signing_hash(out.transaction), out.signature), "signature"));
    out.raw.assign(raw.begin(), raw.end());
    out.hash = keccak256(raw);
    return out;
}

}  // namespace plimsoll::tx
