// SPDX-License-Identifier: Apache-2.0
// Small texts that people and nodes write: numbers, addresses, URLs, refusals. What is read, written, reads the same.
#include "chain/rpc/url.hpp"
#include "chain/tx/send_error.hpp"
#include "chain/types/address.hpp"
#include "config/units.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

namespace {

void numbers(std::string_view text) {
    if (const auto value = U256::from_decimal(text)) {
        const auto again = U256::from_decimal(to_string(*value));
        require(again && *again == *value, "a decimal number");
    }
    if (const auto value = U256::from_hex_quantity(text)) {
        const auto again = U256::from_hex_quantity(to_hex_quantity(*value));
        require(again && *again == *value, "a quantity");
    }
    if (const auto value = from_hex(text)) {
        const auto again = from_hex(to_hex(*value));
        require(again && *again == *value, "bytes");
    }
    using config::Unit;
    for (const auto unit :
         {Unit::Duration, Unit::Percent, Unit::Fee, Unit::Coin, Unit::Usd, Unit::Size, Unit::Blocks, Unit::Factor}) {
        const auto value = config::parse_amount(unit, text);
        if (!value) {
            require(!value.error().why.empty(), "a reason");
            continue;
        }
        const auto written = config::format_amount(unit, *value);
        const auto again = config::parse_amount(unit, written);
        require(again && *again == *value, "an amount with its unit");
        require(config::format_amount(unit, *again) == written, "written the same");
    }
}

void addresses(std::string_view text) {
    const auto address = Address::parse(text);
    if (!address) return;
    const auto again = Address::parse(to_checksum(*address));
    require(again && *again == *address, "an address");
}

void urls(std::string_view text) {
    const auto url = rpc::Url::parse(text);
    if (!url) {
        require(url.error().code == Errc::Decode && !url.error().message.empty(), "Decode with a reason");
        return;
    }
    require(!url->host.empty() && url->target.starts_with('/'), "a host and a target");
    for (const auto& part : {url->host, url->port, url->target, url->user_info})
        require(part.find_first_of("\r\n") == std::string::npos, "nothing that would split a request");
    const auto again = rpc::Url::parse(url->full());
    require(again && again->host == url->host && again->port == url->port && again->target == url->target &&
                again->scheme == url->scheme,
            "a URL, written, reads the same");
    require(url->user_info.empty() || url->shown().find(url->user_info + "@") == std::string::npos,
            "no secret is shown");
    static_cast<void>(url->basic_authorization());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of({data, size});
    numbers(text);
    addresses(text);
    urls(text);
    require(!tx::to_string(tx::classify_send_error(text)).empty(), "a class for every refusal");
    return 0;
}
