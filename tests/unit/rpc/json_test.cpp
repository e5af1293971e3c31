// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/json.hpp"

#include <array>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <random>

using namespace plimsoll;
using rpc::JsonDocument;
using rpc::JsonValue;

namespace {

std::shared_ptr<const JsonDocument> parsed(std::string text) {
    auto document = JsonDocument::parse(std::move(text));
    REQUIRE(document);
    return *document;
}

struct Refused {
    const char* text;
    const char* reason;
};

/// What a node could send: every kind of value, nested, with escapes.
const std::string kSample =
    R"({"jsonrpc":"2.0","id":17,"result":{"hash":"0xAb","n":-1.5e+3,"list":[1,[],{},"a\"b\\\u0041\ud83d\ude00",true,false,null],"é":"日本"}})";

}  // namespace

TEST_SUITE("json") {
    TEST_CASE("values by name and place") {
        const auto document = parsed(" " + kSample + "\n");
        const auto root = document->root();
        CHECK(root.at("id")->raw() == "17");
        const auto result = root.at("result").value();
        CHECK(result.at("hash")->text().value() == "0xAb");
        CHECK(result.at("é")->unescaped().value() == "日本");
        const auto list = result.at("list")->elements().value();
        REQUIRE(list.size() == 7);
        CHECK(list[1].elements().value().empty());
        CHECK(list[2].kind() == JsonValue::Kind::Object);
        CHECK(list[3].unescaped().value() == "a\"b\\A\xf0\x9f\x98\x80");
        CHECK(list[3].text().error().message == "a plain string is expected");
        CHECK(list[6].is_null());
        CHECK_FALSE(root.member("results"));
        CHECK(root.at("results").error().message == "\"results\" is missing");
        CHECK_FALSE(list[0].member("x"));
    }

    TEST_CASE("the first of two members of one name") {
        const auto document = parsed(R"({"a":1,"b":{"a":2},"a":3})");
        CHECK(document->root().at("a")->raw() == "1");
    }

    TEST_CASE("N30 refused texts") {
        constexpr std::array kTable = {
            Refused{"", "JSON: the text ends where a value should stand at byte 0"},
            Refused{"  ", "JSON: the text ends where a value should stand at byte 2"},
            Refused{"{", "JSON: the name of a member is missing at byte 1"},
            Refused{"[1", "JSON: the text ends inside an array or object at byte 2"},
            Refused{"[1,]", "JSON: no value starts like this at byte 3"},
            Refused{"[1}", "JSON: a comma or the closing bracket is missing at byte 2"},
            Refused{"[1 2]", "JSON: a comma or the closing bracket is missing at byte 3"},
            Refused{"{\"a\":1,}", "JSON: the name of a member is missing at byte 7"},
            Refused{"{\"a\" 1}", "JSON: a colon is missing at byte 5"},
            Refused{"{1:1}", "JSON: the name of a member is missing at byte 1"},
            Refused{"{} x", "JSON: text after the end of the value at byte 3"},
            Refused{"01", "JSON: text after the end of the value at byte 1"},
            Refused{"1.", "JSON: a digit is missing at byte 2"},
            Refused{"-", "JSON: no value starts like this at byte 1"},
            Refused{"1e", "JSON: a digit is missing at byte 2"},
            Refused{"+1", "JSON: no value starts like this at byte 0"},
            Refused{"tru", "JSON: no value starts like this at byte 0"},
            Refused{"nulL", "JSON: no value starts like this at byte 0"},
            Refused{"\"a", "JSON: the text ends inside a string at byte 2"},
            Refused{"\"\\", "JSON: the text ends inside a string at byte 2"},
            Refused{"\"\\x\"", "JSON: an unknown escape at byte 3"},
            Refused{"\"\\u12g4\"", "JSON: four hex digits are missing at byte 5"},
            Refused{"\"\\ud800\"", "JSON: half of a surrogate pair at byte 7"},
            Refused{"\"\\udc00\"", "JSON: half of a surrogate pair at byte 7"},
            Refused{"\"\\ud800\\u0041\"", "JSON: half of a surrogate pair at byte 13"},
            Refused{"\"\n\"", "JSON: a control character inside a string at byte 1"},
            Refused{"\"\xc3\"", "JSON: not UTF-8 at byte 2"},
            Refused{"\"\xc0\x80\"", "JSON: not UTF-8 at byte 1"},
            Refused{"\"\xed\xa0\x80\"", "JSON: not UTF-8 at byte 2"},
            Refused{"<html>", "JSON: no value starts like this at byte 0"},
        };
        for (const auto& [text, reason] : kTable) {
            CAPTURE(text);
            const auto document = JsonDocument::parse(text);
            REQUIRE_FALSE(document);
            CHECK(document.error().code == Errc::Decode);
            CHECK(document.error().message == reason);
        }
    }

    TEST_CASE("N30 bounds") {
        CHECK(JsonDocument::parse(std::string(64, '[') + std::string(64, ']')));
        const auto bomb = JsonDocument::parse(std::string(1'000'000, '['));
        CHECK(bomb.error().message == "JSON: nested too deeply at byte 64");
        JsonDocument::Limits few;
        few.values = 4;
        CHECK(JsonDocument::parse("[1,2,3]", few));
        CHECK(JsonDocument::parse("[1,2,3,4]", few).error().message == "JSON: too many values at byte 8");
    }

    TEST_CASE("quoting and reading back") {
        const std::string text = "plain \"quoted\" \\ \n\t\x01 é";
        std::string out;
        rpc::append_quoted(out, text);
        CHECK(out == "\"plain \\\"quoted\\\" \\\\ \\u000a\\u0009\\u0001 é\"");
        CHECK(parsed(out)->root().unescaped().value() == text);
    }

    /// An independent parser must agree on every mutilated text whether it is JSON. Exponents are left out: it refuses
    /// numbers too large for a double.
    TEST_CASE("as another parser judges") {
        const std::string letters = "{}[]\",:\\u0dtfn 1-.\xc3\xa9\x01";
        std::mt19937 random(20'200'312);
        std::size_t accepted = 0;
        for (int round = 0; round < 40'000; ++round) {
            std::string text =
                R"({"id":17,"r":{"h":"0xAb","n":-1.5,"l":[1,[],{},"a\"\u0041\ud83d\ude00",true,null],"é":"日"}})";
            const auto changes = random() % 3;
            for (std::size_t k = 0; k < changes; ++k) {
                const auto at = random() % text.size();
                switch (random() % 4) {
                    case 0:
                        text[at] = letters[random() % letters.size()];
                        break;
                    case 1:
                        text.insert(at, 1, letters[random() % letters.size()]);
                        break;
                    case 2:
                        text.erase(at, 1 + random() % 3);
                        break;
                    default:
                        text.resize(at + 1);
                        break;
                }
            }
            CAPTURE(text);
            const bool theirs = nlohmann::json::accept(text);
            CHECK(JsonDocument::parse(text).has_value() == theirs);
            accepted += theirs ? 1 : 0;
        }
        CHECK(accepted > 10'000);
        CHECK(accepted < 30'000);
    }
}
