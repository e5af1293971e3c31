// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/header_check.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "chain/rpc/decode.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;
using Verdict = HeaderCheck::Verdict;

namespace {

/// Real headers, oldest first: Frontier, Osaka, OP Mainnet, Arbitrum One.
std::vector<std::string> real_headers() {
    std::ifstream file(std::string(PLIMSOLL_TEST_DATA) + "/ethereum/headers.json");
    std::ostringstream text;
    text << file.rdbuf();
    const auto document = JsonDocument::parse(text.str()).value();
    std::vector<std::string> out;
    const auto blocks = document->root().elements().value();
    for (const auto& block : blocks) {
        const auto raw = block.raw();
        out.emplace_back(raw);
    }
    return out;
}

struct Block {
    std::shared_ptr<const JsonDocument> document;
    Header header;

    explicit Block(const std::string& text)
        : document(JsonDocument::parse(text).value()), header(decode_header(document->root()).value()) {}
    JsonValue value() const { return document->root(); }
};

std::string with(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_SUITE("header check") {
    TEST_CASE("N24 real headers have the hash that is made of their fields") {
        const auto headers = real_headers();
        REQUIRE(headers.size() == 4);
        for (const auto& text : headers) {
            const Block block(text);
            CHECK(header_hash(block.value()) == block.header.ref.hash);
            CHECK(HeaderCheck().judge(block.value(), block.header).verdict == Verdict::Verified);
        }
    }

    TEST_CASE("N24 any field that is changed makes a header forged") {
        for (const std::size_t which : {0U, 1U, 2U, 3U}) {
            const auto text = real_headers()[which];
            const Block block(text);
            for (const auto name : block.value().names()) {
                const auto value = block.value().member(name).value();
                const bool beside = name == "size" || name == "totalDifficulty" || name == "uncles" ||
                                    name == "transactions" || name == "withdrawals" || name == "l1BlockNumber" ||
                                    name == "sendCount" || name == "sendRoot";
                if (beside) continue;
                // Its last digit, or an empty text filled.
                std::string changed(value.text().value());
                if (changed == "0x")
                    changed = "0x00";
                else
                    changed.back() = changed.back() == '1' ? '2' : '1';
                const auto key = fmt::format("\"{}\":\"", name);
                const Block forged(with(text, key + std::string(value.text().value()) + '"', key + changed + '"'));
                HeaderCheck check;
                CHECK(check.judge(block.value(), block.header).verdict == Verdict::Verified);
                CAPTURE(name);
                CHECK(check.judge(forged.value(), forged.header).verdict == Verdict::Forged);
            }
        }
    }

    TEST_CASE(
        "a chain whose headers never agreed is not checked, and that is said once; a known one is from the start") {
        const Block strange(with(real_headers()[1], "\"gasUsed\":\"0x1a4ed69\"", "\"gasUsed\":\"0x1\""));
        HeaderCheck check;
        const auto first = check.judge(strange.value(), strange.header);
        CHECK(first.verdict == Verdict::Unknown);
        CHECK(first.why == "the headers of this chain cannot be checked against their hashes");
        CHECK(check.judge(strange.value(), strange.header).why.empty());
        HeaderCheck known(true);
        CHECK(known.judge(strange.value(), strange.header).verdict == Verdict::Forged);
        CHECK(hashes_headers(1));
        CHECK_FALSE(hashes_headers(324));  // zkSync Era
    }

    TEST_CASE("a field left out is no forgery: the block itself is to be asked for") {
        HeaderCheck check(true);
        const Block block(with(real_headers()[1], "\"mixHash\"", "\"mix\""));
        const auto judged = check.judge(block.value(), block.header);
        CHECK(judged.verdict == Verdict::Incomplete);
        CHECK(judged.why == "\"mixHash\" is missing");
    }

    TEST_CASE("a field that no header had is taken for a fork until a header at that height agrees without it") {
        const auto text = real_headers()[1];
        const Block honest(text);
        const auto next = with(text, "\"requestsHash\"", "\"newRoot\":\"0x12\",\"requestsHash\"");
        const Block forked(with(next, "\"gasUsed\":\"0x1a4ed69\"", "\"gasUsed\":\"0x1\""));
        HeaderCheck check;
        check.judge(honest.value(), honest.header);
        const auto first = check.judge(forked.value(), forked.header);
        CHECK(first.verdict == Verdict::Unknown);
        CHECK(first.why.find("newRoot") != std::string::npos);
        CHECK(check.judge(forked.value(), forked.header).why.empty());
        // The same height without it: there was no fork.
        CHECK(check.judge(honest.value(), honest.header).verdict == Verdict::Verified);
        CHECK(check.judge(forked.value(), forked.header).verdict == Verdict::Forged);
    }

    TEST_CASE("fields that a chain adds beside the header mean nothing") {
        const auto text = real_headers()[3];
        const Block arbitrum(text);
        HeaderCheck check;
        check.judge(arbitrum.value(), arbitrum.header);
        const Block forged(with(text, "\"gasUsed\":\"0x3d721\"", "\"gasUsed\":\"0x1\""));
        CHECK(check.judge(forged.value(), forged.header).verdict == Verdict::Forged);
    }
}
