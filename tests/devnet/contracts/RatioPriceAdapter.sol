// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

interface IBasePrice {
    function latestAnswer() external view returns (int256);
    function decimals() external view returns (uint8);
}

/// A price source without events: a base feed times an exchange rate, whose growth is capped per year as the correlated
/// price adapters of Aave do. Its answer moves with the base feed, with the rate and, at the cap, with time alone.
contract RatioPriceAdapter {
    uint256 private constant ONE = 1e18;
    uint256 private constant BPS = 10_000;

    IBasePrice public immutable BASE_TO_USD_AGGREGATOR;
    address public immutable owner;
    uint8 public immutable decimals;
    string public description;
    uint256 public getRatio;  // 1e18: base units per unit of the asset
    uint256 public getSnapshotRatio;
    uint256 public getSnapshotTimestamp;
    uint256 public getMaxYearlyGrowthRatePercent;  // bps

    constructor(IBasePrice base, string memory description_, uint256 ratio, uint256 growthBps) {
        BASE_TO_USD_AGGREGATOR = base;
        owner = msg.sender;
        decimals = base.decimals();
        description = description_;
        getRatio = ratio;
        getSnapshotRatio = ratio;
        getSnapshotTimestamp = block.timestamp;
        getMaxYearlyGrowthRatePercent = growthBps;
    }

    function setRatio(uint256 ratio) external {
        require(msg.sender == owner, "not the owner");
        getRatio = ratio;
    }

    function setCapParameters(uint256 snapshotRatio, uint256 snapshotTimestamp, uint256 growthBps) external {
        require(msg.sender == owner, "not the owner");
        getSnapshotRatio = snapshotRatio;
        getSnapshotTimestamp = snapshotTimestamp;
        getMaxYearlyGrowthRatePercent = growthBps;
    }

    function maxRatio() public view returns (uint256) {
        uint256 grown = getSnapshotRatio * getMaxYearlyGrowthRatePercent * (block.timestamp - getSnapshotTimestamp);
        return getSnapshotRatio + grown / BPS / 365 days;
    }

    function isCapped() public view returns (bool) {
        return getRatio > maxRatio();
    }

    function latestAnswer() external view returns (int256) {
        int256 base = BASE_TO_USD_AGGREGATOR.latestAnswer();
        if (base <= 0) {
            return 0;
        }
        uint256 ratio = isCapped() ? maxRatio() : getRatio;
        return int256((uint256(base) * ratio) / ONE);
    }
}
