// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

interface IVault {
    function convertToAssets(uint256 shares) external view returns (uint256);
}

interface IFeed {
    function decimals() external view returns (uint8);
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
}

/// A price oracle with the getters and the integer results of Morpho's MorphoChainlinkOracleV2: up to two feeds and one
/// vault on either side of the fraction, nothing asked of an answer's age. What is absent is the zero address, and counts
/// as one.
contract MorphoChainlinkOracleV2 {
    IVault public immutable BASE_VAULT;
    uint256 public immutable BASE_VAULT_CONVERSION_SAMPLE;
    IVault public immutable QUOTE_VAULT;
    uint256 public immutable QUOTE_VAULT_CONVERSION_SAMPLE;
    IFeed public immutable BASE_FEED_1;
    IFeed public immutable BASE_FEED_2;
    IFeed public immutable QUOTE_FEED_1;
    IFeed public immutable QUOTE_FEED_2;
    uint256 public immutable SCALE_FACTOR;

    constructor(
        IVault baseVault,
        uint256 baseSample,
        IFeed baseFeed1,
        IFeed baseFeed2,
        uint256 baseDecimals,
        IVault quoteVault,
        uint256 quoteSample,
        IFeed quoteFeed1,
        IFeed quoteFeed2,
        uint256 quoteDecimals
    ) {
        require(address(baseVault) != address(0) || baseSample == 1, "base sample");
        require(address(quoteVault) != address(0) || quoteSample == 1, "quote sample");
        require(baseSample != 0 && quoteSample != 0, "sample");
        BASE_VAULT = baseVault;
        BASE_VAULT_CONVERSION_SAMPLE = baseSample;
        QUOTE_VAULT = quoteVault;
        QUOTE_VAULT_CONVERSION_SAMPLE = quoteSample;
        BASE_FEED_1 = baseFeed1;
        BASE_FEED_2 = baseFeed2;
        QUOTE_FEED_1 = quoteFeed1;
        QUOTE_FEED_2 = quoteFeed2;
        uint256 up = 36 + quoteDecimals + decimalsOf(quoteFeed1) + decimalsOf(quoteFeed2);
        uint256 down = baseDecimals + decimalsOf(baseFeed1) + decimalsOf(baseFeed2);
        SCALE_FACTOR = 10 ** (up - down) * quoteSample / baseSample;
    }

    /// Of one smallest unit of collateral in smallest units of the loan token, 1e36.
    function price() external view returns (uint256) {
        uint256 base = assetsOf(BASE_VAULT, BASE_VAULT_CONVERSION_SAMPLE) * answerOf(BASE_FEED_1) * answerOf(BASE_FEED_2);
        uint256 quote =
            assetsOf(QUOTE_VAULT, QUOTE_VAULT_CONVERSION_SAMPLE) * answerOf(QUOTE_FEED_1) * answerOf(QUOTE_FEED_2);
        return wideMulDiv(SCALE_FACTOR, base, quote);
    }

    function decimalsOf(IFeed feed) private view returns (uint256) {
        return address(feed) == address(0) ? 0 : feed.decimals();
    }

    function answerOf(IFeed feed) private view returns (uint256) {
        if (address(feed) == address(0)) return 1;
        (, int256 answer,,,) = feed.latestRoundData();
        require(answer >= 0, "negative answer");
        return uint256(answer);
    }

    function assetsOf(IVault vault, uint256 sample) private view returns (uint256) {
        return address(vault) == address(0) ? 1 : vault.convertToAssets(sample);
    }

    /// floor(a * b / d) with a product of 512 bits: long division, one bit of the lower word at a time.
    function wideMulDiv(uint256 a, uint256 b, uint256 d) private pure returns (uint256 quotient) {
        uint256 low;
        uint256 high;
        unchecked {
            low = a * b;
            uint256 crossed = mulmod(a, b, type(uint256).max);
            high = crossed - low - (crossed < low ? 1 : 0);
        }
        if (high == 0) return low / d;
        require(high < d, "quotient exceeds 256 bits");
        unchecked {
            for (uint256 i = 0; i < 256; ++i) {
                bool carry = high >> 255 != 0;
                high = high << 1 | low >> 255;
                low <<= 1;
                quotient <<= 1;
                if (carry || high >= d) {
                    high -= d;
                    quotient |= 1;
                }
            }
        }
    }
}
