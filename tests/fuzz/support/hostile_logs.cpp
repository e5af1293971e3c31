// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/support/hostile_logs.hpp"

namespace plimsoll::fuzz {

namespace {

const Hash32& pick(const std::vector<Hash32>& from, std::uint8_t choice) {
    return from[choice % from.size()];
}

/// 0..0xf7 from the palette, 0xf8..0xff of bytes of its own.
Hash32 take_word(Input& input, const Palette& palette) {
    const auto choice = input.byte();
    if (choice < 0xf8) return pick(palette.words, choice);
    const auto raw = input.bytes(choice == 0xff ? 32 : choice - 0xf7U);
    Hash32 out;
    std::copy(raw.begin(), raw.end(), out.bytes.end() - static_cast<std::ptrdiff_t>(raw.size()));
    return out;
}

}  // namespace

void add_numbers(Palette& palette) {
    const auto add = [&](const U256& value) { palette.words.push_back(Hash32{value.to_be_bytes()}); };
    for (const std::uint64_t small : {0U, 1U, 2U, 3U, 127U, 128U, 255U, 256U, 10'000U}) add(U256{small});
    for (const unsigned bit : {63U, 64U, 127U, 128U, 255U}) add(U256{}.with_bit(bit, true));
    for (const char* text : {"1000000", "1000000000000000000", "1000000000000000000000000000",
                             "1100000000000000000000000000", "340282366920938463463374607431768211455"})
        add(U256::from_decimal(text).value());
    add(kU256Max);
}

Log take_log(Input& input, const Palette& palette, const BlockRef& block, std::uint32_t index) {
    Log out;
    out.block_number = block.number;
    out.block_hash = block.hash;
    out.log_index = index;
    out.address = palette.emitters[input.byte() % palette.emitters.size()];
    out.topics.push_back(pick(palette.events, input.byte()));
    const auto shape = input.byte();  // topics in the low bits, then words, then whether the last is cut
    for (unsigned i = 0; i < (shape & 3U); ++i) out.topics.push_back(take_word(input, palette));
    for (unsigned i = 0; i < (shape >> 2U & 15U); ++i) {
        const auto word = take_word(input, palette);
        out.data.insert(out.data.end(), word.bytes.begin(), word.bytes.end());
    }
    if ((shape & 0x80U) != 0 && !out.data.empty()) out.data.pop_back();
    if ((shape & 0x40U) != 0) out.topics.resize(input.byte() % 2);
    return out;
}

void ask_everything(const lending::Market& market, Timestamp at) {
    for (const auto& account : market.accounts()) {
        const auto summary = market.summary(account, at);
        const auto position = market.position(account, at);
        if (summary && position) require(position->summary == *summary, "position and summary agree");
        static_cast<void>(market.liquidation_prices(account, at));
        static_cast<void>(market.time_to_liquidation(account, at));
        static_cast<void>(market.liquidation_cost(account, at));
        const auto same = market.after(account, {}, at);
        if (summary && same) require(*same == *summary, "no change changes nothing");
        const auto offered = market.offered(account, at);
        if (offered && position) require(offered->size() >= position->assets.size(), "what is held is offered");
        if (!offered || offered->empty()) continue;
        using Kind = lending::Change::Kind;
        const auto& asset = offered->back().asset;
        for (const auto kind : {Kind::Repay, Kind::Supply, Kind::Withdraw, Kind::Borrow, Kind::RepayWithSupply}) {
            const lending::Change changes[] = {{kind, asset, TokenAmount{U256{1'000'000}}},
                                               {kind, asset, TokenAmount{kU256Max}}};
            static_cast<void>(market.after(account, std::span(changes).first(1), at));
            static_cast<void>(market.after(account, changes, at));
            static_cast<void>(market.call(account, changes[0]));
        }
        static_cast<void>(market.free_moves(account));
    }
}

}  // namespace plimsoll::fuzz
